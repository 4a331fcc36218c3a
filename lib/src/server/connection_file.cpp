// SPDX-License-Identifier: BSL-1.0
//
// The part of the loop that sends files. It never waits for the disk where the kernel can
// tell that it would have to: what is not in memory is read elsewhere, while other connections go
// on.

#include "server/connection.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <array>
#include <cerrno>

namespace asio_httpd::serving {

namespace asio = boost::asio;

namespace {

// A file of this size goes out in one call, or waits.
constexpr std::uint64_t sent_in_no_time = 64 * 1024;

enum class loaded : std::uint8_t { all, cold, shorter };

// `size` bytes, in one read that does not wait. What came up to a cold place is not the whole: one
// more look tells that from the end of the file.
loaded load(net::page_cache& pages, const file& from, char* to, std::size_t size,
            std::uint64_t offset) noexcept {
  const ssize_t n = pages.read(from.descriptor(), to, size, offset);
  if (n == static_cast<ssize_t>(size)) return loaded::all;
  if (n < 0) return errno == EAGAIN ? loaded::cold : loaded::shorter;
  const ssize_t more = pages.read(from.descriptor(), to, 1, offset + static_cast<std::uint64_t>(n));
  return more == 0 ? loaded::shorter : loaded::cold;
}

}  // namespace

// A small file goes out with its head in one write, where that does not wait for the disk. False
// where it is shorter than it was.
bool connection::load_small_file() {
  auto& response = work_->response;
  if (response.kind() != response::content::file) return true;
  const auto size = static_cast<std::size_t>(response.content_size());
  if (size > http::output::small_body) return true;
  std::array<char, http::output::small_body> content;
  switch (load(*core_->pages, response.file(), content.data(), size, response.file_offset())) {
    case loaded::shorter:
      return false;
    case loaded::cold:
      return true;
    case loaded::all:
      response.release_file();
      response.body_copy({content.data(), size});
      return true;
  }
  return true;
}

// To be called in the turn in which its head was framed.
void connection::remember_file() noexcept {
  const auto& source = work_->engine.output().file();
  if (source) file_.remember(*source);
}

// A file that was changed while it waited is not sent to its end: the peer sees that the content is
// short, instead of a mixture that looks whole.
connection::sending connection::send_file() {
  auto& output = work_->engine.output();
  std::uint64_t turn = turn_size;
  if (output.file_left() > sent_in_no_time) remember_file();
  while (output.file_left() != 0) {
    const std::uint64_t size = std::min(turn, sendable_of_file());
    if (size == 0) return sending::blocked;
    const bool changed = size == output.file_left() && file_.has_changed(*output.file());
    const auto result =
        changed ? net::io_result{}
                : transport().send_file(output.file()->descriptor(), output.file_offset(),
                                        static_cast<std::size_t>(size));
    if (result.error == asio::error::would_block) return sending::blocked;
    if (result.error || result.size == 0) {
      fail(result.error ? close_reason::client_aborted : close_reason::content_changed);
      return sending::failed;
    }
    output.sent_from_file(result.size);
    sent(result.size);
    turn -= result.size;
  }
  file_.reset();
  return sending::done;
}

std::uint64_t connection::sendable_of_file() {
  const auto& output = work_->engine.output();
  return file_.ready({output.file(), output.file_offset(), output.file_left()}, *core_->pages,
                     transport().executor());
}

// The disk's time is not the peer's, whose deadline is put off by it.
net::task<> connection::read_file() {
  constexpr auto no_deadline = clock::time_point::max();
  const auto began = now();
  const auto peers_deadline = deadline();
  wait_for(waiting::file, core_->options.deadlines.handler);
  check_wait(co_await wait(file_.read()));
  if (has_failed()) co_return;
  wait_until(waiting::write,
             peers_deadline == no_deadline ? no_deadline : peers_deadline + (now() - began));
}

}  // namespace asio_httpd::serving
