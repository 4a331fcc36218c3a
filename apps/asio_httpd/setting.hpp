// SPDX-License-Identifier: BSL-1.0
//
// Tables of settings: which keys an object of the configuration has, what each expects, and where
// it is stored. Reading, printing, suggesting a key and testing the documentation go by such a
// table, so that a new setting is one line in one. A `T` is what the object is about: the config,
// a route, an option with options of its own.

#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "value_kinds.hpp"

namespace asio_httpd::app {

// Access to a member: a function from an object to a reference into it.
template <class C, class V>
auto of(V C::*member) {
  return [=](auto& c) -> auto& {
    return c.*member;
  };
}
template <class C, class Section, class V>
auto of(Section C::*section, V Section::*member) {
  return [=](auto& c) -> auto& {
    return c.*section.*member;
  };
}

// Access to the whole, for what is not stored in one member.
struct itself {
  template <class C>
  C& operator()(C& c) const {
    return c;
  }
};

namespace detail {

// A kind may have another unit, or another width, than what it is stored in; its range is what
// fits.
template <class To, class From>
To converted(const From& value) {
  if constexpr (std::is_same_v<To, From>) {
    return value;
  } else if constexpr (std::is_arithmetic_v<To>) {
    return static_cast<To>(value);
  } else {
    return std::chrono::ceil<To>(value);
  }
}

}  // namespace detail

template <class T>
struct setting_of {
  template <class Access, class V>
  setting_of(std::string_view in, std::string_view name, Access access, value_kind<V> kind)
      : section(in), key(name), expected(kind.expected) {
    using stored = std::remove_reference_t<std::invoke_result_t<Access, T&>>;
    read = [access, read_value = kind.read](T& to, const auto& j, complaints& found) {
      V value = detail::converted<V>(access(to));
      const bool fits = read_value(value, j, found);
      if (fits) access(to) = detail::converted<stored>(value);
      return fits;
    };
    write = [access, write_value = kind.write](const T& from) {
      return write_value(detail::converted<V>(access(from)));
    };
  }
  template <class Access, class V>
  setting_of(std::string_view name, Access access, value_kind<V> kind)
      : setting_of("", name, access, std::move(kind)) {}

  // "limits.head"
  std::string name() const {
    return section.empty() ? std::string(key) : std::string(section) + '.' + std::string(key);
  }

  // Reads what lies at `at` within a value. All that is wrong is complained of.
  void read_at(const std::string& at, T& to, const nlohmann::ordered_json& j,
               complaints& found) const {
    read_part(value_kind<T>{expected, read, write}, '"' + name() + '"', at, to, j, found);
  }

  std::string_view section;  // "limits"; "" for none
  std::string_view key;
  std::string expected;
  // As those of a value_kind.
  std::function<bool(T&, const nlohmann::ordered_json&, complaints&)> read;
  std::function<nlohmann::ordered_json(const T&)> write;
};

template <class T>
const setting_of<T>* find_setting(std::span<const setting_of<T>> known, std::string_view key,
                                  std::string_view section = {}) {
  const auto it = std::find_if(known.begin(), known.end(),
                               [&](const auto& s) { return s.key == key && s.section == section; });
  return it == known.end() ? nullptr : &*it;
}

template <class T>
std::vector<std::string_view> keys_of(std::span<const setting_of<T>> known,
                                      std::string_view section = {}) {
  std::vector<std::string_view> keys;
  for (const auto& s : known) {
    if (s.section == section) keys.push_back(s.key);
  }
  return keys;
}

// `unknown key "thread"; did you mean "threads"?`, or else `otherwise`, or else what there is.
std::string unknown_key(std::string_view key, const std::vector<std::string_view>& known,
                        const std::string& otherwise = {});

// Reads an object. `unknown` says what is wrong with a key that is not in the table.
template <class T, class Unknown>
void read_members(std::span<const setting_of<T>> known, T& to, const nlohmann::ordered_json& object,
                  complaints& found, Unknown unknown) {
  for (const auto& [key, value] : object.items()) {
    const std::string at = pointer_to(key);
    const setting_of<T>* const s = find_setting(known, key);
    if (s == nullptr) {
      found.push_back({at, unknown(key)});
    } else {
      s->read_at(at, to, value, found);
    }
  }
}

template <class T>
nlohmann::ordered_json write_members(std::span<const setting_of<T>> known, const T& from) {
  nlohmann::ordered_json made = nlohmann::ordered_json::object();
  for (const auto& s : known) {
    auto& section = s.section.empty() ? made : made[std::string(s.section)];
    nlohmann::ordered_json value = s.write(from);
    if (!value.is_null()) section[std::string(s.key)] = std::move(value);
  }
  return made;
}

// An object within, with a table of its own.
template <class V>
value_kind<V> object_of(std::string expected, std::span<const setting_of<V>> known) {
  return {std::move(expected),
          [known](V& to, const nlohmann::ordered_json& j, complaints& found) {
            if (!j.is_object()) return false;
            read_members(known, to, j, found,
                         [&](const std::string& key) { return unknown_key(key, keys_of(known)); });
            return true;
          },
          [known](const V& from) { return write_members(known, from); }};
}

}  // namespace asio_httpd::app
