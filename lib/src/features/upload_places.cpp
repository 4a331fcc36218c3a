// SPDX-License-Identifier: BSL-1.0
//
// There are never more clients than places, so the table needs no bound of its own.

#include "features/upload_places.hpp"

#include <asio_httpd/response.hpp>

#include <algorithm>

#include "features/network_of.hpp"

namespace asio_httpd::features {
namespace {

constexpr std::size_t share = 4;

}  // namespace

upload_places::upload_places(std::size_t all) noexcept
    : all_(all), of_one_(std::max<std::size_t>(all / share, 1)) {}

void upload_places::take(const std::string& client) {
  const std::lock_guard lock(mutex_);
  if (taken_ == all_)
    throw http_error(status::service_unavailable, "There are too many uploads at the moment\n");
  if (!client.empty()) {
    const auto found = of_client_.find(client);
    if (found != of_client_.end() && found->second == of_one_)
      throw http_error(status::too_many_requests, "You have too many uploads at the moment\n");
    ++of_client_[client];
  }
  ++taken_;
}

void upload_places::release(const std::string& client) noexcept {
  const std::lock_guard lock(mutex_);
  --taken_;
  const auto found = of_client_.find(client);
  if (found != of_client_.end() && --found->second == 0) of_client_.erase(found);
}

upload_places::place::place(upload_places& of, const request& r)
    : of_(of), client_(r.from_this_machine() ? "" : network_of(r.remote_address())) {
  of_.take(client_);
}

upload_places::place::~place() {
  of_.release(client_);
}

}  // namespace asio_httpd::features
