// SPDX-License-Identifier: BSL-1.0
//
// The opening handshake (RFC 6455 sections 4.1 and 4.2): from a request to what both sides agreed
// on, or to the reason why not.
//
//   const handshake h = accept(request, options);
//   if (h.refused != refusal::none) return answer_to(h.refused);
//   response r;
//   r.upgrade("websocket", ...);
//   set_fields(h, r);
//
// Plain data, no state; any thread.

#pragma once

#include "websocket/extension.hpp"

#include <asio_httpd/request.hpp>
#include <asio_httpd/response.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace asio_httpd::ws {

struct handshake_options {
  // Subprotocols that the server speaks: tokens. Of those that a client names, its first one of
  // these is chosen; a client that names none of them goes on without one.
  std::vector<std::string> protocols;
  // Which pages may connect: "https://example.com" for each, as browsers send it in Origin; "*" for
  // all. When empty: those of the host that the request is for. A client that sends no Origin is no
  // browser, and is let in.
  std::vector<std::string> origins;
  // Without it nothing is compressed.
  std::optional<deflate_options> deflate;
};

// Why a request becomes no WebSocket.
enum class refusal : std::uint8_t {
  none,
  method,      // not GET
  no_upgrade,  // Upgrade or Connection does not ask for it
  version,     // not 13
  key,         // not 16 bytes in base64, or not exactly one
  protocols,   // no list of tokens, or one of them twice
  extensions,  // no list of extensions
  origin_not_allowed,
};

inline constexpr std::size_t refusal_count = 8;

// For example "key". Static storage.
std::string_view to_string(refusal r) noexcept;
// Where it stands, for example "RFC 6455 section 4.2.1".
std::string_view source_of(refusal r) noexcept;
status status_of(refusal r) noexcept;
// The response to the client: with 426 what the server would do (RFC 6455 section 4.4).
response answer_to(refusal r);

struct handshake {
  refusal refused = refusal::none;
  std::string accept;    // the value of Sec-WebSocket-Accept
  std::string protocol;  // "" where there is none
  std::optional<deflate_parameters> deflate;
};

handshake accept(const request& r, const handshake_options& options);
// Adds the fields of the answer to a response that is 101 already.
void set_fields(const handshake& h, response& to);

// Sec-WebSocket-Accept for a Sec-WebSocket-Key (section 4.2.2).
std::string accept_key(std::string_view key);

// Whether a page of `origin` may connect to `host`, which is the Host field's value. `allowed` as
// in handshake_options. Default ports may be named or not; case does not matter; "null", which a
// sandboxed page has, is nobody's host.
bool origin_is_allowed(std::string_view origin, std::string_view host,
                       std::span<const std::string> allowed) noexcept;

}  // namespace asio_httpd::ws
