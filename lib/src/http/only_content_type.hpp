// SPDX-License-Identifier: BSL-1.0
//
// The Content-Type of a form, which has to be the only one: two readers of the same form might
// follow different ones.

#pragma once

#include <asio_httpd/request.hpp>
#include <asio_httpd/response.hpp>

#include <string_view>

namespace asio_httpd::http {

// "" where there is none. Throws http_error, 400, where there are several.
inline std::string_view only_content_type(const request& r) {
  if (r.fields().count(field::content_type) > 1) {
    throw http_error(status::bad_request, "There must be one Content-Type\n");
  }
  return r.get(field::content_type);
}

}  // namespace asio_httpd::http
