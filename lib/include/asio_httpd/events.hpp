// SPDX-License-Identifier: BSL-1.0
//
// Server-Sent Events (WHATWG HTML, "Server-sent events"): messages to a page's EventSource.
//
//   routes.get("/clock", [](const request& r) {
//     return events(r, [](event_sender to) -> boost::asio::awaitable<void> {
//       boost::asio::steady_timer timer(to.get_executor());
//       for (;;) {
//         co_await to.send({.data = "tick"});
//         timer.expires_after(std::chrono::seconds(1));
//         co_await timer.async_wait(boost::asio::use_awaitable);
//       }
//     });
//   });
//
// The browser connects again by itself when the connection ends, with the id of the last event that
// it saw. A comment every `heartbeat` keeps the connection from being taken for dead. When the
// server stops, the stream ends with a `retry` that differs from client to client, so that they
// come back one after the other.

#pragma once

#include <asio_httpd/body_writer.hpp>
#include <asio_httpd/request.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace asio_httpd {

struct event {
  std::string_view data;    // may hold line ends; "" is an event too
  std::string_view type{};  // "" is "message"
  std::string_view id{};    // what the browser sends as Last-Event-ID when it connects again
  std::optional<std::chrono::milliseconds> retry{};  // how long it waits before that
};

struct event_options {
  std::chrono::milliseconds heartbeat = std::chrono::seconds(15);  // 0: none
  // When the server stops: clients come back after between one and two of these.
  std::chrono::milliseconds retry = std::chrono::seconds(2);
};

// As body_writer. Throws std::invalid_argument for a type or id that holds a line end or NUL.
class event_sender {
 public:
  event_sender(body_writer out, std::string last_event_id) noexcept;

  boost::asio::awaitable<void> send(const event& e);
  // A line that the browser drops.
  boost::asio::awaitable<void> comment(std::string_view text);
  // Sets how long the browser waits before it connects again.
  boost::asio::awaitable<void> retry(std::chrono::milliseconds after);

  // The id of the last event that this client saw, over an earlier connection; "" where there is
  // none.
  const std::string& last_event_id() const noexcept { return last_event_id_; }
  bool is_draining() const noexcept { return out_.is_draining(); }
  boost::asio::any_io_executor get_executor() const { return out_.get_executor(); }

 private:
  body_writer out_;
  std::string last_event_id_;
};

// The response that runs `f`; the stream ends when that returns.
response events(const request& r, std::function<boost::asio::awaitable<void>(event_sender)> f,
                event_options options = {});

// An event as it goes over the wire.
std::string to_text(const event& e);

}  // namespace asio_httpd
