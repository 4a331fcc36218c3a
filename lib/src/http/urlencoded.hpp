// SPDX-License-Identifier: BSL-1.0
//
// The pairs of application/x-www-form-urlencoded, of a query or a body (URL Standard, section 5.1).
// Views into the text, not decoded; decode_urlencoded of <asio_httpd/url.hpp> does that.

#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace asio_httpd::http {

struct urlencoded_pair {
  std::string_view name;
  std::string_view value;  // "" where there is no '='
};

// Takes the first pair off `rest`; false where there is none. What stands empty between two '&' is
// no pair.
inline bool take_pair(std::string_view& rest, urlencoded_pair& to) noexcept {
  rest.remove_prefix(std::min(rest.find_first_not_of('&'), rest.size()));
  if (rest.empty()) return false;
  const std::string_view pair = rest.substr(0, rest.find('&'));
  const std::size_t equals = std::min(pair.find('='), pair.size());
  to = {pair.substr(0, equals), pair.substr(std::min(equals + 1, pair.size()))};
  rest.remove_prefix(pair.size());
  return true;
}

}  // namespace asio_httpd::http
