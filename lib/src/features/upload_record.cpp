// SPDX-License-Identifier: BSL-1.0
//
// Lines of a name and a value, which is percent-encoded; the last line says that it is whole.

#include "features/upload_record.hpp"

#include <asio_httpd/url.hpp>

#include <algorithm>
#include <charconv>
#include <system_error>

namespace asio_httpd::features {
namespace {

constexpr std::string_view first_line = "upload 1\n";
constexpr std::string_view last_line = "end\n";

void add(std::string& to, std::string_view name, std::string_view value) {
  to.append(name).append(" ").append(percent_encode_path(value)).append("\n");
}

void add_if(std::string& to, std::string_view name, const std::optional<std::string>& value) {
  if (value) add(to, name, *value);
}

bool read_number(std::string_view text, auto& to) {
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, to);
  return error == std::errc() && at == end;
}

bool read_line(std::string_view name, const std::string& value, upload_record& to) {
  if (name == "path") return to.path = value, true;
  if (name == "location") return to.location = value, true;
  if (name == "digest") return to.digest = value, true;
  if (name == "if-match") return to.conditions.if_match = value, true;
  if (name == "if-none-match") return to.conditions.if_none_match = value, true;
  if (name == "if-unmodified-since") return to.conditions.if_unmodified_since = value, true;
  if (name == "created") return read_number(value, to.created);
  return name == "length" && read_number(value, to.length.emplace());
}

}  // namespace

std::string to_text(const upload_record& r) {
  std::string text(first_line);
  add(text, "path", r.path);
  add(text, "location", r.location);
  add(text, "digest", r.digest);
  add_if(text, "if-match", r.conditions.if_match);
  add_if(text, "if-none-match", r.conditions.if_none_match);
  add_if(text, "if-unmodified-since", r.conditions.if_unmodified_since);
  add(text, "created", std::to_string(r.created));
  if (r.length) add(text, "length", std::to_string(*r.length));
  return text.append(last_line);
}

std::optional<upload_record> parse_upload_record(std::string_view text) {
  if (!text.starts_with(first_line) || !text.ends_with(last_line)) return std::nullopt;
  text.remove_prefix(first_line.size());
  text.remove_suffix(last_line.size());
  upload_record made;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    const std::size_t space = line.find(' ');
    std::string value;
    if (space == line.npos || !percent_decode(line.substr(space + 1), value) ||
        !read_line(line.substr(0, space), value, made))
      return std::nullopt;
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return made.path.empty() ? std::nullopt : std::optional(made);
}

}  // namespace asio_httpd::features
