// SPDX-License-Identifier: BSL-1.0
//
// By what the system knows of addresses.

#include "features/network_of.hpp"

#include <arpa/inet.h>

#include <array>

namespace asio_httpd::features {

std::string network_of(std::string text) {
  std::array<char, 16> address;
  if (text.find(':') == text.npos || ::inet_pton(AF_INET6, text.c_str(), address.data()) != 1)
    return text;
  return {address.data(), 8};
}

}  // namespace asio_httpd::features
