// SPDX-License-Identifier: BSL-1.0
//
// Content-Disposition of form-data. Browsers write a quoted-string that is none of RFC 9110: they
// leave backslashes alone and encode the quote by percent; curl and others write quoted-pairs. Both
// come out right, but for a name that has a backslash before a quote or another backslash.

#include "http/disposition.hpp"

#include "base/ascii.hpp"
#include "http/parameters.hpp"

#include <cstddef>

namespace asio_httpd::http {
namespace {

struct encoded_byte {
  std::string_view text;
  char byte;
};
constexpr encoded_byte encoded_bytes[] = {
    {"%22", '"'}, {"%0D", '\r'}, {"%0A", '\n'}, {"\\\"", '"'}, {"\\\\", '\\'}};

// Takes a byte off `rest`, decoded.
char take_byte(std::string_view& rest) noexcept {
  for (const auto& [text, byte] : encoded_bytes) {
    if (!rest.starts_with(text)) continue;
    rest.remove_prefix(text.size());
    return byte;
  }
  const char byte = rest.front();
  rest.remove_prefix(1);
  return byte;
}

std::string decode(std::string_view value) {
  std::string decoded;
  decoded.reserve(value.size());
  while (!value.empty()) decoded += take_byte(value);
  return decoded;
}

}  // namespace

multipart_rule read_disposition(std::string_view value, multipart_part& to) {
  if (!base::iequals(without_parameters(value), "form-data")) {
    return multipart_rule::disposition_syntax;
  }
  bool named = false;
  parameter_reader parameters(only_parameters(value));
  for (parameter p; parameters.next(p);) {
    if (base::iequals(p.name, "name")) {
      if (named) return multipart_rule::name_repeated;
      named = true;
      to.name = decode(p.value);
    } else if (base::iequals(p.name, "filename")) {
      if (to.filename) return multipart_rule::name_repeated;
      to.filename = decode(p.value);
    }
  }
  if (parameters.malformed()) return multipart_rule::disposition_syntax;
  return named ? multipart_rule::none : multipart_rule::name_missing;
}

}  // namespace asio_httpd::http
