// SPDX-License-Identifier: BSL-1.0
//
// Entity tags; see the header.

#include <asio_httpd/entity_tag.hpp>

#include <cstddef>

#include "base/ascii.hpp"

namespace asio_httpd {

namespace {

// etagc: visible ASCII but the quote, and 0x80 and up.
constexpr bool is_tag_byte(char c) noexcept {
  return base::is_field_content(c) && !base::is_ows(c) && c != '"';
}

// Takes a tag off the front of `rest`; false, with `rest` somewhere within, when there is none.
bool take_tag(std::string_view& rest, entity_tag& out) noexcept {
  out.weak = rest.starts_with("W/");
  if (out.weak) rest.remove_prefix(2);
  if (!rest.starts_with('"')) return false;
  std::size_t end = 1;
  while (end < rest.size() && is_tag_byte(rest[end])) ++end;
  if (end == rest.size() || rest[end] != '"') return false;
  out.opaque = rest.substr(0, end + 1);
  rest.remove_prefix(end + 1);
  return true;
}

void skip_ows(std::string_view& rest) noexcept {
  while (!rest.empty() && base::is_ows(rest.front())) rest.remove_prefix(1);
}

// Empty list elements are allowed and mean nothing (RFC 9110 section 5.6.1.2).
void skip_separators(std::string_view& rest) noexcept {
  while (!rest.empty() && (base::is_ows(rest.front()) || rest.front() == ',')) {
    rest.remove_prefix(1);
  }
}

}  // namespace

std::optional<entity_tag> parse_entity_tag(std::string_view text) noexcept {
  entity_tag tag;
  if (!take_tag(text, tag) || !text.empty()) return std::nullopt;
  return tag;
}

bool tags_equal(const entity_tag& a, const entity_tag& b, tag_comparison how) noexcept {
  if (how == tag_comparison::strong && (a.weak || b.weak)) return false;
  return a.opaque == b.opaque;
}

tag_match match_entity_tags(std::string_view field_value, const std::optional<entity_tag>& current,
                            tag_comparison how) noexcept {
  if (base::trim_ows(field_value) == "*") return tag_match::any;
  tag_match result = tag_match::none;
  skip_separators(field_value);
  while (!field_value.empty()) {
    entity_tag tag;
    if (!take_tag(field_value, tag)) return tag_match::malformed;
    if (current && tags_equal(tag, *current, how)) result = tag_match::some;
    skip_ows(field_value);
    if (!field_value.empty() && field_value.front() != ',') return tag_match::malformed;
    skip_separators(field_value);
  }
  return result;
}

}  // namespace asio_httpd
