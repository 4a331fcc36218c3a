// SPDX-License-Identifier: BSL-1.0
//
// The seam that hides what a byte stream is made of: TCP, a Unix socket, a pipe in memory, or TLS
// over one of these (tls/transport.hpp). Reading and writing never block and never wait;
// waiting is a separate operation, so that no buffer is held by a connection that is idle.
//
// A transport belongs to one session and is used on that session's executor only. Operations that
// wait complete there too, never from inside the call that started them. `close` and `cancel`
// complete what waits with operation_aborted.

#pragma once

#include "net/endpoint.hpp"

#include <asio_httpd/tls.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/system/error_code.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace asio_httpd::net {

using boost::system::error_code;

// What a waiting operation calls when it is done. Keeps its owner alive; where the executor goes
// away without running it, dropping it releases the owner.
struct completion {
  std::shared_ptr<void> owner;
  void (*call)(void* context, std::shared_ptr<void> owner, error_code ec) = nullptr;
  void* context = nullptr;

  void operator()(error_code ec) { call(context, std::move(owner), ec); }
};

struct io_result {
  std::size_t size = 0;
  error_code error;  // would_block where nothing can be done now
};

enum class peer_state : std::uint8_t {
  gone,      // sends no more, or the connection is broken
  has_sent,  // bytes that were not read yet
  silent,
};

// What a transport that encrypts says of itself; complete once something was read.
class security {
 public:
  virtual tls_info info() const = 0;
  // As agreed by ALPN: "h2", "http/1.1", or "".
  virtual std::string_view protocol() const noexcept = 0;
  virtual tls_version version() const noexcept = 0;
  virtual bool is_resumed() const noexcept = 0;
  // Whether the handshake is done; until then `read` does it, and reads nothing.
  virtual bool is_established() const noexcept = 0;
  // Why the handshake failed, for the log: "no shared cipher"; "" where it did not.
  virtual std::string failure() const = 0;
  // What came first was not TLS but the beginning of an HTTP/1.x request; then `read` has failed,
  // and one plain answer may be sent by `write`.
  virtual bool is_plain_http() const noexcept = 0;

 protected:
  ~security() = default;
};

class transport {
 public:
  enum class wait { read, write };

  virtual ~transport() = default;

  // Takes what is there. No error and a size of 0 is the end of the peer's data. Any of the `size`
  // bytes may be overwritten, beyond those that were read.
  virtual io_result read(char* data, std::size_t size) noexcept = 0;
  // Sends the two pieces in order, as much as is taken. `more` hints that more follows at once.
  // What was not taken must be what the next write, or send_file, begins with.
  virtual io_result write(std::string_view first, std::string_view second, bool more) noexcept = 0;
  // Sends from a file; no error and a size of 0 means that the file is shorter.
  virtual io_result send_file(int descriptor, std::uint64_t offset, std::size_t size) noexcept = 0;

  // Looks whether the peer is still there; nothing is taken out. Behind `silent`, waiting waits.
  virtual peer_state look_at_peer() noexcept = 0;

  // Whether the peer sends no more, or the connection is broken, also where bytes of it are unread
  // still.
  virtual bool peer_has_ended() const noexcept = 0;

  virtual void async_wait(wait what, completion done) = 0;
  virtual void cancel() noexcept = 0;
  virtual void shutdown_send() noexcept = 0;
  // Discards what was not sent yet where `reset` is true.
  virtual void close(bool reset = false) noexcept = 0;

  // Bytes that were written but have not reached the peer yet.
  virtual std::uint64_t unsent() const noexcept = 0;
  virtual const endpoint& remote() const noexcept = 0;
  // Null where it does not encrypt.
  virtual const net::security* security() const noexcept { return nullptr; }
  // The socket, for who does with it what a transport cannot; -1 where there is none.
  virtual int native_handle() const noexcept { return -1; }
  virtual boost::asio::any_io_executor executor() const = 0;
};

}  // namespace asio_httpd::net
