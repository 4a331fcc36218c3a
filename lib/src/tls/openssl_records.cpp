// SPDX-License-Identifier: BSL-1.0

#include "tls/openssl_records.hpp"

#include "tls/credentials.hpp"
#include "tls/record_stream.hpp"

#include <openssl/err.h>

#include <algorithm>
#include <array>
#include <utility>

namespace asio_httpd::tls {

openssl_records::openssl_records(ssl_ptr connection, std::shared_ptr<const credentials> c) noexcept
    : credentials_(std::move(c)), ssl_(std::move(connection)) {}

std::size_t openssl_records::read(char* to, std::size_t size) {
  std::size_t total = 0;
  ERR_clear_error();
  while (total < size && peer_ == state::open) {
    std::size_t n = 0;
    if (SSL_read_ex(ssl_.get(), to + total, size - total, &n) != 1) {
      look();
      break;
    }
    total += n;
  }
  if (size == 0) {
    char unused = 0;
    std::size_t n = 0;
    if (SSL_peek_ex(ssl_.get(), &unused, 1, &n) != 1) look();
  }
  return total;
}

// At why nothing was read.
void openssl_records::look() {
  const int why = SSL_get_error(ssl_.get(), 0);
  if (why == SSL_ERROR_WANT_READ) return;
  peer_ = why == SSL_ERROR_ZERO_RETURN ? state::closed : state::failed;
}

bool openssl_records::has_text() const noexcept {
  return SSL_pending(ssl_.get()) > 0;
}

// A head and the beginning of its body share a record.
std::size_t openssl_records::write(std::string_view first, std::string_view second) {
  thread_local std::array<char, most_plain_text> joined;
  ERR_clear_error();
  std::size_t taken = 0;
  if (first.size() < joined.size() && !first.empty() && !second.empty()) {
    const std::size_t n = first.copy(joined.data(), first.size());
    taken = second.copy(joined.data() + n, joined.size() - n);
    first = {joined.data(), n + taken};
  }
  const std::size_t n = write(first);
  return n < first.size() ? n : n + write(second.substr(taken));
}

std::size_t openssl_records::write(std::string_view text) {
  std::size_t n = 0;
  if (text.empty()) return 0;
  if (SSL_write_ex(ssl_.get(), text.data(), text.size(), &n) != 1) peer_ = state::failed;
  return n;
}

void openssl_records::close() {
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
}

}  // namespace asio_httpd::tls
