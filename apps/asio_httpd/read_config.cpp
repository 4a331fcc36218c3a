// SPDX-License-Identifier: BSL-1.0
//
// The reader walks over the JSON once, in its order; each value has a JSON pointer, which tells its
// line. Plain settings are read by the table of settings.hpp, the five keys that have more shape
// by a function each.

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

#include "addresses.hpp"
#include "config_positions.hpp"
#include "nearest.hpp"
#include "settings.hpp"

namespace asio_httpd::app {

namespace {

using json = nlohmann::ordered_json;
namespace fs = std::filesystem;

// A key that is written by its own function.
constexpr std::array<std::string_view, 5> shaped_keys = {"listen", "directory", "routes", "status",
                                                         "access_log"};
constexpr std::array<std::string_view, 7> route_keys = {"path",  "file",     "prefix", "directory",
                                                        "index", "dotfiles", "host"};

constexpr std::string_view expected_listen = "an address, or a list of addresses";
constexpr std::string_view expected_status = "a path that begins with \"/\", or false";
constexpr std::string_view expected_access_log = "the name of a file, \"-\", or false";

std::vector<std::string_view> keys_of_section(std::string_view section) {
  std::vector<std::string_view> keys;
  for (const setting& s : settings()) {
    if (s.section == section) keys.push_back(s.key);
  }
  return keys;
}

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
  for (std::string_view key : keys_of_section("")) keys.push_back(key);
  for (std::string_view name : sections()) keys.push_back(name);
  return keys;
}

// `; did you mean "threads"?`, or where the key belongs, or which there are.
std::string suggestion(std::string_view key, const std::vector<std::string_view>& known) {
  if (const std::string_view meant = nearest(key, known); !meant.empty()) {
    return "; did you mean \"" + std::string(meant) + "\"?";
  }
  for (const setting& s : settings()) {
    if (s.key == key && !s.section.empty()) {
      return "; it belongs into \"" + std::string(s.section) + '"';
    }
  }
  std::string text = "; the keys here are ";
  for (std::size_t i = 0; i < known.size(); ++i) {
    text += (i == 0 ? "" : ", ") + std::string(known[i]);
  }
  return text;
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

  void unknown_key(const std::string& pointer, const std::string& key,
                   const std::vector<std::string_view>& known) {
    complain(pointer, "unknown key \"" + key + '"' + suggestion(key, known));
  }

  static std::string below(const std::string& pointer, const std::string& key) {
    return (json::json_pointer(pointer) / key).to_string();
  }

  void read_top_level(const std::string& key, const json& value) {
    const std::string pointer = below("", key);
    if (key == "listen") return read_listen(pointer, value);
    if (key == "directory") return read_directory(pointer, value);
    if (key == "routes") return read_routes(pointer, value);
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
    const setting* const s = find_setting(section, key);
    if (s == nullptr) {
      return unknown_key(pointer, key,
                         section.empty() ? top_level_keys() : keys_of_section(section));
    }
    if (!s->read(to_, value)) refuse(pointer, s->name(), s->expected, value);
  }

  void read_listen(const std::string& pointer, const json& value) {
    if (!value.is_array()) return add_address(pointer, value);
    for (std::size_t i = 0; i < value.size(); ++i) {
      add_address(below(pointer, std::to_string(i)), value[i]);
    }
  }

  // A bare number is a port.
  void add_address(const std::string& pointer, const json& value) {
    if (!value.is_string() && !value.is_number_unsigned()) {
      return refuse(pointer, "listen", expected_listen, value);
    }
    const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    if (std::string wrong = address_problem(text); !wrong.empty()) {
      complain(pointer, std::move(wrong));
    } else {
      to_.listen.push_back(resolved_address(folder_, text));
    }
  }

  void read_directory(const std::string& pointer, const json& value) {
    if (!value.is_string()) return refuse(pointer, "directory", "the name of a folder", value);
    to_.directory = folder_route{.directory = resolved_path(folder_, value.get<std::string>()),
                                 .said_at = at(pointer)};
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

  void read_routes(const std::string& pointer, const json& value) {
    if (!value.is_array()) return refuse(pointer, "routes", "a list of objects", value);
    for (std::size_t i = 0; i < value.size(); ++i) {
      read_route(below(pointer, std::to_string(i)), value[i]);
    }
  }

  void read_route(const std::string& pointer, const json& value) {
    if (!value.is_object()) return refuse(pointer, "routes", "a list of objects", value);
    if (!check_route_keys(pointer, value)) return;
    const bool is_file = value.contains("path") && value.contains("file");
    const bool is_folder = value.contains("prefix") && value.contains("directory");
    if (is_file == is_folder) {
      complain(pointer, "a route has \"path\" and \"file\", or \"prefix\" and \"directory\"");
    } else if (is_file) {
      read_file_route(pointer, value);
    } else {
      read_folder_route(pointer, value);
    }
  }

  // Whether every key is known and has a value of its type.
  bool check_route_keys(const std::string& pointer, const json& value) {
    const std::size_t before = found_.all().size();
    for (const auto& [key, inner] : value.items()) {
      const std::string here = below(pointer, key);
      if (std::find(route_keys.begin(), route_keys.end(), key) == route_keys.end()) {
        unknown_key(here, key, {route_keys.begin(), route_keys.end()});
      } else if (key == "dotfiles") {
        if (!inner.is_boolean()) refuse(here, key, "true or false", inner);
      } else if (!inner.is_string()) {
        refuse(here, key, "text", inner);
      }
    }
    return found_.all().size() == before;
  }

  void read_file_route(const std::string& pointer, const json& value) {
    if (!allow_only(pointer, value, {"path", "file", "host"})) return;
    if (!check_path(below(pointer, "path"), value["path"])) return;
    to_.files.push_back({.host = value.value("host", ""),
                         .path = value["path"],
                         .file = resolved_path(folder_, value["file"].get<std::string>()),
                         .said_at = at(below(pointer, "path"))});
  }

  void read_folder_route(const std::string& pointer, const json& value) {
    if (!allow_only(pointer, value, {"prefix", "directory", "index", "dotfiles", "host"})) return;
    if (!check_path(below(pointer, "prefix"), value["prefix"])) return;
    to_.folders.push_back(
        {.host = value.value("host", ""),
         .prefix = value["prefix"],
         .directory = resolved_path(folder_, value["directory"].get<std::string>()),
         .index = value.value("index", folder_route{}.index),
         .dotfiles = value.value("dotfiles", false),
         .said_at = at(below(pointer, "prefix"))});
  }

  bool allow_only(const std::string& pointer, const json& value,
                  const std::vector<std::string_view>& allowed) {
    const std::size_t before = found_.all().size();
    for (const auto& [key, inner] : value.items()) {
      if (std::find(allowed.begin(), allowed.end(), key) != allowed.end()) continue;
      complain(below(pointer, key), "\"" + key + "\" does not belong into a route of a " +
                                        (allowed[0] == "path" ? "file" : "folder"));
    }
    return found_.all().size() == before;
  }

  static bool is_pattern_of_path(const json& value) {
    return value.is_string() && inspect_pattern(value.get_ref<const std::string&>()).valid();
  }

  bool check_path(const std::string& pointer, const json& value) {
    const auto& text = value.get_ref<const std::string&>();
    const pattern_info info = inspect_pattern(text);
    if (info.valid()) return true;
    complain(pointer,
             "\"" + text + "\" is no path of a route: " + std::string(describe(info.error)));
    return false;
  }

  const positioned_json& from_;
  std::string name_;
  fs::path folder_;
  config& to_;
  problems& found_;
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
  for (std::string_view key : route_keys) keys.push_back("routes[]." + std::string(key));
  return keys;
}

}  // namespace asio_httpd::app
