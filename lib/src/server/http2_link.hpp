// SPDX-License-Identifier: BSL-1.0
//
// A connection that speaks HTTP/2, between its transport and the sessions of its streams: bytes go
// into http2/session, each request becomes a session of its own (server/connection.hpp) on a
// transport of its own (server/http2_stream.hpp), and what all of them send goes out in one write
// for each turn.
//
// A turn begins when something came, when the peer took something, or when a stream did something
// by itself. It ends with everything sent that can be sent: while the transport is full, streams
// wait for room, and get it in the order of their priorities (RFC 9218). Everything runs on the
// connection's executor. It lives as long as the connection's session serves it.

#pragma once

#include "http2/session.hpp"
#include "server/http2_stream.hpp"
#include "server/io_session.hpp"

#include <coroutine>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace asio_httpd::serving {

class http2_link final : quiet_observer {
 public:
  http2_link(io_session& s, std::shared_ptr<core> c);
  http2_link(const http2_link&) = delete;
  http2_link& operator=(const http2_link&) = delete;
  ~http2_link();

  // From the first bytes to the end of the last stream.
  net::task<> run(std::string first);
  // Why it ended; `none` where its session says that.
  close_reason reason() const noexcept;

  // --- for streams

  http2::session& codec() noexcept { return codec_; }
  bool is_broken() const noexcept { return is_broken_; }
  void add(http2_stream& s) { streams_.push_back(&s); }
  void remove(http2_stream& s) noexcept;
  bool can_write(const http2::stream& s) const noexcept {
    return codec_.has_room() && s.has_window();
  }
  // One more stream waits for room.
  void wants_to_write() noexcept { work_soon(); }
  // Has `done` called soon, from outside of the calls that are under way.
  void defer(net::completion done, net::error_code ec) noexcept;
  // What was queued is sent at the end of this turn, or of one that is to come.
  void work_soon() noexcept;
  // The same without a link.
  static void post(const boost::asio::any_io_executor& executor, net::completion done,
                   net::error_code ec) noexcept;

 private:
  enum class due : std::uint8_t { unknown, nothing, head, idle, write, notice };
  struct keeper;
  struct working_scope;
  class end_operation;

  void read_input();
  void receive(std::string_view bytes);
  void turn();
  void work();
  void start(std::unique_ptr<http2::stream> s, clock::time_point arrival);
  void run_deferred();
  bool wake_writers();
  http2_stream* most_urgent() noexcept;
  bool send_output();
  void wait_for_more();
  static void on_readable(void* self, std::shared_ptr<void> owner, net::error_code ec);
  static void on_writable(void* self, std::shared_ptr<void> owner, net::error_code ec);
  void take_turn(bool reads);
  void set_deadline();
  void begin_waiting(due what);
  void count_idle(bool idle) noexcept;
  void count();
  bool is_over() const noexcept;
  bool is_done() const noexcept;
  bool is_draining() const noexcept { return drains_for_ != close_reason::none; }
  void begin_drain(close_reason why);
  void go_away();
  void break_streams();
  void end();
  void drop() noexcept;

  void on_quiet() override;
  void on_drain() override;
  // Between streams: for it to end the connection, where that was asked for.
  bool waits_for_peer() const noexcept override { return is_draining(); }
  bool carries_sessions() const noexcept override { return !streams_.empty(); }

  io_session& session_;
  const std::shared_ptr<core> core_;
  http2::session codec_;
  http2::session::counts counted_{};
  std::vector<http2_stream*> streams_;
  std::vector<std::pair<net::completion, net::error_code>> deferred_;
  std::coroutine_handle<> waiting_;  // for the end
  const std::shared_ptr<void> alive_ = std::make_shared<char>();
  std::uint64_t requests_ = 0;
  std::uint64_t turns_ = 0;  // of streams to write
  due due_ = due::unknown;
  close_reason drains_for_ = close_reason::none;
  bool is_idle_ = false;  // as counted
  bool is_working_ = false;
  bool is_posted_ = false;
  bool reads_ = false;   // waits for that
  bool writes_ = false;  // and for that
  bool has_gone_away_ = false;
  bool is_broken_ = false;
  bool is_cut_off_ = false;  // the transport is broken
};

}  // namespace asio_httpd::serving
