// SPDX-License-Identifier: BSL-1.0
//
// Two ways through a path: split_plain() only cuts up the common one that is its own decoded form,
// and resolve() takes every other, and names what is wrong with it. Whatever split_plain() accepts,
// resolve() would take apart into the same segments.

#include "http/path.hpp"

#include "base/word.hpp"

#include <asio_httpd/url.hpp>

#include <algorithm>
#include <bit>
#include <cstring>

namespace asio_httpd::http {
namespace {

// Room for the segments of nearly every path; it doubles up to max_segments.
constexpr std::size_t first_segments = 16;
static_assert(path::max_segments % first_segments == 0 &&
              std::has_single_bit(path::max_segments / first_segments));

constexpr bool is_control(char c) noexcept {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

// Whether one of the bytes is a control byte or '%'.
constexpr bool has_special(std::uint64_t word) noexcept {
  return base::has_control_byte(word) || base::has_byte(word, '%');
}

constexpr bool is_dot_segment(std::string_view text) noexcept {
  return text == "." || text == "..";
}

}  // namespace

std::string_view describe(path_error error) noexcept {
  switch (error) {
    case path_error::none:
      return "the path is well-formed";
    case path_error::not_absolute:
      return "the path does not begin with '/'";
    case path_error::malformed_percent:
      return "a '%' in the path is not followed by two hexadecimal digits";
    case path_error::nul:
      return "the path contains a NUL byte";
    case path_error::control_byte:
      return "the path contains a control byte";
    case path_error::too_many_segments:
      return "the path has more than 256 segments";
    case path_error::too_long:
      return "the path is longer than 65535 bytes";
  }
  return "unknown path error";
}

path_error path::parse(std::string_view raw) {
  clear();
  if (raw.empty() || raw.front() != '/') return path_error::not_absolute;
  if (raw.size() > max_length) return path_error::too_long;
  if (split_plain(raw)) return path_error::none;
  clear();
  const path_error error = resolve(raw);
  if (error != path_error::none) clear();
  return error;
}

void path::clear() noexcept {
  text_ = {};
  size_ = 0;
  trailing_slash_ = false;
  encoded_slash_ = false;
}

// Cuts up a path without escapes, dot segments and control bytes; false when it is not such a one.
bool path::split_plain(std::string_view raw) {
  text_ = raw;
  std::size_t begin = 1;
  for (std::size_t at = 1; at < raw.size(); at += base::word_size) {
    const bool full = raw.size() - at >= base::word_size;
    const std::uint64_t word =
        full ? base::load_word(raw.data() + at) : base::load_rest(raw.substr(at));
    if (has_special(word)) return false;
    for (std::uint64_t left = base::find_byte(word, '/'); left != 0; left &= left - 1) {
      const std::size_t slash = at + static_cast<std::size_t>(std::countr_zero(left)) / 8;
      if (!take_plain(begin, slash)) return false;
      begin = slash + 1;
    }
  }
  trailing_slash_ = begin == raw.size();
  return trailing_slash_ || take_plain(begin, raw.size());
}

bool path::take_plain(std::size_t begin, std::size_t end) {
  return !is_dot_segment(text_.substr(begin, end - begin)) && push_segment(begin, end - begin);
}

// Any path: decodes and resolves into decoded_, which never gets longer than `raw`.
path_error path::resolve(std::string_view raw) {
  decoded_.clear();
  decoded_.reserve(raw.size());
  for (std::size_t begin = 1; begin <= raw.size();) {
    const std::size_t end = std::min(raw.find('/', begin), raw.size());
    const path_error error = take_segment(raw.substr(begin, end - begin), end == raw.size());
    if (error != path_error::none) return error;
    begin = end + 1;
  }
  if (trailing_slash_) decoded_.push_back('/');
  text_ = decoded_;
  encoded_slash_ = any_segment_has_slash();
  return path_error::none;
}

// Decodes first and looks for dot segments in what came out: "%2e%2e" is "..", and nothing that is
// ".." later on can get past here.
path_error path::take_segment(std::string_view raw, bool last) {
  const std::size_t slash = decoded_.size();
  decoded_.push_back('/');
  const path_error error = append_decoded(raw);
  if (error != path_error::none) return error;
  const std::string_view decoded = std::string_view(decoded_).substr(slash + 1);
  const bool up = decoded == "..";
  if (up || decoded == "." || (last && decoded.empty())) {
    decoded_.resize(slash);
    if (up) remove_last_segment();
    trailing_slash_ = last;
    return path_error::none;
  }
  if (!push_segment(slash + 1, decoded.size())) return path_error::too_many_segments;
  return path_error::none;
}

path_error path::append_decoded(std::string_view raw) {
  const std::size_t begin = decoded_.size();
  if (!percent_decode(raw, decoded_)) return path_error::malformed_percent;
  const auto bad = std::find_if(decoded_.begin() + static_cast<std::ptrdiff_t>(begin),
                                decoded_.end(), is_control);
  if (bad == decoded_.end()) return path_error::none;
  return *bad == '\0' ? path_error::nul : path_error::control_byte;
}

void path::remove_last_segment() noexcept {
  if (size_ == 0) return;  // above the root
  --size_;
  decoded_.resize(segments_[size_].offset - std::size_t{1});
}

// The casts are safe: parse() refuses what is longer than max_length.
bool path::push_segment(std::size_t offset, std::size_t length) {
  if (size_ == segments_.size()) {
    if (size_ == max_segments) return false;
    segments_.resize(std::max(2 * size_, first_segments));
  }
  segments_[size_++] = {static_cast<std::uint16_t>(offset), static_cast<std::uint16_t>(length)};
  return true;
}

bool path::any_segment_has_slash() const noexcept {
  for (std::size_t index = 0; index < size(); ++index) {
    if ((*this)[index].find('/') != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace asio_httpd::http
