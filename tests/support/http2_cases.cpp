// SPDX-License-Identifier: BSL-1.0
//
// How a row is played, and how its outcome is looked at.

#include "support/http2_cases.hpp"

#include "support/server_harness.hpp"

#include <asio_httpd/router.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>

namespace test_support::http2 {

using namespace asio_httpd;

namespace {

using code_list = std::vector<error_code>;

constexpr std::string_view last_ping = "the last";

std::string names_of(const code_list& codes) {
  std::string all;
  for (const error_code c : codes) all += (all.empty() ? "" : " or ") + to_string(c);
  return all;
}

bool is_one_of(std::optional<error_code> code, const code_list& codes) {
  return code && std::ranges::find(codes, *code) != codes.end();
}

bool ended_with(client& c, const code_list& codes) {
  return is_one_of(c.goaway_code(), codes) && c.is_closed();
}

bool is_untouched(client& c) {
  return c.count(frame_type::rst_stream) == 0 && c.count(frame_type::goaway) == 0 && !c.is_closed();
}

// Answers whatever it is asked, and counts that.
router case_routes(std::size_t& served) {
  const auto answer = [&served](const request& r) {
    ++served;
    return r.body().empty() ? "hello over HTTP/2\n" : std::to_string(r.body().size());
  };
  router routes;
  routes.any("/", answer);
  routes.any("/{rest...}", [answer](const request& r, std::string_view) { return answer(r); });
  return routes;
}

void play(const conformance_case& row, client& c) {
  if (row.is_http1) c.read_no_frames();
  if (!row.has_preface) c.start();
  for (const std::string& stage : row.sends(c)) {
    if (stage == end_of_stream_1) {
      REQUIRE(c.receive_until([&] { return c.has_ended(1) || c.reset_code(1); }));
      continue;
    }
    c.send(stage);
  }
  c.receive_until([&] { return row.wanted.holds(c); });
}

void check_row(const conformance_case& row, client& c) {
  INFO(row.id, ", ", row.section, ": ", row.what);
  try {
    play(row, c);
  } catch (const testing::error& e) {
    FAIL_CHECK("the server broke a rule: ", std::string(e.what()));
  }
  INFO("wanted: ", row.wanted.text);
  INFO("came:\n", to_string(c.frames()), c.text(), std::string(c.is_closed() ? "end" : "open"));
  CHECK(row.wanted.holds(c));
}

}  // namespace

expectation operator||(expectation a, expectation b) {
  return {a.text + ", or " + b.text,
          [f = std::move(a.holds), g = std::move(b.holds)](client& c) { return f(c) || g(c); }};
}

expectation connection_error(std::initializer_list<error_code> codes) {
  return {"connection error " + names_of(codes),
          [list = code_list(codes)](client& c) { return ended_with(c, list); }};
}

expectation stream_error(std::initializer_list<error_code> codes, std::uint32_t stream) {
  return {"stream error " + names_of(codes), [list = code_list(codes), stream](client& c) {
            return is_one_of(c.reset_code(stream), list) || ended_with(c, list);
          }};
}

expectation malformed(std::uint32_t stream) {
  return {"a malformed request",
          [stream](client& c) {
            const bool is_told =
                c.reset_code(stream) == error_code::protocol_error || c.status(stream) == 400;
            return is_told && !c.is_closed() && !c.goaway_code();
          },
          true};
}

expectation closes() {
  return {"the end of the connection", [](client& c) { return c.is_closed(); }};
}

expectation answered(std::uint32_t stream) {
  return {"an answer", [stream](client& c) { return c.status(stream) != 0; }};
}

expectation answered_with(int status, std::uint32_t stream) {
  return {std::to_string(status),
          [status, stream](client& c) { return c.status(stream) == status; }};
}

expectation goes_on() {
  // The PING goes out when this is first asked: what was sent before is handled by its answer.
  const auto asked = std::make_shared<bool>(false);
  return {"nothing", [asked](client& c) {
            if (!*asked && !c.is_closed()) {
              *asked = true;
              c.send(ping(last_ping));
            }
            return c.has_pong(last_ping) && is_untouched(c);
          }};
}

expectation settings_acknowledged(std::size_t how_often) {
  return {std::to_string(how_often) + " acknowledgements", [how_often](client& c) {
            return std::ranges::count_if(c.frames(), [](const received_frame& f) {
                     return f.type == frame_type::settings && f.has(flag::ack);
                   }) == static_cast<std::ptrdiff_t>(how_often);
          }};
}

expectation first_data(std::size_t size) {
  return {"DATA of " + std::to_string(size), [size](client& c) {
            const received_frame* const f = c.find(frame_type::data, 1);
            return f != nullptr && f->payload.size() == size;
          }};
}

expectation all_data(std::size_t size) {
  return {std::to_string(size) + " octets of DATA",
          [size](client& c) { return c.content(1).size() == size; }};
}

void check(const conformance_cases& rows) {
  REQUIRE(!rows.empty());
  const char* const peer = std::getenv("ASIO_HTTPD_HTTP2_PEER");
  for (const conformance_case& row : rows) {
    if (peer != nullptr) {
      client c(socket_pipe(peer));
      check_row(row, c);
      continue;
    }
    std::size_t served = 0;
    server_harness h(case_routes(served));
    client c(h.connect());
    check_row(row, c);
    CHECK_MESSAGE(!(row.wanted.unserved && served != 0), row.section, ": ", row.what,
                  ": reached a handler");
  }
}

}  // namespace test_support::http2
