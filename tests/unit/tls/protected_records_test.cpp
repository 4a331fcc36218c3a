// SPDX-License-Identifier: BSL-1.0
//
// The record layer without a handshake: a peer in memory that knows the secrets.

#include "support/record_peer.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace asio_httpd;
using test_support::counted_secret;
using test_support::in_order;
using test_support::key_update;
using test_support::key_update_request;
using test_support::opened_record;
using test_support::record_peer;
using tls::alert;
using tls::cipher_suite;
using tls::record_type;
using state = tls::record_layer::state;

namespace {

constexpr std::array suites = {cipher_suite::aes_128_gcm_sha256, cipher_suite::aes_256_gcm_sha384,
                               cipher_suite::chacha20_poly1305_sha256};

std::string text_of(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i * 7 % 26);
  return text;
}

struct options {
  cipher_suite suite = cipher_suite::aes_128_gcm_sha256;
  std::uint64_t written = 0;
  std::size_t most_text = tls::most_plain_text;
};

struct session {
  explicit session(const options& o = {})
      : to_read(counted_secret(o.suite, 1)),
        to_write(counted_secret(o.suite, 2)),
        peer(o.suite, to_read, to_write, o.written),
        records({o.suite, to_read, to_write, o.written, o.most_text}, stream) {}

  // Reads until there is no more, at most `size` bytes at once.
  std::string read(std::size_t size = 100'000) {
    std::string all;
    for (;;) {
      const auto to = std::make_unique_for_overwrite<char[]>(size);
      const std::size_t n = records.read(to.get(), size);
      REQUIRE(n <= size);
      if (n == 0) return all;
      all.append(to.get(), n);
    }
  }
  std::string read(std::string_view sent, std::size_t size = 100'000) {
    stream.incoming += sent;
    return read(size);
  }
  // What was written, as the peer understands it.
  std::vector<opened_record> said() {
    const auto found = peer.open(stream.take_output());
    REQUIRE(found);
    return *found;
  }
  bool has_said_nothing() const { return stream.written.empty(); }

  const std::string to_read;
  const std::string to_write;
  test_support::memory_records stream;
  record_peer peer;
  tls::protected_records records;
};

std::string joined(const std::vector<opened_record>& records) {
  std::string all;
  for (const opened_record& r : records) {
    CHECK(r.type == record_type::application_data);
    all += r.text;
  }
  return all;
}

std::string message(char level, alert what) {
  return {level, static_cast<char>(what)};
}

bool is_alert(const opened_record& r, char level, alert what) {
  return r.type == record_type::alert && r.text == message(level, what);
}

std::string plain_record(record_type type, std::string_view content) {
  std::string made = {static_cast<char>(type), 3, 3, static_cast<char>(content.size() >> 8),
                      static_cast<char>(content.size() & 0xff)};
  return made += content;
}

std::string damaged(std::string record) {
  record.back() = static_cast<char>(record.back() ^ 1);
  return record;
}

// It has ended with one word, and nothing follows.
void check_failed(session& l, alert why) {
  CHECK(l.records.peer() == state::failed);
  const auto said = l.said();
  REQUIRE(said.size() == 1);
  CHECK(is_alert(said[0], 2, why));
  CHECK(l.read(l.peer.seal_text("behind")).empty());
  CHECK(l.records.write("answer", {}) == 0);
  l.records.close();
  CHECK(l.has_said_nothing());
}

}  // namespace

// --- reading -------------------------------------------------------------------------------------

TEST_CASE("text of each suite, in one record and in many") {
  for (const cipher_suite suite : suites) {
    session l({.suite = suite});
    CHECK(l.read(l.peer.seal_text("hello")) == "hello");
    std::string sent;
    std::string all;
    for (const std::size_t size : {1u, 16384u, 3u, 5000u, 16383u, 1u}) {
      sent += l.peer.seal_text(text_of(size));
      all += text_of(size);
    }
    CHECK(l.read(sent) == all);
    CHECK(l.records.peer() == state::open);
    CHECK_FALSE(l.records.has_text());
    CHECK(l.has_said_nothing());
  }
}

TEST_CASE("one read takes as many records as there is room for") {
  session l;
  l.stream.incoming =
      in_order({l.peer.seal_text("hello"), l.peer.seal_text(" wor"), l.peer.seal_text("ld")});
  std::string to(100, '\0');
  CHECK(l.records.read(to.data(), to.size()) == 11);
  CHECK(to.substr(0, 11) == "hello world");
}

TEST_CASE("buffers that are smaller than a record, or as large") {
  for (const std::size_t size :
       {1u, 2u, 999u, 1000u, 1001u, 1015u, 1016u, 1017u, 1018u, 2500u, 16384u}) {
    CAPTURE(size);
    session l;
    std::string sent;
    for (int i = 0; i < 4; ++i) sent += l.peer.seal_text(text_of(1000), i == 2 ? 600 : 0);
    sent += l.peer.seal_text(text_of(16384));
    const std::string all =
        text_of(1000) + text_of(1000) + text_of(1000) + text_of(1000) + text_of(16384);
    CHECK(l.read(sent, size) == all);
    CHECK_FALSE(l.records.has_text());
  }
}

TEST_CASE("what did not fit is there, though its record is gone") {
  session l;
  l.stream.incoming = in_order({l.peer.seal_text("hello"), l.peer.seal_text("world")});
  std::string to(3, '\0');
  CHECK(l.records.read(to.data(), 3) == 3);
  CHECK(to == "hel");
  CHECK(l.records.has_text());
  CHECK(l.records.read(to.data(), 3) == 3);
  CHECK(to == "low");
  CHECK(l.records.has_text());
  CHECK(l.read() == "orld");
  CHECK_FALSE(l.records.has_text());
}

TEST_CASE("a look of no size opens records, and takes no text") {
  session l;
  CHECK(l.records.read(nullptr, 0) == 0);
  CHECK_FALSE(l.records.has_text());
  l.stream.incoming = in_order({l.peer.seal_text({}), l.peer.update_keys(true),
                                l.peer.seal_text("hello"), l.peer.seal_text("world")});
  for (int i = 0; i < 2; ++i) {
    CHECK(l.records.read(nullptr, 0) == 0);
    CHECK(l.records.has_text());
  }
  CHECK(l.has_said_nothing());
  CHECK(l.read() == "helloworld");
  l.stream.incoming = l.peer.seal(record_type::alert, message(1, alert::close_notify));
  CHECK(l.records.read(nullptr, 0) == 0);
  CHECK(l.records.peer() == state::closed);
}

TEST_CASE("records that come byte by byte") {
  session l;
  const std::string sent =
      in_order({l.peer.seal_text("hello"), l.peer.update_keys(), l.peer.seal_text("world", 5),
                l.peer.seal(record_type::alert, message(1, alert::close_notify))});
  std::string got;
  for (const char byte : sent) {
    CHECK(l.records.peer() == state::open);
    got += l.read({&byte, 1});
  }
  CHECK(got == "helloworld");
  CHECK(l.records.peer() == state::closed);
}

TEST_CASE("padding, as much as a record may hold, is not text") {
  session l;
  CHECK(l.read(l.peer.seal_text("hello", 1)) == "hello");
  CHECK(l.read(l.peer.seal_text("hello", tls::most_plain_text - 5)) == "hello");
  CHECK(l.read(l.peer.seal_text("hello", 1000), 5) == "hello");
}

// RFC 8446 section 5.4: with its type and padding, text is no longer than 2^14 + 1.
TEST_CASE("more padding than that is too much") {
  for (const std::size_t size : {std::size_t{5}, tls::most_plain_text}) {
    session l;
    CHECK(l.read(l.peer.seal_text(text_of(size), tls::most_plain_text - size + 1)).empty());
    check_failed(l, alert::record_overflow);
  }
}

TEST_CASE("records without text may come between text, but not without end") {
  for (const char kind : {'e', 'p', 'u', 'k'}) {
    CAPTURE(kind);
    session l;
    const auto next = [&]() -> std::string {
      if (kind == 'k') return l.peer.update_keys();
      if (kind == 'u') return l.peer.seal(record_type::alert, message(1, alert::user_canceled));
      return l.peer.seal_text({}, kind == 'p' ? 100 : 0);
    };
    for (int round = 0; round < 3; ++round) {
      for (int i = 0; i < 32; ++i) CHECK(l.read(next()).empty());
      CHECK(l.records.peer() == state::open);
      CHECK(l.read(l.peer.seal_text("x")) == "x");
    }
    for (int i = 0; i < 32; ++i) CHECK(l.read(next()).empty());
    CHECK(l.has_said_nothing());
    CHECK(l.read(in_order({next(), l.peer.seal_text("x")})).empty());
    check_failed(l, alert::unexpected_message);
  }
}

// --- what is answered by an alert ----------------------------------------------------------------

namespace {

struct wrong {
  std::string_view what;
  std::string (*records)(record_peer& by);
  alert why;
};

std::string handshake(record_peer& by, std::string_view bytes) {
  return by.seal(record_type::handshake, bytes);
}

const std::vector<wrong> all_wrong = {
    {"a damaged record", [](record_peer& by) { return damaged(by.seal_text("hello")); },
     alert::bad_record_mac},
    {"a record that is left out",
     [](record_peer& by) {
       by.seal_text("hello");
       return by.seal_text("hello");
     },
     alert::bad_record_mac},
    {"bytes of no sense",
     [](record_peer&) { return plain_record(record_type::application_data, text_of(40)); },
     alert::bad_record_mac},
    {"a record of nothing",
     [](record_peer&) { return plain_record(record_type::application_data, {}); },
     alert::bad_record_mac},
    {"a tag without a type",
     [](record_peer&) { return plain_record(record_type::application_data, text_of(16)); },
     alert::bad_record_mac},
    {"the new key without a KeyUpdate",
     [](record_peer& by) {
       by.renew();
       return by.seal_text("hello");
     },
     alert::bad_record_mac},
    {"the old key behind a KeyUpdate",
     [](record_peer& by) {
       return in_order({handshake(by, key_update), by.seal_text("hello")});
     },
     alert::bad_record_mac},
    {"a header that announces too much",
     [](record_peer&) { return std::string("\x17\x03\x03\x41\x01", 5); }, alert::record_overflow},
    {"too much text", [](record_peer& by) { return by.seal_text(text_of(16385)); },
     alert::record_overflow},
    {"a plain change_cipher_spec",
     [](record_peer&) { return plain_record(record_type::change_cipher_spec, "\1"); },
     alert::unexpected_message},
    {"a plain alert",
     [](record_peer&) { return plain_record(record_type::alert, message(1, alert::close_notify)); },
     alert::unexpected_message},
    {"a plain handshake message",
     [](record_peer&) { return plain_record(record_type::handshake, key_update); },
     alert::unexpected_message},
    {"a sealed change_cipher_spec",
     [](record_peer& by) { return by.seal(record_type::change_cipher_spec, "\1"); },
     alert::unexpected_message},
    {"a type that nobody knows", [](record_peer& by) { return by.seal(record_type{24}, "hello"); },
     alert::unexpected_message},
    {"the same, without content", [](record_peer& by) { return by.seal(record_type{255}, {}); },
     alert::unexpected_message},
    {"no type, and no more", [](record_peer& by) { return by.seal(record_type::invalid, {}); },
     alert::unexpected_message},
    {"nothing but zeros",
     [](record_peer& by) { return by.seal(record_type::invalid, std::string(500, '\0')); },
     alert::unexpected_message},
    {"a ClientHello",
     [](record_peer& by) {
       return handshake(by, {"\1\0\0\1\0", 5});
     },
     alert::unexpected_message},
    {"the first byte of another message", [](record_peer& by) { return handshake(by, "\x14"); },
     alert::unexpected_message},
    {"a long message",
     [](record_peer& by) { return handshake(by, std::string("\x0b\0\1\0", 4) + text_of(256)); },
     alert::unexpected_message},
    {"a piece of a message without content (section 5.1)",
     [](record_peer& by) { return handshake(by, {}); }, alert::unexpected_message},
    {"a piece without content behind another one",
     [](record_peer& by) {
       return in_order({handshake(by, key_update.substr(0, 2)), handshake(by, {})});
     },
     alert::unexpected_message},
    {"an alert without content (section 5.4)",
     [](record_peer& by) { return by.seal(record_type::alert, {}); }, alert::unexpected_message},
    {"two KeyUpdates in a record (section 5.1)",
     [](record_peer& by) { return handshake(by, std::string(key_update).append(key_update)); },
     alert::unexpected_message},
    {"the beginning of the next one behind a KeyUpdate",
     [](record_peer& by) { return handshake(by, std::string(key_update) + "\x18"); },
     alert::unexpected_message},
    {"text between the pieces of a message",
     [](record_peer& by) {
       return in_order({handshake(by, key_update.substr(0, 2)), by.seal_text("hello"),
                        handshake(by, key_update.substr(2))});
     },
     alert::unexpected_message},
    {"an empty record between them",
     [](record_peer& by) {
       return in_order({handshake(by, key_update.substr(0, 1)), by.seal_text({})});
     },
     alert::unexpected_message},
    {"an alert between them",
     [](record_peer& by) {
       return in_order({handshake(by, key_update.substr(0, 4)),
                        by.seal(record_type::alert, message(1, alert::close_notify))});
     },
     alert::unexpected_message},
    {"a KeyUpdate that announces more",
     [](record_peer& by) {
       return handshake(by, {"\x18\0\0\2\0", 5});
     },
     alert::decode_error},
    {"a KeyUpdate that announces nothing",
     [](record_peer& by) {
       return handshake(by, {"\x18\0\0\0", 4});
     },
     alert::decode_error},
    {"a KeyUpdate that announces too much, in pieces",
     [](record_peer& by) {
       return in_order({handshake(by, "\x18"), handshake(by, "\1")});
     },
     alert::decode_error},
    {"half an alert", [](record_peer& by) { return by.seal(record_type::alert, "\1"); },
     alert::decode_error},
    {"an alert and a half",
     [](record_peer& by) {
       return by.seal(record_type::alert, {"\1\0\1", 3});
     },
     alert::decode_error},
    {"a KeyUpdate that asks for something else",
     [](record_peer& by) {
       return handshake(by, {"\x18\0\0\1\2", 5});
     },
     alert::illegal_parameter},
    {"the same, in pieces",
     [](record_peer& by) {
       return in_order({handshake(by, {"\x18\0\0\1", 4}), handshake(by, "\xff")});
     },
     alert::illegal_parameter},
};

}  // namespace

TEST_CASE("what is wrong is told, and ends it") {
  for (const wrong& w : all_wrong) {
    for (const cipher_suite suite : suites) {
      for (const std::size_t room : {100'000u, 3u}) {
        CAPTURE(w.what);
        session l({.suite = suite});
        const std::string good = l.peer.seal_text("good");
        CHECK(l.read(good + w.records(l.peer), room) == "good");
        check_failed(l, w.why);
      }
    }
  }
}

TEST_CASE("an alert of ours is under the newest key, and has its number") {
  session l;
  CHECK(l.records.write("one", {}) == 3);
  CHECK(l.read(l.peer.update_keys(true)).empty());
  CHECK(l.records.write("two", {}) == 3);
  CHECK(l.said().size() == 3);
  CHECK(l.read(damaged(l.peer.seal_text("hello"))).empty());
  check_failed(l, alert::bad_record_mac);
}

// --- what the peer says --------------------------------------------------------------------------

// The level means nothing any more (RFC 8446 section 6).
TEST_CASE("close_notify: its text is whole, and what is behind it is not read") {
  for (const char level : {'\1', '\2'}) {
    for (const std::size_t room : {100'000u, 2u}) {
      session l;
      const std::string sent =
          in_order({l.peer.seal_text("last"),
                    l.peer.seal(record_type::alert, message(level, alert::close_notify)),
                    l.peer.seal_text("behind"), damaged(l.peer.seal_text("x"))});
      CHECK(l.read(sent, room) == "last");
      CHECK(l.records.peer() == state::closed);
      CHECK(l.has_said_nothing());
      CHECK(l.records.write("answer", {}) == 6);
      l.records.close();
      const auto said = l.said();
      REQUIRE(said.size() == 2);
      CHECK(said[0].text == "answer");
      CHECK(is_alert(said[1], 1, alert::close_notify));
    }
  }
}

TEST_CASE("text that has not been read outlives a close_notify") {
  session l;
  l.stream.incoming = in_order({l.peer.seal_text("hello"),
                                l.peer.seal(record_type::alert, message(1, alert::close_notify))});
  std::string to(4, '\0');
  CHECK(l.records.read(to.data(), 4) == 4);
  CHECK(l.records.peer() == state::open);
  CHECK(l.read() == "o");
  CHECK(l.records.peer() == state::closed);
}

TEST_CASE("user_canceled is passed over") {
  session l;
  for (const char level : {'\1', '\2'}) {
    const std::string sent = l.peer.seal(record_type::alert, message(level, alert::user_canceled));
    CHECK(l.read(sent + l.peer.seal_text("hello")) == "hello");
    CHECK(l.records.peer() == state::open);
  }
  CHECK(l.has_said_nothing());
}

TEST_CASE("another alert is an error, whatever level it has; nothing is said to it") {
  constexpr alert handshake_failure{40};
  for (const alert what : {handshake_failure, alert::bad_record_mac, alert{255}}) {
    for (const char level : {'\1', '\2', '\0'}) {
      session l;
      const std::string sent =
          in_order({l.peer.seal_text("good"), l.peer.seal(record_type::alert, message(level, what)),
                    l.peer.seal_text("behind")});
      CHECK(l.read(sent) == "good");
      CHECK(l.records.peer() == state::failed);
      CHECK(l.records.write("answer", {}) == 0);
      l.records.close();
      CHECK(l.has_said_nothing());
    }
  }
}

// --- new keys ------------------------------------------------------------------------------------

TEST_CASE("a KeyUpdate that asks for nothing: theirs is new, ours stays") {
  for (const cipher_suite suite : suites) {
    session l({.suite = suite});
    for (int i = 0; i < 3; ++i) {
      CHECK(l.read(in_order({l.peer.seal_text("before"), l.peer.update_keys(),
                             l.peer.seal_text("after")})) == "beforeafter");
    }
    CHECK(l.has_said_nothing());
    CHECK(l.records.write("answer", {}) == 6);
    CHECK(joined(l.said()) == "answer");
  }
}

TEST_CASE("a KeyUpdate that asks for ours: it is told before text is under it") {
  for (const cipher_suite suite : suites) {
    session l({.suite = suite});
    for (int i = 0; i < 3; ++i) {
      CHECK(l.records.write("one", {}) == 3);
      CHECK(l.read(in_order({l.peer.update_keys(true), l.peer.seal_text("after")})) == "after");
      CHECK(l.records.write("two", {}) == 3);
      const auto said = l.said();
      REQUIRE(said.size() == 3);
      CHECK(said[0].text == "one");
      CHECK(said[1].type == record_type::handshake);
      CHECK(said[1].text == key_update);
      CHECK(said[2].text == "two");
    }
  }
}

TEST_CASE("a KeyUpdate in pieces, which come when they like") {
  for (const std::string_view update : {key_update, key_update_request}) {
    for (std::size_t piece = 1; piece <= 4; ++piece) {
      session l;
      for (std::size_t at = 0; at < update.size(); at += piece) {
        CHECK(l.has_said_nothing());
        CHECK(l.read(l.peer.seal(record_type::handshake, update.substr(at, piece), piece)).empty());
        CHECK(l.records.peer() == state::open);
      }
      l.peer.renew();
      CHECK(l.has_said_nothing());
      CHECK(l.read(l.peer.seal_text("after")) == "after");
      CHECK(l.records.write("answer", {}) == 6);
      CHECK(l.said().size() == (update == key_update ? 1 : 2));
    }
  }
}

// RFC 8446 section 4.6.3 wants it in front of our next text, and once for all that asked.
TEST_CASE("many that ask for our key get one, when there is something to say") {
  session l;
  for (int i = 0; i < 20; ++i) CHECK(l.read(l.peer.update_keys(true)).empty());
  CHECK(l.has_said_nothing());
  CHECK(l.records.write({}, {}) == 0);
  CHECK(l.has_said_nothing());
  CHECK(l.records.write("answer", {}) == 6);
  const auto said = l.said();
  REQUIRE(said.size() == 2);
  CHECK(said[0].text == key_update);
  CHECK(said[1].text == "answer");
}

TEST_CASE("who is written to may say as much without text again") {
  session l;
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 32; ++i) CHECK(l.read(l.peer.update_keys()).empty());
    CHECK(l.records.write("more", {}) == 4);
  }
  CHECK(l.records.peer() == state::open);
}

// RFC 8446 section 6.1: it says that nothing more will come.
TEST_CASE("nothing is said behind our close_notify") {
  for (const bool is_wrong : {false, true}) {
    session l;
    l.records.close();
    const auto said = l.said();
    REQUIRE(said.size() == 1);
    CHECK(is_alert(said[0], 1, alert::close_notify));
    CHECK(l.read(in_order({l.peer.update_keys(true), l.peer.seal_text("still read")})) ==
          "still read");
    if (is_wrong) CHECK(l.read(damaged(l.peer.seal_text("x"))).empty());
    CHECK(l.records.peer() == (is_wrong ? state::failed : state::open));
    CHECK(l.has_said_nothing());
  }
}

// --- writing -------------------------------------------------------------------------------------

TEST_CASE("text is written in records as large as they may be, across both pieces") {
  struct row {
    std::size_t first;
    std::size_t second;
    std::vector<std::size_t> records;
  };
  for (const cipher_suite suite : suites) {
    for (const auto& [first, second, records] : std::vector<row>{{0, 0, {}},
                                                                 {5, 0, {5}},
                                                                 {0, 5, {5}},
                                                                 {5, 7, {12}},
                                                                 {16384, 0, {16384}},
                                                                 {16384, 1, {16384, 1}},
                                                                 {16383, 2, {16384, 1}},
                                                                 {16385, 0, {16384, 1}},
                                                                 {100, 40000, {16384, 16384, 7332}},
                                                                 {40000, 100, {16384, 16384, 7332}},
                                                                 {0, 32768, {16384, 16384}}}) {
      session l({.suite = suite});
      const std::string text = text_of(first + second);
      CAPTURE(text.size());
      CHECK(l.records.write(std::string_view(text).substr(0, first),
                            std::string_view(text).substr(first)) == text.size());
      const auto said = l.said();
      CHECK(joined(said) == text);
      REQUIRE(said.size() == records.size());
      for (std::size_t i = 0; i < said.size(); ++i) CHECK(said[i].text.size() == records[i]);
    }
  }
}

TEST_CASE("a client that asked for small records gets no others") {
  for (const std::size_t most : {512u, 1024u, 2048u, 4096u}) {
    session l({.most_text = most});
    const std::string text = text_of(20'000);
    CHECK(l.records.write(std::string_view(text).substr(0, 700),
                          std::string_view(text).substr(700)) == text.size());
    const auto said = l.said();
    CHECK(joined(said) == text);
    CHECK(said.size() == (text.size() + most - 1) / most);
    for (const opened_record& r : said) CHECK(r.text.size() <= most);
  }
}

TEST_CASE("the records that the handshake sent are counted") {
  for (const std::uint64_t written : {1u, 2u, 1000u}) {
    session l({.written = written});
    CHECK(l.records.write("answer", {}) == 6);
    CHECK(joined(l.said()) == "answer");
  }
}

// RFC 8446 section 5.5.
TEST_CASE("after 2^24 records there is a new key of ours") {
  for (const cipher_suite suite : suites) {
    session l({.suite = suite, .written = (1u << 24) - 2});
    for (const char* text : {"one", "two", "three", "four"}) l.records.write(text, {});
    const auto said = l.said();
    REQUIRE(said.size() == 5);
    CHECK(said[1].text == "two");
    CHECK(said[2].type == record_type::handshake);
    CHECK(said[2].text == key_update);
    CHECK(said[3].text == "three");
    CHECK(said[4].text == "four");
  }
}

TEST_CASE("the new key may be due in the middle of a text") {
  session l({.written = (1u << 24) - 1});
  const std::string text = text_of(40'000);
  CHECK(l.records.write(text, {}) == text.size());
  const auto said = l.said();
  REQUIRE(said.size() == 4);
  CHECK(said[1].type == record_type::handshake);
  CHECK(said[0].text + said[2].text + said[3].text == text);
}
