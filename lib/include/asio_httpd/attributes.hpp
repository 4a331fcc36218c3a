// SPDX-License-Identifier: BSL-1.0
//
// What middleware tells handlers, and itself, about one request: a few values, told apart by their
// type.
//
//   struct user { std::string name; };
//   r.attributes().set(user{"ada"});                         // in a before-hook
//   if (const user* u = r.attributes().get<user>()) ...      // in the handler
//
// Values are destroyed when the request ends; the room they were in stays, so that the same types
// allocate nothing at the next request of the connection. Make the types your own: a
// std::string_view is everybody's. Not thread-safe.

#pragma once

#include <memory>
#include <optional>
#include <typeinfo>
#include <utility>
#include <vector>

namespace asio_httpd {

class attributes {
 public:
  attributes() = default;
  attributes(const attributes&) = delete;
  attributes& operator=(const attributes&) = delete;

  // Replaces the value of that type. The reference is valid until it is replaced, or the request
  // ends.
  template <class T>
  T& set(T value) {
    return room_of<T>().value.emplace(std::move(value));
  }
  // Null where there is none.
  template <class T>
  const T* get() const noexcept {
    const auto* found = static_cast<const room<T>*>(find(typeid(T)));
    return found != nullptr && found->value ? &*found->value : nullptr;
  }
  template <class T>
  T* get() noexcept {
    return const_cast<T*>(std::as_const(*this).get<T>());
  }
  // Destroys all values, and keeps their room.
  void clear() noexcept {
    for (const auto& r : rooms_) r->empty();
  }

 private:
  struct any_room {
    explicit any_room(const std::type_info& t) noexcept : type(&t) {}
    virtual ~any_room() = default;
    virtual void empty() noexcept = 0;
    const std::type_info* type;
  };
  template <class T>
  struct room final : any_room {
    room() noexcept : any_room(typeid(T)) {}
    void empty() noexcept override { value.reset(); }
    std::optional<T> value;
  };

  any_room* find(const std::type_info& type) const noexcept {
    for (const auto& r : rooms_) {
      if (*r->type == type) return r.get();
    }
    return nullptr;
  }
  template <class T>
  room<T>& room_of() {
    if (any_room* found = find(typeid(T))) return static_cast<room<T>&>(*found);
    return static_cast<room<T>&>(*rooms_.emplace_back(std::make_unique<room<T>>()));
  }

  std::vector<std::unique_ptr<any_room>> rooms_;  // one for each type of the program's
};

}  // namespace asio_httpd
