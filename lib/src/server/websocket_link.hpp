// SPDX-License-Identifier: BSL-1.0
//
// A WebSocket between its codec and its connection: what comes in is given to the one who receives,
// what is sent goes out as the peer takes it, and in between there is the deadline.
//
// All of it runs on the session's executor, but for `post`, `post_close` and `is_open`, which any
// thread may call: they put messages into an inbox behind a mutex, of which the executor is told
// once. Nothing is read while a message waits to be received, so a peer is never ahead by more than
// what one read takes; of the queue to the peer, the bytes are bounded.

#pragma once

#include "base/fifo.hpp"
#include "server/handler_slot.hpp"
#include "server/io_session.hpp"
#include "server/stream_implementation.hpp"
#include "websocket/engine.hpp"

#include <asio_httpd/websocket.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace asio_httpd {

struct prepared_message::implementation {
  implementation(ws::message_kind kind, std::string_view data,
                 const std::optional<ws::deflate_options>& compress)
      : encoded(kind, data, compress) {}
  ws::encoded_message encoded;
};

struct websocket::implementation final : std::enable_shared_from_this<websocket::implementation>,
                                         serving::quiet_observer {
  using frame = std::shared_ptr<const prepared_message::implementation>;

  implementation(std::shared_ptr<serving::io_session> s, const ws::engine_options& codec,
                 websocket_options o, std::string agreed);

  // With bytes that came behind the handshake.
  void begin(std::string_view leftover);
  boost::asio::awaitable<std::optional<websocket_message>> receive();
  boost::asio::awaitable<send_result> send(websocket_message m);
  send_result post(const frame& m);
  void post_close(std::uint16_t code, std::string reason);
  bool is_open() const noexcept { return open_.load(std::memory_order_acquire); }

  // The handler has returned: closes, and waits for the peer's Close.
  boost::asio::awaitable<void> finish(ws::close_code code);
  // The session is gone, or goes on without this. Nothing is posted from then on.
  void detach() noexcept;

  const std::string protocol;
  const boost::asio::any_io_executor executor;
  const boost::asio::any_io_executor handler_executor;
  websocket_close closed;

 private:
  struct keeper;
  // What another thread wants done: a message, or a Close.
  struct order {
    frame message;
    std::optional<websocket_close> close;
    bool has_more = false;
  };

  void require_session() const;
  template <class F>
  void guard(F f);
  void pump();
  bool is_ready() const noexcept { return has_message_ || ended_; }
  void wait_to_read();
  static void on_readable(void* self, std::shared_ptr<void> owner, net::error_code ec);
  void take_input();
  void look_at_peer();
  void read_now();
  void drop_input();
  void wake_receiver(net::error_code ec);
  void end();
  void lend(bool is_lent);
  boost::asio::awaitable<void> wait_until_ready();
  void cancel_wait(std::uint64_t wait);
  void end_overdue_close();
  void ping();
  void release_memory();

  void flush();
  std::size_t write_now(std::string_view bytes);
  void wait_to_write();
  void write_on();
  static void on_writable(void* self, std::shared_ptr<void> owner, net::error_code ec);
  boost::asio::awaitable<void> wait_for_room();
  void say_close(ws::close_code code, std::string_view reason);

  std::size_t queued() const noexcept;
  bool make_room(std::size_t size) noexcept;
  frame take_first() noexcept;
  void tell_executor();
  void take_inbox();
  order take_order();
  void write_frame(const prepared_message::implementation& m);

  void set_deadline();
  void on_quiet() override;
  void on_drain() override;
  bool waits_for_peer() const noexcept override { return !receiver_.empty(); }

  std::shared_ptr<serving::io_session> session_;  // null once detached
  const websocket_options options_;
  ws::engine engine_;
  serving::handler_slot receiver_;
  std::uint64_t waits_ = 0;                        // of the receiver, up to now
  std::shared_ptr<keeper> keeper_;                 // null while it is with a wait for bytes
  std::optional<boost::asio::steady_timer> room_;  // never expires; cancelled when there is some
  std::optional<clock::time_point> said_close_;    // and nothing waits in front of it
  bool has_message_ = false;                       // that nobody has received yet
  bool is_lent_ = false;                           // a message, to the handler
  bool ended_ = false;
  bool is_finishing_ = false;
  bool drops_input_ = false;
  bool waits_to_read_ = false;
  bool waits_to_write_ = false;
  bool active_ = false;  // something came in this period of the deadline
  bool is_pinged_ = false;

  std::atomic<bool> open_{true};
  std::atomic<std::size_t> output_size_{0};  // bytes in the engine's output
  std::atomic<std::size_t> inbox_size_{0};   // and in the inbox
  std::mutex mutex_;
  base::fifo<frame> inbox_;
  std::optional<websocket_close> close_asked_;
  bool is_told_ = false;  // the executor, of what is in the inbox
  bool is_detached_ = false;
};

}  // namespace asio_httpd
