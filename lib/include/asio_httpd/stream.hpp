// SPDX-License-Identifier: BSL-1.0
//
// A byte stream of an accepted connection, for protocols that are not HTTP: those that a server
// was made for (`server(stream_handler, ...)`), and those that an HTTP request was upgraded to
// (`response::upgrade`). It is under the server's limits, deadlines and stop like any other.
//
// Used from the coroutine that it was given to, one operation at a time. Errors are thrown as
// boost::system::system_error; the end of the peer's data is a read of 0 bytes. When the server
// stops, operations throw `operation_aborted` at the latest at the stop's deadline.

#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace asio_httpd {

class stream {
 public:
  struct implementation;
  explicit stream(std::shared_ptr<implementation> i) noexcept;
  stream(stream&&) noexcept;
  stream& operator=(stream&&) noexcept;
  // Ends what is sent; the connection is closed when the handler returns.
  ~stream();

  // Waits for bytes and takes what is there, `size` at most; 0 is the end. Waits no longer than
  // deadlines::idle.
  boost::asio::awaitable<std::size_t> read_some(char* data, std::size_t size);
  // Up to and including the delimiter; "" at the end of the data. Throws
  // boost::asio::error::message_size where it is not found within `limit` bytes.
  boost::asio::awaitable<std::string> read_until(char delimiter, std::size_t limit = 8192);
  // All of it. Waits as long as the peer takes deadlines::write_rate bytes a second.
  boost::asio::awaitable<void> write(std::string_view data);

  // True once the server is stopping: finish what you are at.
  bool is_draining() const noexcept;
  std::string remote_address() const;
  std::uint16_t remote_port() const noexcept;
  boost::asio::any_io_executor get_executor() const;

 private:
  friend struct stream_access;
  std::shared_ptr<implementation> implementation_;
};

// What owns a stream until it returns.
struct stream_handler {
  std::function<boost::asio::awaitable<void>(stream)> run;
};

}  // namespace asio_httpd
