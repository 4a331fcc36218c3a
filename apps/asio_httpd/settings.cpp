// SPDX-License-Identifier: BSL-1.0
//
// One line for each setting; above them, one function for each kind of value.

#include "settings.hpp"

#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "units.hpp"

namespace asio_httpd::app {

namespace {

using json = nlohmann::ordered_json;
using namespace std::chrono_literals;

constexpr std::uint64_t kib = 1024, mib = 1024 * kib, gib = 1024 * mib;

std::string expect(std::string_view what, const std::string& min, const std::string& max) {
  return std::string(what) + " from " + min + " to " + max;
}

// Access to a value in a config: a function from config to a reference.
template <class T>
auto of(T config::*member) {
  return [=](auto& c) -> auto& {
    return c.*member;
  };
}
template <class Section, class T>
auto of(Section config::*section, T Section::*member) {
  return [=](auto& c) -> auto& {
    return c.*section.*member;
  };
}

template <class Access>
setting number(std::string_view section, std::string_view key, Access access, std::uint64_t min,
               std::uint64_t max) {
  return {section, key, expect("a whole number", std::to_string(min), std::to_string(max)),
          [=](config& c, const json& j) {
            if (!j.is_number_unsigned()) return false;
            const auto value = j.get<std::uint64_t>();
            if (value < min || value > max) return false;
            auto& to = access(c);
            to = static_cast<std::remove_reference_t<decltype(to)>>(value);
            return true;
          },
          [=](const config& c) { return json(access(c)); }};
}

std::optional<std::uint64_t> size_from(const json& j) {
  if (j.is_number_unsigned()) return j.get<std::uint64_t>();
  if (j.is_string()) return parse_size(j.get_ref<const std::string&>());
  return std::nullopt;
}

// Printed as text with a unit where that is shorter, or else as a number.
json size_to_json(std::uint64_t bytes) {
  const std::string text = format_size(bytes);
  return text == std::to_string(bytes) ? json(bytes) : json(text);
}

template <class Access>
setting size(std::string_view section, std::string_view key, Access access, std::uint64_t min,
             std::uint64_t max) {
  return {section, key, expect("a size", format_size(min), format_size(max)),
          [=](config& c, const json& j) {
            const auto value = size_from(j);
            if (!value || *value < min || *value > max) return false;
            auto& to = access(c);
            to = static_cast<std::remove_reference_t<decltype(to)>>(*value);
            return true;
          },
          [=](const config& c) { return size_to_json(access(c)); }};
}

std::optional<std::chrono::milliseconds> duration_from(const json& j) {
  if (j.is_number()) return duration_from_seconds(j.get<double>());
  if (j.is_string()) return parse_duration(j.get_ref<const std::string&>());
  return std::nullopt;
}

template <class Access>
setting duration(std::string_view section, std::string_view key, Access access,
                 std::chrono::milliseconds min, std::chrono::milliseconds max) {
  return {section, key, expect("a duration", format_duration(min), format_duration(max)),
          [=](config& c, const json& j) {
            const auto value = duration_from(j);
            if (!value || *value < min || *value > max) return false;
            using unit = std::remove_reference_t<decltype(access(c))>;
            access(c) = std::chrono::ceil<unit>(*value);
            return true;
          },
          [=](const config& c) { return json(format_duration(access(c))); }};
}

template <class Access>
setting flag(std::string_view section, std::string_view key, Access access) {
  return {section, key, "true or false",
          [=](config& c, const json& j) {
            if (!j.is_boolean()) return false;
            access(c) = j.get<bool>();
            return true;
          },
          [=](const config& c) { return json(access(c)); }};
}

template <class Access>
setting mode(std::string_view section, std::string_view key, Access access) {
  return {section, key, "permissions in octal, from \"0000\" to \"0777\"",
          [=](config& c, const json& j) {
            const auto value =
                j.is_string() ? parse_mode(j.get_ref<const std::string&>()) : std::nullopt;
            if (value) access(c) = *value;
            return value.has_value();
          },
          [=](const config& c) { return json(format_mode(access(c))); }};
}

bool is_field_value(const std::string& text) {
  return text.size() <= 100 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

template <class Access>
setting field_text(std::string_view section, std::string_view key, Access access) {
  return {section, key, "text of up to 100 printable characters",
          [=](config& c, const json& j) {
            if (!j.is_string() || !is_field_value(j.get_ref<const std::string&>())) return false;
            access(c) = j.get<std::string>();
            return true;
          },
          [=](const config& c) { return json(access(c)); }};
}

template <class Enum>
using names_of = std::vector<std::pair<std::string_view, Enum>>;

// `"common", "combined" or "json"`
template <class Enum>
std::string expect_one_of(const names_of<Enum>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i != 0) text += i + 1 == names.size() ? " or " : ", ";
    text += '"' + std::string(names[i].first) + '"';
  }
  return text;
}

template <class Enum, class Access>
setting choice(std::string_view section, std::string_view key, Access access,
               names_of<Enum> names) {
  return {section, key, expect_one_of(names),
          [=](config& c, const json& j) {
            const auto it = std::find_if(names.begin(), names.end(),
                                         [&](const auto& name) { return j == name.first; });
            if (it == names.end()) return false;
            access(c) = it->second;
            return true;
          },
          [=](const config& c) {
            const auto it = std::find_if(names.begin(), names.end(), [&](const auto& name) {
              return name.second == access(c);
            });
            return json(it->first);
          }};
}

const names_of<access_log_format> format_names = {{"common", access_log_format::common},
                                                  {"combined", access_log_format::combined},
                                                  {"json", access_log_format::json}};

const names_of<log_level> level_names = {{"debug", log_level::debug},
                                         {"info", log_level::info},
                                         {"warning", log_level::warning},
                                         {"error", log_level::error}};

std::vector<setting> make_settings() {
  return {
      number("", "threads", of(&config::threads), 0, 1024),
      flag("", "status_to_everyone", of(&config::status_to_everyone)),
      choice<access_log_format>("", "access_log_format", of(&config::access_log_format),
                                format_names),
      choice<log_level>("", "log_level", of(&config::log_level), level_names),
      duration("", "drain", of(&config::drain), 0s, 1h),
      duration("", "drain_notice", of(&config::drain_notice), 0s, 1h),
      field_text("", "server_name", of(&config::server_name)),

      size("limits", "head", of(&config::limits, &limits::head), 256, mib),
      number("limits", "fields", of(&config::limits, &limits::fields), 1, 65535),
      size("limits", "target", of(&config::limits, &limits::target), 64, mib),
      size("limits", "body", of(&config::limits, &limits::body), 0, 1024 * gib),
      number("limits", "connections", of(&config::limits, &limits::connections), 0, 10'000'000),
      size("limits", "pending_output", of(&config::limits, &limits::pending_output), kib, gib),
      number("limits", "requests_per_connection",
             of(&config::limits, &limits::requests_per_connection), 0, 1'000'000'000),

      duration("deadlines", "head", of(&config::deadlines, &deadlines::head), 1ms, 24h),
      duration("deadlines", "body", of(&config::deadlines, &deadlines::body), 1ms, 24h),
      size("deadlines", "body_rate", of(&config::deadlines, &deadlines::body_rate), 1, gib),
      duration("deadlines", "idle", of(&config::deadlines, &deadlines::idle), 1ms, 24h),
      duration("deadlines", "write", of(&config::deadlines, &deadlines::write), 1ms, 24h),
      size("deadlines", "write_rate", of(&config::deadlines, &deadlines::write_rate), 1, gib),
      duration("deadlines", "handler", of(&config::deadlines, &deadlines::handler), 1ms, 24h),
      duration("deadlines", "linger", of(&config::deadlines, &deadlines::linger), 0s, 1h),
      duration("deadlines", "handler_turn", of(&config::deadlines, &deadlines::handler_turn), 0s,
               24h),

      number("sockets", "backlog", of(&config::sockets, &socket_options::backlog), 1, 65535),
      flag("sockets", "reuse_address", of(&config::sockets, &socket_options::reuse_address)),
      flag("sockets", "reuse_port", of(&config::sockets, &socket_options::reuse_port)),
      flag("sockets", "keep_alive", of(&config::sockets, &socket_options::keep_alive)),
      flag("sockets", "no_delay", of(&config::sockets, &socket_options::no_delay)),
      duration("sockets", "defer_accept", of(&config::sockets, &socket_options::defer_accept), 0s,
               1h),
      flag("sockets", "v6_only", of(&config::sockets, &socket_options::v6_only)),
      mode("sockets", "unix_mode", of(&config::sockets, &socket_options::unix_mode)),
  };
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

std::string setting::name() const {
  return section.empty() ? std::string(key) : std::string(section) + '.' + std::string(key);
}

std::span<const setting> settings() {
  static const std::vector<setting> all = make_settings();
  return all;
}

const setting* find_setting(std::string_view section, std::string_view key) {
  const std::span<const setting> all = settings();
  const auto it = std::find_if(all.begin(), all.end(), [&](const setting& s) {
    return s.section == section && s.key == key;
  });
  return it == all.end() ? nullptr : &*it;
}

bool is_section(std::string_view name) {
  const std::span<const setting> all = settings();
  return !name.empty() &&
         std::any_of(all.begin(), all.end(), [&](const setting& s) { return s.section == name; });
}

std::string refusal(std::string_view name, std::string_view expected, const json& value) {
  return std::string(name) + " must be " + std::string(expected) + ", not " + shown(value);
}

}  // namespace asio_httpd::app
