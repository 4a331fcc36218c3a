// SPDX-License-Identifier: BSL-1.0
//
// The transport of a stream of HTTP/2: to whoever serves it, a byte stream as a socket is one. What
// is read is the content of the request, what is written is that of the response; in between stand
// the windows of flow control and the connection that all streams share.

#pragma once

#include "base/block_pool.hpp"
#include "http2/session.hpp"
#include "net/transport.hpp"

#include <memory>

namespace asio_httpd::serving {

class http2_link;
class io_session;

class http2_stream final : public net::transport, public base::pooled {
 public:
  // `parent` is the connection's session, to which `l` belongs.
  http2_stream(std::shared_ptr<io_session> parent, http2_link& l,
               std::unique_ptr<http2::stream> s) noexcept;
  ~http2_stream() override;

  net::io_result read(char* data, std::size_t size) noexcept override;
  net::io_result write(std::string_view first, std::string_view second,
                       bool more) noexcept override;
  net::io_result send_file(int descriptor, std::uint64_t offset,
                           std::size_t size) noexcept override;
  net::peer_state look_at_peer() noexcept override;
  bool peer_has_ended() const noexcept override { return is_broken(); }
  void async_wait(wait what, net::completion done) override;
  void cancel() noexcept override;
  void shutdown_send() noexcept override;
  void close(bool reset) noexcept override;
  std::uint64_t unsent() const noexcept override { return 0; }
  const net::endpoint& remote() const noexcept override;
  const net::security* security() const noexcept override;
  boost::asio::any_io_executor executor() const override;

  // --- for the connection

  http2::stream& stream() noexcept { return *stream_; }
  bool is_waiting_to_write() const noexcept { return writer_.call != nullptr; }
  // What the peer is told where this is closed before the answer is whole.
  void break_off(http2::error why) noexcept;
  // Something has come.
  void wake_reader();
  // There is room for something. Not while nobody waits for that.
  void wake_writer();
  // Who waits is to find out that the connection is gone.
  void tell_end();
  bool is_more_urgent_than(const http2_stream& other) const noexcept;
  // It gets the turn of that number.
  void note_turn(std::uint64_t number) noexcept { last_turn_ = number; }
  // Nothing comes any more, and nothing goes.
  void detach() noexcept { link_ = nullptr; }
  // Drops what waits, uncalled. May be its end.
  void drop() noexcept;

 private:
  bool is_broken() const noexcept;
  bool is_readable() const noexcept;
  net::io_result sent(std::size_t size) noexcept;

  std::shared_ptr<io_session> parent_;
  http2_link* link_;                       // null once that is gone
  std::unique_ptr<http2::stream> stream_;  // null once closed
  net::completion reader_;
  net::completion writer_;
  std::uint64_t last_turn_ = 0;
  bool end_was_told_;
};

}  // namespace asio_httpd::serving
