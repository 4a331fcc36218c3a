// SPDX-License-Identifier: BSL-1.0
//
// A regular file as it is served: what it was when it was looked at, the fields that all of its
// responses share, and its content, in memory or behind an open descriptor. Made once, then used
// for any number of requests by `answer`.
//
// Immutable but for `load` and `refresh`. Allocates when it is made; `answer` does not, for a
// response that keeps its memory.

#pragma once

#include <asio_httpd/fields.hpp>
#include <asio_httpd/file.hpp>
#include <asio_httpd/request.hpp>
#include <asio_httpd/response.hpp>

#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace asio_httpd::features {

struct file_time {
  std::int64_t seconds = 0;  // since 1970
  std::int64_t nanoseconds = 0;
  friend auto operator<=>(const file_time&, const file_time&) = default;
};

// By what the file system tells one state of one file from another.
struct file_state {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  file_time modified;
  file_time changed;  // the inode; also when it was moved, or its rights were changed
  friend bool operator==(const file_state&, const file_state&) = default;

  // Nothing for what is no regular file.
  static std::optional<file_state> of(const file& opened) noexcept;
};

class served_file {
 public:
  // `state` is that of `opened`.
  served_file(file opened, const file_state& state, std::string_view media_type);

  const file_state& state() const noexcept { return state_; }
  std::uint64_t size() const noexcept { return state_.size; }
  // Null where the content is in memory.
  const file* opened() const noexcept { return opened_.get(); }

  // Whether a later change would show in `state`: file systems count time in steps, and what was
  // changed just now may be changed again within the same one. `now` in seconds since 1970.
  bool is_settled(std::int64_t now) const noexcept;
  // Takes the content into memory and closes the file. False, and nothing done, where the file
  // changes meanwhile.
  bool load();
  // Reads content that is in memory again, from the same file, opened anew. False as for `load`.
  bool refresh(const file& opened);

  // The response to a request for this file, in the order of RFC 9110 section 13.2.2.
  void answer(const request& r, response& to) const;

 private:
  bool read(const file& opened, std::string& to) const;
  void answer_whole(response& to) const;
  void answer_range(const request& r, response& to) const;
  void answer_not_modified(response& to) const;
  void answer_unsatisfiable(response& to) const;
  void set_content(std::uint64_t offset, std::uint64_t size, response& to) const;
  std::string_view etag() const noexcept { return not_modified_.get(field::etag); }
  std::int64_t last_modified(std::int64_t now) const noexcept;

  file_state state_;
  fields whole_;         // of a 200
  fields not_modified_;  // of a 304
  std::shared_ptr<const file> opened_;
  std::shared_ptr<std::string> content_;
};

}  // namespace asio_httpd::features
