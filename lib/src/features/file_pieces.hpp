// SPDX-License-Identifier: BSL-1.0
//
// A file read piece by piece from a coroutine, away from the threads that serve: the disk may take
// its time. A file that changes while it is read is an error, so that what was read is of one
// state.

#pragma once

#include <asio_httpd/file.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "features/file_state.hpp"

namespace asio_httpd::features {

class file_pieces {
 public:
  static constexpr std::size_t piece_size = 64 * 1024;

  // From the beginning to the end that `state` has.
  file_pieces(std::shared_ptr<const file> opened, const file_state& state)
      : opened_(std::move(opened)), state_(state), left_(state.size) {}

  void seek(std::uint64_t offset, std::uint64_t length) noexcept {
    at_ = offset;
    left_ = length;
  }

  // "" at the end. Valid up to the next call. Throws std::runtime_error where the file has changed,
  // std::system_error where it cannot be read.
  boost::asio::awaitable<std::string_view> next();

  // The same on the calling thread, for one that may wait.
  std::string_view read();

 private:
  bool has_changed() const noexcept;

  std::shared_ptr<const file> opened_;
  file_state state_;
  std::uint64_t at_ = 0;
  std::uint64_t left_;
  std::string piece_;
};

}  // namespace asio_httpd::features
