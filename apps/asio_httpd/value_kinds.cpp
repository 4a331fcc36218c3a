// SPDX-License-Identifier: BSL-1.0
//
// The kinds that need no template.

#include "value_kinds.hpp"

#include "units.hpp"

namespace asio_httpd::app {

namespace {

using json = nlohmann::ordered_json;

std::string range(std::string_view what, const std::string& min, const std::string& max) {
  return std::string(what) + " from " + min + " to " + max;
}

// One that is wholly what is expected, or not at all.
template <class V, class From, class To>
value_kind<V> simple(std::string expected, From from, To to_json) {
  return {std::move(expected),
          [from](V& to, const json& j, complaints&) {
            const std::optional<V> value = from(j);
            if (value) to = *value;
            return value.has_value();
          },
          to_json};
}

template <class V>
std::optional<V> within(std::optional<V> value, V min, V max) {
  if (value && (*value < min || *value > max)) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> number_from(const json& j) {
  if (!j.is_number_unsigned()) return std::nullopt;
  return j.get<std::uint64_t>();
}

std::optional<std::uint64_t> size_from(const json& j) {
  return j.is_string() ? parse_size(j.get_ref<const std::string&>()) : number_from(j);
}

// Printed as text with a unit where that is shorter, or else as a number.
json size_to_json(std::uint64_t bytes) {
  const std::string text = format_size(bytes);
  return text == std::to_string(bytes) ? json(bytes) : json(text);
}

std::optional<std::chrono::milliseconds> duration_from(const json& j) {
  if (j.is_number()) return duration_from_seconds(j.get<double>());
  if (j.is_string()) return parse_duration(j.get_ref<const std::string&>());
  return std::nullopt;
}

std::optional<std::string> text_from(const json& j) {
  if (!j.is_string()) return std::nullopt;
  return j.get<std::string>();
}

bool is_printable(char c) {
  return c >= 0x20 && c < 0x7f;
}

// A value as it appears in a complaint.
std::string shown(const json& value) {
  if (value.is_array()) return "a list";
  if (value.is_object()) return "an object";
  std::string text = value.dump(-1, ' ', false, json::error_handler_t::replace);
  constexpr std::size_t longest = 60;
  return text.size() <= longest ? text : text.substr(0, longest) + "...";
}

}  // namespace

value_kind<std::uint64_t> whole_number(std::uint64_t min, std::uint64_t max) {
  return simple<std::uint64_t>(
      range("a whole number", std::to_string(min), std::to_string(max)),
      [=](const json& j) { return within(number_from(j), min, max); },
      [](std::uint64_t value) { return json(value); });
}

value_kind<std::uint64_t> size(std::uint64_t min, std::uint64_t max) {
  return simple<std::uint64_t>(
      range("a size", format_size(min), format_size(max)),
      [=](const json& j) { return within(size_from(j), min, max); }, size_to_json);
}

value_kind<std::chrono::milliseconds> duration(std::chrono::milliseconds min,
                                               std::chrono::milliseconds max) {
  return simple<std::chrono::milliseconds>(
      range("a duration", format_duration(min), format_duration(max)),
      [=](const json& j) { return within(duration_from(j), min, max); },
      [](std::chrono::milliseconds value) { return json(format_duration(value)); });
}

value_kind<bool> flag() {
  return choice<bool>({{json(true), true}, {json(false), false}});
}

value_kind<unsigned> file_mode() {
  return simple<unsigned>(
      "permissions in octal, from \"0000\" to \"0777\"",
      [](const json& j) {
        return j.is_string() ? parse_mode(j.get_ref<const std::string&>()) : std::nullopt;
      },
      [](unsigned value) { return json(format_mode(value)); });
}

value_kind<std::string> text(std::string expected) {
  return simple<std::string>(std::move(expected), text_from,
                             [](const std::string& value) { return json(value); });
}

value_kind<std::string> field_text(std::size_t longest) {
  return simple<std::string>(
      "text of up to " + std::to_string(longest) + " printable characters",
      [=](const json& j) {
        std::optional<std::string> value = text_from(j);
        const bool fits = value && value->size() <= longest &&
                          std::all_of(value->begin(), value->end(), is_printable);
        return fits ? value : std::nullopt;
      },
      [](const std::string& value) { return json(value); });
}

value_kind<std::string> checked_text(std::string expected,
                                     std::function<std::string(const std::string&)> problem) {
  value_kind<std::string> made = text(std::move(expected));
  made.read = [problem = std::move(problem)](std::string& to, const json& j, complaints& found) {
    if (!j.is_string()) return false;
    to = j.get<std::string>();
    if (std::string wrong = problem(to); !wrong.empty()) found.push_back({"", std::move(wrong)});
    return true;
  };
  return made;
}

std::string one_of(const std::vector<json>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i != 0) text += i + 1 == names.size() ? " or " : ", ";
    text += names[i].dump();
  }
  return text;
}

std::string pointer_to(std::string_view key) {
  return (json::json_pointer() / std::string(key)).to_string();
}

std::string refusal(std::string_view name, std::string_view expected, const json& value) {
  return std::string(name) + " must be " + std::string(expected) + ", not " + shown(value);
}

}  // namespace asio_httpd::app
