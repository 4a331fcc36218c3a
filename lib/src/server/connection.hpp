// SPDX-License-Identifier: BSL-1.0
//
// An HTTP connection: the loop that turns the engine's actions into operations on the transport.
// See connection.cpp for the life of a request.

#pragma once

#include "server/exchange.hpp"
#include "server/io_session.hpp"
#include "server/workspace.hpp"

#include <asio_httpd/request.hpp>

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>

namespace asio_httpd::serving {

class connection final : public io_session, private asio_httpd::peer {
 public:
  using io_session::io_session;
  ~connection() override;

 private:
  enum class sending : std::uint8_t { done, blocked, failed };

  net::task<> serve() override;
  void out_of_time(waiting what) override;
  bool is_idle() const noexcept override;
  void on_call_waits() override;
  static void on_watch(void* self, std::shared_ptr<void> owner, net::error_code ec);
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
  void read_now();

  void on_head();
  bool admit();
  void on_dispatch();
  net::task<> on_coroutine();
  void on_refuse();
  void answer_handler_exception(std::exception_ptr error);
  void call_after_hooks();
  void respond();
  bool load_small_file();
  void record(std::uint64_t content_size);
  clock::time_point turn_time() noexcept;
  void record_latency() noexcept;

  bool must_flush() const noexcept;
  sending send_now();
  sending send_memory();
  sending send_file();
  void remember_file() noexcept;
  bool file_has_changed() const noexcept;
  net::task<> flush();

  net::task<> close();
  bool must_linger() noexcept;
  net::task<> linger();
  net::task<> hand_over();

  // What a request may ask of its connection.
  std::string address() const override { return transport().remote().address(); }
  std::uint16_t port() const noexcept override { return transport().remote().port; }
  bool is_local() const noexcept override { return transport().remote().is_local(); }
  status_report server_status() const override { return core_->report(); }
  clock::time_point arrival() const noexcept override { return exchange_.started; }

  std::unique_ptr<workspace> work_;  // null while idle
  exchange_state exchange_;
  std::optional<file_stamp> file_stamp_;  // of the file that waits to be sent on
  std::uint64_t body_before_ = 0;         // of the body, when this period began
  std::uint64_t requests_ = 0;
  clock::time_point turn_time_{};  // when the turn's first request was there; 0: not asked yet
  std::uint32_t unrecorded_ = 0;   // answers of this turn whose latency is not counted yet
  unsigned reads_in_turn_ = 0;
  bool input_was_full_ = false;  // the last read: there may be more
  bool watching_ = false;        // whether the peer leaves, while its handler runs
  bool idle_ = false;            // as counted
};

}  // namespace asio_httpd::serving
