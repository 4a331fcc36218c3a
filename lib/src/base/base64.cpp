// SPDX-License-Identifier: BSL-1.0
//
// Base64: four digits of six bits are three bytes. The last group may be shorter; then '=' stands
// for the digits that are not there, and the bits that belong to no byte are zero.

#include <asio_httpd/base64.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace asio_httpd {
namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::uint32_t no_digit = 64;

constexpr std::array<std::uint8_t, 256> make_values() noexcept {
  std::array<std::uint8_t, 256> values{};
  for (auto& value : values) value = no_digit;
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    values[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}
constexpr std::array<std::uint8_t, 256> values = make_values();

// One to three bytes, in the upper end of 24 bits.
std::uint32_t bits_of(std::string_view bytes) noexcept {
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    bits = bits << 8 | (i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0U);
  }
  return bits;
}

void append_group(std::string& to, std::string_view bytes) {
  const std::uint32_t bits = bits_of(bytes);
  for (std::size_t i = 0; i < 4; ++i) {
    to += i <= bytes.size() ? alphabet[bits >> (18 - 6 * i) & 63] : '=';
  }
}

// Two to four digits, without the padding.
bool append_bytes(std::string& to, std::string_view digits) {
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const std::uint32_t value =
        i < digits.size() ? values[static_cast<unsigned char>(digits[i])] : 0;
    if (value == no_digit) return false;
    bits = bits << 6 | value;
  }
  for (std::size_t i = 0; i + 1 < digits.size(); ++i) {
    to += static_cast<char>(bits >> 16 & 0xff);
    bits <<= 8;
  }
  return (bits & 0xffffff) == 0;
}

std::string_view without_padding(std::string_view text) noexcept {
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  return text;
}

}  // namespace

std::string base64_encode(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (; !bytes.empty(); bytes.remove_prefix(bytes.size() < 3 ? bytes.size() : 3)) {
    append_group(text, bytes.substr(0, 3));
  }
  return text;
}

std::optional<std::string> base64_decode(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3);
  for (std::string_view rest = without_padding(text); !rest.empty();) {
    const std::string_view digits = rest.substr(0, 4);
    if (!append_bytes(bytes, digits)) return std::nullopt;
    rest.remove_prefix(digits.size());
  }
  return bytes;
}

}  // namespace asio_httpd
