// SPDX-License-Identifier: BSL-1.0
//
// Numbers with units. Text that holds anything else, and numbers that do not fit, are refused.

#include "units.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <system_error>

namespace asio_httpd::app {

namespace {

struct unit {
  std::string_view name;
  std::uint64_t factor;
};

// Largest first, so that the first that divides a value is the one to print.
constexpr std::array<unit, 4> duration_units = {
    {{"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}}};
constexpr std::array<unit, 4> size_units = {
    {{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"", 1}}};

template <class Number>
std::optional<Number> whole_number(std::string_view text, int base = 10) {
  Number value{};
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value, base);
  if (text.empty() || error != std::errc{} || at != end) return std::nullopt;
  return value;
}

// A decimal number that may have a fraction, but neither a sign nor an exponent.
std::optional<double> decimal_number(std::string_view text) {
  double value = 0;
  const char* const end = text.data() + text.size();
  if (text.empty() || text.front() == '-') return std::nullopt;
  const auto [at, error] = std::from_chars(text.data(), end, value, std::chars_format::fixed);
  if (error != std::errc{} || at != end || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<std::chrono::milliseconds> milliseconds_from(double count) {
  constexpr double most = 1e15;  // 30,000 years
  if (!(count >= 0 && count <= most)) return std::nullopt;
  return std::chrono::milliseconds(std::llround(count));
}

// Where the number ends and the unit begins.
std::size_t unit_position(std::string_view text) {
  const std::size_t at = text.find_first_not_of("0123456789.");
  return at == std::string_view::npos ? text.size() : at;
}

std::string_view without_space(std::string_view text) {
  if (text.starts_with(' ')) text.remove_prefix(1);
  return text;
}

}  // namespace

std::optional<std::chrono::milliseconds> duration_from_seconds(double seconds) {
  return milliseconds_from(seconds * 1000);
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  const std::size_t at = unit_position(text);
  const std::optional<double> number = decimal_number(text.substr(0, at));
  const std::string_view name = without_space(text.substr(at));
  if (!number) return std::nullopt;
  if (name.empty()) return duration_from_seconds(*number);
  for (const unit& u : duration_units) {
    if (u.name == name) return milliseconds_from(*number * static_cast<double>(u.factor));
  }
  return std::nullopt;
}

std::string format_duration(std::chrono::milliseconds d) {
  const auto count = static_cast<std::uint64_t>(d.count());
  if (count == 0) return "0s";
  for (const unit& u : duration_units) {
    if (count % u.factor == 0) return std::to_string(count / u.factor) + std::string(u.name);
  }
  return {};
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  const std::size_t at = unit_position(text);
  const auto number = whole_number<std::uint64_t>(text.substr(0, at));
  const std::string_view name = without_space(text.substr(at));
  if (!number) return std::nullopt;
  for (const unit& u : size_units) {
    if (u.name != name) continue;
    if (*number > std::numeric_limits<std::uint64_t>::max() / u.factor) return std::nullopt;
    return *number * u.factor;
  }
  return std::nullopt;
}

std::string format_size(std::uint64_t bytes) {
  for (const unit& u : size_units) {
    if (bytes != 0 && bytes % u.factor == 0) {
      return std::to_string(bytes / u.factor) + std::string(u.name);
    }
  }
  return std::to_string(bytes);
}

std::optional<unsigned> parse_mode(std::string_view text) {
  const auto mode = whole_number<unsigned>(text, 8);
  if (!mode || *mode > 0777) return std::nullopt;
  return mode;
}

std::string format_mode(unsigned mode) {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), mode, 8).ptr;
  return '0' + std::string(digits.data(), end);
}

}  // namespace asio_httpd::app
