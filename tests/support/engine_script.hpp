// SPDX-License-Identifier: BSL-1.0
//
// A conversation with the HTTP/1.x engine, written down as a script:
//
//   engine_script()
//       .receive("GET /a HTTP/1.1\r\nHost: h\r\n\r\n")
//       .expect_request("GET /a")
//       .respond("hello")
//       .expect_bytes("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
//       .run();
//
// run() plays it with the bytes whole, one at a time, and cut in two at every position (of a long
// script at a thousand): what happens must be the same each time. Then it plays every beginning of
// the bytes with the end of the stream behind it: what happens must be a beginning of the script,
// and then a close.
//
// `100 Continue` is sent only where the body is not there yet, so it is taken out of the answers;
// `continues()` says how often it was sent in a run.

#pragma once

#include "http1/engine.hpp"

#include <asio_httpd/response.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace test_support {

class engine_script {
 public:
  using engine = asio_httpd::http1::engine;
  using make_response = std::function<asio_httpd::response()>;

  // What one run came to.
  struct transcript {
    std::vector<std::string> events;
    std::string output;
    std::string leftover;  // after an upgrade
    unsigned continues = 0;
  };
  // How many bytes come at once, given how many have come.
  using next_piece = std::function<std::size_t(std::size_t received)>;

  engine_script& limits(const asio_httpd::http1::head_limits& l);
  // What the peer sends; several are put together.
  engine_script& receive(std::string_view bytes);

  // A head with that method and path. Its body is accepted up to `body_limit` bytes, unless
  // `respond` follows.
  engine_script& expect_head(std::string_view method_and_path, std::uint64_t body_limit = 1 << 20);
  engine_script& expect_dispatch(std::string_view body = "");
  // Both of them.
  engine_script& expect_request(std::string_view method_and_path, std::string_view body = "");
  // A broken rule. It is answered by the sentence of its status.
  engine_script& expect_refuse(asio_httpd::http1::rule r);
  engine_script& expect_upgrade(std::string_view leftover);
  engine_script& expect_close(asio_httpd::close_reason reason);

  // How the last step is answered; an empty 200 without this.
  engine_script& respond(make_response make);
  engine_script& respond(std::string_view body);
  engine_script& respond(asio_httpd::status s);
  // Looks at the engine when the last step has come, in every run.
  engine_script& check(std::function<void(engine&)> look);

  // What the peer reads in all; not looked at without this.
  engine_script& expect_bytes(std::string_view bytes);

  // All the runs, with a failed check of doctest for each that goes another way.
  void run() const;
  // One run over the first `size` bytes, and the end of the stream behind them or silence.
  transcript play(std::size_t size, const next_piece& next, bool end_of_stream) const;
  transcript play_whole() const;
  unsigned continues() const { return play_whole().continues; }

 private:
  enum class kind : std::uint8_t { head, dispatch, refuse, upgrade, close };
  struct step {
    kind what;
    std::string event;
    std::uint64_t body_limit = 0;
    make_response answer;
    std::function<void(engine&)> look;
  };
  class player;

  step& add(kind what, std::string event);
  void compare(const transcript& t) const;
  void compare_beginning(const transcript& t) const;
  bool ends_by_itself() const;

  asio_httpd::http1::head_limits limits_;
  std::string stream_;
  std::vector<step> steps_;
  std::string leftover_;
  std::string bytes_;
  bool bytes_expected_ = false;
};

}  // namespace test_support
