// SPDX-License-Identifier: BSL-1.0
//
// Random numbers that are fast and do not repeat, for identifiers. No secrets: who has seen some of
// them can tell the next.

#pragma once

#include <cstdint>

namespace asio_httpd::features {

// 64 bits of the calling thread's generator, which is seeded by the system at its first use.
std::uint64_t random_bits();

}  // namespace asio_httpd::features
