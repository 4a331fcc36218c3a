// SPDX-License-Identifier: BSL-1.0
//
// By what the file system tells one state of one file from another, and the validators that are
// made of it (RFC 9110 section 8.8).

#pragma once

#include <asio_httpd/file.hpp>

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace asio_httpd::features {

struct file_time {
  std::int64_t seconds = 0;  // since 1970
  std::int64_t nanoseconds = 0;
  friend auto operator<=>(const file_time&, const file_time&) = default;
};

struct file_state {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  file_time modified;
  file_time changed;  // the inode; also when it was moved, or its rights were changed
  friend bool operator==(const file_state&, const file_state&) = default;

  // Nothing for what is no regular file.
  static std::optional<file_state> of(const file& opened) noexcept;

  // Whether a later change would show: file systems count time in steps, and what was changed just
  // now may be changed again within the same one. `now` in seconds since 1970.
  bool is_settled(std::int64_t now) const noexcept;
  // A date in the future is none that can be told (RFC 9110 section 8.8.2.1).
  std::int64_t last_modified(std::int64_t now) const noexcept;
};

// Strong: changes with every change of the content that the file system can tell, and with the file
// behind the name.
std::string etag_of(const file_state& state);
// Of what is made of it in a coding, which need not be the same bytes each time: weak.
std::string etag_of(const file_state& state, std::string_view coding);

}  // namespace asio_httpd::features
