// SPDX-License-Identifier: BSL-1.0
//
// Which representation of a file a client gets (RFC 9110 section 12.5.3). No allocation.

#pragma once

#include <asio_httpd/content_coding.hpp>

#include <optional>

#include "features/served_file.hpp"

namespace asio_httpd::features {

struct coding_choice {
  content_coding coding = content_coding::identity;
  bool precompressed = false;
};

// The coding that the client likes best. Of those alike, one that is there already, the one that
// makes it smallest first; then one to be made, the fastest first; then the file as it is. Nothing
// where none will do (406).
std::optional<coding_choice> choose_coding(const accepted_codings& accepted,
                                           coding_set precompressed, coding_set on_the_fly);

}  // namespace asio_httpd::features
