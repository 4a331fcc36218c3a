// SPDX-License-Identifier: BSL-1.0
//
// The answers to uploads, which several kinds of requests share.

#pragma once

#include <asio_httpd/request.hpp>
#include <asio_httpd/response.hpp>

#include <string>
#include <string_view>

#include "features/upload_store.hpp"

namespace asio_httpd::features {

// The path of what lies at `path` below the same prefix as the request, of whose path `rest` is
// what is behind the prefix; percent-encoded, and never with two slashes at its beginning.
std::string upload_location(const request& r, std::string_view rest, std::string_view path);

// 201 with Location, or 204; with ETag.
response placed_answer(const placed_file& placed, std::string_view location);

}  // namespace asio_httpd::features
