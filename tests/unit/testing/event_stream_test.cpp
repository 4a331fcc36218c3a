// SPDX-License-Identifier: BSL-1.0
//
// Event streams by the rules of WHATWG HTML, section 9.2.6, with its examples; whole and cut at
// every place.

#include <asio_httpd/testing/event_stream.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace std::chrono_literals;
using asio_httpd::testing::error;
using asio_httpd::testing::event;
using asio_httpd::testing::event_stream;

namespace {

// "type|data|id" of each event, in brackets.
std::string all_of(event_stream& s) {
  std::string text;
  while (const auto e = s.next()) text += "[" + e->type + "|" + e->data + "|" + e->id + "]";
  return text;
}

// The events in `text`, which are the same however it is cut.
std::string events_in(std::string_view text) {
  event_stream whole;
  whole.feed(text);
  const std::string expected = all_of(whole);
  event_stream slow;
  for (const char byte : text) slow.feed({&byte, 1});
  CHECK(all_of(slow) == expected);
  for (std::size_t cut = 1; cut < text.size(); ++cut) {
    event_stream halves;
    halves.feed(text.substr(0, cut));
    halves.feed(text.substr(cut));
    CHECK(all_of(halves) == expected);
  }
  return expected;
}

}  // namespace

TEST_CASE("data, of one line and of several") {
  CHECK(events_in("data: one\n\n") == "[message|one|]");
  CHECK(events_in("data: YHOO\ndata: +2\ndata: 10\n\n") == "[message|YHOO\n+2\n10|]");
  CHECK(events_in("data: a\n\ndata: b\n\n") == "[message|a|][message|b|]");
}

TEST_CASE("line ends are LF, CR LF and CR, also mixed") {
  CHECK(events_in("data: a\r\ndata: b\r\n\r\n") == "[message|a\nb|]");
  CHECK(events_in("data: a\rdata: b\r\r") == "[message|a\nb|]");
  CHECK(events_in("data: a\rdata: b\n\r\n") == "[message|a\nb|]");
  CHECK(events_in("data: a\n\r") == "[message|a|]");
}

TEST_CASE("a CR LF that is cut in two is one line end") {
  event_stream s;
  s.feed("data: a\r");
  s.feed("\ndata: b\r");
  s.feed("\n\r");
  CHECK(all_of(s) == "[message|a\nb|]");
  s.feed("\n");
  s.feed("data: c\n\n");
  CHECK(all_of(s) == "[message|c|]");
}

TEST_CASE("the standard's example with comments and ids") {
  CHECK(events_in(": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\n"
                  "data:  third event\n\n") ==
        "[message|first event|1][message|second event|][message| third event|]");
}

TEST_CASE("the standard's example with empty data") {
  // Two events: the first with empty data, the second with one line end; the third has no end.
  CHECK(events_in("data\n\ndata\ndata\n\ndata:") == "[message||][message|\n|]");
  CHECK(events_in("data:test\n\ndata: test\n\n") == "[message|test|][message|test|]");
}

TEST_CASE("types last for one event, and an event without data is none") {
  CHECK(events_in("event: add\ndata: 1\n\ndata: 2\n\n") == "[add|1|][message|2|]");
  CHECK(events_in("event: add\n\ndata: 2\n\n") == "[message|2|]");
  CHECK(events_in("event: add\nevent: remove\ndata: 1\n\n") == "[remove|1|]");
  CHECK(events_in("event: add\nevent\ndata: 1\n\n") == "[message|1|]");
}

TEST_CASE("ids last until there is another; one with NUL is ignored") {
  CHECK(events_in("id: 1\ndata: a\n\ndata: b\n\nid: 2\ndata: c\n\n") ==
        "[message|a|1][message|b|1][message|c|2]");
  using namespace std::string_view_literals;
  CHECK(events_in("id: 1\ndata: a\n\nid: 2\0\ndata: b\n\n"sv) == "[message|a|1][message|b|1]");
}

TEST_CASE("the last event ID is that of the last dispatch, also of one without data") {
  event_stream s;
  s.feed("id: 1\ndata: a\n\nid: 2\n");
  CHECK(s.last_event_id() == "1");
  s.feed("\n");
  CHECK(s.last_event_id() == "2");
  s.feed("id\n\n");
  CHECK(s.last_event_id().empty());
}

TEST_CASE("a client that connects again begins with the ID that it had") {
  event_stream s("7");
  CHECK(s.last_event_id() == "7");
  s.feed("data: a\n\nid: 8\ndata: b\n\n");
  CHECK(all_of(s) == "[message|a|7][message|b|8]");
}

TEST_CASE("retry is digits and nothing else") {
  event_stream s;
  CHECK_FALSE(s.retry());
  s.feed("retry: 1500\n");
  CHECK(s.retry() == 1500ms);
  for (const char* bad : {"retry: 1.5\n", "retry: -1\n", "retry: 1s\n", "retry\n", "retry:  7\n"}) {
    s.feed(bad);
    CHECK(s.retry() == 1500ms);
  }
  s.feed("retry: 0\n");
  CHECK(s.retry() == 0ms);
  s.feed("retry: 99999999999999999999\n");
  CHECK(s.retry() == std::chrono::milliseconds::max());
}

TEST_CASE("one space behind the colon is taken off, and names are taken as they are written") {
  CHECK(events_in("data:a\ndata: b\ndata:  c\ndata:\td\n\n") == "[message|a\nb\n c\n\td|]");
  CHECK(events_in("Data: a\n data: b\ndata : c\nother: d\ndata: e\n\n") == "[message|e|]");
  CHECK(events_in("data: a: b\n\n") == "[message|a: b|]");
}

TEST_CASE("a byte order mark at the start is skipped, and nowhere else") {
  CHECK(events_in("\xef\xbb\xbf"
                  "data: a\n\n\xef\xbb\xbf"
                  "data: b\n\n") == "[message|a|]");
  CHECK(events_in("\xef\xbb\xbf\xef\xbb\xbf"
                  "data: a\n\n")
            .empty());
}

TEST_CASE("comments are kept for those who look") {
  event_stream s;
  s.feed(": one\n:two\ndata: a\n:\n\n");
  CHECK(s.take_comments() == std::vector<std::string>{" one", "two", ""});
  CHECK(s.take_comments().empty());
  CHECK(all_of(s) == "[message|a|]");
}

TEST_CASE("an event that is not ended is not given out, and can be seen") {
  event_stream s;
  s.feed("data: a\ndata: b");
  CHECK_FALSE(s.has_event());
  CHECK_FALSE(s.next());
  CHECK(s.unfinished() == "a\ndata: b");
  s.feed("\n\n");
  CHECK(s.has_event());
  CHECK(s.unfinished().empty());
}

TEST_CASE("bytes that are no UTF-8 are left as they are") {
  CHECK(events_in("data: \xff\xc3\n\n") == "[message|\xff\xc3|]");
}

TEST_CASE("what nobody takes is bounded") {
  const std::string megabyte(1024 * 1024, 'x');
  SUBCASE("a line without an end") {
    event_stream s;
    for (int i = 0; i < 16; ++i) s.feed(megabyte);
    CHECK_THROWS_AS(s.feed("x"), error);
  }
  SUBCASE("lines without an end of the event") {
    event_stream s;
    for (int i = 0; i < 15; ++i) s.feed("data: " + megabyte + "\n");
    CHECK_THROWS_AS(s.feed("data: " + megabyte + "\n"), error);
  }
  SUBCASE("events") {
    event_stream s;
    for (int i = 0; i < 15; ++i) s.feed("data: " + megabyte + "\n\n");
    CHECK_THROWS_AS(s.feed("data: " + megabyte + "\n\n"), error);
  }
  SUBCASE("comments, and what is taken is no burden") {
    event_stream s;
    for (int round = 0; round < 3; ++round) {
      for (int i = 0; i < 10; ++i) s.feed(":" + megabyte + "\n");
      CHECK(s.take_comments().size() == 10);
      for (int i = 0; i < 10; ++i) s.feed("data: " + megabyte + "\n\n");
      while (s.next()) {
      }
    }
  }
}
