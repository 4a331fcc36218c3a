// SPDX-License-Identifier: BSL-1.0
//
// How values are written in a configuration, whatever they are for: a number in a range, a size, a
// duration, a choice, a list, an object. A kind knows what it expects, in words, and goes both
// ways, so that what is printed is read again. Pure functions.

#pragma once

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace asio_httpd::app {

// What is wrong with a part of a value, and the JSON pointer to it from there: "/0", "/404".
struct complaint {
  std::string at;
  std::string what;
};
using complaints = std::vector<complaint>;

template <class V>
struct value_kind {
  std::string expected;  // "a whole number from 1 to 65535"
  // Stores the value. False where it is not what is expected; then nothing is stored and nothing
  // is complained of. Otherwise complaints are about parts of it.
  std::function<bool(V&, const nlohmann::ordered_json&, complaints&)> read;
  // As it is read again; null where there is nothing to say.
  std::function<nlohmann::ordered_json(const V&)> write;
};

// ---- one value ----------------------------------------------------------------------------------

value_kind<std::uint64_t> whole_number(std::uint64_t min, std::uint64_t max);
value_kind<std::uint64_t> size(std::uint64_t min, std::uint64_t max);
value_kind<std::chrono::milliseconds> duration(std::chrono::milliseconds min,
                                               std::chrono::milliseconds max);
value_kind<bool> flag();
// Permissions in octal.
value_kind<unsigned> file_mode();
// Any text, described as `expected`.
value_kind<std::string> text(std::string expected);
// Text that may be the value of a field: printable ASCII, `longest` bytes at most.
value_kind<std::string> field_text(std::size_t longest);
// Text in which `problem` finds nothing wrong.
value_kind<std::string> checked_text(std::string expected,
                                     std::function<std::string(const std::string&)> problem);

template <class Enum>
using names_of = std::vector<std::pair<nlohmann::ordered_json, Enum>>;

// `"common", "combined" or "json"`
std::string one_of(const std::vector<nlohmann::ordered_json>& names);

// One of some names, or numbers.
template <class Enum>
value_kind<Enum> choice(names_of<Enum> names) {
  using json = nlohmann::ordered_json;
  std::vector<json> shown;
  for (const auto& [name, value] : names) shown.push_back(name);
  return {one_of(shown),
          [names](Enum& to, const json& j, complaints&) {
            const auto it = std::find_if(names.begin(), names.end(),
                                         [&](const auto& each) { return each.first == j; });
            if (it == names.end()) return false;
            to = it->second;
            return true;
          },
          [names](const Enum& value) {
            const auto it = std::find_if(names.begin(), names.end(),
                                         [&](const auto& each) { return each.second == value; });
            return it == names.end() ? json() : it->first;
          }};
}

// ---- several ------------------------------------------------------------------------------------

// Where a member or an element is: "/key".
std::string pointer_to(std::string_view key);

// `name must be expected, not value`
std::string refusal(std::string_view name, std::string_view expected,
                    const nlohmann::ordered_json& value);

// Reads what lies at `at` within a value; complaints are about the value.
template <class V>
void read_part(const value_kind<V>& kind, std::string_view name, const std::string& at, V& to,
               const nlohmann::ordered_json& j, complaints& found) {
  complaints inside;
  if (!kind.read(to, j, inside)) inside = {{"", refusal(name, kind.expected, j)}};
  for (const complaint& c : inside) found.push_back({at + c.at, c.what});
}

// A list of such values; one that stands alone is a list of one.
template <class V>
value_kind<std::vector<V>> list_of(std::string expected, value_kind<V> each) {
  using json = nlohmann::ordered_json;
  return {std::move(expected),
          [each](std::vector<V>& to, const json& j, complaints& found) {
            std::vector<V> made(j.is_array() ? j.size() : 1);
            if (!j.is_array() && !each.read(made[0], j, found)) return false;
            for (std::size_t i = 0; j.is_array() && i < j.size(); ++i) {
              read_part(each, "each of them", pointer_to(std::to_string(i)), made[i], j[i], found);
            }
            to = std::move(made);
            return true;
          },
          [each](const std::vector<V>& values) {
            json list = json::array();
            for (const V& value : values) list.push_back(each.write(value));
            return list;
          }};
}

// An object whose keys are not known before. `add` stores a member and returns what is wrong with
// it; `write` makes the object.
template <class V>
value_kind<V> members_of(
    std::string expected,
    std::function<std::string(V&, const std::string&, const nlohmann::ordered_json&)> add,
    std::function<nlohmann::ordered_json(const V&)> write) {
  return {std::move(expected),
          [add](V& to, const nlohmann::ordered_json& j, complaints& found) {
            if (!j.is_object()) return false;
            V made;
            for (const auto& [key, value] : j.items()) {
              std::string wrong = add(made, key, value);
              if (!wrong.empty()) found.push_back({pointer_to(key), std::move(wrong)});
            }
            to = std::move(made);
            return true;
          },
          std::move(write)};
}

}  // namespace asio_httpd::app
