// SPDX-License-Identifier: BSL-1.0
//
// From a method token to its number (RFC 9110 section 9.1: case-sensitive).

#pragma once

#include <asio_httpd/method.hpp>

#include <optional>
#include <string_view>

namespace asio_httpd::http {

// Empty for a token that is not implemented, which is to be answered 501.
std::optional<method> method_from(std::string_view token) noexcept;

}  // namespace asio_httpd::http
