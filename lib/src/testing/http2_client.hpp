// SPDX-License-Identifier: BSL-1.0
//
// A client's side of an HTTP/2 connection (RFC 9113) as a value: bytes go in and out, and what
// comes is told to `events`. It is libnghttp2, which knows nothing of the HTTP/2 of the server.
//
// What the server sends against the rules throws `error`. Windows are opened by `consume` only.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace asio_httpd::testing {

// Names in lower case, and their values; pseudo-header fields first.
using header_lines = std::vector<std::pair<std::string, std::string>>;

class http2_client {
 public:
  using stream_id = std::int32_t;

  // A piece of a request's content.
  struct piece {
    std::size_t size = 0;
    bool is_last = false;
    header_lines trailers = {};  // behind the last
  };

  // Called from `receive` and `send`.
  class events {
   public:
    // Of an answer, interim or final, or its trailers, which have no ":status".
    virtual void on_head(stream_id stream, const header_lines& lines, bool is_end) = 0;
    virtual void on_content(stream_id stream, std::string_view content) = 0;
    virtual void on_end(stream_id stream) = 0;
    // Nothing more comes of it; `code` as in RFC 9113 section 7.
    virtual void on_close(stream_id stream, std::uint32_t code) = 0;
    // Nothing and not the last: nothing is there now; see `resume`.
    virtual piece read_content(stream_id stream, char* to, std::size_t size) = 0;

   protected:
    ~events() = default;
  };

  explicit http2_client(events& e);
  ~http2_client();
  http2_client(const http2_client&) = delete;
  http2_client& operator=(const http2_client&) = delete;

  stream_id request(const header_lines& lines, bool has_content);
  // There is content again.
  void resume(stream_id stream);
  void cancel(stream_id stream);
  // The bytes of content were used up.
  void consume(stream_id stream, std::size_t size);
  // GOAWAY: it is over, for what was not begun.
  void leave();

  // What is to be sent, as far as windows allow; "" for nothing.
  std::string send();
  void receive(std::string_view bytes);

  // The server's SETTINGS have come.
  bool has_settings() const noexcept { return has_settings_; }
  // It takes WebSockets (RFC 8441 section 3).
  bool takes_websockets() const noexcept;
  // The server has said that it takes no new streams.
  bool is_going_away() const noexcept { return going_away_; }

 private:
  struct callbacks;
  struct session;

  void require(int result, std::string_view what) const;
  void require_sound() const;

  events& events_;
  header_lines lines_;  // of the head that comes in
  std::string broken_;  // what the server did wrong, in libnghttp2's words
  bool has_settings_ = false;
  bool going_away_ = false;
  std::unique_ptr<session> session_;
};

}  // namespace asio_httpd::testing
