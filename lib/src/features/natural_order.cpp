// SPDX-License-Identifier: BSL-1.0
//
// Comparing names; see the header. All digits lie between the same other characters, so it does not
// matter for the order of a number and a letter which digit comes first.

#include "features/natural_order.hpp"

#include <algorithm>
#include <cstddef>

namespace asio_httpd::features {

namespace {

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

unsigned char folded(char c) noexcept {
  return static_cast<unsigned char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

// Takes the digits at the beginning, without zeros in front of them; `text` begins with a digit.
std::string_view take_number(std::string_view& text) noexcept {
  const auto end = std::find_if_not(text.begin(), text.end(), is_digit);
  std::string_view number = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(number.size());
  number.remove_prefix(std::min(number.find_first_not_of('0'), number.size()));
  return number;
}

std::strong_ordering compare_numbers(std::string_view a, std::string_view b) noexcept {
  return a.size() != b.size() ? a.size() <=> b.size() : a <=> b;
}

// Takes a character or a number from both; neither is empty.
std::strong_ordering compare_next(std::string_view& a, std::string_view& b) noexcept {
  if (is_digit(a.front()) && is_digit(b.front())) {
    const std::string_view number = take_number(a);
    return compare_numbers(number, take_number(b));
  }
  const auto order = folded(a.front()) <=> folded(b.front());
  a.remove_prefix(1);
  b.remove_prefix(1);
  return order;
}

}  // namespace

std::strong_ordering compare_natural(std::string_view a, std::string_view b) noexcept {
  std::string_view rest_of_a = a;
  std::string_view rest_of_b = b;
  while (!rest_of_a.empty() && !rest_of_b.empty()) {
    const auto order = compare_next(rest_of_a, rest_of_b);
    if (order != 0) return order;
  }
  const auto order = rest_of_a.size() <=> rest_of_b.size();
  return order != 0 ? order : a <=> b;
}

}  // namespace asio_httpd::features
