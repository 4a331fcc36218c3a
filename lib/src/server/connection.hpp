// SPDX-License-Identifier: BSL-1.0
//
// An HTTP connection, or a stream of HTTP/2, which is like one that carries one exchange: the loop
// that turns the engine's actions into operations on the transport.
// See connection.cpp for the life of a request.

#pragma once

#include "server/exchange.hpp"
#include "server/file_sending.hpp"
#include "server/io_session.hpp"
#include "server/workspace.hpp"

#include <asio_httpd/request.hpp>
#include <asio_httpd/request_body.hpp>

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>

namespace asio_httpd::serving {

class http2_stream;
class lent_connection;

class connection final : public io_session, private asio_httpd::peer {
 public:
  using io_session::io_session;
  // A stream of HTTP/2, of which the head was there at `arrival`.
  connection(std::shared_ptr<net::worker> owner, std::shared_ptr<core> c,
             std::unique_ptr<net::transport> t, std::unique_ptr<workspace> w,
             clock::time_point arrival);
  ~connection() override;

  // --- for handlers that read or write content piece by piece; see lent_connection.hpp

  // The next piece. Throws http_error for content that broke a rule, operation_aborted where the
  // peer left in the middle of it.
  http::content_piece next_content();
  // Reads; false where that has to wait for the peer.
  bool receive_content();
  void begin_content_read() noexcept;
  std::optional<std::uint64_t> content_length() const noexcept;
  const fields& content_trailers() const noexcept;
  // Throws std::length_error where it is more than was announced.
  void queue_content(std::string_view piece);
  // Sends; false where that has to wait for the peer, whose deadline then begins.
  bool send_content();
  void end_content_wait(net::transport::wait what) noexcept;
  void set_call_deadline() noexcept;

 private:
  static constexpr unsigned most_reads_in_turn = 16;
  // Sent before other connections of the thread get their turn.
  static constexpr std::uint64_t turn_size = 512 * 1024;
  enum class sending : std::uint8_t { done, blocked, failed };

  net::task<> serve() override;
  void out_of_time(waiting what) override;
  bool is_idle() const noexcept override;
  const route* served_route() const noexcept override { return exchange_.route; }
  void on_call_waits() override;
  static void on_watch(void* self, std::shared_ptr<void> owner, net::error_code ec);
  void look_at_peer(net::error_code ec);
  void begin_watch();
  void watch();
  void end_watch() noexcept;

  void check_wait(net::error_code ec);
  void begin_idle();
  void end_idle();
  void wake_up();
  bool rest();
  void set_read_deadline();
  bool body_goes_on() noexcept override;
  void end_turn() noexcept;
  bool read_now();
  void note_handshake() noexcept;
  bool handshake_failed();

  void on_head();
  bool admit();
  void on_dispatch();
  net::task<> on_coroutine();
  void on_refuse();
  void answer_handler_exception(std::exception_ptr error);
  void call_after_hooks();
  void note_broken_rule();
  std::string what_is_answered() const;
  void respond();
  void record(std::uint64_t content_size);
  clock::time_point turn_time() noexcept;
  void record_latency() noexcept;

  bool must_flush() const noexcept;
  sending send_now();
  sending send_memory();
  net::task<> flush();

  bool must_linger() noexcept;
  net::task<> linger();
  net::task<> hand_over();
  bool speaks_http2() const noexcept;
  net::task<> run_http2();

  // What a request may ask of its connection.
  std::string address() const override { return transport().remote().address(); }
  std::uint16_t port() const noexcept override { return transport().remote().port; }
  bool is_local() const noexcept override { return transport().remote().is_local(); }
  bool is_secure() const noexcept override { return transport().security() != nullptr; }
  std::optional<tls_info> tls() const override;
  status_report server_status() const override { return core_->report(); }
  bool is_ready() const noexcept override { return !core_->leaving; }
  clock::time_point arrival() const noexcept override { return exchange_.started; }
  std::shared_ptr<body_source> open_body() override;
  void inform(status s, const fields& f) override;

  // Files: connection_file.cpp.
  bool load_small_file();
  void remember_file() noexcept;
  sending send_file();
  std::uint64_t sendable_of_file();
  net::task<> read_file();
  void on_fail() noexcept override;
  http2_stream& carrier() noexcept;
  bool waits_for_peer_to_take() noexcept override;

  // Content piece by piece: connection_content.cpp.
  net::task<> on_stream();
  void end_stream(std::exception_ptr error);
  void abort_stream(close_reason r, std::string_view why);
  void flush_soon();
  void begin_body_period() noexcept;
  const std::shared_ptr<lent_connection>& lend();
  void take_back() noexcept;
  void begin_call() noexcept;
  std::optional<std::chrono::milliseconds> heartbeat_interval() const noexcept;
  void end_call() noexcept;
  void on_quiet() override;
  void on_drain() override;

  std::unique_ptr<workspace> work_;  // null while idle
  exchange_state exchange_;
  file_sending file_;
  std::uint64_t body_before_ = 0;  // of the body, when this period began
  std::uint64_t requests_ = 0;
  clock::time_point turn_time_{};  // when the turn's first request was there; 0: not asked yet
  std::uint32_t unrecorded_ = 0;   // answers of this turn whose latency is not counted yet
  std::shared_ptr<lent_connection>
      lent_;  // to a handler, which may use it up to the end of its call
  unsigned reads_in_turn_ = 0;
  bool input_was_full_ = false;  // the last read: there may be more
  bool says_farewell_ = false;   // when its producer has ended
  bool watching_ = false;        // whether the peer leaves, while its handler runs
  bool cannot_watch_ = false;    // because bytes of it are unread
  bool idle_ = false;            // as counted
  bool handshake_noted_ = false;
  bool closing_ = false;  // nothing follows what is sent now
};

}  // namespace asio_httpd::serving
