// SPDX-License-Identifier: BSL-1.0
//
// A client that speaks HTTP/2 frame by frame, over a connection of the test kit or a real socket,
// and remembers what came. It sends whatever it is told to; what the server sends has to be right
// (http2_wire.hpp), or `error` is thrown by the call that reads it.
//
//   client c(memory_pipe(h.connect()));
//   c.start();
//   c.send(get(1));
//   CHECK(c.status(1) == 200);

#pragma once

#include "support/http2_wire.hpp"

#include <asio_httpd/testing/connection.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace test_support::http2 {

// Where the bytes go.
class byte_pipe {
 public:
  virtual ~byte_pipe() = default;
  virtual void send(std::string_view bytes) = 0;
  // What has come; waits for nothing.
  virtual std::string receive() = 0;
  // The server sends no more.
  virtual bool is_closed() = 0;
  // Lets time pass until `done()`, which looks at what came, or nothing comes any more.
  virtual void wait(const std::function<bool()>& done) = 0;
};

std::unique_ptr<byte_pipe> memory_pipe(asio_httpd::testing::connection c);
// To "127.0.0.1:8080".
std::unique_ptr<byte_pipe> socket_pipe(std::string_view address);

class client {
 public:
  explicit client(asio_httpd::testing::connection c) : client(memory_pipe(std::move(c))) {}
  explicit client(std::unique_ptr<byte_pipe> p);

  // --- sending

  // The preface and SETTINGS. SETTINGS and PING of the server are acknowledged when they are seen.
  void start(const setting_list& values = {});
  // Any bytes; then reads what has come.
  void send(std::string_view bytes);
  // The same without reading: the server's frames pile up.
  void send_only(std::string_view bytes);
  void acknowledge_settings(bool b) noexcept { acknowledges_ = b; }
  // Gives back every octet of content that comes, on the stream and on the connection.
  void open_windows(bool b) noexcept { opens_windows_ = b; }
  // What comes are no frames (an answer in HTTP/1.1): it is kept as `text()`.
  void read_no_frames() noexcept { reads_frames_ = false; }

  // --- reading

  void receive();
  // Reads until `done()`; false where that does not come.
  bool receive_until(const std::function<bool()>& done);
  // A server that closes has sent all that it had to.
  bool is_closed();

  const std::vector<received_frame>& frames() const noexcept { return frames_; }
  // Forgets them; the state of the protocol stays.
  void forget() { frames_.clear(); }
  const std::string& text() const noexcept { return text_; }
  // The first frame of that type on that stream; null: none.
  const received_frame* find(frame_type t, std::uint32_t stream = 0) const;
  std::size_t count(frame_type t) const;
  // Of the final head; 0: none.
  int status(std::uint32_t stream) const;
  std::string_view field(std::uint32_t stream, std::string_view name) const;
  std::string content(std::uint32_t stream) const;
  // END_STREAM has come.
  bool has_ended(std::uint32_t stream) const;
  std::optional<error_code> reset_code(std::uint32_t stream) const;
  // Of the last GOAWAY.
  std::optional<error_code> goaway_code() const;
  bool has_pong(std::string_view eight_octets) const;
  // What the server's SETTINGS say, or `otherwise`.
  std::uint32_t peer(setting s, std::uint32_t otherwise) const;
  server_rules& rules() noexcept { return rules_; }

 private:
  void take(received_frame f);
  void answer(const received_frame& f);

  std::unique_ptr<byte_pipe> pipe_;
  frame_reader reader_;
  server_rules rules_;
  std::vector<received_frame> frames_;
  std::vector<received_frame> peer_settings_;
  std::string text_;
  std::string answers_;
  bool acknowledges_ = true;
  bool opens_windows_ = false;
  bool reads_frames_ = true;
};

// All frames in one text, for messages.
std::string to_string(const std::vector<received_frame>& frames);

}  // namespace test_support::http2
