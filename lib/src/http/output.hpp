// SPDX-License-Identifier: BSL-1.0
//
// What waits to be sent on a connection, in order: heads and small bodies in one piece of memory,
// so that a batch of pipelined answers is one write; then at most one large body, from memory or
// from a file. While there is a large body, nothing is added.

#pragma once

#include "base/byte_buffer.hpp"

#include <asio_httpd/file.hpp>
#include <asio_httpd/response.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace asio_httpd::http {

class output {
 public:
  // Bodies up to this size are copied behind their head.
  static constexpr std::size_t small_body = 16 * 1024;

  base::byte_buffer& bytes() noexcept { return bytes_; }
  bool has_tail() const noexcept { return !tail_.empty() || file_left_ != 0; }
  bool empty() const noexcept { return bytes_.empty() && !has_tail(); }
  // Bytes in memory; a file's are not.
  std::size_t pending() const noexcept { return bytes_.size() + tail_.size(); }

  std::size_t memory() const noexcept { return bytes_.capacity() + text_.capacity(); }

  // Adds the content of a response whose head is in `bytes()`.
  void add_content(response& r) {
    if (r.kind() == response::content::file) {
      file_ = r.release_file();
      file_offset_ = r.file_offset();
      file_left_ = r.content_size();
    } else if (r.text().size() <= small_body) {
      bytes_.append(r.text());
    } else {
      shared_ = r.release_shared_text();
      if (!shared_) text_ = r.release_text();
      tail_ = shared_ ? *shared_ : text_;
    }
  }

  // The same where nothing else is added before that is sent: what is shared is not copied.
  void add_last_content(response& r) {
    if (r.kind() == response::content::text) shared_ = r.release_shared_text();
    if (!shared_) return add_content(r);
    tail_ = *shared_;
  }

  // For who sends: first these two pieces of memory, then the file.
  std::string_view first() const noexcept { return bytes_.view(); }
  std::string_view second() const noexcept { return tail_; }
  void sent(std::size_t n) noexcept {
    const std::size_t from_bytes = std::min(n, bytes_.size());
    bytes_.consume(from_bytes);
    if (n != from_bytes) sent_of_tail(n - from_bytes);
  }

  // Null where there is none.
  const std::shared_ptr<const asio_httpd::file>& file() const noexcept { return file_; }
  std::uint64_t file_offset() const noexcept { return file_offset_; }
  std::uint64_t file_left() const noexcept { return file_left_; }
  void sent_from_file(std::uint64_t n) noexcept {
    file_offset_ += n;
    file_left_ -= n;
    if (file_left_ == 0) file_.reset();
  }

  void clear() noexcept {
    bytes_.clear();
    release_tail();
    file_.reset();
    file_left_ = 0;
  }

 private:
  void sent_of_tail(std::size_t n) noexcept {
    tail_.remove_prefix(n);
    if (tail_.empty()) release_tail();
  }
  void release_tail() noexcept {
    tail_ = {};
    if (!text_.empty()) std::string().swap(text_);  // large: not kept
    shared_.reset();
  }

  base::byte_buffer bytes_;
  std::string text_;  // longer than small_body, and so it stays where it is when this moves
  std::shared_ptr<const std::string> shared_;  // instead of text_, where not null
  std::string_view tail_;                      // what is left of either
  std::shared_ptr<const asio_httpd::file> file_;
  std::uint64_t file_offset_ = 0;
  std::uint64_t file_left_ = 0;
};

}  // namespace asio_httpd::http
