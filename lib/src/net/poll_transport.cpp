// SPDX-License-Identifier: BSL-1.0
//
// What is known of the socket, and who waits for it.

#include "net/poll_transport.hpp"

#include <boost/asio/error.hpp>

#include <utility>

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace asio_httpd::net {
namespace {

constexpr std::uint32_t reading = EPOLLIN | EPOLLRDHUP;
constexpr std::uint32_t by_edges = EPOLLET;
constexpr std::uint32_t to_write = EPOLLOUT;
constexpr std::uint32_t broken = EPOLLERR | EPOLLHUP;

bool would_block(const io_result& r) noexcept {
  return r.error && r.error == boost::asio::error::would_block;
}

}  // namespace

// --- at once -------------------------------------------------------------------------------------

// Of a TCP socket a short read has taken all there was (but for a peer that sends urgent data,
// which nobody does in HTTP and which hurts that peer only); that of a Unix socket may have ended
// at a message with descriptors (unix(7)).
io_result poll_transport::read(char* data, std::size_t size) noexcept {
  const io_result result = socket_io::receive(descriptor_, data, size);
  const bool took_all =
      result.size != 0 && result.size < size && remote_.kind != endpoint::family::local;
  if (!ended_ && (took_all || would_block(result))) readable_ = false;
  return result;
}

peer_state poll_transport::look_at_peer() noexcept {
  const peer_state found = socket_io::look_at_peer(descriptor_);
  if (found == peer_state::silent && !ended_) readable_ = false;
  return found;
}

io_result poll_transport::write(std::string_view first, std::string_view second,
                                bool more) noexcept {
  const io_result result = socket_io::send(descriptor_, first, second, more);
  if (would_block(result)) writable_ = false;
  return result;
}

io_result poll_transport::send_file(int descriptor, std::uint64_t offset,
                                    std::size_t size) noexcept {
  const io_result result = socket_io::send_file(descriptor_, descriptor, offset, size);
  if (would_block(result)) writable_ = false;
  return result;
}

// --- waiting -------------------------------------------------------------------------------------

void poll_transport::async_wait(wait what, completion done) {
  const bool is_ready = what == wait::read ? readable_ : writable_;
  error_code ec;
  if (descriptor_ < 0) {
    ec = boost::asio::error::bad_descriptor;
  } else if (!is_ready) {
    ec = watch(what);
    if (!ec) {
      (what == wait::read ? reader_ : writer_) = std::move(done);
      return;
    }
  }
  poller_->defer(std::move(done), ec);
}

// The kernel looks at the socket when it is registered or changed, so that no edge is lost.
error_code poll_transport::watch(wait what) {
  const bool writing = what == wait::write || watches_writing_;
  if (registered_ && writing == watches_writing_) return {};
  const std::uint32_t events = by_edges | reading | (writing ? to_write : 0);
  const error_code ec =
      registered_ ? poller_->modify(descriptor_, events) : poller_->add(descriptor_, events, *this);
  if (ec) return ec;
  registered_ = true;
  watches_writing_ = writing;
  return {};
}

// Whoever is called may end the connection and this object; the other one is called later.
void poll_transport::on_events(std::uint32_t events) {
  if ((events & (EPOLLRDHUP | broken)) != 0) ended_ = true;
  if ((events & (reading | broken)) != 0) readable_ = true;
  if ((events & (EPOLLOUT | broken)) != 0) writable_ = true;
  completion read_done = readable_ ? std::exchange(reader_, {}) : completion();
  completion write_done = writable_ ? std::exchange(writer_, {}) : completion();
  if (read_done.call != nullptr && write_done.call != nullptr) {
    poller_->defer(std::exchange(write_done, {}), {});
  }
  if (read_done.call != nullptr) return read_done({});
  if (write_done.call != nullptr) write_done({});
}

void poll_transport::cancel() noexcept {
  for (completion* waiting : {&reader_, &writer_}) {
    if (waiting->call == nullptr) continue;
    poller_->defer(std::exchange(*waiting, {}), boost::asio::error::operation_aborted);
  }
}

// --- the end -------------------------------------------------------------------------------------

void poll_transport::shutdown_send() noexcept {
  ::shutdown(descriptor_, SHUT_WR);
}

void poll_transport::close(bool reset) noexcept {
  if (descriptor_ < 0) return;
  cancel();
  if (reset) socket_io::reset_on_close(descriptor_);
  if (std::exchange(registered_, false)) poller_->remove(descriptor_);
  ::close(std::exchange(descriptor_, -1));
}

// The completions own the session, which owns this.
void poll_transport::on_shut_down() noexcept {
  const completion read_dropped = std::exchange(reader_, {});
  const completion write_dropped = std::exchange(writer_, {});
}

}  // namespace asio_httpd::net
