// SPDX-License-Identifier: BSL-1.0
//
// What a client is told when a file cannot be opened.

#pragma once

#include <asio_httpd/status.hpp>

#include <system_error>

namespace asio_httpd::features {

// 404 for everything that means "there is no such file", names that no file can have among it; 403
// for permissions; 503 where the process or the machine has run out of something; 500 for the rest,
// which no request can bring about (a disk that fails).
status status_for_open_error(const std::error_code& error) noexcept;

}  // namespace asio_httpd::features
