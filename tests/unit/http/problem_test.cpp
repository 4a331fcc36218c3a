// SPDX-License-Identifier: BSL-1.0
//
// Problem details, read back with a JSON library, and the three forms of an error page.

#include <asio_httpd/problem.hpp>

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <stdexcept>
#include <string>
#include <string_view>

using namespace asio_httpd;

namespace {

nlohmann::ordered_json members_of(const response& r) {
  CHECK(r.fields().get(field::content_type) == "application/problem+json");
  return nlohmann::ordered_json::parse(r.text());
}

response page(std::string_view accept, status s, std::string_view detail = {}) {
  fields f;
  if (!accept.empty()) f.set(field::accept, accept);
  response made = error_page(request(method::get, "/", f), s, detail);
  CHECK(made.status() == s);
  CHECK(made.fields().get(field::vary) == "Accept");
  CHECK(made.fields().get(field::x_content_type_options) == "nosniff");
  return made;
}

std::string_view type_of(const response& r) {
  return r.fields().get(field::content_type);
}

}  // namespace

TEST_CASE("a problem is its status where nothing else is said (RFC 9457 section 4.2.1)") {
  const response made = problem({.status = status::not_found});
  CHECK(made.status() == status::not_found);
  CHECK(made.text() == R"({"title":"Not Found","status":404})");
  CHECK(problem({.status = static_cast<status>(599)}).text() == R"({"status":599})");
}

TEST_CASE("every member, and extensions of every kind") {
  const auto got = members_of(problem({.status = status::forbidden,
                                       .type = "https://example.com/probs/out-of-credit",
                                       .title = "You do not have enough credit.",
                                       .detail = "Your balance is 30, but that costs 50.",
                                       .instance = "/account/12345/msgs/abc",
                                       .extensions = {{"balance", 30},
                                                      {"currency", "EUR"},
                                                      {"final", true},
                                                      {"accounts", json_text{R"(["/a","/b"])"}}}}));
  CHECK(got == nlohmann::ordered_json{{"type", "https://example.com/probs/out-of-credit"},
                                      {"title", "You do not have enough credit."},
                                      {"status", 403},
                                      {"detail", "Your balance is 30, but that costs 50."},
                                      {"instance", "/account/12345/msgs/abc"},
                                      {"balance", 30},
                                      {"currency", "EUR"},
                                      {"final", true},
                                      {"accounts", {"/a", "/b"}}});
}

TEST_CASE("every byte makes JSON") {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string text = {'a', static_cast<char>(byte), '"'};
    CAPTURE(byte);
    const auto made = problem({.detail = text, .extensions = {{text, text}}});
    CHECK(nlohmann::json::accept(made.text()));
  }
}

TEST_CASE("no member stands there twice") {
  for (const std::string name : {"type", "title", "status", "detail", "instance"}) {
    CHECK_THROWS_AS(problem({.extensions = {{name, 1}}}), std::invalid_argument);
  }
  CHECK_THROWS_AS(problem({.extensions = {{"a", 1}, {"b", 1}, {"a", 2}}}), std::invalid_argument);
  CHECK_NOTHROW(problem({.extensions = {{"a", 1}, {"b", 1}}}));
}

TEST_CASE("an error page is what the client asks for") {
  CHECK(type_of(page("", status::not_found)) == "text/plain; charset=utf-8");
  CHECK(type_of(page("*/*", status::not_found)) == "text/plain; charset=utf-8");
  CHECK(type_of(page("image/png", status::not_found)) == "text/plain; charset=utf-8");
  CHECK(type_of(page("text/html,application/xml;q=0.9,*/*;q=0.8", status::not_found)) ==
        "text/html; charset=utf-8");
  CHECK(type_of(page("application/json", status::not_found)) == "application/problem+json");
  CHECK(type_of(page("application/problem+json, */*;q=0.1", status::not_found)) ==
        "application/problem+json");
}

TEST_CASE("an error page says the status and the detail") {
  CHECK(page("", status::not_found).text() == "404 Not Found\n");
  CHECK(page("", status::not_found, "No such order").text() == "404 Not Found\nNo such order\n");
  CHECK(members_of(page("application/json", status::conflict, "Taken")) ==
        nlohmann::ordered_json{{"title", "Conflict"}, {"status", 409}, {"detail", "Taken"}});
  const std::string html(page("text/html", status::conflict, "Taken").text());
  CHECK(html.starts_with("<!doctype html>"));
  CHECK(html.find("<title>409 Conflict</title>") != std::string::npos);
  CHECK(html.find("<p>Taken</p>") != std::string::npos);
  CHECK(page("text/html", status::conflict).text().find("<p>") == std::string_view::npos);
}

TEST_CASE("a detail from a request is no markup, and the page loads and runs nothing") {
  const response made = page("text/html", status::bad_request, "<script>'\"&");
  CHECK(made.text().find("<p>&lt;script&gt;&#39;&quot;&amp;</p>") != std::string_view::npos);
  CHECK(made.fields().get(field::content_security_policy).starts_with("default-src 'none'"));
  CHECK(made.text().find("http") == std::string_view::npos);
  CHECK(made.text().find("<script") == std::string_view::npos);
}
