// SPDX-License-Identifier: BSL-1.0
//
// Preconditions: each field alone, their order, and the doubtful values.

#include <asio_httpd/conditional.hpp>
#include <asio_httpd/date.hpp>

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <string_view>

using namespace asio_httpd;

namespace {

constexpr std::int64_t modified = 784111777;
constexpr std::string_view at_modified = "Sun, 06 Nov 1994 08:49:37 GMT";
constexpr std::string_view before_modified = "Sun, 06 Nov 1994 08:49:36 GMT";
constexpr std::string_view after_modified = "Sun, 06 Nov 1994 08:49:38 GMT";

validators current() {
  return {"\"v1\"", modified, modified + 1000, true};
}

validators missing() {
  return {"", std::nullopt, modified + 1000, false};
}

precondition_outcome outcome(const conditional_fields& request, const validators& v = current()) {
  return evaluate_preconditions(v, request).outcome;
}

bool ranged(std::string_view if_range, const validators& v = current()) {
  conditional_fields request;
  request.if_range = if_range;
  const precondition result = evaluate_preconditions(v, request);
  CHECK(result.outcome == precondition_outcome::proceed);
  return result.range_applies;
}

conditional_fields with_if_match(std::string_view value, method m = method::put) {
  conditional_fields request;
  request.verb = m;
  request.if_match = value;
  return request;
}

conditional_fields with_if_none_match(std::string_view value, method m = method::get) {
  conditional_fields request;
  request.verb = m;
  request.if_none_match = value;
  return request;
}

conditional_fields with_if_modified_since(std::string_view value, method m = method::get) {
  conditional_fields request;
  request.verb = m;
  request.if_modified_since = value;
  return request;
}

conditional_fields with_if_unmodified_since(std::string_view value, method m = method::put) {
  conditional_fields request;
  request.verb = m;
  request.if_unmodified_since = value;
  return request;
}

}  // namespace

TEST_CASE("without conditions the request goes ahead") {
  const precondition result = evaluate_preconditions(current(), {});
  CHECK(result.outcome == precondition_outcome::proceed);
  CHECK(result.range_applies);
}

TEST_CASE("If-Match") {
  CHECK(outcome(with_if_match("\"v1\"")) == precondition_outcome::proceed);
  CHECK(outcome(with_if_match("\"v0\", \"v1\"")) == precondition_outcome::proceed);
  CHECK(outcome(with_if_match("*")) == precondition_outcome::proceed);
  CHECK(outcome(with_if_match("\"v0\"")) == precondition_outcome::failed);
  CHECK(outcome(with_if_match("W/\"v1\"")) == precondition_outcome::failed);
  CHECK(outcome(with_if_match("")) == precondition_outcome::failed);
  CHECK(outcome(with_if_match("\"v0\"", method::get)) == precondition_outcome::failed);
  CHECK(outcome(with_if_match("*"), missing()) == precondition_outcome::failed);
  CHECK(outcome(with_if_match("\"v1\""), missing()) == precondition_outcome::failed);
}

TEST_CASE("If-Match never holds for a weak current tag, save the star") {
  validators weak = current();
  weak.etag = "W/\"v1\"";
  CHECK(outcome(with_if_match("W/\"v1\""), weak) == precondition_outcome::failed);
  CHECK(outcome(with_if_match("\"v1\""), weak) == precondition_outcome::failed);
  CHECK(outcome(with_if_match("*"), weak) == precondition_outcome::proceed);
}

TEST_CASE("a malformed If-Match lets nothing through") {
  for (const std::string_view bad : {"v1", "\"v1\", x", "\"v1", "*, \"v1\""}) {
    CAPTURE(bad);
    CHECK(outcome(with_if_match(bad)) == precondition_outcome::failed);
  }
}

TEST_CASE("If-Unmodified-Since") {
  CHECK(outcome(with_if_unmodified_since(at_modified)) == precondition_outcome::proceed);
  CHECK(outcome(with_if_unmodified_since(after_modified)) == precondition_outcome::proceed);
  CHECK(outcome(with_if_unmodified_since(before_modified)) == precondition_outcome::failed);
  CHECK(outcome(with_if_unmodified_since(before_modified, method::get)) ==
        precondition_outcome::failed);
  CHECK(outcome(with_if_unmodified_since("yesterday")) == precondition_outcome::proceed);
  CHECK(outcome(with_if_unmodified_since(before_modified), missing()) ==
        precondition_outcome::proceed);
  validators undated = current();
  undated.last_modified.reset();
  CHECK(outcome(with_if_unmodified_since(before_modified), undated) ==
        precondition_outcome::proceed);
}

TEST_CASE("If-Match makes If-Unmodified-Since void") {
  conditional_fields request = with_if_match("\"v1\"");
  request.if_unmodified_since = before_modified;
  CHECK(outcome(request) == precondition_outcome::proceed);
  request.if_match = "\"v0\"";
  request.if_unmodified_since = after_modified;
  CHECK(outcome(request) == precondition_outcome::failed);
}

TEST_CASE("If-None-Match on GET and HEAD") {
  for (const method m : {method::get, method::head}) {
    CHECK(outcome(with_if_none_match("\"v1\"", m)) == precondition_outcome::not_modified);
    CHECK(outcome(with_if_none_match("W/\"v1\"", m)) == precondition_outcome::not_modified);
    CHECK(outcome(with_if_none_match("\"v0\", \"v1\"", m)) == precondition_outcome::not_modified);
    CHECK(outcome(with_if_none_match("*", m)) == precondition_outcome::not_modified);
    CHECK(outcome(with_if_none_match("\"v0\"", m)) == precondition_outcome::proceed);
    CHECK(outcome(with_if_none_match("", m)) == precondition_outcome::proceed);
    CHECK(outcome(with_if_none_match("v1", m)) == precondition_outcome::proceed);
    CHECK(outcome(with_if_none_match("\"v1\", x", m)) == precondition_outcome::proceed);
  }
}

TEST_CASE("If-None-Match on other methods guards against overwriting") {
  CHECK(outcome(with_if_none_match("*", method::put)) == precondition_outcome::failed);
  CHECK(outcome(with_if_none_match("*", method::put), missing()) == precondition_outcome::proceed);
  CHECK(outcome(with_if_none_match("\"v1\"", method::delete_)) == precondition_outcome::failed);
  CHECK(outcome(with_if_none_match("\"v0\"", method::delete_)) == precondition_outcome::proceed);
  CHECK(outcome(with_if_none_match("**", method::put)) == precondition_outcome::failed);
}

TEST_CASE("If-Modified-Since") {
  CHECK(outcome(with_if_modified_since(at_modified)) == precondition_outcome::not_modified);
  CHECK(outcome(with_if_modified_since(after_modified)) == precondition_outcome::not_modified);
  CHECK(outcome(with_if_modified_since(before_modified)) == precondition_outcome::proceed);
  CHECK(outcome(with_if_modified_since(at_modified, method::head)) ==
        precondition_outcome::not_modified);
  CHECK(outcome(with_if_modified_since(at_modified, method::post)) ==
        precondition_outcome::proceed);
  CHECK(outcome(with_if_modified_since("Sunday, 06-Nov-94 08:49:37 GMT")) ==
        precondition_outcome::not_modified);
  CHECK(outcome(with_if_modified_since("Sun Nov  6 08:49:37 1994")) ==
        precondition_outcome::not_modified);
  CHECK(outcome(with_if_modified_since(" Sun, 06 Nov 1994 08:49:37 GMT ")) ==
        precondition_outcome::not_modified);
  CHECK(outcome(with_if_modified_since("garbage")) == precondition_outcome::proceed);
  CHECK(outcome(with_if_modified_since("Sun, 06 Nov 1994 08:49:37 GMT; length=5")) ==
        precondition_outcome::proceed);
  validators undated = current();
  undated.last_modified.reset();
  CHECK(outcome(with_if_modified_since(at_modified), undated) == precondition_outcome::proceed);
}

TEST_CASE("two dates in one field are none") {
  const std::string twice = std::string(at_modified) + ", " + std::string(at_modified);
  CHECK(outcome(with_if_modified_since(twice)) == precondition_outcome::proceed);
  CHECK(outcome(with_if_unmodified_since(twice)) == precondition_outcome::proceed);
}

TEST_CASE("If-None-Match makes If-Modified-Since void, malformed or not") {
  for (const std::string_view value : {"\"v0\"", "garbage", ""}) {
    conditional_fields request = with_if_none_match(value);
    request.if_modified_since = at_modified;
    CHECK(outcome(request) == precondition_outcome::proceed);
  }
  conditional_fields request = with_if_none_match("\"v1\"");
  request.if_modified_since = before_modified;
  CHECK(outcome(request) == precondition_outcome::not_modified);
}

TEST_CASE("a failing guard comes before 304") {
  conditional_fields request = with_if_none_match("\"v1\"");
  request.if_match = "\"v0\"";
  CHECK(outcome(request) == precondition_outcome::failed);
  request.if_match = "\"v1\"";
  CHECK(outcome(request) == precondition_outcome::not_modified);
  request.if_match.reset();
  request.if_unmodified_since = before_modified;
  CHECK(outcome(request) == precondition_outcome::failed);
}

TEST_CASE("CONNECT, OPTIONS and TRACE know no preconditions") {
  for (const method m : {method::connect, method::options, method::trace}) {
    CHECK(outcome(with_if_match("\"v0\"", m)) == precondition_outcome::proceed);
    CHECK(outcome(with_if_none_match("*", m)) == precondition_outcome::proceed);
    CHECK(outcome(with_if_unmodified_since(before_modified, m)) == precondition_outcome::proceed);
  }
}

TEST_CASE("If-Range with a tag wants the strong comparison") {
  CHECK(ranged("\"v1\""));
  CHECK(ranged(" \"v1\" "));
  CHECK_FALSE(ranged("\"v0\""));
  CHECK_FALSE(ranged("W/\"v1\""));
  CHECK_FALSE(ranged("*"));
  CHECK_FALSE(ranged("\"v1\", \"v1\""));
  CHECK_FALSE(ranged("v1"));
  CHECK_FALSE(ranged(""));
  validators weak = current();
  weak.etag = "W/\"v1\"";
  CHECK_FALSE(ranged("W/\"v1\"", weak));
  CHECK_FALSE(ranged("\"v1\"", weak));
  validators untagged = current();
  untagged.etag = "";
  CHECK_FALSE(ranged("\"\"", untagged));
}

TEST_CASE("If-Range with a date wants exactly the date, and its second over") {
  CHECK(ranged(at_modified));
  CHECK_FALSE(ranged(before_modified));
  CHECK_FALSE(ranged(after_modified));
  validators fresh = current();
  fresh.now = modified;
  CHECK_FALSE(ranged(at_modified, fresh));
  fresh.now = modified + 1;
  CHECK(ranged(at_modified, fresh));
  fresh.now = modified - 100;  // a file from the future
  CHECK_FALSE(ranged(at_modified, fresh));
  validators undated = current();
  undated.last_modified.reset();
  CHECK_FALSE(ranged(at_modified, undated));
}

TEST_CASE("ranges are for GET that goes ahead") {
  conditional_fields request;
  request.verb = method::head;
  CHECK_FALSE(evaluate_preconditions(current(), request).range_applies);
  request.verb = method::put;
  CHECK_FALSE(evaluate_preconditions(current(), request).range_applies);
  CHECK_FALSE(evaluate_preconditions(current(), with_if_none_match("\"v1\"")).range_applies);
  CHECK_FALSE(
      evaluate_preconditions(current(), with_if_match("\"v0\"", method::get)).range_applies);
  CHECK(evaluate_preconditions(current(), with_if_match("\"v1\"", method::get)).range_applies);
  CHECK_FALSE(evaluate_preconditions(missing(), {}).range_applies);
}

TEST_CASE("every combination of fields: the order of RFC 9110 section 13.2.2") {
  // 0 absent, 1 true, 2 false, for If-Match, If-Unmodified-Since, If-None-Match, If-Modified-Since.
  const std::array<std::string_view, 3> match = {"", "\"v1\"", "\"v0\""};
  const std::array<std::string_view, 3> unmodified = {"", after_modified, before_modified};
  const std::array<std::string_view, 3> none_match = {"", "\"v0\"", "\"v1\""};
  const std::array<std::string_view, 3> since = {"", before_modified, after_modified};
  for (unsigned code = 0; code < 162; ++code) {
    const unsigned m = code % 3, u = code / 3 % 3, n = code / 9 % 3, s = code / 27 % 3;
    const bool get = code / 81 == 0;
    conditional_fields request;
    request.verb = get ? method::get : method::put;
    if (m != 0) request.if_match = match[m];
    if (u != 0) request.if_unmodified_since = unmodified[u];
    if (n != 0) request.if_none_match = none_match[n];
    if (s != 0) request.if_modified_since = since[s];
    const bool guard_fails = m == 2 || (m == 0 && u == 2);
    const bool old = n == 2 || (n == 0 && s == 2 && get);
    const precondition_outcome wanted = guard_fails || (old && !get) ? precondition_outcome::failed
                                        : old ? precondition_outcome::not_modified
                                              : precondition_outcome::proceed;
    CAPTURE(code);
    CHECK(outcome(request) == wanted);
  }
}
