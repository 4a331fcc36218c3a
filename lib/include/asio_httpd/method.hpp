// SPDX-License-Identifier: BSL-1.0
//
// Request methods (RFC 9110 section 9, RFC 5789, and the registered ones that servers meet).
// A method is a small integer; a token that is not listed here is answered 501 and never reaches
// a route (RFC 9110 section 9.1). Methods are case-sensitive.

#pragma once

#include <cstdint>
#include <string_view>

namespace asio_httpd {

enum class method : std::uint8_t {
  get,
  head,
  post,
  put,
  delete_,
  patch,
  options,
  connect,
  trace,
  acl,
  bind,
  checkout,
  copy,
  link,
  lock,
  merge,
  mkactivity,
  mkcalendar,
  mkcol,
  move,
  msearch,
  notify,
  propfind,
  proppatch,
  purge,
  query,
  rebind,
  report,
  search,
  source,
  subscribe,
  unbind,
  unlink,
  unlock,
  unsubscribe,
};

inline constexpr std::size_t method_count = 35;

// The token as it stands on the wire, for example "GET". Static storage.
std::string_view to_string(method m) noexcept;

// A set of methods, for 405 and `Allow`.
class method_set {
 public:
  constexpr method_set() noexcept = default;
  constexpr void add(method m) noexcept { bits_ |= bit(m); }
  constexpr void add(method_set other) noexcept { bits_ |= other.bits_; }
  constexpr bool contains(method m) const noexcept { return (bits_ & bit(m)) != 0; }
  constexpr bool empty() const noexcept { return bits_ == 0; }
  friend constexpr bool operator==(method_set, method_set) noexcept = default;

 private:
  static constexpr std::uint64_t bit(method m) noexcept {
    return std::uint64_t{1} << static_cast<unsigned>(m);
  }
  std::uint64_t bits_ = 0;
};

}  // namespace asio_httpd
