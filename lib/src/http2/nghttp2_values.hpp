// SPDX-License-Identifier: BSL-1.0
//
// Between nghttp2's values and ours. Private to what calls nghttp2.

#pragma once

#include <nghttp2/nghttp2.h>

#include <cstddef>
#include <cstdint>
#include <new>
#include <string_view>

namespace asio_httpd::http2 {

// nghttp2 takes names and values that it does not change as such that it could.
inline std::uint8_t* bytes_of(std::string_view text) noexcept {
  return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
}

inline std::string_view text_of(const std::uint8_t* bytes, std::size_t size) noexcept {
  return {reinterpret_cast<const char*>(bytes), size};
}

// Of its results, only that there is no memory is no answer: throws std::bad_alloc.
inline void require(int result) {
  if (result == NGHTTP2_ERR_NOMEM) throw std::bad_alloc();
}

}  // namespace asio_httpd::http2
