// SPDX-License-Identifier: BSL-1.0
//
// A connection of a server whose protocol is not HTTP: it belongs to the protocol's handler.

#pragma once

#include "server/io_session.hpp"

namespace asio_httpd::serving {

class stream_session final : public io_session {
 public:
  using io_session::io_session;

 private:
  net::task<> serve() override {
    co_await run_stream(*core_->protocol, {});
    set_reason(close_reason::handler_requested);
  }
  // A protocol says itself when it is done: see stream::is_draining.
  bool is_idle() const noexcept override { return waiting_ == waiting::stream_read; }
};

}  // namespace asio_httpd::serving
