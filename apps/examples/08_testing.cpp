// SPDX-License-Identifier: BSL-1.0
//
// Tests of an app: no port, no thread, no sleep. Only `testing::server` and `main` know that this
// is a test, so the same lines go into the test framework of your choice. Ends with 0 where all is
// well.

#include <asio_httpd/asio_httpd.hpp>
#include <asio_httpd/json.hpp>
#include <asio_httpd/testing.hpp>
#include <asio_httpd/testing/json.hpp>

#include <cstdlib>
#include <iostream>

using asio_httpd::field;
using asio_httpd::request;
using asio_httpd::status;
using namespace std::chrono_literals;
namespace testing = asio_httpd::testing;

namespace {

// The app: what the program gives to asio_httpd::run.
asio_httpd::router app() {
  asio_httpd::router routes;
  routes.get("/", [] { return "hello"; });
  routes.get("/users/{id}", [](int id) { return nlohmann::json{{"id", id}}; });
  routes.post("/echo", [](const request& r) { return std::string(r.body()); }).body_limit(1000);
  return routes;
}

void check(bool holds, std::string_view what) {
  if (holds) return;
  std::cerr << "not so: " << what << "\n";
  std::exit(1);
}

void requests_are_answered() {
  testing::server s(app());
  check(s.get("/").text() == "hello", "/ says hello");
  check(s.get("/users/7").json()["id"] == 7, "a user has an id");
  check(s.get("/users/x").status() == status::not_found, "an id is a number");
  check(s.post("/echo", "abc", {{"Content-Type", "text/plain"}}).text() == "abc", "an echo");
  check(s.post("/echo", std::string(1001, 'x')).status() == status::content_too_large, "a limit");
}

void slow_clients_are_cut() {
  testing::server s(app());
  auto c = s.connect();
  c.send("GET / HTTP/1.1\r\nHo");
  s.advance(11s);
  check(c.receive_answer().status() == status::request_timeout, "a head has its time");
  check(s.ends() == "head_timeout", "the reason is counted");
}

void idle_clients_are_cut() {
  testing::server s(app(), {.deadlines = {.idle = 5s}});
  auto c = s.connect();
  check(c.request({.target = "/"}).get(field::connection).empty(), "the connection stays");
  s.advance(6s);
  check(c.is_closed() && s.closed("idle_timeout") == 1, "but not for ever");
}

}  // namespace

int main() {
  requests_are_answered();
  slow_clients_are_cut();
  idle_clients_are_cut();
  std::cout << "all is well\n";
}
