// SPDX-License-Identifier: BSL-1.0
//
// Cookies (draft-ietf-httpbis-rfc6265bis): those of a request, and Set-Cookie for a response.
//
//   if (auto session = cookie(r, "__Host-session")) ...
//   answer.fields().append(field::set_cookie,
//                          set_cookie("__Host-session", token).secure().to_string());
//   answer.fields().append(field::set_cookie, expired_cookie("__Host-session").to_string());
//
// A cookie is text that the client sent: anybody can make one up. Any thread.

#pragma once

#include <asio_httpd/fields.hpp>
#include <asio_httpd/request.hpp>

#include <chrono>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

namespace asio_httpd {

// The first cookie of that name, in the order of the Cookie lines; browsers send the one with the
// longest path first. Names have case. A view into the request, as it was sent, quotes included.
std::optional<std::string_view> cookie(const request& r, std::string_view name) noexcept;

// All cookies of all Cookie lines: `for (auto [name, value] : cookies(r))`. What has no '=' is a
// value without a name, as browsers have it (section 5.7). Views into the request, which must stay.
class cookies {
 public:
  struct value_type {
    std::string_view name;
    std::string_view value;
  };
  class const_iterator;

  explicit cookies(const request& r) noexcept : fields_(&r.fields()) {}
  const_iterator begin() const noexcept;
  std::default_sentinel_t end() const noexcept { return {}; }

 private:
  const fields* fields_;
};

class cookies::const_iterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = cookies::value_type;
  using difference_type = std::ptrdiff_t;
  using pointer = const value_type*;
  using reference = const value_type&;

  reference operator*() const noexcept { return current_; }
  pointer operator->() const noexcept { return &current_; }
  const_iterator& operator++() noexcept;
  void operator++(int) noexcept { ++*this; }
  friend bool operator==(const const_iterator& i, std::default_sentinel_t) noexcept {
    return i.at_end_;
  }

 private:
  friend class cookies;
  explicit const_iterator(const fields& f) noexcept : line_(f.begin()), end_(f.end()) { ++*this; }
  bool next_line() noexcept;

  fields::const_iterator line_;  // the next to be looked at
  fields::const_iterator end_;
  std::string_view rest_;  // of the line before
  value_type current_;
  bool at_end_ = false;
};

inline cookies::const_iterator cookies::begin() const noexcept {
  return const_iterator(*fields_);
}

// When a browser sends a cookie with a request that another site caused.
enum class same_site : std::uint8_t {
  strict,  // never
  lax,     // when a person follows a link
  none,    // always; needs secure()
};

// One Set-Cookie. Unless you say otherwise: Path=/, HttpOnly, SameSite=Lax, until the browser ends.
// What is written is always within the grammar of section 4.1.1.
class set_cookie {
 public:
  // Throws std::invalid_argument where the name is no token, the value holds a control byte, white
  // space, '"', ',', ';', '\' or a byte that is not ASCII, or both have more than 4,096 bytes:
  // encode what is free text (percent_encode_path of url.hpp, base64_encode).
  set_cookie(std::string_view name, std::string_view value);

  // "/" or below; "" is the folder of the request. Throws std::invalid_argument for what does not
  // begin with '/', control bytes, ';', bytes that are not ASCII, and more than 1,024 bytes.
  set_cookie& path(std::string_view p);
  // This host and all below it; "" is this host alone. Throws std::invalid_argument for what is no
  // host name.
  set_cookie& domain(std::string_view d);
  // How long the browser keeps it; 0 ends it now. Throws std::invalid_argument below 0. Browsers
  // cut it to 400 days.
  set_cookie& max_age(std::chrono::seconds age);
  // The same as a date, Unix seconds; browsers prefer max_age.
  set_cookie& expires(std::int64_t unix_seconds) noexcept;
  // Over TLS only.
  set_cookie& secure(bool on = true) noexcept;
  // Not for scripts.
  set_cookie& http_only(bool on = true) noexcept;
  set_cookie& same_site(asio_httpd::same_site s) noexcept;
  // Apart for each site that embeds this one (CHIPS); needs secure().
  set_cookie& partitioned(bool on = true) noexcept;

  // The value of the field. Throws std::invalid_argument for what browsers ignore: a name that
  // begins with "__Secure-" (in any case) without secure(); one with "__Host-" without secure() and
  // Path=/, or with a domain (section 4.1.3); SameSite=None or partitioned() without secure().
  std::string to_string() const;

 private:
  void require_consistent() const;

  std::string name_;
  std::string value_;
  std::string path_ = "/";
  std::string domain_;
  std::optional<std::chrono::seconds> max_age_;
  std::optional<std::int64_t> expires_;
  asio_httpd::same_site same_site_ = asio_httpd::same_site::lax;
  bool secure_ = false;
  bool http_only_ = true;
  bool partitioned_ = false;
};

// Makes the browser forget the cookie. Path and domain must be those that it was set with.
// secure() is on where the name asks for it.
set_cookie expired_cookie(std::string_view name);

}  // namespace asio_httpd
