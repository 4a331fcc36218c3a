// SPDX-License-Identifier: BSL-1.0
//
// Entity tags (RFC 9110 section 8.8.3) and the lists of If-Match and If-None-Match.
// An opaque tag is not a quoted-string: a backslash within is an ordinary byte and escapes nothing,
// so the general list walk does not fit. Views only: nothing is copied, nothing allocated; any
// thread.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace asio_httpd {

struct entity_tag {
  std::string_view opaque;  // with its quotes: "\"abc\""
  bool weak = false;
};

// Exactly one tag, nothing around it: "abc" or W/"abc", with the quotes. "W/" is case-sensitive.
std::optional<entity_tag> parse_entity_tag(std::string_view text) noexcept;

// RFC 9110 section 8.8.3.2: strong wants both tags strong, weak looks at the opaque part only.
enum class tag_comparison : std::uint8_t { strong, weak };
bool tags_equal(const entity_tag& a, const entity_tag& b, tag_comparison how) noexcept;

enum class tag_match : std::uint8_t {
  none,       // well-formed, and no tag is the current one (an empty list too)
  some,       // one of the tags is the current one
  any,        // "*": every current representation, whatever its tag
  malformed,  // not a list of tags; what came before the fault does not count
};

// Compares the value of an If-Match or If-None-Match field with the current tag; nullopt when the
// representation has none. The value is read to its end before anything is believed.
tag_match match_entity_tags(std::string_view field_value, const std::optional<entity_tag>& current,
                            tag_comparison how) noexcept;

}  // namespace asio_httpd
