// SPDX-License-Identifier: BSL-1.0
//
// The words in which the match tree speaks: a registered route, the values of a path's parameters,
// and the outcome of a look-up. Values only; nothing here allocates while requests are served.

#pragma once

#include <asio_httpd/method.hpp>
#include <asio_httpd/pattern.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <new>
#include <optional>
#include <string>
#include <string_view>

namespace asio_httpd::routing {

// A route as it was registered, for lists and for messages.
struct registered_route {
  std::string host;            // empty: any
  std::optional<method> verb;  // nullopt: every method that has no route of its own here
  std::string pattern;
  std::uint32_t route;  // the caller's number for it
};

// The values of a match, in the order of the parameters in the pattern. Views into the path.
class parameters {
 public:
  std::size_t size() const noexcept { return size_; }
  std::string_view operator[](std::size_t index) const noexcept { return begin()[index]; }
  const std::string_view* begin() const noexcept {
    return std::launder(reinterpret_cast<const std::string_view*>(room_.data()));
  }
  const std::string_view* end() const noexcept { return begin() + size_; }
  void clear() noexcept { size_ = 0; }
  void push_back(std::string_view value) noexcept {  // at most 8
    ::new (room_.data() + size_++ * sizeof value) std::string_view(value);
  }

 private:
  // Not written before there is a match: 128 bytes of zeros would be, for each request.
  alignas(std::string_view) std::array<std::byte, max_parameters * sizeof(std::string_view)> room_;
  std::size_t size_ = 0;
};

enum class match_outcome : std::uint8_t {
  found,
  not_found,
  method_not_allowed,  // the path has routes, for other methods
  options,             // the same, and the request asks which: OPTIONS without a route of its own
};

struct match_result {
  match_outcome outcome = match_outcome::not_found;
  std::uint32_t route = 0;  // when found: registered_route::route
  method_set allowed;  // for the last two: of all routes with this path, HEAD and OPTIONS added
};

}  // namespace asio_httpd::routing
