// SPDX-License-Identifier: BSL-1.0
//
// The one way into a request's `fields` for who parses a message: lines as places in a text that
// lies elsewhere.

#pragma once

#include <asio_httpd/fields.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace asio_httpd::http {

// A piece of the message, relative to its first byte.
struct piece {
  std::uint32_t offset = 0;
  std::uint32_t size = 0;
  std::string_view of(const char* message) const noexcept { return {message + offset, size}; }
};

struct field_sink {
  static void clear(fields& f) noexcept { f.clear(); }
  static void reserve(fields& f, std::size_t lines) { f.lines_.reserve(lines); }
  // Where the offsets count from. To be called again whenever the bytes have moved.
  static void borrow(fields& f, const char* message) noexcept { f.borrowed_ = message; }
  static void add(fields& f, field id, piece name, piece value) {
    f.lines_.push_back(
        {name.offset, value.offset, value.size, static_cast<std::uint16_t>(name.size), id});
    f.present_.add(id);
  }
  static std::size_t size(const fields& f) noexcept { return f.lines_.size(); }
};

}  // namespace asio_httpd::http
