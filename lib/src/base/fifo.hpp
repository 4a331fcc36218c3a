// SPDX-License-Identifier: BSL-1.0
//
// A queue in one block of memory, which it keeps: unlike std::deque it has none before the first
// element, and takes none for elements that come and go. Moves what waits when the block is full or
// more than half of it is used up.

#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace asio_httpd::base {

template <class T>
class fifo {
 public:
  bool empty() const noexcept { return first_ == elements_.size(); }
  std::size_t size() const noexcept { return elements_.size() - first_; }
  const T& front() const noexcept { return elements_[first_]; }
  void push(T element) { elements_.push_back(std::move(element)); }

  T pop() noexcept {
    T taken = std::move(elements_[first_++]);
    if (empty()) {
      clear();
    } else if (first_ > elements_.size() / 2) {
      elements_.erase(elements_.begin(), elements_.begin() + static_cast<std::ptrdiff_t>(first_));
      first_ = 0;
    }
    return taken;
  }

  void clear() noexcept {
    elements_.clear();
    first_ = 0;
  }

 private:
  std::vector<T> elements_;
  std::size_t first_ = 0;  // those before it were taken
};

}  // namespace asio_httpd::base
