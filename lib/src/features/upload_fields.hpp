// SPDX-License-Identifier: BSL-1.0
//
// The fields of resumable uploads (draft-ietf-httpbis-resumable-upload-12): structured items
// (RFC 8941) of two kinds, booleans and numbers that are not negative. A number that is none is as
// if it were not there, as the draft says. Pure; any thread.

#pragma once

#include <asio_httpd/fields.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace asio_httpd::features {

// Throws http_error 400 where it is there and is no boolean.
std::optional<bool> upload_complete(const fields& f);
std::optional<std::uint64_t> upload_offset(const fields& f);
std::optional<std::uint64_t> upload_length(const fields& f);

// "?1" or "?0".
std::string_view to_item(bool value) noexcept;

}  // namespace asio_httpd::features
