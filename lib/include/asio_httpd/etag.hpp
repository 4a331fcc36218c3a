// SPDX-License-Identifier: BSL-1.0
//
// Entity tags for what handlers make: a client that has the same text already gets 304 and no
// content (RFC 9110 section 13.1.2). The handler runs nevertheless: this saves the network's work,
// not the handler's.
//
//   routes.use(etag());
//
// Concerns GET and HEAD answered 200 with text. A tag that the handler set is used as it is;
// responses with `Cache-Control: no-store` are left alone. The tag is made from the text alone, so
// several servers agree on it. Hashes 1 to 2 GB/s, allocates nothing.

#pragma once

#include <asio_httpd/middleware.hpp>

#include <cstddef>

namespace asio_httpd {

struct etag_options {
  // Larger texts are not hashed, in bytes.
  std::size_t largest = 1024 * 1024;
};

middleware etag(etag_options options = {});

}  // namespace asio_httpd
