// SPDX-License-Identifier: BSL-1.0
//
// What is behind a client's end: its end of the pipe, the bytes that it has received and not read
// yet, and the answer that has begun.

#pragma once

#include <asio_httpd/testing/connection.hpp>

#include "base/byte_buffer.hpp"
#include "net/memory_transport.hpp"
#include "testing/loop.hpp"

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace asio_httpd::testing {

using log_lines = std::vector<std::string>;

struct connection::implementation {
  struct asked_for {
    method asked = method::get;
    std::string about;
  };

  implementation(std::shared_ptr<testing::loop> l, net::memory_peer p,
                 std::shared_ptr<const log_lines> lines);
  implementation(const implementation&) = delete;
  implementation& operator=(const implementation&) = delete;
  ~implementation();

  // Something that the peer does, and what comes of it.
  template <class Action>
  void act(Action what) {
    if (loop->is_over()) return;
    what(peer);
    loop->run();
  }

  // Receives what comes, until there is so much of it.
  void pull(std::size_t wanted = std::string::npos);
  // Reads on in the next answer, where something of it has come.
  void read_on();
  // The same up to its end, which may be the connection's; whether it is whole.
  bool read_answer();
  bool has_ended() const noexcept { return peer.at_end() && unread.empty(); }
  answer_parser make_parser() const;
  answer take_answer();
  [[noreturn]] void fail() const;

  std::shared_ptr<testing::loop> loop;
  net::memory_peer peer;
  std::shared_ptr<const log_lines> log;
  base::byte_buffer unread;
  std::deque<asked_for> asked;          // requests whose answers were not taken
  std::optional<answer_parser> parser;  // of the answer that has begun
};

}  // namespace asio_httpd::testing
