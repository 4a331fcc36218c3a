// SPDX-License-Identifier: BSL-1.0
//
// A representation of a regular file as it is served: what the file was when it was looked at, the
// fields that all of its responses share, and its content: in memory, behind an open descriptor, in
// both, or made while it is sent. Made once, then used for any number of requests by `answer`.
//
// Immutable but for `load`, `close`, `refresh` and `set_precompressed`. Allocates when it is made;
// `answer` does not, for a response that keeps its memory, unless several ranges are asked for.

#pragma once

#include <asio_httpd/content_coding.hpp>
#include <asio_httpd/fields.hpp>
#include <asio_httpd/file.hpp>
#include <asio_httpd/request.hpp>
#include <asio_httpd/response.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "features/file_state.hpp"

namespace asio_httpd::features {

// What its responses say of a file besides what it is itself. Empty: not said.
struct file_description {
  std::string_view media_type;
  std::string_view cache_control = {};
  std::string_view disposition = {};
  content_coding coding = content_coding::identity;
  // Whether other representations of it are chosen by Accept-Encoding.
  bool varies = false;
};

// Codings, as bits.
class coding_set {
 public:
  constexpr bool contains(content_coding c) const noexcept { return (bits_ & bit(c)) != 0; }
  constexpr void insert(content_coding c) noexcept { bits_ |= bit(c); }
  constexpr void erase(content_coding c) noexcept { bits_ &= ~bit(c); }
  constexpr bool empty() const noexcept { return bits_ == 0; }

 private:
  static constexpr unsigned bit(content_coding c) noexcept {
    return 1U << static_cast<unsigned>(c);
  }
  unsigned bits_ = 0;
};

class served_file {
 public:
  // The file itself. `state` is that of `opened`.
  served_file(file opened, const file_state& state, const file_description& description);
  // `content` was made of a file in that state.
  served_file(std::string content, const file_state& state, const file_description& description);
  // What `producer` makes of it.
  served_file(std::shared_ptr<const body_producer> producer, const file_state& state,
              const file_description& description);

  const file_state& state() const noexcept { return state_; }
  std::uint64_t size() const noexcept { return size_; }
  // Null where the content is not behind a descriptor.
  const std::shared_ptr<const file>& opened() const noexcept { return opened_; }
  // Null where it is not in memory.
  const std::shared_ptr<const std::string>& content() const noexcept { return content_; }

  // Which precompressed files there are beside it.
  coding_set precompressed() const noexcept { return precompressed_; }
  void set_precompressed(coding_set codings);
  // Whether responses say that they depend on Accept-Encoding.
  bool varies() const noexcept { return varies_; }

  // Takes the content into memory. False, and nothing done, where the file changes meanwhile.
  bool load();
  // Content that is in memory needs no descriptor.
  void close() noexcept { opened_.reset(); }
  // Reads content that is in memory again, from the same file, opened anew. False as for `load`.
  bool refresh(const file& opened);

  // Whether what is sent to it goes through memory of the process, encrypted or in frames, also
  // where it comes from a descriptor.
  static bool is_copied_for(const request& r) noexcept;

  // The response to a request for this file, in the order of RFC 9110 section 13.2.2.
  void answer(const request& r, response& to) const;
  // As the content of an error.
  void answer_error(status s, response& to) const;

 private:
  served_file(const file_state& state, const file_description& description, std::string etag);
  void say_varies();
  bool read(const file& opened, std::string& to) const;
  void answer_whole(bool is_copied, response& to) const;
  void answer_ranges(const request& r, response& to) const;
  void answer_not_modified(response& to) const;
  void answer_unsatisfiable(response& to) const;
  void set_content(bool is_copied, std::uint64_t offset, std::uint64_t size, response& to) const;
  std::string_view etag() const noexcept { return not_modified_.get(field::etag); }

  file_state state_;
  std::uint64_t size_;
  fields whole_;         // of a 200
  fields not_modified_;  // of a 304
  std::shared_ptr<const file> opened_;
  std::shared_ptr<const std::string> content_;
  std::shared_ptr<const body_producer> producer_;
  coding_set precompressed_;
  bool varies_ = false;
};

}  // namespace asio_httpd::features
