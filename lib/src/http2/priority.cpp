// SPDX-License-Identifier: BSL-1.0

#include "http2/priority.hpp"

#include "base/ascii.hpp"

namespace asio_httpd::http2 {
namespace {

void read_member(std::string_view member, priority& to) noexcept {
  member = member.substr(0, member.find(';'));  // parameters mean nothing yet
  if (member == "i" || member == "i=?1") to.incremental = true;
  if (member == "i=?0") to.incremental = false;
  if (member.size() == 3 && member.starts_with("u=") && member[2] >= '0' && member[2] <= '7') {
    to.urgency = static_cast<std::uint8_t>(member[2] - '0');
  }
}

}  // namespace

priority parse_priority(std::string_view value) noexcept {
  priority made;
  base::for_each_element(value, [&](std::string_view member) { read_member(member, made); });
  return made;
}

}  // namespace asio_httpd::http2
