// SPDX-License-Identifier: BSL-1.0
//
// Bytes to a session of HTTP/2, request by request, as the server's loop gives them.

#pragma once

#include "http2/session.hpp"

#include <string_view>
#include <utility>

namespace test_support::http2 {

// `take` gets each request when its head is whole, as std::unique_ptr<stream>.
template <class Take>
void feed(asio_httpd::http2::session& to, std::string_view bytes, Take take) {
  bool goes_on = !bytes.empty();
  while (goes_on) {
    bytes.remove_prefix(to.receive(bytes, {}));
    auto one = to.take_request();
    goes_on = !bytes.empty() || one;
    if (one) take(std::move(one));
  }
}

}  // namespace test_support::http2
