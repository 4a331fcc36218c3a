// SPDX-License-Identifier: BSL-1.0
//
// Answers to what went wrong: problem details for programs (RFC 9457), and a page for people.
//
//   return problem({.status = status::conflict, .detail = "The seat is taken",
//                   .extensions = {{"seat", "12F"}, {"row", 12}}});
//   return error_page(r, status::not_found, "There is no such order");
//
// Neither needs a JSON library; json_text takes what another one wrote. Texts need not be UTF-8:
// what is not is shown as U+FFFD in JSON. Any thread.

#pragma once

#include <asio_httpd/request.hpp>
#include <asio_httpd/response.hpp>
#include <asio_httpd/status.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace asio_httpd {

// A JSON value as text, written as it is: nlohmann::json(...).dump(), say. Not checked.
struct json_text {
  std::string text;
};

// A member that is your own (RFC 9457 section 3.2).
struct problem_extension {
  std::string name;
  std::variant<std::string, std::int64_t, bool, json_text> value;
};

struct problem_details {
  asio_httpd::status status = asio_httpd::status::internal_server_error;
  // A URI for the kind of problem; "" is about:blank: nothing but the status.
  std::string type = {};
  // What kind that is, always the same for a type; "" is the reason phrase.
  std::string title = {};
  // What went wrong this time; "" for nothing.
  std::string detail = {};
  // A URI for this occurrence; "" for none.
  std::string instance = {};
  std::vector<problem_extension> extensions = {};
};

// The response, of type application/problem+json. Throws std::invalid_argument where an extension
// has the name of another one or of a member above.
response problem(const problem_details& details);

// An answer in the form that the client asks for by Accept (negotiation.hpp): a page in HTML,
// problem details (for application/json, too), or a line of plain text, which is also for those who
// take anything or none of these. `detail` is a sentence for the person or the log at the other
// end; it is escaped.
response error_page(const request& r, status s, std::string_view detail = {});

}  // namespace asio_httpd
