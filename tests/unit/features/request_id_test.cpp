// SPDX-License-Identifier: BSL-1.0

#include <asio_httpd/request_id.hpp>
#include <asio_httpd/router.hpp>

#include <doctest/doctest.h>

#include <set>
#include <string>

#include "features/random.hpp"
#include "support/allocation_counter.hpp"
#include "support/ask_router.hpp"

using namespace asio_httpd;
using test_support::ask;

namespace {

const std::string known_trace = "0af7651916cd43dd8448eb211c80319c";
const std::string known_span = "b7ad6b7169203331";

router named(request_id_options options = {}) {
  router routes;
  routes.use(request_id(options));
  routes.get("/", [](const request& r) {
    return std::string(request_id_of(r)) + " " + std::string(traceparent_of(r));
  });
  return routes;
}

fields with(std::string_view name, std::string_view value) {
  fields f;
  f.set(name, value);
  return f;
}

std::string id_for(fields f, request_id_options options = {}) {
  return std::string(
      ask(named(options), method::get, "/", std::move(f)).fields().get(field::x_request_id));
}

bool is_hex(std::string_view text, std::size_t size) {
  return text.size() == size && text.find_first_not_of("0123456789abcdef") == text.npos;
}

}  // namespace

TEST_CASE("a request without an id gets one, which handler and response share") {
  const response made = ask(named(), method::get, "/");
  const std::string id(made.fields().get(field::x_request_id));
  const std::string trace(made.fields().get("traceresponse"));
  CHECK(is_hex(id, 32));
  CHECK(made.text() == id + " " + trace);
  std::set<std::string> ids;
  for (int i = 0; i < 1000; ++i) ids.insert(id_for({}));
  CHECK(ids.size() == 1000);
}

TEST_CASE("a well-formed id of the client is taken over") {
  for (const std::string& id :
       {std::string("a"), std::string("Az09-_.:+/=@~"), std::string(128, 'x')}) {
    CHECK(id_for(with("X-Request-ID", id)) == id);
    CHECK(is_hex(id_for(with("X-Request-ID", id), {.from_client = false}), 32));
  }
}

TEST_CASE("an id that is none, is too long or stands twice is not") {
  for (const std::string& id :
       {std::string(), std::string("a b"), std::string("a\"b"), std::string("<x>"),
        std::string("\xc3\xa4"), std::string(129, 'x')}) {
    CAPTURE(id);
    CHECK(is_hex(id_for(with("X-Request-ID", id)), 32));
  }
  fields twice = with("X-Request-ID", "a");
  twice.append("X-Request-ID", "b");
  CHECK(is_hex(id_for(std::move(twice)), 32));
}

TEST_CASE("a trace goes on in a span of our own") {
  for (const auto& [flags, sampled] :
       {std::pair{"01", "01"}, {"00", "00"}, {"02", "00"}, {"03", "01"}, {"0f", "01"}}) {
    const response made =
        ask(named(), method::get, "/",
            with("traceparent", "00-" + known_trace + "-" + known_span + "-" + flags));
    const std::string ours(made.fields().get("traceresponse"));
    REQUIRE(parse_traceparent(ours));
    CHECK(ours.size() == 55);
    CHECK(ours.substr(0, 36) == "00-" + known_trace + "-");
    CHECK(parse_traceparent(ours)->parent_id != known_span);
    CHECK(ours.substr(53) == sampled);
  }
}

TEST_CASE("without a trace, or with a malformed one, a new one begins") {
  for (const auto text : {"", "00-x", "nonsense"}) {
    const response made = ask(named(), method::get, "/", with("traceparent", text));
    const auto ours = parse_traceparent(made.fields().get("traceresponse"));
    REQUIRE(ours);
    CHECK_FALSE(ours->sampled);
  }
  const response off = ask(named({.trace_context = false}), method::get, "/");
  CHECK_FALSE(off.fields().contains("traceresponse"));
  CHECK(off.text().ends_with(" "));
}

TEST_CASE("traceparent, as its specification has it") {
  const std::string good = "00-" + known_trace + "-" + known_span + "-01";
  const auto parsed = parse_traceparent(good);
  REQUIRE(parsed);
  CHECK(parsed->trace_id == known_trace);
  CHECK(parsed->parent_id == known_span);
  CHECK(parsed->sampled);
  CHECK(parse_traceparent("cc" + good.substr(2)));
  CHECK(parse_traceparent("cc" + good.substr(2) + "-what-comes"));
  const auto is_refused = [](const std::string& text) { return !parse_traceparent(text); };
  for (std::size_t size = 0; size < good.size(); ++size) CHECK(is_refused(good.substr(0, size)));
  CHECK(is_refused(good + "-more"));
  CHECK(is_refused("ff" + good.substr(2)));
  CHECK(is_refused("cc" + good.substr(2) + ".what"));
  CHECK(is_refused("00-" + std::string(32, '0') + good.substr(35)));
  CHECK(is_refused(good.substr(0, 36) + std::string(16, '0') + "-01"));
  for (const std::size_t at : {0U, 2U, 3U, 34U, 35U, 36U, 51U, 52U, 53U, 54U}) {
    std::string bad = good;
    bad[at] = 'A';
    CHECK(is_refused(bad));
  }
}

TEST_CASE("outside of the middleware there is no id") {
  const request r(method::get, "/");
  CHECK(request_id_of(r) == "");
  CHECK(traceparent_of(r) == "");
}

TEST_CASE("random bits: all of them change, and none repeats in a row") {
  std::uint64_t ever_set = 0;
  std::uint64_t ever_clear = 0;
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::uint64_t bits = features::random_bits();
    ever_set |= bits;
    ever_clear |= ~bits;
    seen.insert(bits);
  }
  CHECK(~ever_set == 0);
  CHECK(~ever_clear == 0);
  CHECK(seen.size() == 1000);
}
