// SPDX-License-Identifier: BSL-1.0
//
// Who waits where it is not plain what for: a writer for the rest of the handshake; a reader while
// words of our own are to be sent. Each event lets both try again. Owned by the waits of the
// transport below, which call `on_readable` and `on_writable`, on the connection's executor.

#pragma once

#include "net/transport.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>

#include <memory>
#include <utility>

namespace asio_httpd::tls {

// Calls it later, from outside of the calls that are under way.
inline void defer(const boost::asio::any_io_executor& executor, net::completion done,
                  net::error_code ec) {
  boost::asio::post(executor, [done = std::move(done), ec]() mutable { done(ec); });
}

struct waiters {
  explicit waiters(boost::asio::any_io_executor e) : executor(std::move(e)) {}

  const boost::asio::any_io_executor executor;
  net::completion reader;
  net::completion writer;
  bool reads = false;  // the transport below waits for that
  bool writes = false;

  static void on_readable(void* self, std::shared_ptr<void>, net::error_code ec) {
    auto& w = *static_cast<waiters*>(self);
    w.reads = false;
    w.wake(ec);
  }
  static void on_writable(void* self, std::shared_ptr<void>, net::error_code ec) {
    auto& w = *static_cast<waiters*>(self);
    w.writes = false;
    w.wake(ec);
  }
  bool is_waiting() const noexcept { return reader.call != nullptr || writer.call != nullptr; }
  // The first may end the connection; the other one is called later.
  void wake(net::error_code ec) {
    net::completion first = std::exchange(reader, {});
    net::completion second = std::exchange(writer, {});
    if (first.call == nullptr) std::swap(first, second);
    if (second.call != nullptr) defer(executor, std::move(second), ec);
    if (first.call != nullptr) first(ec);
  }
  void wake_later(net::error_code ec) {
    for (net::completion* waiting : {&reader, &writer}) {
      if (waiting->call != nullptr) defer(executor, std::exchange(*waiting, {}), ec);
    }
  }
};

}  // namespace asio_httpd::tls
