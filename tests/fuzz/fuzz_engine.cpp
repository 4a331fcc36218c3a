// SPDX-License-Identifier: BSL-1.0
//
// Invariant: a connection's answers, closes and broken rules depend on the bytes and on what the
// routes decide, not on how the bytes were cut; after a refusal there is one answer and a close;
// no request with both Content-Length and Transfer-Encoding reaches a route; no cut one is
// dispatched.
//
// Input: a byte for the limits ('0' for the usual ones), a byte for what the routes decide, a byte
// for the cuts, then all that the peer sends before it shuts its side down.

#include "fuzz_input.hpp"

#include "http1/engine.hpp"

#include <algorithm>
#include <string>

namespace {

using namespace asio_httpd;
using namespace asio_httpd::http1;

constexpr std::string_view interim = "HTTP/1.1 100 Continue\r\n\r\n";

// Plays the connection: feeds pieces, takes decisions, keeps the transcript.
class player {
 public:
  player(std::string_view stream, const head_limits& limits, std::uint8_t decisions)
      : left_(stream), limits_(limits), decisions_(decisions) {
    engine_.reset(limits_);
  }

  template <class NextPiece>
  std::string play(NextPiece next_piece) {
    for (;;) {
      switch (engine_.next()) {
        case action::read:
          FUZZ_REQUIRE(!at_end_);
          flush();
          // As the connection does: between requests it gives its engine up.
          if (engine_.is_idle()) engine_.reset(limits_);
          receive(next_piece());
          break;
        case action::head:
          on_head();
          break;
        case action::dispatch:
          on_dispatch();
          break;
        case action::stream:
          on_stream();
          break;
        case action::refuse:
        case action::http2:
          on_refuse();
          break;
        case action::upgrade:
          return on_upgrade();
        case action::close:
          return on_close();
      }
    }
  }

 private:
  void receive(std::size_t size) {
    if (left_.empty()) {
      at_end_ = true;
      return engine_.commit_eof();
    }
    const std::string_view piece = left_.substr(0, size);
    engine_.input().append(piece);
    left_.remove_prefix(piece.size());
  }

  void note(std::string_view what) { transcript_.append("[").append(what).append("]"); }
  void note(std::string_view what, const fields& lines) {
    note(what);
    for (auto [id, name, value] : lines) {
      transcript_.append(name).append("=").append(value).append(";");
    }
  }

  void flush() {
    auto& output = engine_.output();
    transcript_.append(output.first()).append(output.second());
    output.sent(output.pending());
    FUZZ_REQUIRE(output.empty());
  }

  void on_head() {
    FUZZ_REQUIRE(!refused_);
    flush();
    const request& r = engine_.request();
    FUZZ_REQUIRE(engine_.knows_method());
    FUZZ_REQUIRE(!(r.fields().contains(field::content_length) &&
                   r.fields().contains(field::transfer_encoding)));
    FUZZ_REQUIRE(r.fields().count(field::host) <= 1);
    FUZZ_REQUIRE(r.version() == http_version::http_1_0 || r.fields().count(field::host) == 1);
    note("head", r.fields());
    transcript_.append(to_string(r.method())).append(r.target()).append(r.path());
    answered_ = false;
    fuzz::dice dice = next_decision();
    if (dice.below(4) == 0) return respond(dice);
    static constexpr std::uint64_t body_limits[] = {0, 3, 40, 1 << 20};
    accept(body_limits[dice.below(4)]);
  }

  // Whether 100 is sent depends on whether the body is there already, so it is left out.
  void accept(std::uint64_t limit) {
    limit_ = limit;
    auto& output = engine_.output();
    FUZZ_REQUIRE(output.empty());
    engine_.accept_body(limit);
    if (output.empty()) return;
    FUZZ_REQUIRE(output.first() == interim);
    FUZZ_REQUIRE(engine_.request().get(field::expect).size() == 12);
    output.clear();
  }

  void on_dispatch() {
    FUZZ_REQUIRE(!refused_ && !answered_);
    const request& r = engine_.request();
    const auto& framing = engine_.framing();
    FUZZ_REQUIRE(r.body().size() <= limit_);
    if (!framing.chunked) FUZZ_REQUIRE(r.body().size() == framing.content_length);
    note("dispatch", r.fields());
    transcript_.append(r.body()).append(r.query()).append(r.host());
    note("trailers", r.trailers());
    fuzz::dice dice = next_decision();
    respond(dice);
  }

  void on_stream() {
    FUZZ_REQUIRE(engine_.write_content("streamed"));
    FUZZ_REQUIRE(engine_.end_content({}));
    FUZZ_REQUIRE(engine_.written() == 8);
  }

  void on_refuse() {
    FUZZ_REQUIRE(!refused_);
    refused_ = true;
    flush();
    note(to_string(engine_.broken()));
    FUZZ_REQUIRE(engine_.broken() != rule::none);
    response r = error_response(answer_to(engine_.broken()));
    engine_.respond(r, "", false);
    FUZZ_REQUIRE(engine_.is_closing());
    FUZZ_REQUIRE(engine_.output().first().find("\r\nConnection: close\r\n") !=
                 std::string_view::npos);
  }

  std::string on_upgrade() {
    flush();
    // What follows the head belongs to the other protocol, whether it came already or not.
    transcript_.append("[upgrade]").append(engine_.input().view()).append(left_);
    return std::move(transcript_);
  }

  std::string on_close() {
    flush();
    FUZZ_REQUIRE(engine_.next() == action::close);
    FUZZ_REQUIRE(engine_.reason() != close_reason::none);
    note(to_string(engine_.reason()));
    return std::move(transcript_);
  }

  fuzz::dice next_decision() { return fuzz::dice(decisions_ * std::uint64_t{1000} + ++decided_); }

  void respond(fuzz::dice& dice) {
    FUZZ_REQUIRE(!answered_);
    answered_ = true;
    static constexpr std::size_t sizes[] = {0, 5, http::output::small_body,
                                            http::output::small_body + 1};
    static constexpr status statuses[] = {status::ok, status::ok, status::no_content,
                                          status::not_modified};
    response r(statuses[dice.below(4)]);
    r.body(std::string(sizes[dice.below(4)], 'b'));
    if (dice.below(6) == 0) {
      const auto size = dice.below(2) == 0 ? std::optional<std::uint64_t>(8) : std::nullopt;
      r.body(std::shared_ptr<const body_producer>(), size);
    }
    if (dice.below(8) == 0) r.close_connection();
    if (engine_.framing().wants_upgrade && dice.below(2) == 0) {
      r.upgrade("echo", nullptr);
    }
    flush();
    engine_.respond(r, "Date: now\r\n", dice.below(12) == 0);
  }

  engine engine_;
  std::string_view left_;
  head_limits limits_;
  std::uint8_t decisions_;
  std::uint64_t decided_ = 0;
  std::uint64_t limit_ = 0;
  std::string transcript_;
  bool at_end_ = false;
  bool refused_ = false;
  bool answered_ = true;
};

head_limits limits_of(std::uint8_t option) {
  if (option == '0') return {};
  return {std::size_t{16} + option, std::size_t{1} + option % 7, std::size_t{2} + option % 53};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in(data, size);
  const head_limits limits = limits_of(in.option());
  const std::uint8_t decisions = in.option();
  fuzz::dice cuts(in.option());
  const std::string_view stream = in.rest();

  const std::string expected =
      player(stream, limits, decisions).play([&] { return stream.size(); });
  FUZZ_REQUIRE(player(stream, limits, decisions).play([] { return 1; }) == expected);
  FUZZ_REQUIRE(player(stream, limits, decisions).play([&] { return cuts.piece(); }) == expected);
  return 0;
}
