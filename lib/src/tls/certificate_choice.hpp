// SPDX-License-Identifier: BSL-1.0
//
// Which certificates are for the name that a client asks for (RFC 6066 section 3, RFC 6125 section
// 6.4): an exact name before a wildcard, the first certificate's where there is none. Of several
// for a name the first of each algorithm is taken.

#pragma once

#include "tls/certificate.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace asio_httpd::tls {

class certificate_choice {
 public:
  // At least one certificate.
  explicit certificate_choice(const std::vector<certificate>& all);

  // What one name gets: indices into `all`.
  using group = std::vector<std::size_t>;
  const std::vector<group>& groups() const noexcept { return groups_; }

  struct found {
    std::size_t group = 0;
    bool by_name = false;
  };
  // The group for a name, in any case.
  found find(std::string_view name) const;

 private:
  std::size_t group_of(group members);

  std::vector<group> groups_;
  std::map<std::string, std::size_t, std::less<>> exact_;
  std::map<std::string, std::size_t, std::less<>> below_;  // "a.test" for "*.a.test"
};

}  // namespace asio_httpd::tls
