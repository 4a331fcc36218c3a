// SPDX-License-Identifier: BSL-1.0
//
// What the operating system says of this process, for the status report.

#pragma once

#include <cstdint>

namespace asio_httpd::serving {

// Bytes of memory in RAM; 0 where it cannot be read.
std::uint64_t resident_memory() noexcept;
std::uint64_t open_descriptors() noexcept;
// The soft limit; the largest value where there is none.
std::uint64_t descriptor_limit() noexcept;

}  // namespace asio_httpd::serving
