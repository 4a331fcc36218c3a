// SPDX-License-Identifier: BSL-1.0
//
// Room for one waiting completion handler of Asio's, `void(error_code)`, of any type. Small ones,
// as those of coroutines are, lie in the slot itself, so that waiting again and again allocates
// nothing. Dropping it drops what the handler owns.

#pragma once

#include <boost/system/error_code.hpp>

#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace asio_httpd::serving {

class handler_slot {
 public:
  handler_slot() = default;
  handler_slot(const handler_slot&) = delete;
  handler_slot& operator=(const handler_slot&) = delete;
  ~handler_slot() { clear(); }

  bool empty() const noexcept { return run_ == nullptr; }

  template <class Handler>
  void store(Handler handler) {
    using held = std::conditional_t<fits<Handler>, Handler, std::unique_ptr<Handler>>;
    if constexpr (fits<Handler>) {
      ::new (static_cast<void*>(room_)) held(std::move(handler));
    } else {
      ::new (static_cast<void*>(room_)) held(std::make_unique<Handler>(std::move(handler)));
    }
    run_ = &run<Handler, held>;
  }

  // The handler may store another one here.
  void complete(boost::system::error_code ec) {
    if (auto* call = std::exchange(run_, nullptr)) call(room_, &ec);
  }
  void clear() noexcept {
    if (auto* call = std::exchange(run_, nullptr)) call(room_, nullptr);
  }

 private:
  static constexpr std::size_t size = 128;
  template <class Handler>
  static constexpr bool fits = sizeof(Handler) <= size &&
                               alignof(Handler) <= alignof(std::max_align_t);

  // Without an error code the handler is destroyed uncalled.
  template <class Handler, class Held>
  static void run(std::byte* room, const boost::system::error_code* ec) {
    Held& held = *std::launder(reinterpret_cast<Held*>(room));
    Held taken(std::move(held));
    held.~Held();
    if (ec == nullptr) return;
    const boost::system::error_code result = *ec;
    if constexpr (fits<Handler>) {
      std::move(taken)(result);
    } else {
      std::move (*taken)(result);
    }
  }

  alignas(std::max_align_t) std::byte room_[size];
  void (*run_)(std::byte* room, const boost::system::error_code* ec) = nullptr;
};

}  // namespace asio_httpd::serving
