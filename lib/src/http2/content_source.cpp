// SPDX-License-Identifier: BSL-1.0

#include "http2/content_source.hpp"

#include <algorithm>

namespace asio_httpd::http2 {
namespace {

bool read(const content_reader& from, std::uint64_t offset, std::size_t n, base::byte_buffer& to) {
  if (!from.read(from.context, to.write_position(), offset, n)) return false;
  to.commit(n);
  return true;
}

}  // namespace

bool content_source::copy(std::uint64_t begin, std::size_t n, base::byte_buffer& to) const {
  if (reader != nullptr) return read(*reader, offset + begin, n, to);
  const auto at = static_cast<std::size_t>(begin);
  const std::size_t of_first = at < first.size() ? std::min(n, first.size() - at) : 0;
  if (of_first != 0) to.append(first.substr(at, of_first));
  if (of_first != n) to.append(second.substr(at + of_first - first.size(), n - of_first));
  return true;
}

}  // namespace asio_httpd::http2
