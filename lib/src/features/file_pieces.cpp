// SPDX-License-Identifier: BSL-1.0

#include "features/file_pieces.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <system_error>

#include "features/on_pool.hpp"

namespace asio_httpd::features {

boost::asio::awaitable<std::string_view> file_pieces::next() {
  if (left_ == 0) co_return std::string_view();
  co_return co_await on_pool([this] { return read(); });
}

// A file that was replaced by another is still what it was, though its time of change is not.
bool file_pieces::has_changed() const noexcept {
  const auto now = file_state::of(*opened_);
  return !now || now->size != state_.size || now->modified != state_.modified;
}

// The state is asked for after the bytes, so that a change of these shows.
std::string_view file_pieces::read() {
  piece_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(left_, piece_size)));
  const ssize_t n =
      ::pread(opened_->descriptor(), piece_.data(), piece_.size(), static_cast<off_t>(at_));
  if (n < 0) throw std::system_error(errno, std::generic_category(), "cannot read the file");
  if (has_changed() || (n == 0 && left_ != 0)) {
    throw std::runtime_error("the file has changed while it was sent");
  }
  piece_.resize(static_cast<std::size_t>(n));
  at_ += piece_.size();
  left_ -= piece_.size();
  return piece_;
}

}  // namespace asio_httpd::features
