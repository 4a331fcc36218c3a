// SPDX-License-Identifier: BSL-1.0
//
// What the fields of a head say about the message and the connection (RFC 9112 sections 3.2, 6
// and 9, RFC 9110 sections 7.2, 7.8 and 10.1.1).
//
// Where two readings are possible there is none: both Content-Length and Transfer-Encoding, more
// than one Content-Length, any coding but one `chunked` are refused. Allocates nothing.

#pragma once

#include "http1/rule.hpp"

#include <asio_httpd/fields.hpp>

#include <cstdint>
#include <string_view>

namespace asio_httpd::http1 {

struct framing {
  bool chunked = false;
  std::uint64_t content_length = 0;
  bool keep_alive = true;
  bool expects_continue = false;
  bool wants_upgrade = false;  // Connection: upgrade beside Upgrade
  std::string_view host;       // the Host field's value
  bool host_is_known = false;  // it is the `known_host` of read_framing

  bool has_body() const noexcept { return chunked || content_length != 0; }
};

// Reads the fields of a request of HTTP/1.`version_minor`. Returns the rule that is broken, or
// `none`. A Host that is `known_host`, a value that was found well-formed before, is not looked at
// again.
rule read_framing(const fields& f, unsigned version_minor, framing& to,
                  std::string_view known_host = {}) noexcept;

}  // namespace asio_httpd::http1
