// SPDX-License-Identifier: BSL-1.0
//
// What becomes of a stream whose request turns out to be malformed, where only the session sees it:
// its answer, its windows, its limits.

#include "http2/session.hpp"
#include "support/http2_feed.hpp"
#include "support/http2_wire.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace test_support::http2;
namespace h2 = asio_httpd::http2;

namespace {

class connection {
 public:
  explicit connection(const h2::session_options& options = {}) : session(options) {
    receive(std::string(preface) + settings({}));
    session.pump();
    take_frames();
  }

  // What is to be sent stays where it is.
  void receive(std::string_view bytes) {
    feed(session, bytes, [this](auto one) { requests.push_back(std::move(one)); });
  }

  std::vector<received_frame> take_frames() {
    session.pump();
    reader_.feed(session.output().view());
    session.output().clear();
    std::vector<received_frame> all;
    while (auto f = reader_.next()) all.push_back(std::move(*f));
    return all;
  }

  std::optional<error_code> take_reset(std::uint32_t stream) {
    std::optional<error_code> code;
    for (const received_frame& f : take_frames()) {
      if (f.type == frame_type::rst_stream && f.stream == stream) code = f.code();
    }
    return code;
  }

  h2::session session;
  std::vector<std::unique_ptr<h2::stream>> requests;

 private:
  frame_reader reader_;
};

std::string post_of(std::uint32_t stream, std::string_view length) {
  return post(stream, "/", {{"content-length", std::string(length)}});
}

}  // namespace

TEST_CASE("a request that is answered, and ends in a wrong place") {
  for (const std::string& end :
       {data(1, "too much"), data(1, ""), headers(1, hpack::literal("a", "b"))}) {
    connection c;
    c.receive(post_of(1, "4"));
    REQUIRE(c.requests.size() == 1);
    h2::stream& s = *c.requests[0];
    const h2::header ok{":status", "200"};
    c.session.send_head(s, {&ok, 1}, 0, {}, {});
    c.take_frames();
    c.receive(end);
    CHECK(c.take_reset(1) == error_code::protocol_error);
    CHECK(s.is_broken());
    CHECK(s.is_closed());
    CHECK_FALSE(s.has_ended());
    CHECK(s.received().empty());
    // The peer may have sent more before it knew.
    c.receive(headers(1, hpack::literal("c", "d")));
    c.take_frames();
    CHECK(c.session.fault() == h2::error::no_error);
    CHECK_FALSE(c.session.is_over());
  }
}

TEST_CASE("content that is too much opens the connection's window again, and reaches nobody") {
  connection c;
  const std::string frame = data(1, std::string(default_frame_size, 'x'), flag::none);
  std::uint32_t given_back = 0;
  for (std::uint32_t stream = 1; stream < 200; stream += 2) {
    c.receive(post_of(stream, "100"));
    std::string bytes = frame;
    bytes.replace(5, 4, big_endian(stream, 4));
    for (std::size_t at = 0; at < bytes.size(); at += 5000) c.receive(bytes.substr(at, 5000));
    for (const received_frame& f : c.take_frames()) {
      if (f.type == frame_type::window_update && f.stream == 0) given_back += f.number(0);
    }
    CHECK(c.requests.back()->received().empty());
    CHECK(c.requests.back()->is_broken());
    c.requests.clear();
  }
  CHECK(given_back > default_frame_size * 50);
  CHECK_FALSE(c.session.is_over());
}

TEST_CASE("content that is refused pays for nothing, however much there is") {
  connection c;
  const std::string content(default_frame_size, 'x');
  std::uint32_t stream = 1;
  for (; stream < 4000 && !c.session.is_over(); stream += 2) {
    c.receive(post_of(stream, "1") + data(stream, content, flag::none));
    c.take_frames();
    c.requests.clear();
  }
  CHECK(stream < 4000);
  CHECK(c.session.fault() == h2::error::enhance_your_calm);
}

TEST_CASE("a head above its limits is answered, unless it is malformed as well") {
  h2::session_options options;
  options.head.fields = 2;
  const field_list many{{"a", "1"}, {"b", "2"}, {"c", "3"}};
  connection c(options);
  c.receive(get(1, "/", many));
  REQUIRE(c.requests.size() == 1);
  CHECK(c.requests[0]->head().broken == asio_httpd::http::rule::too_many_fields);
  CHECK_FALSE(c.take_reset(1));

  field_list bad = many;
  bad.push_back({"connection", "close"});
  c.receive(get(3, "/", bad));
  CHECK(c.requests.size() == 1);
  CHECK(c.take_reset(3) == error_code::protocol_error);
}

TEST_CASE("what is required counts where it was too long to be kept") {
  h2::session_options options;
  options.head.target = 4;
  connection c(options);
  c.receive(get(1, "/too/long"));
  REQUIRE(c.requests.size() == 1);
  CHECK(c.requests[0]->head().broken == asio_httpd::http::rule::target_too_long);
  CHECK_FALSE(c.take_reset(1));
}

TEST_CASE("behind a malformed head, the next one is read") {
  connection c;
  c.receive(get(1, "/", {{"X", "1"}, {"y", "2"}}) + get(3));
  REQUIRE(c.requests.size() == 1);
  CHECK(c.requests[0]->id() == 3);
  CHECK(c.take_reset(1) == error_code::protocol_error);
  CHECK(c.session.open_streams() == 1);
}

TEST_CASE("whoever takes a request sees that it is malformed already") {
  for (const std::string& end :
       {data(1, "too much"), data(1, "few"), headers(1, hpack::literal("A", "b"))}) {
    connection c;
    c.receive(post_of(1, "4") + end);
    REQUIRE(c.requests.size() == 1);
    CHECK(c.requests[0]->is_broken());
    CHECK(c.take_reset(1) == error_code::protocol_error);
  }
}
