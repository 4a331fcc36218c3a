// SPDX-License-Identifier: BSL-1.0
//
// The program of the README. Then: curl -i localhost:8080/users/7

#include <asio_httpd/asio_httpd.hpp>

int main() {
  asio_httpd::router routes;
  routes.get("/", [] { return "hello"; });
  routes.get("/users/{id}", [](int id) { return std::to_string(id); });  // "/users/x" is 404
  routes.file("/flag", "/flag");                                         // opened when asked for
  routes.files("/static", ".");                                          // a folder, confined
  return asio_httpd::run(routes, {.port = 8080});  // signals, drain, every limit on
}
