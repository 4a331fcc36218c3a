// SPDX-License-Identifier: BSL-1.0
//
// A client for server-sent events, over a connection of its own to a `testing::server`. Like a
// browser's EventSource, but that it connects again only when it is told to.
//
//   testing::event_source ticks(s, "/ticks");
//   CHECK(ticks.receive_event().data == "1");
//
// The server must outlive it.

#pragma once

#include <asio_httpd/testing/client_request.hpp>
#include <asio_httpd/testing/connection.hpp>
#include <asio_httpd/testing/event_stream.hpp>
#include <asio_httpd/testing/server.hpp>

#include <optional>
#include <string>

namespace asio_httpd::testing {

class event_source {
 public:
  // Sends GET with `Accept: text/event-stream` and these fields. Throws `error` where the answer is
  // not 200 with text/event-stream.
  event_source(testing::server& s, std::string target, field_lines fields = {});

  // The next event. Waits as `connection::receive_answer` does, then throws `error`.
  event receive_event();
  // The next event, where it has come; waits for nothing.
  std::optional<event> next();
  // The stream as far as it has come: comments, the last event ID, the time to wait.
  event_stream& stream();
  // The server has ended the stream, or the connection broke.
  bool is_closed();

  // Closes the connection where it is open, and asks again on a new one, with Last-Event-ID where
  // there was an ID. What came before is forgotten, but for that.
  void reconnect();
  testing::connection& connection() noexcept { return connection_; }
  // The last answer, with the content that came at once.
  const answer& head() const noexcept { return head_; }

 private:
  testing::connection open();
  void read_head();

  testing::server* server_;
  client_request request_;
  event_stream stream_;
  testing::connection connection_;  // behind the stream, whose last ID is in its request
  answer head_;
};

}  // namespace asio_httpd::testing
