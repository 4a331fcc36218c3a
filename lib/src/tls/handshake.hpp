// SPDX-License-Identifier: BSL-1.0
//
// The handshake of a connection, by OpenSSL; at its end it turns into a record layer.

#pragma once

#include "tls/negotiated.hpp"
#include "tls/openssl.hpp"
#include "tls/record_layer.hpp"
#include "tls/traffic_secrets.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace asio_httpd::tls {

class credentials;
class record_stream;

class handshake {
 public:
  enum class state : std::uint8_t { under_way, done, closed, failed };

  // As long as `stream`. Throws std::bad_alloc.
  handshake(std::shared_ptr<const credentials> c, record_stream& stream);

  // As far as the records go that are there.
  state go_on();
  // What the last of that came to.
  state now() const noexcept { return state_; }
  // Why it has failed, in the words of a log line.
  std::string failure();
  // Behind `done`.
  negotiated result() const { return look_at(ssl_.get()); }
  // Behind that; nothing is left of it then.
  std::unique_ptr<record_layer> take_records();

 private:
  state look(int result) const noexcept;
  std::unique_ptr<record_layer> protected_by_us() const;

  const std::shared_ptr<const credentials> credentials_;
  record_stream& stream_;
  traffic_secrets secrets_;
  ssl_ptr ssl_;
  state state_ = state::under_way;
};

}  // namespace asio_httpd::tls
