// SPDX-License-Identifier: BSL-1.0

#include "http2/header_lines.hpp"

#include "base/ascii.hpp"
#include "http/response_content.hpp"

#include <algorithm>
#include <charconv>

namespace asio_httpd::http2 {
namespace {

constexpr field_set of_connection = {field::upgrade, field::proxy_connection};

bool is_sent(field id) noexcept {
  return !http::fields_of_server.contains(id) && !of_connection.contains(id);
}

template <std::size_t Size>
std::string_view digits(std::uint64_t number, std::array<char, Size>& to) noexcept {
  char* const end = std::to_chars(to.data(), to.data() + to.size(), number).ptr;
  return {to.data(), end};
}

}  // namespace

// The names of all fields that are known, in lower case.
class header_lines::known_names {
 public:
  known_names() {
    for (std::size_t i = 0; i < field_count; ++i) {
      std::string name(to_string(static_cast<field>(i)));
      std::ranges::transform(name, name.begin(), base::to_lower);
      names_[i] = std::move(name);
    }
  }
  std::string_view operator[](field id) const noexcept {
    return names_[static_cast<std::size_t>(id)];
  }

 private:
  std::array<std::string, field_count> names_;
};

// Looked for once, not for each line.
header_lines::header_lines() : known_(all_names()) {}

const header_lines::known_names& header_lines::all_names() {
  static const known_names made;
  return made;
}

// All names must stay where they are while they are collected. Lines are made beforehand, and then
// written word by word: to copy one, two words at a time, just after it was put together, takes the
// processor longer than all of the rest.
void header_lines::begin(const fields& f) {
  constexpr std::size_t ours = 4;  // status, date, server, size
  count_ = 0;
  if (lines_.size() < f.size() + ours) lines_.resize(f.size() + ours);
  names_.clear();
  std::size_t size = 0;
  for (auto [id, name, value] : f) size += id == field::unknown ? name.size() : 0;
  names_.reserve(size);
}

void header_lines::add(std::string_view name, std::string_view value) noexcept {
  lines_[count_++] = {name, value};
}

void header_lines::add_status(status s) noexcept {
  add(":status", digits(to_integer(s), status_));
}

void header_lines::add_fields(const fields& f) {
  for (auto [id, name, value] : f) {
    if (is_sent(id)) add(lower(id, name), value);
  }
}

std::string_view header_lines::lower(field id, std::string_view name) {
  if (id != field::unknown) return known_[id];
  const std::size_t begin = names_.size();
  for (char c : name) names_.push_back(base::to_lower(c));
  return std::string_view(names_).substr(begin);
}

std::span<const header> header_lines::of(status s, const fields& f,
                                         const http::common_lines& common,
                                         std::optional<std::uint64_t> size) {
  begin(f);
  add_status(s);
  if (!common.date.empty()) add(known_[field::date], common.date);
  if (!common.server.empty()) add(known_[field::server], common.server);
  add_fields(f);
  if (size) add(known_[field::content_length], digits(*size, size_));
  return made();
}

std::span<const header> header_lines::of(status s, const fields& f) {
  begin(f);
  add_status(s);
  add_fields(f);
  return made();
}

std::span<const header> header_lines::of_trailers(const fields& f) {
  begin(f);
  add_fields(f);
  return made();
}

}  // namespace asio_httpd::http2
