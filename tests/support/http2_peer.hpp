// SPDX-License-Identifier: BSL-1.0
//
// A server's side of an HTTP/2 connection that does what a test tells it, and nothing else: so a
// client can be shown what our server never does. It opens no window. It is libnghttp2, in memory.

#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct nghttp2_session;

namespace test_support {

class http2_peer {
 public:
  using lines = std::vector<std::pair<std::string, std::string>>;

  // A request, as far as it has come.
  struct request {
    std::string head;  // "name: value\n" for each line
    std::string content;
    std::string trailers;
    bool ended = false;
    bool closed = false;
    std::uint32_t code = 0;  // of its end
  };

  // `takes_websockets`: SETTINGS_ENABLE_CONNECT_PROTOCOL.
  explicit http2_peer(bool takes_websockets = false);
  ~http2_peer();
  http2_peer(const http2_peer&) = delete;
  http2_peer& operator=(const http2_peer&) = delete;

  void receive(std::string_view bytes);
  std::string send();
  std::map<std::int32_t, request> requests;
  bool was_left = false;  // by GOAWAY

  // A head without an end, interim or final.
  void head(std::int32_t stream, const lines& l);
  // A whole answer where `end` holds; otherwise `more` and `end` follow.
  void answer(std::int32_t stream, const lines& l, std::string content, bool end = true,
              lines trailers = {});
  void more(std::int32_t stream, std::string_view content);
  void end(std::int32_t stream);
  void reset(std::int32_t stream, std::uint32_t code);
  void go_away();
  // Content of an answer that has not gone out.
  std::size_t unsent(std::int32_t stream) const { return outgoing_.at(stream).content.size(); }

 private:
  struct callbacks;
  struct content {
    std::string content;
    bool ended = false;
    lines trailers;
  };

  nghttp2_session* session_ = nullptr;
  std::map<std::int32_t, content> outgoing_;
  bool in_trailers_ = false;
};

}  // namespace test_support
