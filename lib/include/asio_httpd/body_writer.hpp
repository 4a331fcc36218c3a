// SPDX-License-Identifier: BSL-1.0
//
// Responses whose content is written while it comes into being.
//
//   routes.get("/numbers", [] {
//     return streaming("text/plain", [](body_writer out) -> boost::asio::awaitable<void> {
//       for (int i = 0; i < 1'000'000; ++i) co_await out.write(std::to_string(i) + "\n");
//     });
//   });
//
// The producer runs after the head, on the connection's executor, and holds up the connection until
// it returns. What it awaits is cancelled with `operation_aborted` when the client leaves, takes
// too little (deadlines::write_rate), or the server's stop is at its deadline. There is no deadline
// for the whole but `route::deadline`. A producer that throws, or that does not write the size that
// was announced, ends the connection: the client sees that the content is not whole. Neither is it
// run for HEAD.

#pragma once

#include <asio_httpd/fields.hpp>
#include <asio_httpd/response.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace asio_httpd {

// Used from the coroutine that it was given to, one operation at a time. Copies are the same
// writer.
class body_writer {
 public:
  struct implementation;
  explicit body_writer(std::shared_ptr<implementation> i) noexcept;

  // Sends it: at its end the kernel has all of it, so nothing piles up behind a client that is
  // slow. Each call is a piece of its own on the wire, so do not write byte by byte. Throws
  // boost::system::system_error where the connection is gone, std::length_error where it is more
  // than the size that was announced.
  boost::asio::awaitable<void> write(std::string_view data);
  // Sends the head where nothing was written yet.
  boost::asio::awaitable<void> flush();
  // Sends these bytes whenever nothing was written for that long, so that proxies and clients see
  // that the connection lives. Granularity: half a second. "" or 0: none.
  void heartbeat(std::string bytes, std::chrono::milliseconds interval);
  // What the content ends with when the server stops; then what the producer awaits is cancelled.
  // Without it a producer goes on until it returns, or to the stop's deadline.
  void farewell(std::string bytes);
  // Fields behind the content (RFC 9110 section 6.5), of the chunked coding only: those that were
  // set when the producer returns.
  fields& trailers() noexcept;

  // True once the server is stopping: come to an end.
  bool is_draining() const noexcept;
  boost::asio::any_io_executor get_executor() const;

 private:
  std::shared_ptr<implementation> implementation_;
};

struct body_producer {
  std::function<boost::asio::awaitable<void>(body_writer)> run;
};

// A 200 with that content, of a size that is known or not.
response streaming(std::string_view content_type,
                   std::function<boost::asio::awaitable<void>(body_writer)> producer,
                   std::optional<std::uint64_t> size = {});

}  // namespace asio_httpd
