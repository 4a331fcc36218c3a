// SPDX-License-Identifier: BSL-1.0
//
// SipHash-2-4 with 128 bits (Aumasson and Bernstein). With a secret key nobody who lacks it finds
// two inputs with one hash; with a key that is known it is a good checksum, and no more than that.
// Allocates nothing; any thread.

#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace asio_httpd::features {

using hash128 = std::array<std::uint64_t, 2>;

hash128 siphash(const hash128& key, std::string_view bytes) noexcept;

}  // namespace asio_httpd::features
