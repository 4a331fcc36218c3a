// SPDX-License-Identifier: BSL-1.0
//
// Clients that break no rule, or hardly one, and make work out of proportion (RFC 9113 section
// 10.5): each is told ENHANCE_YOUR_CALM long before it is done, its connection is closed as
// `flooded`, memory stays bounded, and other connections are served meanwhile. Time stands still
// but where it is moved, so that no client here is slow by accident.
//
// And what such bounds must not do: hurt an ordinary client.

#include <asio_httpd/asio_httpd.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "support/heap_watch.hpp"
#include "support/http2_client.hpp"
#include "support/server_harness.hpp"
#include "support/slow_handler.hpp"

using namespace asio_httpd;
using namespace test_support;
using namespace test_support::http2;
using namespace std::chrono_literals;
using enum test_support::http2::error_code;

namespace {

constexpr std::uint32_t attempts = 100'000;
// By then an attacker is gone.
constexpr std::uint32_t most_attempts = 20'000;
constexpr std::uint32_t batch = 100;
// What a connection of an attacker may hold, beside what was sent to it in one go.
constexpr std::size_t most_memory = std::size_t{4} << 20;
constexpr std::size_t large_size = 300'000;

std::uint32_t stream_of(std::uint32_t number) {
  return 2 * number + 1;
}

router attacked_routes(std::size_t& served) {
  router routes;
  routes.get("/", [&served] {
    ++served;
    return "hello";
  });
  routes.post("/", [&served](const request& r) {
    ++served;
    return std::string(r.body());
  });
  routes.get("/slow", [&served]() -> boost::asio::awaitable<std::string> {
    ++served;
    co_await wait_for_ever();
    co_return "";
  });
  routes.get("/large", [] { return std::string(large_size, 'x'); });
  routes.get("/streamed", [] {
    return streaming("text/plain", [](body_writer out) -> boost::asio::awaitable<void> {
      const std::string piece(10'000, 'x');
      for (std::size_t size = 0; size < large_size; size += piece.size()) {
        co_await out.write(piece);
      }
    });
  });
  return routes;
}

struct attacked_server {
  std::size_t served = 0;
  server_harness h;
  client offender;
  client other;
  heap_watch heap;

  explicit attacked_server(server_options options = {})
      : h(attacked_routes(served), std::move(options)), offender(h.connect()), other(h.connect()) {
    h.patience(0ms);
    other.start();
  }

  bool serves_others() {
    other.send(get(next_));
    const bool is_served = other.status(next_) == 200;
    other.forget();
    next_ += 2;
    return is_served;
  }
  // When the time is over that the last frames have to be read in.
  bool is_flooded() {
    h.advance(3s);
    return h.ends() == "flooded";
  }

  // Sends that again and again, up to the end of the connection; how often. What the server said
  // last stays in `said`.
  std::uint32_t flood(const std::function<std::string(std::uint32_t)>& unit) {
    std::uint32_t sent = 0;
    while (sent < attempts && !offender.is_closed()) {
      std::string bytes;
      for (std::uint32_t i = 0; i < batch; ++i) bytes += unit(sent++);
      offender.send(bytes);
      heap.look();
      if (offender.goaway_code()) said = offender.goaway_code();
      offender.forget();
      if (sent % (10 * batch) == 0) CHECK(serves_others());
    }
    return sent;
  }
  std::optional<error_code> said;

 private:
  std::uint32_t next_ = 1;
};

struct flood_row {
  std::string what;
  std::string begin;
  std::function<std::string(std::uint32_t)> unit;
  // Where one of them is a broken rule of the connection as well.
  std::vector<error_code> codes = {enhance_your_calm};
};

void check_flood(const flood_row& row) {
  INFO(row.what);
  attacked_server s;
  s.offender.start();
  s.offender.send(row.begin);
  const std::uint32_t sent = s.flood(row.unit);
  MESSAGE(row.what, ": ended after ", sent, ", with ", s.said ? to_string(*s.said) : "nothing",
          ", ", s.heap.peak() / 1024, " KiB, ", s.served, " served");
  CHECK(sent < most_attempts);
  CHECK(s.served < most_attempts);
  REQUIRE(s.said);
  CHECK(std::ranges::find(row.codes, *s.said) != row.codes.end());
  CHECK(s.offender.is_closed());
  if (*s.said == enhance_your_calm) CHECK(s.is_flooded());
  CHECK(s.heap.peak() < most_memory);
  CHECK(s.serves_others());
}

// A field block that goes on and on.
const std::string begun = headers(1, request_block(), flag::end_stream);

}  // namespace

TEST_SUITE_BEGIN("in memory only");

TEST_CASE("HTTP/2: resets of the client (rapid reset, CVE-2023-44487)") {
  check_flood({"GET, RST_STREAM", "",
               [](std::uint32_t i) { return get(stream_of(i)) + rst_stream(stream_of(i)); }});
  check_flood({"a coroutine, RST_STREAM", "", [](std::uint32_t i) {
                 return get(stream_of(i), "/slow") + rst_stream(stream_of(i));
               }});
  check_flood({"POST, RST_STREAM", "",
               [](std::uint32_t i) { return post(stream_of(i)) + rst_stream(stream_of(i)); }});
  check_flood({"large answers, RST_STREAM", settings({{setting::initial_window_size, 0}}),
               [](std::uint32_t i) {
                 return get(stream_of(i), "/large") + rst_stream(stream_of(i), no_error);
               }});
}

TEST_CASE("HTTP/2: resets that the server is made to send (MadeYouReset, CVE-2025-8671)") {
  check_flood({"an increment of 0",
               "",
               [](std::uint32_t i) { return post(stream_of(i)) + window_update(stream_of(i), 0); },
               {enhance_your_calm, protocol_error}});
  check_flood({"a window above 2^31-1", "", [](std::uint32_t i) {
                 return post(stream_of(i)) + window_update(stream_of(i), largest_window);
               }});
  check_flood({"DATA on a half-closed stream",
               settings({{setting::initial_window_size, 0}}),
               [](std::uint32_t i) { return get(stream_of(i)) + data(stream_of(i), "x"); },
               {enhance_your_calm, stream_closed}});
  check_flood({"HEADERS on a half-closed stream",
               settings({{setting::initial_window_size, 0}}),
               [](std::uint32_t i) { return get(stream_of(i)) + get(stream_of(i)); },
               {enhance_your_calm, stream_closed, protocol_error}});
  check_flood({"PRIORITY of a wrong size",
               "",
               [](std::uint32_t i) {
                 return post(stream_of(i)) + frame(frame_type::priority, 0, stream_of(i), "1234");
               },
               {enhance_your_calm, frame_size_error}});
  check_flood(
      {"PRIORITY that depends on itself",
       "",
       [](std::uint32_t i) { return post(stream_of(i)) + priority(stream_of(i), stream_of(i)); },
       {enhance_your_calm, protocol_error}});
  check_flood(
      {"content of another length", "", [](std::uint32_t i) {
         return post(stream_of(i), "/", {{"content-length", "1"}}) + data(stream_of(i), "test");
       }});
  check_flood({"malformed requests", "", [](std::uint32_t i) {
                 return get(stream_of(i), "/", {{"connection", "a"}});
               }});
  check_flood({"trailers without an end", "", [](std::uint32_t i) {
                 return post(stream_of(i)) +
                        headers(stream_of(i), hpack::literal("x-a", "b"), flag::end_headers);
               }});
}

TEST_CASE("HTTP/2: field blocks without an end (CONTINUATION flood)") {
  check_flood({"CONTINUATION", begun, [](std::uint32_t) {
                 return continuation(1, hpack::literal("x-a", std::string(1000, 'x')), flag::none);
               }});
  check_flood({"small CONTINUATION", begun, [](std::uint32_t) {
                 return continuation(1, hpack::literal("x-a", "b"), flag::none);
               }});
  check_flood(
      {"empty CONTINUATION", begun, [](std::uint32_t) { return continuation(1, "", flag::none); }});
  check_flood({"CONTINUATION of size updates",
               headers(1, "", flag::end_stream),
               [](std::uint32_t) { return continuation(1, hpack::size_update(0), flag::none); },
               {enhance_your_calm, compression_error}});
}

TEST_CASE("HTTP/2: frames that carry nothing") {
  const std::vector<flood_row> rows{
      {"SETTINGS", "", [](std::uint32_t) { return settings({}); }},
      {"SETTINGS of a window", "",
       [](std::uint32_t i) {
         return settings({{setting::initial_window_size, i}});
       }},
      {"acknowledgements",
       "",
       [](std::uint32_t) { return settings_ack(); },
       {enhance_your_calm, protocol_error}},
      {"PING", "", [](std::uint32_t) { return ping(); }},
      {"answers to no PING", "", [](std::uint32_t) { return ping("12345678", flag::ack); }},
      {"empty DATA", post(1), [](std::uint32_t) { return data(1, "", flag::none); }},
      {"DATA of nothing but padding", post(1),
       [](std::uint32_t) { return data(1, padded(0, ""), flag::padded); }},
      {"PRIORITY", "", [](std::uint32_t i) { return priority(stream_of(i)); }},
      {"PRIORITY of one stream", get(1, "/slow"), [](std::uint32_t) { return priority(1); }},
      // More streams than there may be, which is PROTOCOL_ERROR (RFC 9218 section 7.1).
      {"PRIORITY_UPDATE",
       "",
       [](std::uint32_t i) { return priority_update(stream_of(i), "u=1"); },
       {enhance_your_calm, protocol_error}},
      {"PRIORITY_UPDATE of one stream", get(1, "/slow"),
       [](std::uint32_t) { return priority_update(1, "u=1"); }},
      {"WINDOW_UPDATE of the connection", "", [](std::uint32_t) { return window_update(0, 1); }},
      {"WINDOW_UPDATE of a stream", get(1, "/slow"),
       [](std::uint32_t) { return window_update(1, 1); }},
      {"WINDOW_UPDATE of a closed stream", get(1),
       [](std::uint32_t) { return window_update(1, 1); }},
      {"RST_STREAM of a closed stream", get(1), [](std::uint32_t) { return rst_stream(1); }},
  };
  for (const flood_row& row : rows) check_flood(row);
}

TEST_CASE("HTTP/2: unknown frames are ignored, however many") {
  attacked_server s;
  s.offender.start();
  s.flood([](std::uint32_t) { return frame(frame_type::unknown, 0, 0, "unknown"); });
  CHECK(s.heap.peak() < most_memory);
  CHECK((s.offender.is_closed() || s.said == std::nullopt));
  CHECK(s.serves_others());
}

TEST_CASE("HTTP/2: a client that never reads") {
  struct unread_row {
    std::string what;
    std::function<std::string(std::uint32_t)> unit;
  };
  const std::vector<unread_row> rows{
      {"PING", [](std::uint32_t) { return ping(); }},
      {"SETTINGS", [](std::uint32_t) { return settings({}); }},
      {"answers", [](std::uint32_t i) { return get(stream_of(i)); }},
      {"refusals",
       [](std::uint32_t i) {
         return get(stream_of(i), "/", {{"te", "a"}});
       }},
  };
  for (const unread_row& row : rows) {
    INFO(row.what);
    attacked_server s;
    s.offender.start();
    std::size_t size = 0;
    for (std::uint32_t i = 0; i < attempts && !s.offender.is_closed();) {
      std::string bytes;
      for (std::uint32_t in_batch = 0; in_batch < batch; ++in_batch) bytes += row.unit(i++);
      s.offender.send_only(bytes);
      size += bytes.size();
      s.heap.look();
    }
    MESSAGE(row.what, ", unread: ", size / 1024, " KiB sent, ", s.heap.peak() / 1024, " KiB held");
    // What a server does not read waits in the pipe, and is the client's.
    CHECK(s.heap.peak() < most_memory + 2 * size);
    CHECK(s.serves_others());
    for (int i = 0; i < 10 && s.h.ends().empty(); ++i) s.h.advance(10s);
    CHECK((s.h.ends().starts_with("flooded") || s.h.ends().starts_with("write_timeout")));
  }
}

TEST_CASE("HTTP/2: large answers that are asked for and not taken") {
  for (const std::string path : {"/streamed", "/large"}) {
    INFO(path);
    attacked_server s;
    s.offender.start({{setting::initial_window_size, 0}});
    const std::uint32_t streams = s.offender.peer(setting::max_concurrent_streams, 100);
    for (std::uint32_t i = 0; i < streams; ++i) s.offender.send(get(stream_of(i), path));
    s.heap.look();
    MESSAGE(path, ": ", streams, " streams, ", s.heap.peak() / streams, " octets each");
    // A plain handler has made its content; one that writes has not.
    CHECK(s.heap.peak() / streams < (path == "/large" ? large_size + 64 * 1024 : 64 * 1024));
    CHECK(s.offender.content(1).empty());
    CHECK(s.serves_others());
    // deadlines::write: each stream is given up, and nothing is held any more.
    s.h.advance(30s);
    s.offender.receive();
    const bool is_closed = s.offender.is_closed();
    for (std::uint32_t i = 0; i < streams; ++i) {
      CHECK((is_closed || s.offender.reset_code(stream_of(i)).has_value()));
    }
    CHECK(s.heap.now() / streams < 16 * 1024);
  }
}

TEST_CASE("HTTP/2: windows of one octet") {
  attacked_server s;
  s.offender.start({{setting::initial_window_size, 1}});
  s.offender.send(get(1, "/streamed"));
  CHECK(s.offender.content(1).size() == 1);
  // An octet a second is less than deadlines::write_rate.
  std::size_t seconds = 0;
  while (!s.offender.is_closed() && !s.offender.reset_code(1) && seconds < 120) {
    s.offender.send(window_update(1, 1));
    s.heap.look();
    s.h.advance(1s);
    s.offender.receive();
    ++seconds;
  }
  CHECK(seconds < 60);
  CHECK(s.heap.peak() < most_memory);
}

TEST_CASE("HTTP/2: a small block that stands for a large head (HPACK bomb)") {
  attacked_server s;
  s.offender.start();
  s.offender.send(headers(1, request_block() + hpack::literal("cookie", std::string(4000, 'x'),
                                                              hpack::indexing::incremental)));
  CHECK(s.offender.status(1) == 200);
  std::string bomb = request_block();
  while (bomb.size() < default_frame_size) bomb += hpack::indexed(62);
  for (std::uint32_t i = 1; i < 100 && !s.offender.is_closed(); ++i) {
    s.offender.send(headers(stream_of(i), bomb));
    s.heap.look();
  }
  MESSAGE("HPACK bomb: ", s.heap.peak() / 1024, " KiB held");
  CHECK(s.served == 1);
  CHECK((s.offender.status(3) == 431 || s.offender.reset_code(3) || s.offender.goaway_code()));
  CHECK(s.heap.peak() < most_memory);
  CHECK(s.serves_others());
}

TEST_CASE("HTTP/2: heads above the limits are 431, and the connection lives") {
  attacked_server s;
  s.offender.start();
  const std::string large = request_block("GET", "/", {{"x-large", std::string(17'000, 'x')}});
  s.offender.send(headers(1, large.substr(0, 10'000), flag::end_stream) +
                  continuation(1, large.substr(10'000)));
  CHECK(s.offender.status(1) == 431);

  const auto with_fields = [](std::size_t number) {
    field_list more;
    for (std::size_t i = 0; i < number; ++i) more.emplace_back("x-" + std::to_string(i), "a");
    return more;
  };
  s.offender.send(get(3, "/", with_fields(105)));
  CHECK(s.offender.status(3) == 431);
  CHECK(s.served == 0);
  s.offender.send(get(5, "/", with_fields(90)));
  CHECK(s.offender.status(5) == 200);
  s.offender.send(get(7, "/" + std::string(9'000, 'x')));
  CHECK(s.offender.status(7) == 414);
  s.offender.send(get(9));
  CHECK(s.offender.status(9) == 200);
}

TEST_CASE("HTTP/2: tables that change their size") {
  attacked_server s;
  s.offender.start();
  const std::string flip = hpack::size_update(0) + hpack::size_update(4096);
  for (std::uint32_t i = 0; i < 1000; ++i) {
    s.offender.send(headers(stream_of(i), flip + request_block() +
                                              hpack::literal("x-a", std::string(3000, 'x'),
                                                             hpack::indexing::incremental)));
    s.heap.look();
    REQUIRE(s.offender.status(stream_of(i)) == 200);
    s.offender.forget();
  }
  CHECK(s.heap.peak() < most_memory);
}

TEST_CASE("HTTP/2: streams above the limit are never served") {
  server_options options;
  options.limits.streams = 20;
  attacked_server s(options);
  s.offender.acknowledge_settings(false);
  s.offender.start();
  CHECK(s.offender.peer(setting::max_concurrent_streams, 0) == 20);
  // The client cannot know of the limit yet, as it has not said so: this is no broken rule.
  std::string all;
  for (std::uint32_t i = 0; i < 30; ++i) all += get(stream_of(i), "/slow");
  s.offender.send(all);
  CHECK(s.served == 20);
  for (std::uint32_t i = 20; i < 30; ++i) {
    CHECK(s.offender.reset_code(stream_of(i)) == refused_stream);
  }
  s.offender.send(rst_stream(1) + get(stream_of(30)));
  CHECK(s.offender.status(stream_of(30)) == 200);
}

// Each request is served before the head of the next one is gone through.
TEST_CASE("HTTP/2: a head of one line behind a request does not wait for more") {
  attacked_server s;
  s.offender.start();
  s.offender.send(get(1) + headers(3, hpack::literal(":method", "GET")));
  CHECK(s.offender.status(1) == 200);
  CHECK(s.offender.reset_code(3).has_value());
}

TEST_CASE("HTTP/2: what is begun and not ended has a deadline") {
  attacked_server s;
  SUBCASE("a field block: the connection") {
    s.offender.start();
    s.offender.send(begun);
    s.h.advance(11s);
    CHECK(s.offender.is_closed());
    CHECK(s.h.ends() == "head_timeout");
  }
  SUBCASE("a frame: the connection") {
    s.offender.start();
    s.offender.send(get(1).substr(0, 20));
    s.h.advance(11s);
    CHECK(s.offender.is_closed());
    CHECK(s.h.ends() == "head_timeout");
  }
  SUBCASE("content: its stream, and the others go on") {
    s.offender.start();
    s.offender.send(post(1) + data(1, "x", flag::none));
    for (std::uint32_t i = 1; i < 25; ++i) {
      s.h.advance(500ms);
      s.offender.send(get(stream_of(i)));
      REQUIRE(s.offender.status(stream_of(i)) == 200);
    }
    CHECK((s.offender.status(1) == 408 || s.offender.reset_code(1)));
    CHECK_FALSE(s.offender.is_closed());
  }
  SUBCASE("the preface") {
    s.offender.send(preface.substr(0, 20));
    s.h.advance(11s);
    CHECK(s.offender.is_closed());
    CHECK(s.h.ends() == "head_timeout");
  }
  SUBCASE("the preface without SETTINGS") {
    s.offender.send(preface);
    s.h.advance(11s);
    CHECK(s.offender.is_closed());
  }
  SUBCASE("nothing at all: idle") {
    s.offender.start();
    s.offender.send(get(1));
    s.h.advance(61s);
    CHECK(s.offender.is_closed());
    CHECK(s.offender.goaway_code().value_or(no_error) == no_error);
    CHECK(s.h.ends().starts_with("idle_timeout"));
  }
  SUBCASE("PING does not keep a connection") {
    s.offender.start();
    for (int i = 0; i < 130 && !s.offender.is_closed(); ++i) {
      s.offender.send(ping());
      s.h.advance(1s);
    }
    CHECK(s.offender.is_closed());
  }
}

TEST_CASE("HTTP/2: a client that acknowledges no SETTINGS is served, for a while") {
  attacked_server s;
  s.offender.acknowledge_settings(false);
  s.offender.start();
  s.offender.send(get(1));
  CHECK(s.offender.status(1) == 200);
  s.h.advance(61s);
  CHECK(s.offender.is_closed());
}

TEST_CASE("HTTP/2: a stop lets streams end, and cuts those that do not") {
  attacked_server s;
  s.offender.start({{setting::initial_window_size, 0}});
  SUBCASE("what is under way is answered; nothing new is") {
    s.offender.send(get(1));
    s.h.stop(10s);
    s.h.poll();
    s.offender.receive();
    s.other.receive();
    CHECK(s.offender.goaway_code() == no_error);
    s.offender.send(get(3));
    CHECK(s.offender.status(3) == 0);
    s.offender.send(window_update(1, 100) + window_update(3, 100));
    CHECK(s.offender.content(1) == "hello");
    CHECK(s.offender.has_ended(1));
    CHECK(s.offender.receive_until([&] { return s.offender.is_closed(); }));
    REQUIRE(s.h.run_until([&] { return s.h.stopped().has_value(); }));
    CHECK(s.h.stopped()->cut == 0);
    CHECK(s.h.ends() == "drained 2");
  }
  SUBCASE("a handler that does not end is cancelled at the deadline") {
    s.offender.send(get(1, "/slow") + get(3, "/slow"));
    CHECK(s.served == 2);
    s.h.stop(50ms);
    s.h.poll();
    s.other.receive();
    REQUIRE(s.h.run_until([&] { return s.h.stopped().has_value(); }));
    CHECK(s.h.stopped()->cut == 1);
    s.offender.receive();
    CHECK(s.offender.is_closed());
    CHECK(s.h.closed("drain_deadline") == 1);
  }
}

// ---- ordinary clients ---------------------------------------------------------------------------

TEST_CASE("HTTP/2: 10,000 requests of a connection, of which every 20th is given up") {
  attacked_server s;
  s.offender.open_windows(true);
  s.offender.start();
  std::size_t answered = 0;
  for (std::uint32_t i = 0; i < 10'000; ++i) {
    const std::uint32_t stream = stream_of(i);
    if (i % 20 == 19) {
      s.offender.send(get(stream, "/slow"));
      s.offender.send(rst_stream(stream));
    } else {
      s.offender.send(i % 3 == 0 ? get(stream) : post(stream) + data(stream, "hello"));
      answered += s.offender.content(stream) == "hello" ? 1U : 0U;
    }
    if (i % 50 == 0) s.offender.send(ping());
    REQUIRE_FALSE(s.offender.goaway_code());
    s.offender.forget();
    // A thousand requests a second.
    if (i % 500 == 499) s.h.advance(500ms);
  }
  CHECK(answered == 9'500);
  CHECK(s.h.ends().empty());
}

TEST_CASE("HTTP/2: pages of 100 pictures, each left when half of them are there") {
  attacked_server s;
  s.offender.open_windows(true);
  s.offender.start();
  std::uint32_t number = 0;
  for (int page = 0; page < 100; ++page) {
    std::string asked;
    std::string left;
    for (int i = 0; i < 50; ++i) {
      asked += get(stream_of(number++));
      asked += get(stream_of(number), "/slow");
      left += rst_stream(stream_of(number++));
    }
    s.offender.send(asked);
    s.h.advance(2s);
    s.offender.send(left);
    REQUIRE_FALSE(s.offender.goaway_code());
    REQUIRE(s.offender.count(frame_type::headers) == 50);
    s.offender.forget();
    s.h.advance(3s);
  }
  CHECK(s.h.closed("flooded") == 0);
}

TEST_CASE("HTTP/2: an upload in small frames, and a download with small credits") {
  attacked_server s;
  s.offender.start();
  s.offender.send(post(1));
  for (int i = 0; i < 20'000; ++i) s.offender.send(data(1, "ten octets", flag::none));
  s.offender.send(data(1, ""));
  CHECK(s.offender.status(1) == 200);
  s.offender.open_windows(true);
  s.offender.receive_until([&] { return s.offender.has_ended(1); });
  CHECK_FALSE(s.offender.goaway_code());
  s.offender.send(window_update(0, 1'000'000));
  s.offender.send(get(3, "/large"));
  s.offender.receive_until([&] { return s.offender.has_ended(3); });
  CHECK(s.offender.content(3).size() == large_size);
}

TEST_SUITE_END();
