// SPDX-License-Identifier: BSL-1.0
//
// SHA-1 (FIPS 180-4, RFC 3174) for the WebSocket handshake, which asks for it by name. It proves
// that the other side has read the request, and is no protection against anybody: nothing else may
// use it. A pure function; any thread.

#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace asio_httpd::base {

using sha1_digest = std::array<std::uint8_t, 20>;

sha1_digest sha1(std::string_view text) noexcept;

}  // namespace asio_httpd::base
