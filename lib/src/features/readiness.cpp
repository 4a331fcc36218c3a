// SPDX-License-Identifier: BSL-1.0
//
// Readiness: whether a load balancer should send more requests here. Open to everyone, since it
// says nothing else.

#include <asio_httpd/request.hpp>
#include <asio_httpd/router.hpp>

namespace asio_httpd {

route& router::readiness(std::string_view path) {
  return get(runtime_pattern{std::string(path)}, [](const request& r) {
    const bool ready = r.server_is_ready();
    response made(ready ? status::ok : status::service_unavailable,
                  ready ? "ready\n" : "stopping\n", "text/plain; charset=utf-8");
    made.set(field::cache_control, "no-store");
    return made;
  });
}

}  // namespace asio_httpd
