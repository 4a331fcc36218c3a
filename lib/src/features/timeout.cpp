// SPDX-License-Identifier: BSL-1.0

#include <asio_httpd/router.hpp>
#include <asio_httpd/timeout.hpp>

#include <stdexcept>

namespace asio_httpd {
namespace {

struct deadline_of_routes {
  void configure(route_options& o) const {
    if (!o.deadline) o.deadline = deadline;
  }
  std::chrono::milliseconds deadline;
};

}  // namespace

middleware timeout(std::chrono::milliseconds d) {
  if (d.count() <= 0) throw std::invalid_argument("asio_httpd: a timeout is positive");
  return deadline_of_routes{d};
}

}  // namespace asio_httpd
