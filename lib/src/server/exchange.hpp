// SPDX-License-Identifier: BSL-1.0
//
// One request and its answer, apart from the connection that carries them: which route, what it
// asks of the body, what is answered where there is none or where a handler threw. No sockets.

#pragma once

#include "http/rule.hpp"
#include "routing/chains.hpp"
#include "server/core.hpp"
#include "server/workspace.hpp"

#include <asio_httpd/router.hpp>

#include <cstdint>
#include <exception>
#include <string>
#include <string_view>

namespace asio_httpd::serving {

struct exchange_state {
  const asio_httpd::route* route = nullptr;  // null where no route was found
  std::size_t route_index = 0;
  clock::time_point started{};            // the end of its head
  clock::time_point called{};             // the first coroutine of its handler
  const routing::hooks* hooks = nullptr;  // from the end of the head to the response, where any are
};

// A response that cannot end an exchange becomes one that says so: an upgrade that the peer did not
// ask for (426), an interim or impossible status (500).
void check_final(const http::engine& e, response& r);

// An error whose text is nobody's own, or the `detail` of an http_error, is told in the form that
// the client asks for: a page, problem details, or the line of text that it is (RFC 9110 section
// 12.5.1). Its other fields stay.
void negotiate_error(const request& q, response& r, std::string_view detail = {});

// How the handler's exception is answered; `message` is for the log, empty where the handler
// answered on purpose.
struct handler_failure {
  response answer;
  std::string message;
};
handler_failure answer_exception(std::exception_ptr error);

// At the end of the head: finds the route, and calls the before-hooks, whose exceptions come
// through. False where there is no route, or where a hook answered; then `w.response` has the
// answer.
bool find_route(const core& c, workspace& w, exchange_state& state);

// The answer to a request that broke a rule.
void answer_broken_rule(http::rule r, response& to);

// Counts a request whose response has been framed; not how long it took.
void count_exchange(thread_counters& counters, workspace& w, const exchange_state& state) noexcept;

struct exchange_end {
  std::string_view remote_address;
  std::uint16_t remote_port;
  std::uint64_t content_size;
  close_reason reason;
  clock::duration took;
};
// Writes it to the access log, which there must be.
void log_exchange(const core& c, workspace& w, const exchange_end& end);

// How a file was when sending it began; whether it still is, is asked before its last bytes.
struct file_stamp {
  std::int64_t size;
  std::int64_t seconds;
  std::int64_t nanoseconds;
  friend bool operator==(const file_stamp&, const file_stamp&) = default;

  static file_stamp of(const file& f) noexcept;
};

}  // namespace asio_httpd::serving
