// SPDX-License-Identifier: BSL-1.0
//
// Options, the key of a request, and the refusal. The counting is in bucket_table.hpp.

#include <asio_httpd/rate_limit.hpp>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "features/bucket_table.hpp"
#include "features/network_of.hpp"

namespace asio_httpd {
namespace {

using features::bucket_table;
using features::network_of;

void check(const rate_limit_options& o) {
  constexpr std::chrono::nanoseconds longest = std::chrono::hours(24 * 365);
  if (o.requests == 0 || o.per.count() < o.requests || o.per > longest || o.keys == 0 ||
      o.keys > (std::size_t{1} << 32)) {
    throw std::invalid_argument(
        "asio_httpd: rate_limit: `requests` and `keys` are at least 1, `per` is at most a year and "
        "long enough for so many requests");
  }
  if (o.burst > longest / (o.per / o.requests)) {
    throw std::invalid_argument("asio_httpd: rate_limit: so large a `burst` never fills again");
  }
}

// Whole seconds, so that who waits that long is let in.
response refusal(std::chrono::nanoseconds wait) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
  response made = error_response(status::too_many_requests);
  made.set(field::retry_after, std::to_string(seconds));
  return made;
}

class limiter {
 public:
  explicit limiter(const rate_limit_options& o)
      : key_(o.key),
        buckets_(std::make_shared<bucket_table>(o.per / o.requests,
                                                o.burst != 0 ? o.burst : o.requests, o.keys)) {}

  std::optional<response> before(const request& r) const {
    const std::string key = key_ ? key_(r) : network_of(r.remote_address());
    if (key_ && key.empty()) return std::nullopt;
    const auto wait = buckets_->take(key, r.arrival());
    if (wait.count() == 0) return std::nullopt;
    return refusal(wait);
  }

 private:
  std::function<std::string(const request&)> key_;
  std::shared_ptr<bucket_table> buckets_;
};

}  // namespace

middleware rate_limit(rate_limit_options options) {
  check(options);
  return limiter(options);
}

}  // namespace asio_httpd
