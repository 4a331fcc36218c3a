// SPDX-License-Identifier: BSL-1.0
//
// Content codings (RFC 9110 section 8.4.1), and which of them a client accepts (section 12.5.3).
//
//   const accepted_codings accepted = accepted_codings::of(r);
//   if (accepted.weight(content_coding::zstd) > 0) ...
//
// A response that depends on it should say `Vary: Accept-Encoding`. No allocation; any thread.

#pragma once

#include <asio_httpd/request.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace asio_httpd {

enum class content_coding : std::uint8_t {
  identity,  // as it is
  gzip,      // RFC 1952
  brotli,    // RFC 7932
  zstd,      // RFC 8878, RFC 9659
};
inline constexpr std::size_t content_coding_count = 4;

// As in Content-Encoding: "gzip", "br", "zstd", and "identity", which is never sent.
std::string_view to_string(content_coding c) noexcept;

class accepted_codings {
 public:
  // Without any Accept-Encoding: nothing but identity. For the RFC any coding is fine then, but
  // who does not ask may not understand.
  accepted_codings() noexcept = default;
  // By all Accept-Encoding lines of a request.
  static accepted_codings of(const request& r) noexcept;
  static accepted_codings of(std::string_view accept_encoding) noexcept;

  // In thousandths: 0 never, 1000 liked best. What is accepted without being named, which only
  // identity is, counts as 1. Elements that are malformed are ignored.
  unsigned weight(content_coding c) const noexcept { return weights_[static_cast<std::size_t>(c)]; }
  bool accepts(content_coding c) const noexcept { return weight(c) != 0; }

 private:
  class reader;
  std::array<std::uint16_t, content_coding_count> weights_{1, 0, 0, 0};
};

}  // namespace asio_httpd
