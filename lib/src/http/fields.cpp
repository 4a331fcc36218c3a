// SPDX-License-Identifier: BSL-1.0
//
// The field section. A line is ids, offsets and lengths; its text lies in the receive buffer (a
// request) or in `text_` (a response). Removing a line leaves its text behind until `clear`: a
// response sets few fields and is short-lived.

#include <asio_httpd/fields.hpp>

#include "base/ascii.hpp"

#include <algorithm>
#include <stdexcept>

namespace asio_httpd {
namespace {

// What may stand in a field value (RFC 9110 section 5.5): no control byte but HTAB.
void require_valid_value(std::string_view value) {
  for (char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\t') || byte == 0x7f) {
      throw std::invalid_argument("asio_httpd: a field value must not hold control characters");
    }
  }
}

void require_valid_name(std::string_view name) {
  bool valid = !name.empty() && name.size() < 65536;
  for (char c : name) valid = valid && base::is_tchar(c);
  if (!valid) throw std::invalid_argument("asio_httpd: a field name must be a token");
}

// `field::unknown` stands for many names, and for none that could be written.
void require_known(field id) {
  if (id == field::unknown) throw std::invalid_argument("asio_httpd: a field needs a name");
}

}  // namespace

fields& fields::operator=(const fields& other) {
  if (this == &other) return *this;
  clear();
  for (auto [id, name, value] : other) add_line(id, name, value);
  return *this;
}

fields::fields(fields&& other) noexcept {
  *this = std::move(other);
}

fields& fields::operator=(fields&& other) noexcept {
  std::swap(lines_, other.lines_);
  std::swap(text_, other.text_);
  std::swap(borrowed_, other.borrowed_);
  std::swap(present_, other.present_);
  return *this;
}

std::string_view fields::get(field id) const noexcept {
  if (!present_[index(id)]) return {};
  for (const line& l : lines_) {
    if (l.id == id) return value_of(l);
  }
  return {};
}

std::string_view fields::get(std::string_view name) const noexcept {
  if (const field id = field_from(name); id != field::unknown) return get(id);
  for (const line& l : lines_) {
    if (l.id == field::unknown && base::iequals(name_of(l), name)) return value_of(l);
  }
  return {};
}

bool fields::contains(std::string_view name) const noexcept {
  if (const field id = field_from(name); id != field::unknown) return contains(id);
  return std::any_of(lines_.begin(), lines_.end(), [&](const line& l) {
    return l.id == field::unknown && base::iequals(name_of(l), name);
  });
}

std::size_t fields::count(field id) const noexcept {
  if (!present_[index(id)]) return 0;
  return static_cast<std::size_t>(
      std::count_if(lines_.begin(), lines_.end(), [&](const line& l) { return l.id == id; }));
}

void fields::set(field id, std::string_view value) {
  require_known(id);
  require_valid_value(value);
  if (present_[index(id)]) erase(id);
  add_line(id, to_string(id), value);
}

void fields::set(std::string_view name, std::string_view value) {
  require_valid_name(name);
  require_valid_value(value);
  erase(name);
  add_line(field_from(name), name, value);
}

void fields::append(field id, std::string_view value) {
  require_known(id);
  require_valid_value(value);
  add_line(id, to_string(id), value);
}

void fields::append(std::string_view name, std::string_view value) {
  require_valid_name(name);
  require_valid_value(value);
  add_line(field_from(name), name, value);
}

void fields::erase(field id) noexcept {
  std::erase_if(lines_, [&](const line& l) { return l.id == id; });
  present_.reset(index(id));
}

void fields::erase(std::string_view name) noexcept {
  if (const field id = field_from(name); id != field::unknown) return erase(id);
  std::erase_if(lines_, [&](const line& l) {
    return l.id == field::unknown && base::iequals(name_of(l), name);
  });
  recount(field::unknown);
}

void fields::clear() noexcept {
  lines_.clear();
  text_.clear();
  borrowed_ = nullptr;
  present_.reset();
}

fields::value_type fields::operator[](std::size_t i) const noexcept {
  const line& l = lines_[i];
  return {l.id, name_of(l), value_of(l)};
}

void fields::add_line(field id, std::string_view name, std::string_view value) {
  line l;
  l.id = id;
  l.name_offset = static_cast<std::uint32_t>(text_.size());
  l.name_size = static_cast<std::uint16_t>(name.size());
  l.value_offset = static_cast<std::uint32_t>(text_.size() + name.size());
  l.value_size = static_cast<std::uint32_t>(value.size());
  append_text(name, value);
  lines_.push_back(l);
  present_.set(index(id));
}

// The two may be views into the text that they are added to: `f.set("a", f.get("b"))`.
void fields::append_text(std::string_view name, std::string_view value) {
  const std::size_t size = text_.size() + name.size() + value.size();
  if (size > text_.capacity()) {
    std::string larger;
    larger.reserve(std::max(size, 2 * text_.capacity()));
    larger.append(text_).append(name).append(value);
    text_.swap(larger);
  } else {
    text_.append(name).append(value);
  }
}

void fields::recount(field id) noexcept {
  present_[index(id)] =
      std::any_of(lines_.begin(), lines_.end(), [&](const line& l) { return l.id == id; });
}

}  // namespace asio_httpd
