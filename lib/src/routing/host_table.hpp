// SPDX-License-Identifier: BSL-1.0
//
// Host names of routes: exact ("example.com"), wildcard ("*.example.com": any name below, at any
// depth, not example.com itself), or empty for any host. Names are compared without regard to case
// and without a dot at the end. Filled at start-up, then immutable; visiting does not allocate and
// its work is bounded by the 255 bytes that a host name may have. Knows nothing of ports.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace asio_httpd::routing {

// The form in which host names are compared: lower case; a wildcard without its star, so that it
// begins with a dot. Throws std::invalid_argument for what is no host name ("a/b", "a:80", "*x").
std::string normalize_host(std::string_view host);

class host_table {
 public:
  static constexpr std::uint32_t none = 0xffffffff;
  static constexpr std::size_t max_host_length = 255;

  // Where the value of a host is kept; added with `none` when it is new. `normal` comes from
  // normalize_host(). The reference is valid until the next call.
  std::uint32_t& value_of(std::string_view normal);

  // Calls visit(value) from the most specific entry that covers `host` (exact, then wildcards from
  // the longest, then any) until it returns true.
  template <class Visit>
  void visit(std::string_view host, Visit visit) const noexcept;

 private:
  struct entry {
    std::string name;
    std::uint32_t value = none;
  };
  using name_buffer = std::array<char, max_host_length>;

  static std::string_view lower(std::string_view host, name_buffer& buffer) noexcept;
  std::uint32_t find(std::string_view normal) const noexcept;
  std::vector<entry>::const_iterator position(std::string_view normal) const noexcept;

  std::vector<entry> named_;  // sorted by name
  std::uint32_t any_ = none;
};

template <class Visit>
void host_table::visit(std::string_view host, Visit visit) const noexcept {
  name_buffer buffer;
  const std::string_view name = named_.empty() ? std::string_view{} : lower(host, buffer);
  if (!name.empty()) {
    for (std::size_t at = 0; at < name.size(); at = name.find('.', at + 1)) {
      const std::uint32_t value = find(name.substr(at));
      if (value != none && visit(value)) return;
    }
  }
  if (any_ != none) visit(any_);
}

}  // namespace asio_httpd::routing
