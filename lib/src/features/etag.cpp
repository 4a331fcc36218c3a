// SPDX-License-Identifier: BSL-1.0
//
// The tag, and the question whether the client has it. Its key is no secret: who can choose the
// content can choose two with one tag, and harms nobody but who reads it from them.

#include <asio_httpd/conditional.hpp>
#include <asio_httpd/etag.hpp>

#include "features/siphash.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace asio_httpd {
namespace {

constexpr std::size_t tag_size = 34;
using tag_text = std::array<char, tag_size>;

tag_text make_tag(std::string_view content) noexcept {
  tag_text made;
  std::size_t at = 0;
  made[at++] = '"';
  for (std::uint64_t word : features::siphash({}, content)) {
    for (int i = 0; i < 16; ++i, word >>= 4) made[at++] = "0123456789abcdef"[word & 15];
  }
  made[at] = '"';
  return made;
}

bool may_have_tag(const request& r, const response& a) {
  const bool is_retrieval = r.method() == method::get || r.method() == method::head;
  return is_retrieval && a.status() == status::ok && a.kind() == response::content::text &&
         a.fields().get(field::cache_control).find("no-store") == std::string_view::npos;
}

// The lines of If-None-Match in one (RFC 9110 section 5.3); `memory` is hardly ever used.
std::optional<std::string_view> asked_tags(const fields& from, std::string& memory) {
  if (!from.contains(field::if_none_match)) return std::nullopt;
  if (from.count(field::if_none_match) == 1) return from.get(field::if_none_match);
  for (const auto& line : from) {
    if (line.id != field::if_none_match) continue;
    memory.append(memory.empty() ? "" : ", ").append(line.value);
  }
  return memory;
}

bool is_known(const request& r, std::string_view tag) {
  std::string memory;
  const precondition asked =
      evaluate_preconditions({.etag = tag, .last_modified = {}, .now = 0, .exists = true},
                             {.verb = r.method(),
                              .if_match = {},
                              .if_unmodified_since = {},
                              .if_none_match = asked_tags(r.fields(), memory),
                              .if_modified_since = {},
                              .if_range = {}});
  return asked.outcome == precondition_outcome::not_modified;
}

// What is said about the content goes with it (RFC 9110 section 15.4.5).
void become_not_modified(response& to) {
  to.status(status::not_modified).no_body();
  for (const field f : {field::content_type, field::content_encoding, field::content_language,
                        field::content_range}) {
    to.fields().erase(f);
  }
}

}  // namespace

middleware etag(etag_options options) {
  return after([options](const request& r, response& to) {
    if (!may_have_tag(r, to)) return;
    if (!to.fields().contains(field::etag)) {
      if (to.text().size() > options.largest) return;
      const tag_text made = make_tag(to.text());
      to.set(field::etag, {made.data(), made.size()});
    }
    if (is_known(r, to.fields().get(field::etag))) become_not_modified(to);
  });
}

}  // namespace asio_httpd
