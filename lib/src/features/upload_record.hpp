// SPDX-License-Identifier: BSL-1.0
//
// What has to be known of an unfinished upload besides its content, as a small file: it must
// outlive the process, also one that is killed.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "features/upload_conditions.hpp"

namespace asio_httpd::features {

struct upload_record {
  std::string path;                     // below the root
  std::string location;                 // of the file, once it is whole
  upload_conditions conditions;         // of the request that began it; may_replace is the route's
  std::string digest;                   // Repr-Digest, as it was sent
  std::optional<std::uint64_t> length;  // of the whole, in bytes
  std::int64_t created = 0;             // seconds since 1970
};

std::string to_text(const upload_record& r);
// Nothing for what to_text has not written, or not to its end.
std::optional<upload_record> parse_upload_record(std::string_view text);

}  // namespace asio_httpd::features
