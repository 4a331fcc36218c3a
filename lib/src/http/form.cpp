// SPDX-License-Identifier: BSL-1.0
//
// Forms in memory; see the header. One pass over the body; what is decoded or stood in the head of
// a part is kept, everything else stays where it is.

#include <asio_httpd/form.hpp>
#include <asio_httpd/url.hpp>

#include <utility>

#include "base/ascii.hpp"
#include "http/only_content_type.hpp"
#include "http/parameters.hpp"
#include "http/urlencoded.hpp"

namespace asio_httpd {

form::form(const request& r, const form_limits& limits) {
  const std::string_view content_type = http::only_content_type(r);
  const std::string_view type = http::without_parameters(content_type);
  if (base::iequals(type, "application/x-www-form-urlencoded")) {
    read_urlencoded(r.body(), limits);
  } else if (base::iequals(type, "multipart/form-data")) {
    read_multipart(content_type, r.body(), limits);
  } else {
    throw http_error(status::unsupported_media_type,
                     "Content-Type must be application/x-www-form-urlencoded or "
                     "multipart/form-data\n");
  }
}

form form::urlencoded(std::string_view text, const form_limits& limits) {
  form made;
  made.read_urlencoded(text, limits);
  return made;
}

void form::read_urlencoded(std::string_view text, const form_limits& limits) {
  http::urlencoded_pair pair;
  while (http::take_pair(text, pair)) {
    if (entries_.size() == limits.parts) {
      throw http_error(status::content_too_large, "The form has too many fields\n");
    }
    entries_.push_back({decoded(pair.name), decoded(pair.value), std::nullopt, {}});
  }
}

void form::read_multipart(std::string_view content_type, std::string_view body,
                          const form_limits& limits) {
  using event = multipart_parser::event;
  multipart_parser parser(content_type, limits);
  parser.feed(body);
  parser.finish();
  for (event e = parser.next(); e != event::end; e = parser.next()) {
    if (e == event::failed) throw parser.error();
    if (e == event::part_begin) add_part(parser.part());
    if (e == event::part_data) entries_.back().value = parser.data();  // all of it: one feed
  }
}

void form::add_part(const multipart_part& part) {
  entry made;
  made.name = keep(part.name);
  if (part.filename) made.filename = keep(*part.filename);
  made.content_type = keep(std::string(part.content_type()));
  entries_.push_back(made);
}

std::string_view form::decoded(std::string_view text) {
  const bool is_plain = text.find_first_of("%+") == std::string_view::npos;
  return is_plain ? text : keep(decode_urlencoded(text));
}

std::string_view form::keep(std::string text) {
  if (text.empty()) return {};
  return texts_.emplace_front(std::move(text));
}

std::optional<std::string_view> form::get(std::string_view name) const noexcept {
  for (const entry& e : entries_) {
    if (e.name == name && !e.is_file()) return e.value;
  }
  return std::nullopt;
}

std::vector<std::string_view> form::all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const entry& e : entries_) {
    if (e.name == name && !e.is_file()) values.push_back(e.value);
  }
  return values;
}

const form::entry* form::file(std::string_view name) const noexcept {
  for (const entry& e : entries_) {
    if (e.name == name && e.is_file()) return &e;
  }
  return nullptr;
}

}  // namespace asio_httpd
