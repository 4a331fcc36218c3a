// SPDX-License-Identifier: BSL-1.0
//
// The response object: what a handler sets is what is there; and the usual responses in a word.

#include <asio_httpd/response.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

using namespace asio_httpd;

TEST_CASE("an empty 200 at first") {
  const response r;
  CHECK(r.status() == status::ok);
  CHECK(r.kind() == response::content::none);
  CHECK(r.content_size() == 0);
  CHECK(r.fields().empty());
  CHECK_FALSE(r.closes_connection());
  CHECK(r.upgrade_handler() == nullptr);
}

TEST_CASE("status, fields and content") {
  response r(status::created, "hello", "text/plain");
  CHECK(r.status() == status::created);
  CHECK(r.text() == "hello");
  CHECK(r.content_size() == 5);
  CHECK(r.fields().get(field::content_type) == "text/plain");
  r.status(status::ok).set(field::etag, "\"1\"").set("X-Own", "y").close_connection();
  CHECK(r.fields().get(field::etag) == "\"1\"");
  CHECK(r.fields().get("x-own") == "y");
  CHECK(r.closes_connection());
  r.body("longer text");
  CHECK(r.text() == "longer text");
  r.body_copy("copied");
  CHECK(r.text() == "copied");
  CHECK(r.release_text() == "copied");
  r.no_body();
  CHECK(r.kind() == response::content::none);
  CHECK(r.content_size() == 0);
}

TEST_CASE("content from a file") {
  std::error_code error;
  response r;
  r.body(file::open("/proc/self/exe", error), 10, 20);
  REQUIRE_FALSE(error);
  CHECK(r.kind() == response::content::file);
  CHECK(r.file().is_open());
  CHECK(r.file_offset() == 10);
  CHECK(r.content_size() == 20);
  const auto released = r.release_file();
  REQUIRE(released);
  CHECK(released->is_open());
  CHECK_FALSE(r.file().is_open());
  r.no_body();
  CHECK(r.content_size() == 0);
}

TEST_CASE("content that is shared") {
  const auto text = std::make_shared<const std::string>("for all");
  response r;
  r.body(text);
  CHECK(r.text().data() == text->data());
  CHECK(r.content_size() == 7);
  r.body_copy("own");
  CHECK(r.text() == "own");
  r.body(text).body("mine");
  CHECK(r.text() == "mine");
  CHECK(r.release_shared_text() == nullptr);
  r.body(text);
  CHECK(r.release_shared_text() == text);
  r.body(text).clear();
  CHECK(r.content_size() == 0);
  CHECK(text.use_count() == 1);
}

TEST_CASE("text in place of a file") {
  std::error_code error;
  response r;
  r.body(file::open("/proc/self/exe", error), 0, 1000);
  r.body("text");
  CHECK(r.kind() == response::content::text);
  CHECK(r.content_size() == 4);
}

TEST_CASE("clear makes it an empty 200 again") {
  response r(status::not_found, "text", "text/plain");
  r.close_connection();
  r.clear();
  CHECK(r.status() == status::ok);
  CHECK(r.kind() == response::content::none);
  CHECK(r.fields().empty());
  CHECK(r.text().empty());
  CHECK_FALSE(r.closes_connection());
  r.upgrade("echo", nullptr);
  CHECK(r.status() == status::switching_protocols);
  CHECK(r.fields().get(field::upgrade) == "echo");
  r.clear();
  CHECK(r.status() == status::ok);
  CHECK_FALSE(r.fields().contains(field::upgrade));
}

TEST_CASE("a moved response is the same response") {
  response r(status::accepted, "text", "text/plain");
  response moved(std::move(r));
  CHECK(moved.status() == status::accepted);
  CHECK(moved.text() == "text");
  CHECK(moved.fields().get(field::content_type) == "text/plain");
}

TEST_CASE("the usual ones in a word") {
  CHECK(text("a").fields().get(field::content_type) == "text/plain; charset=utf-8");
  CHECK(html("a", status::created).status() == status::created);
  CHECK(html("a").fields().get(field::content_type) == "text/html; charset=utf-8");
  CHECK(redirect("/b").status() == status::found);
  CHECK(redirect("/b", status::see_other).fields().get(field::location) == "/b");
  CHECK(error_response(status::not_found).text() == "404 Not Found\n");
  CHECK(error_response(static_cast<status>(499)).text() == "499\n");
}

TEST_CASE("threat 19: a redirect cannot be split") {
  CHECK_THROWS_AS(redirect("/a\r\nSet-Cookie: b=c"), std::invalid_argument);
}

TEST_CASE("http_error: a status, and what the client sees") {
  CHECK(http_error(status::not_found).status() == status::not_found);
  CHECK(std::string(http_error(status::not_found).what()) == "404 Not Found\n");
  CHECK(std::string(http_error(status::forbidden, "not today").what()) == "not today");
}
