// SPDX-License-Identifier: BSL-1.0
//
// The path of a request target ("/a%20b/../c"), taken apart once: split at '/', each segment
// percent-decoded once, then the dot segments resolved (RFC 3986 section 5.2.4). Everything that
// looks at a path later (routes, files) looks at this result, so no second reading can differ.
//
// Never decodes twice, never turns an encoded slash into a separator, never looks at a query, and
// never checks for UTF-8. The raw text must outlive the object's use: a path that needs no decoding
// is not copied. After the first few requests parse() does not allocate. One thread at a time.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace asio_httpd::http {

enum class path_error : std::uint8_t {
  none,
  not_absolute,       // does not begin with '/'
  malformed_percent,  // '%' without two hexadecimal digits
  nul,                // NUL, plain or as %00
  control_byte,       // below 0x20, or 0x7f, plain or encoded
  too_many_segments,
  too_long,
};

// A sentence for the log. Static storage.
std::string_view describe(path_error error) noexcept;

// What the segments are:
//   "/"       no segment, trailing slash          "/a//b"      a, (empty), b: matching is exact
//   "/a"      a                                   "/a/.."      as "/": RFC 3986 keeps the slash
//   "/a/"     a, trailing slash                   "/%2e%2e/a"  a: ".." above the root is dropped
class path {
 public:
  static constexpr std::size_t max_segments = 256;
  static constexpr std::size_t max_length = 65535;

  path() = default;
  path(const path&) = delete;  // views point into the object
  path& operator=(const path&) = delete;

  // Replaces the contents. After an error the path is empty: no segment, no text.
  [[nodiscard]] path_error parse(std::string_view raw);

  std::size_t size() const noexcept { return size_; }

  // The decoded segment; `index` < size().
  std::string_view operator[](std::size_t index) const noexcept {
    const segment where = segments_[index];
    return {text_.data() + where.offset, where.length};
  }

  bool trailing_slash() const noexcept { return trailing_slash_; }

  // Whether a decoded segment contains '/'. Then text() and tail() are ambiguous, and whoever opens
  // files by them must refuse.
  bool has_encoded_slash() const noexcept { return encoded_slash_; }

  // Decoded and resolved, with the leading slash: "/a b/c/".
  std::string_view text() const noexcept { return text_; }

  // The part of text() that begins with segment `index`; empty when there is no such segment.
  std::string_view tail(std::size_t index) const noexcept {
    return index < size() ? text_.substr(segments_[index].offset) : std::string_view{};
  }

 private:
  struct segment {
    std::uint16_t offset;  // in text_
    std::uint16_t length;
  };

  void clear() noexcept;
  bool split_plain(std::string_view raw);
  bool take_plain(std::size_t begin, std::size_t end);
  path_error resolve(std::string_view raw);
  path_error take_segment(std::string_view raw, bool last);
  path_error append_decoded(std::string_view raw);
  void remove_last_segment() noexcept;
  bool push_segment(std::size_t offset, std::size_t length);
  bool any_segment_has_slash() const noexcept;

  std::string_view text_;  // the raw path, or decoded_
  std::string decoded_;
  std::vector<segment> segments_;  // the first size_ of them; grows, never shrinks
  std::size_t size_ = 0;
  bool trailing_slash_ = false;
  bool encoded_slash_ = false;
};

}  // namespace asio_httpd::http
