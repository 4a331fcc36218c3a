// SPDX-License-Identifier: BSL-1.0
//
// First of all which kind of route it is, then the members of the object.

#include "read_routes.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include "read_config.hpp"
#include "route_settings.hpp"

namespace asio_httpd::app {

namespace {

using json = nlohmann::ordered_json;

constexpr std::string_view one_of_these =
    "a route has \"path\" and \"file\", \"prefix\" and \"directory\", \"path\" and \"redirect\", "
    "or "
    "\"path\" with \"text\" or \"status\"";

bool contains(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

void append(complaints& to, const complaints& more) {
  to.insert(to.end(), more.begin(), more.end());
}

// The keys of a route that say of which kind it is.
std::vector<std::string_view> marks_of(const json& route) {
  std::vector<std::string_view> found;
  for (std::string_view key : {"file", "directory", "redirect", "text"}) {
    if (route.contains(key)) found.push_back(key);
  }
  if (found.empty() && route.contains("status")) found.emplace_back("status");
  return found;
}

// A key may be mistyped, the one that says which kind it is above all.
complaints unknown_kind(const std::string& pointer, const json& route) {
  const std::vector<std::string> all = route_keys();
  complaints found;
  for (const auto& member : route.items()) {
    if (contains(all, member.key())) continue;
    found.push_back(
        {pointer + pointer_to(member.key()), unknown_key(member.key(), {all.begin(), all.end()})});
  }
  if (found.empty()) found.push_back({pointer, std::string(one_of_these)});
  return found;
}

// `"dotfiles" does not belong into a route of a file`, where it is of another kind.
template <class Route>
std::string unknown_in(const std::string& key) {
  const route_kind<Route>& kind = kind_of<Route>();
  if (!contains(route_keys(), key)) return unknown_key(key, keys_of(kind.known()));
  return '"' + key + "\" does not belong into a route of " + std::string(kind.name);
}

}  // namespace

complaints route_reader::read(const std::string& pointer, const json& value) {
  constexpr std::string_view expected = "a list of objects";
  if (!value.is_array()) return {{pointer, refusal("\"routes\"", expected, value)}};
  complaints found;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const std::string at = pointer + pointer_to(std::to_string(i));
    append(found, value[i].is_object()
                      ? read_route(at, value[i])
                      : complaints{{at, refusal("\"routes\"", expected, value[i])}});
  }
  return found;
}

complaints route_reader::read_route(const std::string& pointer, const json& value) {
  const std::vector<std::string_view> marks = marks_of(value);
  if (marks.empty()) return unknown_kind(pointer, value);
  if (marks.size() > 1) {
    return {{pointer, '"' + std::string(marks[0]) + "\" and \"" + std::string(marks[1]) +
                          "\" do not go together: " + std::string(one_of_these)}};
  }
  if (marks[0] == "file") return add(pointer, value, to_.files);
  if (marks[0] == "directory") return add(pointer, value, to_.folders);
  if (marks[0] == "redirect") return add(pointer, value, to_.redirects);
  return add(pointer, value, to_.answers);
}

// A name alone is that of the folder.
complaints route_reader::read_directory(const std::string& pointer, const json& value) {
  if (value.is_string()) return read_directory(pointer, json{{"directory", value}});
  if (!value.is_object()) {
    return {{pointer, refusal("\"directory\"", "the name of a folder, or an object", value)}};
  }
  folder_route made;
  complaints found = read_as(pointer, value, made);
  if (!value.contains("directory")) found.push_back({pointer, "\"directory\" is missing in here"});
  to_.directory = std::move(made);
  return found;
}

template <class Route>
complaints route_reader::add(const std::string& pointer, const json& value,
                             std::vector<Route>& to) {
  Route made;
  complaints found = read_as(pointer, value, made);
  for (std::string_view key : kind_of<Route>().needed) {
    if (value.contains(key)) continue;
    found.push_back({pointer, "a route of " + std::string(kind_of<Route>().name) + " needs \"" +
                                  std::string(key) + '"'});
  }
  if (found.empty()) to.push_back(std::move(made));
  return found;
}

template <class Route>
complaints route_reader::read_as(const std::string& pointer, const json& value, Route& to) {
  complaints inside;
  read_members(kind_of<Route>().known(), to, value, inside, unknown_in<Route>);
  for (complaint& c : inside) c.at.insert(0, pointer);
  to.said_at = at_(pointer + pointer_to(kind_of<Route>().needed.front()));
  finish(pointer, value, to);
  return inside;
}

void route_reader::finish(const std::string&, const json&, file_route& r) const {
  r.file = resolved_path(folder_, r.file);
}

void route_reader::finish(const std::string& pointer, const json& value, folder_route& r) const {
  r.directory = resolved_path(folder_, r.directory);
  for (const auto& member : value.items()) {
    r.keys_said_at[member.key()] = at_(pointer + pointer_to(member.key()));
  }
}

}  // namespace asio_httpd::app
