// SPDX-License-Identifier: BSL-1.0
//
// The media type of a file, by the extension of its name (RFC 9110 section 8.3.1).
// A fixed table within the program: /etc/mime.types is not read and no content is looked at, so the
// answer is the same everywhere. Case does not matter. Types under text/ say UTF-8; the others
// either have no charset parameter or carry their own declaration. Static storage; no allocation;
// any thread.

#pragma once

#include <string_view>

namespace asio_httpd {

inline constexpr std::string_view default_media_type = "application/octet-stream";

// `path` may be a whole path or a name; only what follows the last "/" counts. default_media_type
// for an extension that is not known, or when there is none; ".html" is a hidden file without
// extension.
std::string_view media_type_for(std::string_view path) noexcept;

// Whether content of that type is made smaller by gzip and its like: text, and formats that are
// text inside or that hold numbers as they are. Parameters are ignored. false for what is not
// known.
bool is_compressible(std::string_view media_type) noexcept;

}  // namespace asio_httpd
