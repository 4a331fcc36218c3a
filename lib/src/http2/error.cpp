// SPDX-License-Identifier: BSL-1.0

#include "http2/error.hpp"

#include <array>

namespace asio_httpd::http2 {
namespace {

constexpr std::array<std::string_view, error_count> names = {
    "NO_ERROR",
    "PROTOCOL_ERROR",
    "INTERNAL_ERROR",
    "FLOW_CONTROL_ERROR",
    "SETTINGS_TIMEOUT",
    "STREAM_CLOSED",
    "FRAME_SIZE_ERROR",
    "REFUSED_STREAM",
    "CANCEL",
    "COMPRESSION_ERROR",
    "CONNECT_ERROR",
    "ENHANCE_YOUR_CALM",
    "INADEQUATE_SECURITY",
    "HTTP_1_1_REQUIRED",
};

}  // namespace

std::string_view to_string(error e) noexcept {
  return names[static_cast<std::size_t>(e)];
}

}  // namespace asio_httpd::http2
