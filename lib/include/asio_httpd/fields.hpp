// SPDX-License-Identifier: BSL-1.0
//
// The field section of a message (RFC 9110 section 5): an ordered multimap of name and value.
//
// One class serves both directions. In a request the text lies in the connection's receive buffer
// and `fields` holds only ids, offsets and lengths; in a response it owns its text. Names compare
// without case. A value never contains CR, LF or NUL: `set` and `append` refuse them by throwing
// `std::invalid_argument`, so that a response cannot be split (RFC 9112 section 11.1).
//
// Views that are returned are valid until the object changes, and for a request until its
// response is complete. Not thread-safe.

#pragma once

#include <asio_httpd/field.hpp>

#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace asio_httpd {

namespace http {
struct field_sink;  // for parsers of heads, which fill a request's fields in place
}
namespace http1 {
struct field_source;  // the serializer, which takes a response's fields as they lie
}  // namespace http1

class fields {
 public:
  struct value_type {
    field id;
    std::string_view name;  // as it stands in the message
    std::string_view value;
  };

  class const_iterator;

  fields() = default;
  fields(const fields& other) { *this = other; }
  fields& operator=(const fields& other);
  fields(fields&&) noexcept;
  fields& operator=(fields&&) noexcept;

  // The first value under that name, or "" where there is none; `contains` tells them apart.
  std::string_view get(field id) const noexcept;
  std::string_view get(std::string_view name) const noexcept;
  bool contains(field id) const noexcept { return present_.contains(id); }
  bool contains(std::string_view name) const noexcept;
  bool contains_any(const field_set& ids) const noexcept { return present_.intersects(ids); }
  // How many lines carry that name.
  std::size_t count(field id) const noexcept;

  // Replaces all lines of that name by one.
  void set(field id, std::string_view value);
  void set(std::string_view name, std::string_view value);
  // Adds a line, also where the name is there already (Set-Cookie, Link).
  void append(field id, std::string_view value);
  void append(std::string_view name, std::string_view value);
  void erase(field id) noexcept;
  void erase(std::string_view name) noexcept;
  // Removes all lines and keeps the memory.
  void clear() noexcept;

  std::size_t size() const noexcept { return lines_.size(); }
  bool empty() const noexcept { return lines_.empty(); }
  value_type operator[](std::size_t i) const noexcept {
    const line& l = lines_[i];
    return {l.id, name_of(l), value_of(l)};
  }
  const_iterator begin() const noexcept;
  const_iterator end() const noexcept;

 private:
  friend struct http::field_sink;
  friend struct http1::field_source;

  struct line {
    std::uint32_t name_offset;
    std::uint32_t value_offset;
    std::uint32_t value_size;
    std::uint16_t name_size;
    field id;
  };

  const char* base() const noexcept { return borrowed_ ? borrowed_ : text_.data(); }
  std::string_view name_of(const line& l) const noexcept {
    return {base() + l.name_offset, l.name_size};
  }
  std::string_view value_of(const line& l) const noexcept {
    return {base() + l.value_offset, l.value_size};
  }
  void add_line(field id, std::string_view name, std::string_view value);
  void append_text(std::string_view name, std::string_view value);
  template <class Which>
  void erase_lines(Which which) noexcept;
  void recount(field id) noexcept;

  std::vector<line> lines_;
  std::string text_;                // owned: "Name: value" CRLF, as it will be sent
  const char* borrowed_ = nullptr;  // or the receive buffer
  field_set present_;
  bool has_gaps_ = false;  // text_ holds lines that were removed
};

class fields::const_iterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = fields::value_type;
  using difference_type = std::ptrdiff_t;
  using pointer = void;
  using reference = value_type;

  const_iterator() = default;
  value_type operator*() const noexcept { return (*owner_)[at_]; }
  const_iterator& operator++() noexcept {
    ++at_;
    return *this;
  }
  const_iterator operator++(int) noexcept {
    auto old = *this;
    ++at_;
    return old;
  }
  friend bool operator==(const_iterator a, const_iterator b) noexcept { return a.at_ == b.at_; }

 private:
  friend class fields;
  const_iterator(const fields* owner, std::size_t at) noexcept : owner_(owner), at_(at) {}
  const fields* owner_ = nullptr;
  std::size_t at_ = 0;
};

inline fields::const_iterator fields::begin() const noexcept {
  return {this, 0};
}
inline fields::const_iterator fields::end() const noexcept {
  return {this, lines_.size()};
}

}  // namespace asio_httpd
