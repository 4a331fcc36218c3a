// SPDX-License-Identifier: BSL-1.0
//
// The test kit as our own tests use it, which mostly look at bytes: requests and answers as text.
//
//   server_harness h(routes);
//   auto c = h.connect();
//   CHECK(h.ask(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n").starts_with("HTTP/1.1 200"));
//   h.advance(31s);
//   CHECK(h.closed("idle_timeout") == 1);

#pragma once

#include "support/carried.hpp"

#include <asio_httpd/stream.hpp>
#include <asio_httpd/testing/connection.hpp>
#include <asio_httpd/testing/server.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace test_support {

class server_harness : public asio_httpd::testing::server {
 public:
  using asio_httpd::testing::server::server;

  // What comes back for these bytes, or at once.
  static std::string ask(asio_httpd::testing::connection& c, std::string_view bytes) {
    return c.ask(bytes);
  }
  static std::string receive(asio_httpd::testing::connection& c) { return c.receive(); }
};

// One answer, taken apart.
struct reply {
  int status = 0;
  asio_httpd::fields fields;
  std::string body;

  // The value of a field, or "".
  std::string field(std::string_view name) const { return std::string(fields.get(name)); }
};

// All answers in `bytes`, also interim ones. `head_only`: they are answers to HEAD. One that is not
// whole, or is none, is the last, with status 0 and what came of it.
std::vector<reply> replies_in(std::string_view bytes, bool head_only = false);
// The statuses in one text, "200 404"; "200 ?" where something is left over.
std::string statuses_in(std::string_view bytes, bool head_only = false);

// "GET /path HTTP/1.1" with a Host field and these lines, each with its line end.
std::string get(std::string_view path, std::string_view lines = {});
std::string request_text(std::string_view request_line, std::string_view lines = {},
                         std::string_view body = {});

}  // namespace test_support
