// SPDX-License-Identifier: BSL-1.0
//
// Bytes that came in and are not used up yet, or that wait to be sent, in one contiguous block.
//
// Behind the last byte there is always a NUL and `padding` readable bytes, so that the SIMD scans
// need no bounds check: the NUL stops them. Growing and compacting move the bytes; views into the
// buffer end then. Grows only in `prepare`, by what the caller asks for.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

namespace asio_httpd::base {

class byte_buffer {
 public:
  static constexpr std::size_t padding = 64;

  byte_buffer() = default;
  byte_buffer(byte_buffer&& other) noexcept { swap(other); }
  byte_buffer& operator=(byte_buffer&& other) noexcept {
    swap(other);
    return *this;
  }

  const char* data() const noexcept { return storage_.get() + begin_; }
  // For who decodes in place.
  char* mutable_data() noexcept { return storage_.get() + begin_; }
  std::size_t size() const noexcept { return end_ - begin_; }
  bool empty() const noexcept { return begin_ == end_; }
  std::size_t capacity() const noexcept { return capacity_; }
  std::string_view view() const noexcept { return {data(), size()}; }

  // Room for at least `n` more bytes, at `write_position()`.
  void prepare(std::size_t n) {
    if (capacity_ - end_ >= n && storage_) return;
    if (capacity_ - size() >= n && storage_) return compact();
    grow(std::max(size() + n, capacity_ * 2));
  }
  char* write_position() noexcept { return storage_.get() + end_; }
  std::size_t room() const noexcept { return capacity_ - end_; }

  // `n` bytes were written at `write_position()`.
  void commit(std::size_t n) noexcept {
    end_ += n;
    storage_[end_] = '\0';
  }
  void append(std::string_view text) {
    prepare(text.size());
    text.copy(write_position(), text.size());
    commit(text.size());
  }

  // Takes the last `n` bytes back.
  void retract(std::size_t n) noexcept {
    end_ -= n;
    storage_[end_] = '\0';
  }

  // The first `n` bytes are used up.
  void consume(std::size_t n) noexcept {
    begin_ += n;
    if (begin_ == end_) clear();
  }
  void clear() noexcept {
    begin_ = end_ = 0;
    if (storage_) storage_[0] = '\0';
  }
  void release() noexcept {
    clear();
    storage_.reset();
    capacity_ = 0;
  }

  void swap(byte_buffer& other) noexcept {
    std::swap(storage_, other.storage_);
    std::swap(capacity_, other.capacity_);
    std::swap(begin_, other.begin_);
    std::swap(end_, other.end_);
  }

 private:
  void compact() noexcept {
    const std::size_t n = size();
    std::memmove(storage_.get(), data(), n);
    begin_ = 0;
    end_ = n;
    storage_[end_] = '\0';
  }

  void grow(std::size_t capacity) {
    auto larger = std::make_unique_for_overwrite<char[]>(capacity + padding);
    const std::size_t n = size();
    if (n != 0) std::memcpy(larger.get(), data(), n);
    std::memset(larger.get() + capacity, 0, padding);
    storage_ = std::move(larger);
    capacity_ = capacity;
    begin_ = 0;
    end_ = n;
    storage_[end_] = '\0';
  }

  std::unique_ptr<char[]> storage_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace asio_httpd::base
