// SPDX-License-Identifier: BSL-1.0
//
// One side of a WebSocket connection as a value, after its handshake: bytes go in, actions come
// out (RFC 6455 sections 5 to 8, RFC 7692).
//
//   for (;;) switch (engine.next()) {
//     case action::read:     send engine.output(), then put bytes into engine.input()
//     case action::write:    send some of engine.output(): until then no answer has room in it
//     case action::message:  received() is one
//     case action::pong:     pong() is what the peer answered, or says unasked
//     case action::close:    send engine.output(), then close; closed() says why
//   }
//
// Pings are answered, Close is answered, and what breaks a rule ends the connection with the Close
// frame that says so, all within `next`. In between, send(), ping() and close() append frames to
// the output at any time. Frames that are made elsewhere may be sent between those of the output:
// only ever whole, and none behind a Close (`is_closing`).
//
// It owns the receive buffer and the output. No input or output happens here and no time passes.
// What received() and pong() show lies in the receive buffer where a message came in one frame and
// uncompressed, and holds until the next call of `next`; the input is not to be touched before.
// Allocates nothing per message once its buffers have their size, which is at most twice the
// message limit and 64 KiB for the content. Not thread-safe.

#pragma once

#include "base/byte_buffer.hpp"
#include "base/utf8.hpp"
#include "websocket/close_code.hpp"
#include "websocket/deflate.hpp"
#include "websocket/extension.hpp"
#include "websocket/frame.hpp"
#include "websocket/message.hpp"
#include "websocket/rule.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace asio_httpd::ws {

enum class role : std::uint8_t { server, client };

struct engine_options {
  ws::role role = ws::role::server;
  // A message, in bytes, after decompression; 1009 above.
  std::size_t message = 1024 * 1024;
  // The payload of one frame as it is sent; 1009 above. The message's limit holds for it as well.
  std::uint64_t frame = UINT64_MAX;
  // While more than this waits to be sent, no ping is answered and nothing behind it is read.
  std::size_t pending_output = 64 * 1024;
  // What was agreed on, and how this side wants to compress. Without the first nothing is.
  std::optional<deflate_parameters> deflate = {};
  deflate_options compression = {};
  // False: of a peer's pings nothing is seen but their count. For tests of peers that wait.
  bool answers_pings = true;
  // Where the keys of a client's masks come from: the same seed, the same keys. Fit for tests; a
  // browser would need keys that nobody can foretell (section 10.3).
  std::uint64_t mask_seed = 1;
};

enum class action : std::uint8_t { read, write, message, pong, close };

struct message {
  message_kind kind = message_kind::binary;
  std::string_view data;
};

struct close_result {
  // The peer's, where it sent one; `no_status` where its Close held none; `abnormal` where it left
  // without; the rule's where one was broken.
  close_code code = close_code::abnormal;
  std::string reason;
  rule broken = rule::none;
  // Both sides said Close.
  bool is_clean = false;
};

class engine {
 public:
  engine() = default;
  explicit engine(const engine_options& options) { reset(options); }
  engine(const engine&) = delete;
  engine& operator=(const engine&) = delete;

  // Ready for a new connection. Keeps the buffers' memory.
  void reset(const engine_options& options);

  base::byte_buffer& input() noexcept { return input_; }
  base::byte_buffer& output() noexcept { return output_; }
  // The peer will send no more.
  void commit_eof() noexcept { eof_ = true; }

  action next();

  // After `message`, `pong` and `close`:
  const ws::message& received() const noexcept { return received_; }
  std::string_view pong() const noexcept { return received_.data; }
  const close_result& closed() const noexcept { return closed_; }

  // How many pings have come.
  std::uint64_t pings() const noexcept { return pings_; }

  // Frames to be sent. Each returns false, and does nothing, where a Close was sent already.
  // Throws std::invalid_argument for text that is not UTF-8.
  bool send(message_kind kind, std::string_view data);
  bool send(const encoded_message& m);
  // At most 125 bytes; throws std::invalid_argument above.
  bool ping(std::string_view payload = {});
  // Begins to close: messages of the peer's may still come, and then `close`. `no_status` sends no
  // code. A reason above 123 bytes is cut behind a character. Throws std::invalid_argument for a
  // code that must not be sent and for a reason that is not UTF-8.
  bool close(close_code code = close_code::normal, std::string_view reason = {});

  // For a server that sends `m` itself, without a copy: the frame that this connection takes, to be
  // sent behind what is in the output now and before what is put there later. Empty where a Close
  // was sent.
  std::string_view pick(const encoded_message& m) noexcept;

  // A Close was sent: nothing may follow it.
  bool is_closing() const noexcept { return close_sent_; }
  // Between two messages, nothing received and nothing queued.
  bool is_idle() const noexcept {
    return !in_message_ && !in_frame_ && input_.empty() && output_.empty() && !eof_ && !is_closed_;
  }

  // Bytes that its buffers and the compression hold.
  std::size_t memory() const noexcept;
  // For a connection at rest, after `read`: gives back what the next message does not need.
  // Compression with context takeover keeps its memory.
  void release_memory() noexcept;

 private:
  // Empty: look at the next frame.
  using outcome = std::optional<action>;

  outcome take_frame();
  outcome take_control();
  outcome take_ping(std::string_view payload);
  action take_close(std::string_view payload);
  outcome begin_data();
  bool fits_limit() const noexcept;
  action take_whole();
  outcome take_payload();
  action finish_message();
  rule add_content(std::string_view piece);
  rule check_content(std::size_t from, inflate_result result) noexcept;
  std::string_view unmask(std::size_t begin, std::size_t size, std::uint64_t offset) noexcept;
  void drop_event() noexcept;
  action need_more();
  action fail(rule r);

  frame_policy policy() const noexcept;
  bool sends_alone() const noexcept;
  bool receives_alone() const noexcept;
  int own_window_bits() const noexcept;
  void send_compressed(message_kind kind, std::string_view data);
  void send_close(close_code code, std::string_view reason);
  void add_frame(opcode op, std::string_view payload, frame_flags flags = {});
  mask_key next_key() noexcept;

  base::byte_buffer input_;
  base::byte_buffer output_;
  base::byte_buffer content_;  // of a message that does not lie whole in input_
  base::byte_buffer packed_;   // a message to be sent, compressed
  engine_options options_;
  std::optional<deflater> deflater_;
  std::optional<inflater> inflater_;
  frame_header header_;  // of the frame that is being read
  base::utf8_check utf8_;
  ws::message received_;
  close_result closed_;
  std::uint64_t message_wire_ = 0;  // bytes of the current message's frames that came before
  std::uint64_t frame_done_ = 0;    // bytes of its payload that are used up
  std::size_t used_ = 0;            // bytes of input_ that end with the event
  std::uint64_t mask_state_ = 0;
  std::uint64_t pings_ = 0;
  message_kind kind_ = message_kind::binary;
  bool compressed_ = false;
  bool in_message_ = false;
  bool in_frame_ = false;
  bool shows_content_ = false;
  bool close_sent_ = false;
  bool is_closed_ = false;
  bool eof_ = false;
};

}  // namespace asio_httpd::ws
