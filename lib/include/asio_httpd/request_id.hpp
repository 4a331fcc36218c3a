// SPDX-License-Identifier: BSL-1.0
//
// A name for each request, to find it again in the logs of all that took part: X-Request-ID, and
// the trace context of the W3C (version 00, https://www.w3.org/TR/trace-context/).
//
//   routes.use(request_id());
//   routes.get("/x", [](const request& r) { call_other_server(traceparent_of(r)); ... });
//
// The response carries X-Request-ID and, with the trace context, `traceresponse`; so an access log
// finds them there; the one of this library shows the id in its JSON lines. Ids are random, but no
// secrets. Costs no system call and no allocation.

#pragma once

#include <asio_httpd/middleware.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace asio_httpd {

struct request_id_options {
  // Takes over an X-Request-ID that the client sent: 1 to 128 letters, digits and "-_.:+/=@~".
  // Otherwise, and where there is none, it is made: 32 hexadecimal digits.
  bool from_client = true;
  // Takes over the trace that the client's `traceparent` names, or begins one.
  bool trace_context = true;
};

middleware request_id(request_id_options options = {});

// The id of a request that has passed `request_id`, also in an after-hook; else "". Valid like the
// request.
std::string_view request_id_of(const request& r) noexcept;

// "00-<trace>-<span>-<flags>": what a request to another server, made for this one, should carry.
// The span is this server's own. "" where there is no trace context.
std::string_view traceparent_of(const request& r) noexcept;

// A traceparent taken apart; views into it, lower-case hexadecimal digits.
struct trace_parent {
  std::string_view trace_id;   // 32 digits
  std::string_view parent_id;  // 16 digits
  bool sampled = false;
};
// Nothing where it is malformed. Of a version after 00, what 00 knows of it.
std::optional<trace_parent> parse_traceparent(std::string_view text) noexcept;

}  // namespace asio_httpd
