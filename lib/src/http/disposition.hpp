// SPDX-License-Identifier: BSL-1.0
//
// The Content-Disposition of a part of a form (RFC 7578 section 4.2).

#pragma once

#include <asio_httpd/multipart.hpp>

#include <string_view>

namespace asio_httpd::http {

// Reads `form-data; name="..."; filename="..."` into the part. Parameters that are not known, and
// `filename*`, are ignored where they are well-formed.
multipart_rule read_disposition(std::string_view value, multipart_part& to);

}  // namespace asio_httpd::http
