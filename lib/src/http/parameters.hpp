// SPDX-License-Identifier: BSL-1.0
//
// The parameters behind a media type, a disposition or a media range (RFC 9110 section 5.6.6):
//
//   *( OWS ";" OWS [ name "=" ( token / quoted-string ) ] )
//
// No white space around "=". Views into the text; nothing is copied or allocated but by `unquote`.

#pragma once

#include <string>
#include <string_view>

namespace asio_httpd::http {

struct parameter {
  std::string_view name;
  std::string_view value;  // of a quoted-string what stands inside, its backslashes included
  bool quoted = false;
};

// One parameter after the other. `text` is what follows the first ';', that one included.
class parameter_reader {
 public:
  explicit parameter_reader(std::string_view text) noexcept : rest_(text) {}
  // False at the end, and at what is no parameter.
  bool next(parameter& to) noexcept;
  // Why next() said false.
  bool malformed() const noexcept { return malformed_; }

 private:
  bool skip_separators() noexcept;
  bool take_name(parameter& to) noexcept;
  bool take_value(parameter& to) noexcept;
  bool take_quoted(parameter& to) noexcept;

  std::string_view rest_;
  bool malformed_ = false;
};

// What comes before the parameters: "text/html" of "text/html; charset=utf-8".
std::string_view without_parameters(std::string_view value) noexcept;
// And the parameters: "; charset=utf-8".
std::string_view only_parameters(std::string_view value) noexcept;

// The value without the backslashes of quoted-pairs (section 5.6.4).
std::string unquote(const parameter& p);

}  // namespace asio_httpd::http
