// SPDX-License-Identifier: BSL-1.0
//
// A route for each embedded file. Contents are made once, at start; handlers share them.

#include "bundled_site.hpp"

#include <asio_httpd/entity_tag.hpp>
#include <asio_httpd/escape.hpp>
#include <asio_httpd/media_type.hpp>

#include <array>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <utility>

namespace asio_httpd::app {

namespace {

struct page {
  std::string content;
  std::string_view media_type;
  std::string etag;
};

constexpr std::string_view content_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

// FNV-1a, 64 bits: tells versions of one page apart, which is all that an entity tag has to do.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

std::string etag_of(std::string_view text) {
  std::array<char, 24> made{};
  std::snprintf(made.data(), made.size(), "\"%016llx\"",
                static_cast<unsigned long long>(hash_of(text)));
  return made.data();
}

// The pages hold one mark that says where the status is.
std::string with_status_path(std::string_view content, const std::string& path) {
  constexpr std::string_view mark = "data-status=\"/status\"";
  std::string made(content);
  if (const std::size_t at = made.find(mark); at != std::string::npos) {
    made.replace(at, mark.size(), "data-status=\"" + escape_html(path) + '"');
  }
  return made;
}

page make_page(const embedded_file& file, const std::string& status_path) {
  const bool is_html = file.name.ends_with(".html");
  page made;
  made.content = is_html ? with_status_path(file.content, status_path) : std::string(file.content);
  // "flag" has no extension and is text.
  const bool has_extension = file.name.find('.') != std::string_view::npos;
  made.media_type = has_extension ? media_type_for(file.name) : "text/plain; charset=utf-8";
  made.etag = etag_of(made.content);
  return made;
}

bool client_has(const request& r, const page& p) {
  const std::string_view known = r.get(field::if_none_match);
  if (known.empty()) return false;
  const tag_match found = match_entity_tags(known, parse_entity_tag(p.etag), tag_comparison::weak);
  return found == tag_match::some || found == tag_match::any;
}

response answer(const request& r, const page& p) {
  response made(status::ok);
  made.set(field::etag, p.etag);
  made.set(field::cache_control, "no-cache");
  made.set(field::content_security_policy, content_policy);
  made.set(field::x_content_type_options, "nosniff");
  made.set(field::referrer_policy, "no-referrer");
  if (client_has(r, p)) return std::move(made.status(status::not_modified));
  made.set(field::content_type, p.media_type);
  made.body_copy(p.content);
  return made;
}

}  // namespace

void add_bundled_site(router& routes, const std::optional<std::string>& status_path) {
  for (const embedded_file& file : embedded_files()) {
    const auto shared = std::make_shared<const page>(make_page(file, status_path.value_or("")));
    const auto handler = [shared](const request& r) { return answer(r, *shared); };
    routes.get(runtime_pattern{'/' + std::string(file.name)}, handler);
    if (file.name == "index.html") routes.get("/", handler);
  }
}

}  // namespace asio_httpd::app
