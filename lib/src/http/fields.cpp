// SPDX-License-Identifier: BSL-1.0
//
// The field section. A line is ids, offsets and lengths; its text lies in the receive buffer (a
// request) or in `text_` (a response), there in the form in which it is sent. Removing a line that
// is not the last leaves its text behind until `clear`: a response sets few fields and is
// short-lived.

#include <asio_httpd/fields.hpp>

#include "base/ascii.hpp"
#include "http/field_syntax.hpp"

#include <algorithm>
#include <stdexcept>

namespace asio_httpd {
namespace {

constexpr std::string_view separator = ": ";
constexpr std::string_view line_end = "\r\n";

void require_valid_value(std::string_view value) {
  if (!http::valid_field_value(value)) {
    throw std::invalid_argument("asio_httpd: a field value must not hold control characters");
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
  if (other.borrowed_ != nullptr || other.has_gaps_) {
    for (auto [id, name, value] : other) add_line(id, name, value);
  } else {
    lines_ = other.lines_;
    text_ = other.text_;
    present_ = other.present_;
  }
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
  std::swap(has_gaps_, other.has_gaps_);
  return *this;
}

std::string_view fields::get(field id) const noexcept {
  if (!present_.contains(id)) return {};
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
  if (!present_.contains(id)) return 0;
  return static_cast<std::size_t>(
      std::count_if(lines_.begin(), lines_.end(), [&](const line& l) { return l.id == id; }));
}

void fields::set(field id, std::string_view value) {
  require_known(id);
  require_valid_value(value);
  if (!present_.contains(id)) return add_line(id, to_string(id), value);
  const std::string kept(value);  // it may lie in a line that goes
  erase(id);
  add_line(id, to_string(id), kept);
}

void fields::set(std::string_view name, std::string_view value) {
  require_valid_name(name);
  require_valid_value(value);
  if (!contains(name)) return add_line(field_from(name), name, value);
  const std::string kept_name(name);
  const std::string kept(value);
  erase(name);
  add_line(field_from(kept_name), kept_name, kept);
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

// The text of lines at the end goes with them: the usual case is that what was set last is set
// again.
template <class Which>
void fields::erase_lines(Which which) noexcept {
  while (!lines_.empty() && which(lines_.back())) {
    if (borrowed_ == nullptr) text_.resize(lines_.back().name_offset);
    lines_.pop_back();
  }
  if (std::erase_if(lines_, which) != 0) has_gaps_ = true;
}

void fields::erase(field id) noexcept {
  erase_lines([&](const line& l) { return l.id == id; });
  present_.remove(id);
}

void fields::erase(std::string_view name) noexcept {
  if (const field id = field_from(name); id != field::unknown) return erase(id);
  erase_lines(
      [&](const line& l) { return l.id == field::unknown && base::iequals(name_of(l), name); });
  recount(field::unknown);
}

void fields::clear() noexcept {
  if (lines_.empty() && text_.empty() && borrowed_ == nullptr) return;
  lines_.clear();
  text_.clear();
  borrowed_ = nullptr;
  present_ = {};
  has_gaps_ = false;
}

void fields::add_line(field id, std::string_view name, std::string_view value) {
  line l;
  l.id = id;
  l.name_offset = static_cast<std::uint32_t>(text_.size());
  l.name_size = static_cast<std::uint16_t>(name.size());
  l.value_offset = static_cast<std::uint32_t>(text_.size() + name.size() + separator.size());
  l.value_size = static_cast<std::uint32_t>(value.size());
  append_text(name, value);
  lines_.push_back(l);
  present_.add(id);
}

// The two may be views into the text that they are added to: `f.set("a", f.get("b"))`.
void fields::append_text(std::string_view name, std::string_view value) {
  const std::size_t added = name.size() + separator.size() + value.size() + line_end.size();
  const std::size_t size = text_.size() + added;
  if (size > text_.capacity()) {
    std::string larger;
    larger.reserve(std::max(size, 2 * text_.capacity()));
    larger.append(text_).append(name).append(separator).append(value).append(line_end);
    text_.swap(larger);
  } else {
    text_.append(name).append(separator).append(value).append(line_end);
  }
}

void fields::recount(field id) noexcept {
  const auto has_id = [&](const line& l) { return l.id == id; };
  if (std::none_of(lines_.begin(), lines_.end(), has_id)) present_.remove(id);
}

}  // namespace asio_httpd
