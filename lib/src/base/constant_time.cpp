// SPDX-License-Identifier: BSL-1.0
//
// Every byte is looked at, and no branch depends on one. The sum of the differences is volatile:
// a compiler that could see it would be free to stop at the first.

#include <asio_httpd/constant_time.hpp>

#include <cstddef>

namespace asio_httpd {

bool constant_time_equal(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  volatile unsigned char differences = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    differences = static_cast<unsigned char>(differences | (a[i] ^ b[i]));
  }
  return differences == 0;
}

}  // namespace asio_httpd
