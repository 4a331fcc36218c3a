// SPDX-License-Identifier: BSL-1.0
//
// The test kit: an app with the real connection loop, and neither ports nor threads nor sleeps.
// CMake: find_package(asio_httpd COMPONENTS testing), target asio_httpd::testing.
//
//   testing::server s(routes);
//   CHECK(s.get("/users/7").text() == "7");
//
//   auto c = s.connect();
//   c.send("GET / HTTP/1.1\r\n");
//   s.advance(31s);
//   CHECK(c.receive_answer().status() == status::request_timeout);
//
// For `answer.json()` include <asio_httpd/testing/json.hpp> as well. docs/how-to/test-your-app.md
// goes through all of it.

#pragma once

#include <asio_httpd/testing/answer.hpp>
#include <asio_httpd/testing/client_request.hpp>
#include <asio_httpd/testing/connection.hpp>
#include <asio_httpd/testing/error.hpp>
#include <asio_httpd/testing/event_source.hpp>
#include <asio_httpd/testing/event_stream.hpp>
#include <asio_httpd/testing/protocol.hpp>
#include <asio_httpd/testing/server.hpp>
#include <asio_httpd/testing/websocket_client.hpp>
