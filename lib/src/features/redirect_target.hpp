// SPDX-License-Identifier: BSL-1.0
//
// Where a redirect leads: "/new/{rest}" or "https://example.org/{rest}", with the path parameters
// of a route in it.
//
// What comes out is a path on this host, which begins with exactly one slash, or a URL on the host
// that was written down: parameters are percent-encoded (RFC 3986 section 2.1), stand behind the
// host only, and have no dot segments. So neither another host nor another field can be asked for.
// Immutable, any thread.

#pragma once

#include <asio_httpd/request.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asio_httpd::features {

class redirect_target {
 public:
  // Throws std::invalid_argument with a sentence where `target` is none for a route of `pattern`.
  redirect_target(std::string_view pattern, std::string_view target);

  // The value of Location, with the query of the request. Empty where a parameter of several
  // segments has an encoded slash: nothing is known about what it means.
  std::optional<std::string> location(const request& r) const;

 private:
  struct part {
    std::string text;  // itself, or the name of a parameter
    bool is_parameter = false;
    bool has_slashes = false;    // of a parameter: of several segments
    std::string_view kept = {};  // of a parameter: what is not encoded
  };
  using parts = std::vector<part>;

  parts parts_of(std::string_view text, std::string_view pattern) const;
  part parameter(std::string_view name, std::string_view pattern, bool in_path) const;
  static bool append(const parts& from, const request& r, std::string& to);

  std::string target_;  // for messages
  bool is_path_;
  bool has_query_;
  parts before_fragment_;
  parts fragment_;
};

}  // namespace asio_httpd::features
