// SPDX-License-Identifier: BSL-1.0
//
// The preconditions of a request that changes a file (RFC 9110 section 13), kept apart from the
// request: they are asked before its content is read, again when the file gets its name, and, where
// an upload is resumed, in another request.

#pragma once

#include <asio_httpd/request.hpp>

#include <optional>
#include <string>

#include "features/upload_target.hpp"

namespace asio_httpd::features {

struct upload_conditions {
  std::optional<std::string> if_match = {};
  std::optional<std::string> if_unmodified_since = {};
  std::optional<std::string> if_none_match = {};
  bool may_replace = true;

  static upload_conditions of(const request& r, bool may_replace);
  // Throws http_error: 412 where a precondition fails, 409 where something has the name that may
  // not be replaced.
  void check(const present_file& now) const;
};

// Several lines of one field as one (RFC 9110 section 5.3).
std::optional<std::string> joined_value(const fields& from, field id);
std::string joined_value(const fields& from, std::string_view name);

}  // namespace asio_httpd::features
