// SPDX-License-Identifier: BSL-1.0
//
// What a `stream` is behind its public face: a session that lends its transport. The session takes
// it back when the handler has returned; a stream that was kept longer finds itself closed.

#pragma once

#include "server/io_session.hpp"

#include <asio_httpd/stream.hpp>

#include <boost/system/system_error.hpp>

#include <memory>
#include <string>

namespace asio_httpd {

// An error of the stream itself, as against those of what else its handler uses.
struct stream_error : boost::system::system_error {
  using boost::system::system_error::system_error;
};

// The way into a stream for protocols that are in the box.
struct stream_access {
  static stream::implementation& implementation(stream& s) noexcept { return *s.implementation_; }
};

struct stream::implementation {
  implementation(std::shared_ptr<serving::io_session> s, std::string bytes)
      : session(std::move(s)), buffered(std::move(bytes)), executor(session->handler_executor()) {}

  // Throws operation_aborted where the session is gone, or the error that ended it.
  void require_open() const;
  void detach() noexcept { session.reset(); }

  boost::asio::awaitable<std::size_t> read_from_peer(char* data, std::size_t size);

  std::shared_ptr<serving::io_session> session;  // null once the handler has returned
  std::string buffered;                          // read, but not asked for yet
  boost::asio::any_io_executor executor;
};

}  // namespace asio_httpd
