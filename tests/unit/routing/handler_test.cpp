// SPDX-License-Identifier: BSL-1.0
//
// What a handler may take and return.

#include <asio_httpd/handler.hpp>
#include <asio_httpd/router.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <optional>
#include <string>

using namespace asio_httpd;

namespace {

response call(const handler& h, std::string_view pattern, std::string target) {
  router routes;
  routes.add(method::get, pattern, h);
  request r(method::get, std::move(target));
  return routes.handle(r);
}

std::string plain_function(std::string_view name) {
  return "hello " + std::string(name);
}

}  // namespace

TEST_CASE("arguments are what the handler asks for") {
  CHECK(call([] { return "none"; }, "/{a}", "/1").text() == "none");
  CHECK(call(plain_function, "/{a}", "/you").text() == "hello you");
  CHECK(call([](const request& r) { return std::string(r.param("a")); }, "/{a}", "/z").text() ==
        "z");
  CHECK(call([](std::string a, const request& r,
                double b) { return a + std::string(r.path()) + (b > 1 ? "!" : ""); },
             "/{a}/{b}", "/x/1.5")
            .text() == "x/x/1.5!");
}

TEST_CASE("a parameter that does not convert is 404") {
  const auto status_of = [](const handler& h, std::string target) {
    return to_integer(call(h, "/{a}", std::move(target)).status());
  };
  const handler byte([](std::uint8_t) { return "x"; });
  CHECK(status_of(byte, "/255") == 200);
  CHECK(status_of(byte, "/256") == 404);
  CHECK(status_of(byte, "/-1") == 404);
  CHECK(status_of(byte, "/1x") == 404);
  CHECK(status_of(byte, "/%31") == 200);
  CHECK(status_of(handler([](long long) { return "x"; }), "/9223372036854775808") == 404);
}

TEST_CASE("what is returned is the response") {
  CHECK(call([] { return std::string("text"); }, "/", "/").text() == "text");
  CHECK(call([] { return status::no_content; }, "/", "/").status() == status::no_content);
  CHECK(call([] { return status::conflict; }, "/", "/").text() == "409 Conflict\n");
  CHECK(call([] {}, "/", "/").status() == status::no_content);
  CHECK(call([] { return html("<p>"); }, "/", "/").fields().get(field::content_type) ==
        "text/html; charset=utf-8");
  CHECK(call([] { return std::optional<std::string>(); }, "/", "/").status() == status::not_found);
  CHECK(call([] { return std::optional<std::string>("here"); }, "/", "/").text() == "here");
}

TEST_CASE("a handler says what it is") {
  CHECK(handler([](int, const request&, std::string) { return "x"; }).parameters() == 2);
  CHECK_FALSE(handler([] { return "x"; }).is_coroutine());
  CHECK(handler([]() -> boost::asio::awaitable<response> { co_return status::ok; }).is_coroutine());
}
