// SPDX-License-Identifier: BSL-1.0
//
// One function for each kind; above them, what they ask of a member of an object.

#include "route_value_kinds.hpp"

#include <asio_httpd/field.hpp>
#include <asio_httpd/pattern.hpp>

#include <algorithm>
#include <charconv>

namespace asio_httpd::app {

namespace {

using json = nlohmann::ordered_json;

constexpr std::uint64_t gib = std::uint64_t{1} << 30;

std::string in_quotes(std::string_view text) {
  return '"' + std::string(text) + '"';
}

bool is_field_value(std::string_view value) {
  return std::all_of(value.begin(), value.end(),
                     [](char c) { return (c >= 0x20 && c < 0x7f) || c == '\t'; });
}

// "" where it can be the value of a field.
std::string value_problem(const std::string& name, const json& value) {
  if (!value.is_string()) return refusal(in_quotes(name), "text", value);
  if (is_field_value(value.get_ref<const std::string&>())) return {};
  return in_quotes(name) + " may hold printable ASCII characters only";
}

std::string add_error_page(std::map<status, std::string>& to, const std::string& key,
                           const json& value) {
  unsigned code = 0;
  const char* const end = key.data() + key.size();
  const auto [at, error] = std::from_chars(key.data(), end, code);
  if (error != std::errc{} || at != end || code < 400 || code > 599) {
    return in_quotes(key) + " is no status from 400 to 599";
  }
  if (!value.is_string()) return refusal(in_quotes(key), "the name of a file in the folder", value);
  to[static_cast<status>(code)] = value.get<std::string>();
  return {};
}

std::string add_rule(std::vector<cache_control_rule>& to, const std::string& key,
                     const json& value) {
  std::string wrong = value_problem(key, value);
  if (wrong.empty()) to.push_back({key, value.get<std::string>()});
  return wrong;
}

// As file_options has them: in lower case, without a dot.
std::string extension_of(std::string_view key) {
  if (key.starts_with('.')) key.remove_prefix(1);
  std::string made(key);
  std::transform(made.begin(), made.end(), made.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return made;
}

std::string add_media_type(types_by_extension& to, const std::string& key, const json& value) {
  if (std::string wrong = value_problem(key, value); !wrong.empty()) return wrong;
  const auto& type = value.get_ref<const std::string&>();
  if (type.find('/') == std::string::npos) {
    return refusal(in_quotes(key), "a media type such as \"text/css\"", value);
  }
  to[extension_of(key)] = type;
  return {};
}

// What the server says itself (RFC 9110 section 7.6.1, RFC 9112 section 6).
bool is_of_server(field id) {
  return id == field::connection || id == field::content_length || id == field::transfer_encoding ||
         id == field::keep_alive || id == field::date || id == field::server;
}

bool is_token(std::string_view name) {
  constexpr std::string_view bytes =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~";
  return !name.empty() && name.find_first_not_of(bytes) == std::string_view::npos;
}

std::string add_field(named_values& to, const std::string& key, const json& value) {
  if (!is_token(key)) return in_quotes(key) + " is no name of a field";
  const field id = field_from(key);
  if (is_of_server(id)) return in_quotes(key) + " is said by the server itself";
  if (id == field::content_type) return in_quotes(key) + " has a key of its own: \"content_type\"";
  std::string wrong = value_problem(key, value);
  if (wrong.empty()) to.emplace_back(key, value.get<std::string>());
  return wrong;
}

struct coding {
  std::string_view name;
  bool compression_options::*on;
};

constexpr coding codings[] = {{"zstd", &compression_options::zstd},
                              {"br", &compression_options::brotli},
                              {"gzip", &compression_options::gzip}};

// One text for each that is on.
json codings_of(const compression_options& o) {
  json list = json::array();
  for (const coding& c : codings) {
    if (o.*c.on) list.push_back(c.name);
  }
  return list;
}

bool is_coding(const json& name) {
  return std::any_of(std::begin(codings), std::end(codings),
                     [&](const coding& c) { return name == c.name; });
}

bool read_codings(compression_options& to, const json& j, complaints& found) {
  if (!j.is_array()) return false;
  for (std::size_t i = 0; i < j.size(); ++i) {
    if (is_coding(j[i])) continue;
    found.push_back(
        {pointer_to(std::to_string(i)), refusal("a coding", "\"zstd\", \"br\" or \"gzip\"", j[i])});
  }
  for (const coding& c : codings) to.*c.on = std::find(j.begin(), j.end(), c.name) != j.end();
  return true;
}

const names_of<status> redirects = {{301, status::moved_permanently},
                                    {302, status::found},
                                    {303, status::see_other},
                                    {307, status::temporary_redirect},
                                    {308, status::permanent_redirect}};

}  // namespace

value_kind<std::string> path_pattern() {
  return checked_text("a path that begins with \"/\"", [](const std::string& path) -> std::string {
    const pattern_info info = inspect_pattern(path);
    if (info.valid()) return {};
    return in_quotes(path) + " is no path of a route: " + std::string(describe(info.error));
  });
}

value_kind<std::vector<std::string>> patterns() {
  return list_of<std::string>("a pattern of names such as \"*~\", or a list of them",
                              text("a pattern of names"));
}

value_kind<std::vector<std::string>> hosts() {
  auto made = list_of<std::string>("the name of a host, or a list of them", text("a name"));
  made.write = [write = made.write](const std::vector<std::string>& names) {
    return names.empty() ? json() : names.size() == 1 ? json(names[0]) : write(names);
  };
  return made;
}

value_kind<status> redirect_status() {
  return choice<status>(redirects);
}

value_kind<status> answer_status() {
  return {"a status from 200 to 599 other than 206 and 3xx",
          [](status& to, const json& j, complaints&) {
            if (!j.is_number_unsigned()) return false;
            const auto code = j.get<std::uint64_t>();
            if (code < 200 || code > 599 || code == 206 || code / 100 == 3) return false;
            to = static_cast<status>(code);
            return true;
          },
          [](const status& s) { return json(to_integer(s)); }};
}

value_kind<std::map<status, std::string>> error_pages() {
  using pages = std::map<status, std::string>;
  return members_of<pages>("an object such as {\"404\": \"404.html\"}", add_error_page,
                           [](const pages& from) {
                             json made = json::object();
                             for (const auto& [s, name] : from) {
                               made[std::to_string(to_integer(s))] = name;
                             }
                             return made;
                           });
}

value_kind<std::vector<cache_control_rule>> cache_control() {
  using rules = std::vector<cache_control_rule>;
  return members_of<rules>("an object such as {\"*.{hash}.*\": \"max-age=31536000, immutable\"}",
                           add_rule, [](const rules& from) {
                             json made = json::object();
                             for (const auto& [pattern, value] : from) made[pattern] = value;
                             return made;
                           });
}

value_kind<types_by_extension> media_types() {
  return members_of<types_by_extension>(
      "an object such as {\"wasm\": \"application/wasm\"}", add_media_type,
      [](const types_by_extension& from) { return from.empty() ? json::object() : json(from); });
}

value_kind<named_values> fields_by_name() {
  return members_of<named_values>("an object of names and values of fields", add_field,
                                  [](const named_values& from) {
                                    json made = json::object();
                                    for (const auto& [name, value] : from) made[name] = value;
                                    return made;
                                  });
}

value_kind<compression_options> compression() {
  const auto object = object_of("true, false or an object", compression_settings());
  return {object.expected,
          [object](compression_options& to, const json& j, complaints& found) {
            if (!j.is_boolean()) return object.read(to, j, found);
            to = j.get<bool>() ? compression_options{} : compression_options::none();
            return true;
          },
          [object](const compression_options& from) {
            const json made = object.write(from);
            const bool initial = made == object.write({});
            return codings_of(from).empty() ? json(false) : initial ? json(true) : made;
          }};
}

std::span<const setting_of<compression_options>> compression_settings() {
  using options = compression_options;
  const value_kind<options> coding_list = {"a list of \"zstd\", \"br\" and \"gzip\"", read_codings,
                                           codings_of};
  static const std::vector<setting_of<options>> all = {
      {"codings", itself(), coding_list},
      {"min_size", of(&options::min_size), size(0, gib)},
  };
  return all;
}

}  // namespace asio_httpd::app
