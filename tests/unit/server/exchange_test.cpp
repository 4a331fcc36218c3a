// SPDX-License-Identifier: BSL-1.0
//
// Answers that are not a handler's, counting, and the log of exchanges.

#include "server/exchange.hpp"

#include "support/scratch_folder.hpp"
#include "support/server_harness.hpp"

#include <asio_httpd/asio_httpd.hpp>

#include <doctest/doctest.h>

#include <unistd.h>

#include <new>
#include <stdexcept>
#include <string>
#include <vector>

using namespace asio_httpd;
using namespace asio_httpd::serving;
using test_support::get;
using test_support::request_text;
using test_support::server_harness;

namespace {

// What the log was told, as text.
class recording_log final : public exchange_log {
 public:
  void write(const exchange& e) noexcept override {
    lines.push_back(std::string(e.request ? e.request->target() : "-") + " " +
                    std::to_string(to_integer(e.response->status())) + " " +
                    std::to_string(e.bytes_sent) + " " + std::string(to_string(e.reason)));
    last_remote = std::string(e.remote_address) + ":" + std::to_string(e.remote_port);
    last_time = e.unix_time;
  }
  void flush() noexcept override { ++flushes; }
  std::vector<std::string> lines;
  std::string last_remote;
  std::int64_t last_time = 0;
  int flushes = 0;
};

template <class E>
handler_failure failure_of(E e) {
  return answer_exception(std::make_exception_ptr(std::move(e)));
}

}  // namespace

TEST_CASE("how exceptions are answered") {
  auto meant = failure_of(http_error(status::conflict, "no"));
  CHECK(meant.answer.status() == status::conflict);
  CHECK(meant.answer.text() == "no");
  CHECK(meant.message.empty());
  auto known = failure_of(std::runtime_error("secret"));
  CHECK(known.answer.status() == status::internal_server_error);
  CHECK(known.answer.text().find("secret") == std::string_view::npos);
  CHECK(known.message == "secret");
  auto unknown = failure_of(42);
  CHECK(unknown.answer.status() == status::internal_server_error);
  CHECK_FALSE(unknown.message.empty());
}

TEST_CASE("an exception with an empty text is an error like any other") {
  auto failure = failure_of(std::runtime_error(""));
  CHECK(failure.answer.status() == status::internal_server_error);
  CHECK_FALSE(failure.message.empty());
}

TEST_CASE("a file's stamp changes with its size and its time") {
  test_support::scratch_folder folder;
  const std::string path = folder.write("f", "1234");
  std::error_code error;
  const file f = file::open(path, error);
  const auto before = file_stamp::of(f);
  CHECK(file_stamp::of(f) == before);
  REQUIRE(::truncate(path.c_str(), 3) == 0);
  CHECK(file_stamp::of(f) != before);
}

TEST_CASE("requests are counted by method, class and route") {
  router routes;
  routes.get("/a", [] { return "a"; });
  routes.get("/b/{x}", [](std::string_view x) { return std::string(x); });
  server_harness h(routes);
  auto c = h.connect();
  h.ask(c, get("/a") + get("/a") + get("/b/1") + get("/none") + request_text("HEAD /a HTTP/1.1") +
               request_text("POST /a HTTP/1.1"));
  const auto r = h.report().requests;
  CHECK(r.total == 6);
  CHECK(r.by_status_class[2] == 4);
  CHECK(r.by_status_class[4] == 2);
  CHECK(r.without_route == 2);
  REQUIRE(r.by_route.size() == 2);
  CHECK(r.by_route[0].requests == 3);
  CHECK(r.by_route[1].requests == 1);
  CHECK(r.by_route[1].pattern == "/b/{x}");
  CHECK(r.latency.count == 4);
  std::string methods;
  for (const auto& [name, count] : r.by_method) methods += name + std::to_string(count) + " ";
  CHECK(methods == "GET4 HEAD1 POST1 ");
}

TEST_CASE("bytes are counted in both directions" * test_support::http1_only) {
  router routes;
  routes.get("/", [] { return "hello"; });
  server_harness h(routes);
  auto c = h.connect();
  const std::string sent = get("/");
  const std::string received = h.ask(c, sent);
  CHECK(h.report().bytes.received == sent.size());
  CHECK(h.report().bytes.sent == received.size());
}

TEST_CASE("each exchange is logged once, with the reason of the close that it brings" *
          test_support::http1_only) {
  auto log = std::make_shared<recording_log>();
  router routes;
  routes.get("/", [] { return "hello"; });
  server_harness h(routes, {.limits = {.requests_per_connection = 3}, .access_log = log});
  auto c = h.connect();
  h.ask(c, get("/?q") + request_text("HEAD / HTTP/1.1") + get("/none"));
  auto d = h.connect();
  h.ask(d, get("/", "Connection: close\r\n"));
  auto e = h.connect();
  h.ask(e, "bad\r\n\r\n");
  auto f = h.connect();
  h.ask(f, "GET / HT");
  h.advance(std::chrono::seconds(11));
  REQUIRE(log->lines.size() == 6);
  CHECK(log->lines[0] == "/?q 200 5 none");
  CHECK(log->lines[1] == "/ 200 0 none");
  CHECK(log->lines[2] == "/none 404 14 request_refused");
  CHECK(log->lines[3] == "/ 200 5 client_requested");
  CHECK(log->lines[4] == "- 400 16 parse_error");
  CHECK(log->lines[5] == "- 408 20 head_timeout");
  CHECK(log->last_remote == "127.0.0.1:40000");
  CHECK(log->last_time == 784111777 + 10);  // when the deadline fired
  CHECK(log->flushes > 0);
}

TEST_CASE("a response that is no final one is a mistake of the handler: 500") {
  router routes;
  routes.get("/{n}", [](int n) { return response(static_cast<status>(n)); });
  server_harness h(routes);
  auto c = h.connect();
  CHECK(test_support::statuses_in(h.ask(c, get("/100"))) == "500");
  CHECK(test_support::statuses_in(h.ask(c, get("/101"))) == "500");
  CHECK(test_support::statuses_in(h.ask(c, get("/599"))) == "599");
}

// --- errors in the form that the client asks for -------------------------------------------------

namespace {

router with_errors() {
  router routes;
  routes.get("/own", [] { return text("gone for ever\n", status::gone); });
  routes.get("/status", [] { return status::gone; });
  routes.get("/thrown", []() -> std::string { throw http_error(status::conflict, "<taken>"); });
  routes.get("/broken", []() -> std::string { throw std::runtime_error("secret"); });
  return routes;
}

testing::answer ask_as(std::string_view accept, std::string target) {
  testing::server s(with_errors());
  return s.get(std::move(target), {{"Accept", std::string(accept)}});
}

constexpr std::string_view browser = "text/html,application/xhtml+xml,*/*;q=0.8";

}  // namespace

TEST_CASE("errors of the server itself are pages for browsers") {
  for (const auto* target : {"/nothing", "/status", "/broken"}) {
    CAPTURE(target);
    const auto got = ask_as(browser, target);
    CHECK(got.get(field::content_type) == "text/html; charset=utf-8");
    CHECK(got.get(field::vary) == "Accept");
    CHECK(got.text().starts_with("<!doctype html>"));
    CHECK(got.text().find(std::to_string(to_integer(got.status()))) != std::string::npos);
    CHECK(got.text().find("secret") == std::string::npos);
  }
}

TEST_CASE("errors of the server itself are problem details for programs") {
  const auto got = ask_as("application/json", "/nothing");
  CHECK(got.get(field::content_type) == "application/problem+json");
  CHECK(got.text().find("\"status\":404") != std::string::npos);
}

TEST_CASE("errors of the server itself are a line of text for everybody else") {
  for (const auto* accept : {"*/*", "text/plain", "image/png", ""}) {
    CAPTURE(accept);
    const auto got = ask_as(accept, "/nothing");
    CHECK(got.text() == "404 Not Found\n");
    CHECK(got.get(field::vary) == "Accept");
  }
}

TEST_CASE("what a handler throws is told as a page, too; what it answers is left alone") {
  CHECK(ask_as(browser, "/thrown").text().find("<p>&lt;taken&gt;</p>") != std::string::npos);
  CHECK(ask_as("*/*", "/thrown").text() == "<taken>");
  CHECK(ask_as(browser, "/own").text() == "gone for ever\n");
  CHECK(ask_as(browser, "/own").get(field::vary).empty());
}

TEST_CASE("an error's other fields stay where its text becomes a page") {
  testing::server s(with_errors());
  const auto got = s.post("/own", "", {{"Accept", "text/html"}});
  CHECK(got.status() == status::method_not_allowed);
  CHECK(got.get(field::allow) == "GET, HEAD, OPTIONS");
  CHECK(got.get(field::content_type) == "text/html; charset=utf-8");
}

TEST_CASE("an error before the fields were read is a line of text" * test_support::http1_only) {
  testing::server s(with_errors());
  auto c = s.connect();
  const std::string answer = c.ask("GET / HTTP/9.9\r\nAccept: text/html\r\nHost: a\r\n\r\n");
  CHECK(answer.find("505") != std::string::npos);
  CHECK(answer.find("<html") == std::string::npos);
}

TEST_CASE("an error says once that it depends on Accept") {
  for (const auto* target : {"/nothing", "/plain", "/thrown", "/page"}) {
    CAPTURE(target);
    router routes = with_errors();
    routes.get("/plain", []() -> std::string { throw http_error(status::conflict); });
    routes.get("/page", [](const request& r) { return error_page(r, status::conflict); });
    testing::server s(std::move(routes));
    const auto got = s.get(target, {{"Accept", "text/html"}});
    int lines = 0;
    for (const auto& line : got.fields()) lines += line.id == field::vary ? 1 : 0;
    CHECK(lines == 1);
  }
}

TEST_CASE("an after-hook that throws is an error like any other") {
  router routes = with_errors();
  routes.use(after([](const request&, response&) { throw std::runtime_error("no"); }));
  testing::server s(std::move(routes));
  const auto got = s.get("/own", {{"Accept", "text/html"}});
  CHECK(got.status() == status::internal_server_error);
  CHECK(got.text().starts_with("<!doctype html>"));
}
