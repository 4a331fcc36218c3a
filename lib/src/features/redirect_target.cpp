// SPDX-License-Identifier: BSL-1.0
//
// Taken apart once, put together at each request.

#include "features/redirect_target.hpp"

#include <asio_httpd/pattern.hpp>

#include <algorithm>
#include <stdexcept>

#include "features/encoded_slash.hpp"

namespace asio_httpd::features {

namespace {

// RFC 3986 sections 2 and 3.3
constexpr std::string_view unreserved =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
constexpr std::string_view in_segment = "!$&'()*+,;=:@";
constexpr std::string_view in_segments = "!$&'()*+,;=:@/";
constexpr std::string_view in_query = "";  // where "&", "=" and "+" would mean something
constexpr std::string_view delimiters = "!$&'()*+,;=:@/?#[]%";

[[noreturn]] void refuse(std::string_view target, const std::string& why) {
  throw std::invalid_argument("asio_httpd: a redirect to \"" + std::string(target) + "\" " + why);
}

constexpr bool contains(std::string_view set, char c) noexcept {
  return set.find(c) != std::string_view::npos;
}

void append_encoded(std::string_view text, std::string_view kept, std::string& to) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (contains(unreserved, c) || contains(kept, c)) {
      to += c;
    } else {
      to.append({'%', digits[byte >> 4U], digits[byte & 15U]});
    }
  }
}

// What stands before the path: the scheme and the host of a URL, nothing of a path.
std::size_t authority_end(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!target.starts_with(scheme)) continue;
    const std::size_t end = std::min(target.find_first_of("/?#", scheme.size()), target.size());
    const std::string_view host = target.substr(scheme.size(), end - scheme.size());
    if (host.empty()) refuse(target, "names no host");
    if (contains(host, '{')) refuse(target, "has a parameter in its host; a slash ends the host");
    return end;
  }
  if (!target.starts_with('/') || target.starts_with("//")) {
    refuse(target, "must begin with one slash, or with https:// or http://");
  }
  return 0;
}

bool is_escape(std::string_view text) noexcept {
  constexpr std::string_view hex = "0123456789ABCDEFabcdef";
  return text.size() >= 3 && contains(hex, text[1]) && contains(hex, text[2]);
}

void check_literal(std::string_view text, std::string_view target) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool allowed = contains(unreserved, text[i]) || contains(delimiters, text[i]);
    if (!allowed || (text[i] == '%' && !is_escape(text.substr(i)))) {
      refuse(target, "has a byte that has to be written as %XX");
    }
  }
}

// Where the fragment begins, with its "#".
std::size_t fragment_begin(std::string_view target) {
  const std::size_t at = std::min(target.find('#'), target.size());
  if (std::count(target.begin(), target.end(), '#') > 1) refuse(target, "has two fragments");
  return at;
}

std::optional<std::size_t> find_parameter(const pattern_info& info, std::string_view name) {
  const auto end = info.names.begin() + static_cast<std::ptrdiff_t>(info.parameter_count);
  const auto at = std::find(info.names.begin(), end, name);
  if (at == end) return std::nullopt;
  return static_cast<std::size_t>(at - info.names.begin());
}

}  // namespace

redirect_target::redirect_target(std::string_view pattern, std::string_view target)
    : target_(target),
      is_path_(authority_end(target) == 0),
      has_query_(contains(target.substr(0, target.find('#')), '?')) {
  const std::size_t fragment = fragment_begin(target);
  before_fragment_ = parts_of(target.substr(0, fragment), pattern);
  fragment_ = parts_of(target.substr(fragment), pattern);
}

redirect_target::parts redirect_target::parts_of(std::string_view text,
                                                 std::string_view pattern) const {
  parts made;
  bool in_path = !text.starts_with('#');
  while (!text.empty()) {
    const std::string_view literal = text.substr(0, text.find('{'));
    check_literal(literal, target_);
    in_path = in_path && !contains(literal, '?');
    made.push_back({.text = std::string(literal)});
    text.remove_prefix(literal.size());
    if (text.empty()) break;
    const std::size_t end = text.find('}');
    if (end == std::string_view::npos) refuse(target_, "has a '{' that is not closed");
    made.push_back(parameter(text.substr(1, end - 1), pattern, in_path));
    text.remove_prefix(end + 1);
  }
  return made;
}

redirect_target::part redirect_target::parameter(std::string_view name, std::string_view pattern,
                                                 bool in_path) const {
  const pattern_info info = inspect_pattern(pattern);
  const auto which = find_parameter(info, name);
  if (!which) {
    refuse(target_, "names {" + std::string(name) + "}, which the route \"" + std::string(pattern) +
                        "\" does not have");
  }
  const bool several = info.kinds[*which] == parameter_kind::rest;
  return {.text = std::string(name),
          .is_parameter = true,
          .has_slashes = several,
          .kept = !in_path  ? in_query
                  : several ? in_segments
                            : in_segment};
}

bool redirect_target::append(const parts& from, const request& r, std::string& to) {
  for (const part& p : from) {
    if (p.has_slashes && has_encoded_slash(r)) return false;
    p.is_parameter ? append_encoded(r.param(p.text), p.kept, to) : void(to.append(p.text));
  }
  return true;
}

std::optional<std::string> redirect_target::location(const request& r) const {
  std::string made;
  if (!append(before_fragment_, r, made)) return std::nullopt;
  // "//x" would be the host x (RFC 3986 section 4.2).
  if (is_path_) made.erase(0, std::min(made.find_first_not_of('/'), made.size()) - 1);
  if (!r.query().empty()) made.append(has_query_ ? "&" : "?").append(r.query());
  if (!append(fragment_, r, made)) return std::nullopt;
  return made;
}

}  // namespace asio_httpd::features
