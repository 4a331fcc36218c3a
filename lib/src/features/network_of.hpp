// SPDX-License-Identifier: BSL-1.0
//
// Whom an address belongs to, for what is counted by client. Any thread.

#pragma once

#include <string>

namespace asio_httpd::features {

// The first 64 bits of an IPv6 address: its owner has all that begin with them. Otherwise `text`.
std::string network_of(std::string text);

}  // namespace asio_httpd::features
