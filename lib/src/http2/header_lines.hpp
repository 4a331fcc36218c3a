// SPDX-License-Identifier: BSL-1.0
//
// The lines of a response as HTTP/2 has them: names in lower case (RFC 9113 section 8.2), nothing
// of the connection (section 8.2.2). Kept for use after use; allocates nothing once it has its
// size.

#pragma once

#include "http/common_fields.hpp"
#include "http2/session.hpp"

#include <asio_httpd/response.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace asio_httpd::http2 {

class header_lines {
 public:
  header_lines();
  // Of a response whose content has that size, where it is to be told. All views hold as long as
  // `f` and `common` do, and up to the next call.
  std::span<const header> of(status s, const fields& f, const http::common_lines& common,
                             std::optional<std::uint64_t> size);
  // Of an interim response.
  std::span<const header> of(status s, const fields& f);
  std::span<const header> of_trailers(const fields& f);

 private:
  class known_names;
  static const known_names& all_names();
  void begin(const fields& f);
  void add(std::string_view name, std::string_view value) noexcept;
  void add_status(status s) noexcept;
  void add_fields(const fields& f);
  std::span<const header> made() const noexcept { return {lines_.data(), count_}; }
  std::string_view lower(field id, std::string_view name);

  const known_names& known_;
  std::vector<header> lines_;  // of which the first `count_` are used
  std::size_t count_ = 0;
  std::string names_;  // in lower case, of fields that are not known
  std::array<char, 4> status_{};
  std::array<char, 24> size_{};
};

}  // namespace asio_httpd::http2
