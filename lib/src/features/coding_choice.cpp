// SPDX-License-Identifier: BSL-1.0

#include "features/coding_choice.hpp"

namespace asio_httpd::features {

std::optional<coding_choice> choose_coding(const accepted_codings& accepted,
                                           coding_set precompressed, coding_set on_the_fly) {
  using enum content_coding;
  std::optional<coding_choice> best;
  unsigned highest = 0;
  const auto consider = [&](coding_choice c) {
    if (accepted.weight(c.coding) <= highest) return;
    highest = accepted.weight(c.coding);
    best = c;
  };
  for (const content_coding c : {brotli, zstd, gzip}) {
    if (precompressed.contains(c)) consider({c, true});
  }
  for (const content_coding c : {zstd, brotli, gzip}) {
    if (on_the_fly.contains(c)) consider({c, false});
  }
  consider({identity, false});
  return best;
}

}  // namespace asio_httpd::features
