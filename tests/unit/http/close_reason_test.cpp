// SPDX-License-Identifier: BSL-1.0
//
// Each reason for a close has a name of its own, fit for a key in JSON.

#include <asio_httpd/close_reason.hpp>

#include <doctest/doctest.h>

#include <set>

using namespace asio_httpd;

TEST_CASE("each close reason has a name of its own") {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < close_reason_count; ++i) {
    const std::string_view name = to_string(static_cast<close_reason>(i));
    CAPTURE(name);
    CHECK_FALSE(name.empty());
    CHECK(names.insert(name).second);
    for (const char c : name) CHECK(((c >= 'a' && c <= 'z') || c == '_'));
  }
}

TEST_CASE("the names are in the order of the reasons") {
  CHECK(to_string(close_reason::none) == "none");
  CHECK(to_string(close_reason::client_aborted) == "client_aborted");
  CHECK(to_string(close_reason::parse_error) == "parse_error");
  CHECK(to_string(close_reason::head_timeout) == "head_timeout");
  CHECK(to_string(close_reason::content_changed) == "content_changed");
  CHECK(to_string(close_reason::upgraded) == "upgraded");
  CHECK(to_string(close_reason::internal_error) == "internal_error");
  CHECK(to_string(close_reason::tls_handshake) == "tls_handshake");
  CHECK(to_string(close_reason::flooded) == "flooded");
  CHECK(static_cast<std::size_t>(close_reason::flooded) + 1 == close_reason_count);
}
