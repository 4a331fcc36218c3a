// SPDX-License-Identifier: BSL-1.0
//
// What content in a coding says, by the decoders of the libraries that clients use.

#pragma once

#include <asio_httpd/content_coding.hpp>

#include <string>
#include <string_view>

namespace test_support {

// Throws std::runtime_error for what is not the whole of one encoded content.
std::string decoded(asio_httpd::content_coding coding, std::string_view content);

}  // namespace test_support
