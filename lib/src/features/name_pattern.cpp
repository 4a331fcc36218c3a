// SPDX-License-Identifier: BSL-1.0
//
// Patterns of names; see the header. A star takes as little as it can. Where what follows does not
// fit, the last one takes one byte more, and where that may not, the last "**".

#include "features/name_pattern.hpp"

#include <algorithm>
#include <stdexcept>

#include "features/static_path.hpp"

namespace asio_httpd::features {

namespace {

constexpr std::string_view hash_name = "{hash}";
constexpr std::size_t shortest_hash = 8;
constexpr std::size_t longest_hash = 64;

bool has_slash(std::string_view text) noexcept {
  return text.find('/') != text.npos;
}

std::string_view last_component(std::string_view path) noexcept {
  return path.substr(path.rfind('/') + 1);
}

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

bool is_lower(char c) noexcept {
  return c >= 'a' && c <= 'z';
}

bool is_upper(char c) noexcept {
  return c >= 'A' && c <= 'Z';
}

bool is_hash_byte(char c) noexcept {
  return is_digit(c) || is_lower(c) || is_upper(c);
}

// A word has neither digits among its letters nor both cases; "2024" has no letters.
bool looks_random(std::string_view text) noexcept {
  const auto has = [text](auto what) { return std::any_of(text.begin(), text.end(), what); };
  const bool mixed = has(is_lower) && has(is_upper);
  return mixed || (has(is_digit) && (has(is_lower) || has(is_upper)));
}

// The length of a hash at the beginning of `text`; 0 where there is none.
std::size_t hash_length(std::string_view text) noexcept {
  const auto end = std::find_if_not(text.begin(), text.end(), is_hash_byte);
  const auto length = static_cast<std::size_t>(end - text.begin());
  if (length < shortest_hash || length > longest_hash) return 0;
  return looks_random(text.substr(0, length)) ? length : 0;
}

// Who hides all that is in a folder does not want to show an empty one.
std::string_view without_all_below(std::string_view pattern) noexcept {
  while (pattern.size() > 3 && pattern.ends_with("/**")) pattern.remove_suffix(3);
  return pattern;
}

}  // namespace

// ---- making one ---------------------------------------------------------------------------------

name_pattern::name_pattern(std::string_view text) : has_slash_(has_slash(text)) {
  if (text.empty() || text.front() == '/') {
    throw std::invalid_argument("asio_httpd: \"" + std::string(text) +
                                "\" is no pattern of names: write \"*.js\" or \"assets/**\"");
  }
  for (bool at_segment = true; !text.empty();) {
    parts_.push_back(take_part(text, at_segment));
    const part& last = parts_.back();
    at_segment = last.is == kind::any_folders || (last.is == kind::literal && last.byte == '/');
  }
}

name_pattern::part name_pattern::take_part(std::string_view& rest, bool at_segment) {
  const auto take = [&rest](std::size_t n, part p) {
    rest.remove_prefix(n);
    return p;
  };
  if (at_segment && rest.starts_with("**/")) return take(3, {kind::any_folders});
  if (rest.starts_with("**")) return take(2, {kind::any_path});
  if (rest.starts_with(hash_name)) return take(hash_name.size(), {kind::hash});
  if (rest.front() == '{' || rest.front() == '}') {
    throw std::invalid_argument("asio_httpd: braces in a pattern of names are for {hash} only");
  }
  if (rest.front() == '*') return take(1, {kind::any_bytes});
  if (rest.front() == '?') return take(1, {kind::any_byte});
  return take(1, {kind::literal, rest.front()});
}

// ---- comparing ----------------------------------------------------------------------------------

// How many bytes at the beginning of `rest` a part that is no star stands for; 0 for none.
std::size_t name_pattern::match_one(kind is, std::string_view rest,
                                    std::size_t index) const noexcept {
  if (rest.empty() || is == kind::end) return 0;
  if (is == kind::literal) return rest.front() == parts_[index].byte ? 1 : 0;
  if (is == kind::any_byte) return rest.front() != '/' ? 1 : 0;
  return hash_length(rest);
}

// One byte more, or one folder; false where it may not.
bool name_pattern::star::takes_more(std::string_view path) noexcept {
  if (is == kind::end || at >= path.size()) return false;
  if (is == kind::any_bytes && path[at] == '/') return false;
  if (is != kind::any_folders) return ++at, true;
  const std::size_t slash = path.find('/', at);
  at = slash + 1;
  return slash != path.npos;
}

bool name_pattern::matches(std::string_view path) const noexcept {
  return fits(has_slash_ ? path : last_component(path), false);
}

bool name_pattern::matches_or_holds(std::string_view path) const noexcept {
  if (has_slash_) return fits(path, true);
  while (!path.empty()) {
    const std::string_view segment = path.substr(0, path.find('/'));
    if (fits(segment, false)) return true;
    path.remove_prefix(std::min(segment.size() + 1, path.size()));
  }
  return false;
}

// With `or_begins` it is enough that a folder on the way fits.
bool name_pattern::fits(std::string_view path, bool or_begins) const noexcept {
  star within;  // a segment
  star across;  // segments
  std::size_t next = 0;
  std::size_t at = 0;
  while (at < path.size() || next < parts_.size()) {
    const kind is = next < parts_.size() ? parts_[next].is : kind::end;
    if (is == kind::end && or_begins && at != 0 && path[at] == '/') return true;
    if (is == kind::any_bytes) {
      within = {is, ++next, at};
    } else if (is == kind::any_path || is == kind::any_folders) {
      across = {is, ++next, at};
      within = {};
    } else if (const std::size_t n = match_one(is, path.substr(at), next); n != 0) {
      at += n;
      ++next;
    } else if (within.takes_more(path)) {
      at = within.at;
      next = within.next;
    } else if (across.takes_more(path)) {
      at = across.at;
      next = across.next;
      within = {};
    } else {
      return false;
    }
  }
  return true;
}

// ---- what is served -----------------------------------------------------------------------------

name_policy::name_policy(bool dotfiles, const std::vector<std::string>& hidden)
    : dotfiles_(dotfiles) {
  for (const std::string_view pattern : hidden) hidden_.emplace_back(without_all_below(pattern));
}

bool name_policy::hides(std::string_view path) const noexcept {
  const auto fits = [path](const name_pattern& p) { return p.matches_or_holds(path); };
  return std::any_of(hidden_.begin(), hidden_.end(), fits);
}

bool name_policy::shows(std::string_view folder, std::string_view name) const {
  if (name.empty() || name == "." || name == ".." || name.starts_with(upload_prefix)) return false;
  if (name.front() == '.' && !dotfiles_ && name != ".well-known") return false;
  if (hidden_.empty()) return true;
  std::string path(folder);
  return !hides(path.append(path.empty() ? "" : "/").append(name));
}

}  // namespace asio_httpd::features
