// SPDX-License-Identifier: BSL-1.0
//
// Who may read the status. Its content is tested in status_json_test.cpp.

#include <asio_httpd/request.hpp>
#include <asio_httpd/router.hpp>
#include <asio_httpd/status_report.hpp>

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "http/request_access.hpp"

using namespace asio_httpd;

namespace {

class fake_peer final : public peer {
 public:
  explicit fake_peer(bool local) : local_(local) {}
  std::string address() const override { return local_ ? "127.0.0.1" : "192.0.2.1"; }
  std::uint16_t port() const noexcept override { return 40000; }
  bool is_local() const noexcept override { return local_; }
  std::shared_ptr<body_source> open_body() override { return nullptr; }
  status_report server_status() const override {
    status_report r;
    r.version = "1.2.3";
    r.requests.by_route = {{"", "GET", "/not utf-8: \xff", 1}};
    return r;
  }

 private:
  bool local_;
};

response ask(bool local, status_options options, fields f = {}) {
  router routes;
  routes.status("/status", options);
  fake_peer from(local);
  request r{method::get, "/status", std::move(f)};
  request_access::peer(r, &from);
  return routes.handle(r);
}

fields with(std::string_view name) {
  fields f;
  f.set(name, "192.0.2.7");
  return f;
}

}  // namespace

TEST_CASE("a peer on this machine gets JSON that nobody stores") {
  const response answer = ask(true, {});
  CHECK(answer.status() == status::ok);
  CHECK(answer.fields().get(field::content_type) == "application/json");
  CHECK(answer.fields().get(field::cache_control) == "no-store");
  CHECK(answer.text().starts_with("{\n  \"version\": \"1.2.3\",\n"));
  CHECK(answer.text().ends_with("}\n"));
  CHECK(nlohmann::json::accept(answer.text()));
}

TEST_CASE("another peer is told how to open it, and nothing else") {
  const response answer = ask(false, {});
  CHECK(answer.status() == status::forbidden);
  CHECK(answer.text().find("to_everyone") != std::string_view::npos);
  CHECK(answer.text().find("1.2.3") == std::string_view::npos);
}

TEST_CASE("what a proxy passed on is not from this machine") {
  for (auto name : {"X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"}) {
    CAPTURE(name);
    CHECK(ask(true, {}, with(name)).status() == status::forbidden);
    CHECK(ask(true, {.to_everyone = true}, with(name)).status() == status::ok);
  }
}

TEST_CASE("opened to everyone") {
  CHECK(ask(false, {.to_everyone = true}).status() == status::ok);
}

TEST_CASE("the path is the caller's; it is a GET route") {
  router routes;
  const route& made = routes.status("/internal/health");
  CHECK(made.pattern == "/internal/health");
  CHECK(made.method == method::get);
}
