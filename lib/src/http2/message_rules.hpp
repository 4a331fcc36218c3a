// SPDX-License-Identifier: BSL-1.0
//
// Whether a request is one: the rules of RFC 9113 section 8 and RFC 8441 section 4 for its field
// lines, and that it has as much content as it says. One that breaks a rule is malformed (section
// 8.1.1), which ends its stream with PROTOCOL_ERROR; limits, and what the server cannot do with a
// request that is well-formed, are not looked at here.
//
// A value, fed in the order in which a request comes. Bounded and without allocation.

#pragma once

#include <asio_httpd/field.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace asio_httpd::http2 {

// What a name with a colon before it stands for.
enum class pseudo_field : std::uint8_t {
  none,  // it has no colon
  unknown,
  method,
  scheme,
  authority,
  path,
  protocol,  // RFC 8441
};

// A field line as it was decoded.
struct field_line {
  field_line(std::string_view name_of_it, std::string_view value_of_it) noexcept;

  std::string_view name;
  std::string_view value;
  pseudo_field pseudo;
  field id = field::unknown;  // of a name in lower case
};

class message_rules {
 public:
  static constexpr std::uint64_t no_length = ~std::uint64_t{0};

  // Each returns false for what no request may have: then it is malformed, and nothing of it counts
  // any more. A `known_host`, which was well-formed, is not looked at anew.
  bool accept_line(const field_line& line, std::string_view known_host) noexcept;
  bool accept_head() noexcept;  // all its lines are there
  bool accept_content(std::size_t n) noexcept;
  bool accept_trailer(const field_line& line) noexcept;
  bool accept_end() const noexcept { return length_ == no_length || length_ == received_; }

  // What Content-Length says.
  std::uint64_t content_length() const noexcept { return length_; }

 private:
  // What was there.
  enum mark : unsigned {
    method = 1,
    scheme = 2,
    authority = 4,
    path = 8,
    protocol = 16,
    host = 32,
    a_field = 64,  // any that is no pseudo-field
    // ... and what of it decides.
    connect = 128,
    options = 256,
    http_scheme = 512,
    path_from_root = 1024,  // "/..."
    asterisk = 2048,
  };

  bool has(unsigned any) const noexcept { return (seen_ & any) != 0; }
  bool has_all(unsigned all) const noexcept { return (seen_ & all) == all; }
  bool accept_once(mark m, std::string_view value) noexcept;
  bool accept_pseudo(const field_line& line, std::string_view known_host) noexcept;
  bool accept_field(const field_line& line) noexcept;
  bool accept_method(std::string_view value) noexcept;
  bool accept_scheme(std::string_view value) noexcept;
  bool accept_path(std::string_view value) noexcept;
  bool accept_length(std::string_view value) noexcept;

  unsigned seen_ = 0;
  std::uint64_t length_ = no_length;
  std::uint64_t received_ = 0;
};

}  // namespace asio_httpd::http2
