// SPDX-License-Identifier: BSL-1.0
//
// What a parser makes of a stream of requests: the requests that it accepted, one behind the other,
// and why it went no further. Two readings that are equal agree about where each request ends.

#pragma once

#include "http1/rule.hpp"

#include <boost/beast/http/error.hpp>

#include <cstddef>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace compare {

struct message {
  std::string method;
  std::string target;
  std::size_t fields = 0;  // lines of the header section, without trailers
  std::string body;
  bool keeps_connection = true;

  bool operator==(const message&) const = default;
};

enum class ending {
  between,     // every request is whole
  closed,      // the last request wants no other behind it
  needs_more,  // in the middle of a request
  refused,
};

struct reading {
  std::vector<message> messages;
  ending end = ending::between;
  // Where it is `refused`: why. One of them.
  asio_httpd::http1::rule broken = asio_httpd::http1::rule::none;
  boost::beast::http::error error{};
  // Where the request begins that is not among `messages`.
  std::size_t rest = 0;

  bool same_as(const reading& other) const {
    return messages == other.messages && end == other.end;
  }
};

std::ostream& operator<<(std::ostream& out, const reading& r);

// Both take the whole stream at once, with the same limits.
reading read_with_ours(std::string_view stream);
reading read_with_beast(std::string_view stream);

}  // namespace compare
