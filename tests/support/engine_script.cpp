// SPDX-License-Identifier: BSL-1.0
//
// Plays scripts: the part of the connection, with a peer that never waits for an answer.

#include "support/engine_script.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <utility>

namespace test_support {

using namespace asio_httpd;
using http1::action;

namespace {

constexpr std::string_view interim = "HTTP/1.1 100 Continue\r\n\r\n";

std::string event_of(std::string_view what, std::string_view detail) {
  return std::string(what).append(" ").append(detail);
}

}  // namespace

// One run.
class engine_script::player {
 public:
  player(const engine_script& script, std::string_view stream, bool end_of_stream)
      : script_(script), left_(stream), end_of_stream_(end_of_stream) {
    engine_.reset(script.limits_);
  }

  transcript play(const next_piece& next) {
    while (act(engine_.next(), next)) {
    }
    flush();
    return std::move(result_);
  }

 private:
  bool act(action what, const next_piece& next) {
    switch (what) {
      case action::read:
        flush();
        // As the connection does: between requests it gives its engine up.
        if (engine_.is_idle()) engine_.reset(script_.limits_);
        return receive(next);
      case action::head:
        return on_head();
      case action::dispatch:
        return on_dispatch();
      case action::stream:
        return on_stream();
      case action::refuse:
      case action::http2:
        return on_refuse();
      case action::upgrade:
        return on_upgrade();
      case action::close:
        break;
    }
    take_step(event_of("close", to_string(engine_.reason())));
    return false;
  }

  bool receive(const next_piece& next) {
    if (left_.empty()) {
      REQUIRE_FALSE(at_end_);  // asked for more behind the end
      at_end_ = true;
      if (end_of_stream_) engine_.commit_eof();
      return end_of_stream_;
    }
    const std::string_view piece = left_.substr(0, next(received_));
    engine_.input().append(piece);
    left_.remove_prefix(piece.size());
    received_ += piece.size();
    return true;
  }

  // The script's step for this event, which may be another one: then the comparison fails later.
  const step* take_step(std::string event) {
    const std::size_t index = result_.events.size();
    result_.events.push_back(std::move(event));
    if (index >= script_.steps_.size()) return nullptr;
    const step& found = script_.steps_[index];
    if (found.event != result_.events.back()) return nullptr;
    if (found.look) found.look(engine_);
    return &found;
  }

  bool on_head() {
    const request& r = engine_.request();
    const step* found = take_step(
        event_of("head", std::string(to_string(r.method())) + " " + std::string(r.path())));
    flush();
    if (found != nullptr && found->answer) {
      respond(found);
    } else {
      accept(found == nullptr ? 1 << 20 : found->body_limit);
    }
    return true;
  }

  void accept(std::uint64_t limit) {
    flush();
    engine_.accept_body(limit);
    if (engine_.output().first() != interim) return;
    engine_.output().clear();
    ++result_.continues;
  }

  bool on_dispatch() {
    respond(take_step(event_of("dispatch", engine_.request().body())));
    return true;
  }

  bool on_stream() {
    take_step("stream");
    CHECK(engine_.write_content("streamed"));
    CHECK(engine_.end_content({}));
    return true;
  }

  bool on_refuse() {
    static_cast<void>(take_step(event_of("refuse", to_string(engine_.broken()))));
    flush();
    response r = error_response(http1::answer_to(engine_.broken()));
    engine_.respond(r, {}, false);
    return true;
  }

  bool on_upgrade() {
    take_step("upgrade");
    result_.leftover.append(engine_.input().view()).append(left_);
    return false;
  }

  void respond(const step* found) {
    response r = found != nullptr && found->answer ? found->answer() : response();
    engine_.respond(r, {}, false);
  }

  void flush() {
    auto& output = engine_.output();
    result_.output.append(output.first()).append(output.second());
    output.sent(output.pending());
  }

  const engine_script& script_;
  engine engine_;
  std::string_view left_;
  std::size_t received_ = 0;
  transcript result_;
  bool end_of_stream_;
  bool at_end_ = false;
};

engine_script& engine_script::limits(const http1::head_limits& l) {
  limits_ = l;
  return *this;
}

engine_script& engine_script::receive(std::string_view bytes) {
  stream_ += bytes;
  return *this;
}

engine_script::step& engine_script::add(kind what, std::string event) {
  steps_.push_back({what, std::move(event), 0, {}, {}});
  return steps_.back();
}

engine_script& engine_script::expect_head(std::string_view method_and_path,
                                          std::uint64_t body_limit) {
  add(kind::head, event_of("head", method_and_path)).body_limit = body_limit;
  return *this;
}

engine_script& engine_script::expect_dispatch(std::string_view body) {
  add(kind::dispatch, event_of("dispatch", body));
  return *this;
}

engine_script& engine_script::expect_request(std::string_view method_and_path,
                                             std::string_view body) {
  return expect_head(method_and_path).expect_dispatch(body);
}

engine_script& engine_script::expect_refuse(http1::rule r) {
  add(kind::refuse, event_of("refuse", to_string(r)));
  return *this;
}

engine_script& engine_script::expect_upgrade(std::string_view leftover) {
  add(kind::upgrade, "upgrade");
  leftover_ = leftover;
  return *this;
}

engine_script& engine_script::expect_close(close_reason reason) {
  add(kind::close, event_of("close", to_string(reason)));
  return *this;
}

engine_script& engine_script::respond(make_response make) {
  steps_.back().answer = std::move(make);
  return *this;
}

engine_script& engine_script::respond(std::string_view body) {
  return respond([text = std::string(body)] {
    response r;
    r.body(text);
    return r;
  });
}

engine_script& engine_script::respond(status s) {
  return respond([s] { return response(s); });
}

engine_script& engine_script::check(std::function<void(engine&)> look) {
  steps_.back().look = std::move(look);
  return *this;
}

engine_script& engine_script::expect_bytes(std::string_view bytes) {
  bytes_ = bytes;
  bytes_expected_ = true;
  return *this;
}

engine_script::transcript engine_script::play(std::size_t size, const next_piece& next,
                                              bool end_of_stream) const {
  return player(*this, std::string_view(stream_).substr(0, size), end_of_stream).play(next);
}

engine_script::transcript engine_script::play_whole() const {
  return play(
      stream_.size(), [&](std::size_t) { return stream_.size(); }, false);
}

void engine_script::run() const {
  {
    INFO("whole");
    compare(play_whole());
  }
  {
    INFO("one byte at a time");
    compare(play(
        stream_.size(), [](std::size_t) { return 1; }, false));
  }
  // At most a thousand positions of a long stream.
  const std::size_t stride = stream_.size() / 1000 + 1;
  for (std::size_t cut = 1; cut < stream_.size(); cut += stride) {
    INFO("cut at ", cut);
    compare(play(
        stream_.size(), [&](std::size_t n) { return n == 0 ? cut : stream_.size(); }, false));
  }
  for (std::size_t end = 0; end <= stream_.size(); end += stride) {
    INFO("the stream ends at ", end);
    compare_beginning(play(
        end, [&](std::size_t) { return end; }, true));
  }
}

void engine_script::compare(const transcript& t) const {
  std::vector<std::string> expected;
  for (const step& s : steps_) expected.push_back(s.event);
  REQUIRE_MESSAGE(t.events.size() == expected.size(),
                  "happened: ", t.events.empty() ? std::string("nothing") : t.events.back());
  for (std::size_t i = 0; i < expected.size(); ++i) CHECK(t.events[i] == expected[i]);
  if (bytes_expected_) CHECK(t.output == bytes_);
  CHECK(t.leftover == leftover_);
}

bool engine_script::ends_by_itself() const {
  return !steps_.empty() &&
         (steps_.back().what == kind::close || steps_.back().what == kind::upgrade);
}

// A stream that ends early: what happened is how the script begins, then comes the close, unless
// another protocol has taken over.
void engine_script::compare_beginning(const transcript& t) const {
  REQUIRE_FALSE(t.events.empty());
  REQUIRE(t.events.size() <= steps_.size() + 1);
  const bool whole_script = ends_by_itself() && t.events.size() == steps_.size() &&
                            t.events.back() == steps_.back().event;
  const std::size_t common = whole_script ? t.events.size() : t.events.size() - 1;
  for (std::size_t i = 0; i < common; ++i) CHECK(t.events[i] == steps_[i].event);
  if (!whole_script) {
    const std::string& last = t.events.back();
    CHECK_MESSAGE((last == "close client_done" || last == "close client_aborted"), last);
  }
  if (bytes_expected_) CHECK_MESSAGE(bytes_.starts_with(t.output), t.output);
}

}  // namespace test_support
