// SPDX-License-Identifier: BSL-1.0
//
// The reader walks over the JSON once, in its order; each value has a JSON pointer, which tells its
// line. Plain settings and routes are read by the tables of settings.hpp and route_settings.hpp,
// what has more shape by a function each.

#include "read_config.hpp"

#include <asio_httpd/file.hpp>
#include <asio_httpd/pattern.hpp>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <system_error>
#include <utility>

#include "config_positions.hpp"
#include "listen_settings.hpp"
#include "read_routes.hpp"
#include "route_settings.hpp"
#include "settings.hpp"

namespace asio_httpd::app {

namespace {

using json = nlohmann::ordered_json;
namespace fs = std::filesystem;

// A key that is read by its own function.
constexpr std::array<std::string_view, 5> shaped_keys = {"listen", "directory", "routes", "status",
                                                         "access_log"};

constexpr std::string_view expected_status = "a path that begins with \"/\", or false";
constexpr std::string_view expected_access_log = "the name of a file, \"-\", or false";
std::vector<std::string_view> sections() {
  std::vector<std::string_view> names;
  for (const setting& s : settings()) {
    const bool known = std::find(names.begin(), names.end(), s.section) != names.end();
    if (!s.section.empty() && !known) names.push_back(s.section);
  }
  return names;
}

std::vector<std::string_view> top_level_keys() {
  std::vector<std::string_view> keys(shaped_keys.begin(), shaped_keys.end());
  for (std::string_view key : keys_of(settings())) keys.push_back(key);
  for (std::string_view name : sections()) keys.push_back(name);
  return keys;
}

// Where a key belongs that stands elsewhere.
std::string belongs_into(std::string_view key) {
  for (const setting& s : settings()) {
    if (s.key == key && !s.section.empty()) {
      return "it belongs into \"" + std::string(s.section) + '"';
    }
  }
  return {};
}

std::string unknown_setting(std::string_view section, const std::string& key) {
  return unknown_key(key, section.empty() ? top_level_keys() : keys_of(settings(), section),
                     belongs_into(key));
}

bool is_off(const json& value) {
  return value == false || value == "off" || value == "";
}

class config_reader {
 public:
  config_reader(const positioned_json& from, std::string name, fs::path folder, config& to,
                problems& found)
      : from_(from), name_(std::move(name)), folder_(std::move(folder)), to_(to), found_(found) {}

  void read() {
    if (!from_.value.is_object()) {
      return complain("", "a configuration is a JSON object: { ... }");
    }
    for (const auto& [key, value] : from_.value.items()) read_top_level(key, value);
  }

 private:
  place at(const std::string& pointer) const { return {name_, from_.line_of(pointer)}; }

  void complain(const std::string& pointer, std::string what) {
    found_.add(at(pointer), std::move(what));
  }

  void refuse(const std::string& pointer, std::string_view name, std::string_view expected,
              const json& value) {
    complain(pointer, refusal('"' + std::string(name) + '"', expected, value));
  }

  void complain_of(const complaints& all) {
    for (const app::complaint& c : all) complain(c.at, c.what);
  }

  static std::string below(const std::string& pointer, const std::string& key) {
    return (json::json_pointer(pointer) / key).to_string();
  }

  void read_top_level(const std::string& key, const json& value) {
    const std::string pointer = below("", key);
    if (key == "listen") return read_listen(pointer, value);
    if (key == "directory") return complain_of(routes_.read_directory(pointer, value));
    if (key == "routes") return complain_of(routes_.read(pointer, value));
    if (key == "status") return read_status(pointer, value);
    if (key == "access_log") return read_access_log(pointer, value);
    if (is_section(key)) return read_section(pointer, key, value);
    read_setting(pointer, "", key, value);
  }

  void read_section(const std::string& pointer, const std::string& section, const json& value) {
    if (!value.is_object()) return refuse(pointer, section, "an object: { ... }", value);
    for (const auto& [key, inner] : value.items()) {
      read_setting(below(pointer, key), section, key, inner);
    }
  }

  void read_setting(const std::string& pointer, std::string_view section, const std::string& key,
                    const json& value) {
    const setting* const s = find_setting(settings(), key, section);
    if (s == nullptr) return complain(pointer, unknown_setting(section, key));
    complaints found;
    s->read_at(pointer, to_, value, found);
    complain_of(found);
  }

  void read_listen(const std::string& pointer, const json& value) {
    if (!value.is_array()) return add_listener(pointer, value);
    for (std::size_t i = 0; i < value.size(); ++i) {
      add_listener(below(pointer, std::to_string(i)), value[i]);
    }
  }

  void add_listener(const std::string& pointer, const json& value) {
    listener made;
    complaints found;
    read_part(listener_or_address(), "\"listen\"", pointer, made, value, found);
    if (!found.empty()) return complain_of(found);
    resolve_paths(folder_, made);
    made.said_at = at(pointer);
    if (made.tls) say_where_certificates_are(pointer + "/tls/certificates", *made.tls);
    to_.listen.push_back(std::move(made));
  }

  // One that stands alone is a list of one.
  void say_where_certificates_are(const std::string& pointer, tls_settings& of) const {
    for (std::size_t i = 0; i < of.options.certificates.size(); ++i) {
      of.certificates_said_at.push_back(at(below(pointer, std::to_string(i))));
    }
  }

  void read_status(const std::string& pointer, const json& value) {
    if (is_off(value)) {
      to_.status.reset();
    } else if (is_pattern_of_path(value)) {
      to_.status = value.get<std::string>();
    } else {
      refuse(pointer, "status", expected_status, value);
    }
  }

  void read_access_log(const std::string& pointer, const json& value) {
    to_.access_log_said_at = at(pointer);
    if (is_off(value)) return to_.access_log.reset();
    if (!value.is_string()) return refuse(pointer, "access_log", expected_access_log, value);
    const auto& name = value.get_ref<const std::string&>();
    to_.access_log = name == "-" ? name : resolved_path(folder_, name);
  }

  static bool is_pattern_of_path(const json& value) {
    return value.is_string() && inspect_pattern(value.get_ref<const std::string&>()).valid();
  }

  const positioned_json& from_;
  std::string name_;
  fs::path folder_;
  config& to_;
  problems& found_;
  route_reader routes_{folder_, [this](const std::string& pointer) { return at(pointer); }, to_};
};

std::optional<std::string> whole_file(const std::string& path, std::error_code& error) {
  const file opened = file::open(path, error);
  std::string text;
  std::array<char, 4096> piece;
  while (!error) {
    const ssize_t n = ::read(opened.descriptor(), piece.data(), piece.size());
    if (n == 0) return text;
    if (n > 0) text.append(piece.data(), static_cast<std::size_t>(n));
    if (n < 0 && errno != EINTR) error.assign(errno, std::generic_category());
  }
  return std::nullopt;
}

std::string_view without_dot_slash(std::string_view path) {
  while (path.starts_with("./")) path.remove_prefix(2);
  return path == "." ? std::string_view{} : path;
}

}  // namespace

std::string resolved_path(const fs::path& folder, std::string_view path) {
  const std::string_view rest = without_dot_slash(path);
  return rest.empty() ? folder.string() : (folder / rest).string();
}

std::string resolved_address(const fs::path& folder, std::string_view address) {
  constexpr std::string_view prefix = "unix:";
  if (!address.starts_with(prefix) || address.starts_with("unix:@")) return std::string(address);
  return std::string(prefix) + resolved_path(folder, address.substr(prefix.size()));
}

void read_config_text(std::string_view text, const std::string& name, const fs::path& folder,
                      config& c, problems& found) {
  problems here;
  const positioned_json parsed = parse_with_positions(text);
  for (const text_error& e : parsed.errors) here.add({name, e.line}, e.text);
  if (!parsed.value.is_null() || parsed.errors.empty()) {
    config_reader(parsed, name, folder, c, here).read();
  }
  here.sort_by_line();
  for (const problem& p : here.all()) found.add(p.where, p.what);
}

void read_config_file(const std::string& path, config& c, problems& found) {
  std::error_code error;
  const std::optional<std::string> text = whole_file(path, error);
  if (!text) return found.add({path}, "cannot read this file: " + error.message());
  read_config_text(*text, path, fs::absolute(path).parent_path(), c, found);
}

std::vector<std::string> config_keys() {
  std::vector<std::string> keys(shaped_keys.begin(), shaped_keys.end());
  for (const setting& s : settings()) keys.push_back(s.name());
  for (std::string& key : listen_keys()) keys.push_back(std::move(key));
  for (const std::string& key : route_keys()) keys.push_back("routes[]." + key);
  return keys;
}

}  // namespace asio_httpd::app
