// SPDX-License-Identifier: BSL-1.0
//
// Addresses to listen on, as text: a look at their shape, before a server tries to bind them, so
// that a typing error is reported with its line; and the URLs under which they are reached. Pure
// functions; nothing is resolved.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace asio_httpd::app {

// What is wrong with "8080", "host:8080", "[::1]:8080" or "unix:/path"; "" where nothing is.
std::string address_problem(std::string_view address);

// The port that is written in one; 0 where there is none.
std::uint16_t port_in(std::string_view address);

// For a person to click on: "http://localhost:8080", with `https` where that one has TLS. The two
// loopback addresses of one port are one URL, and a wildcard address is shown as localhost with a
// remark.
std::vector<std::string> urls_of(const std::vector<std::string>& listeners,
                                 const std::vector<bool>& with_tls = {});

}  // namespace asio_httpd::app
