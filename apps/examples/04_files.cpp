// SPDX-License-Identifier: BSL-1.0
//
// A static site in a program of one's own, with an access log, on every interface.
//
//   ./04_files ~/site       then: curl -i localhost:8080/        kill -INT to end it

#include <asio_httpd/access_log.hpp>
#include <asio_httpd/asio_httpd.hpp>

#include <iostream>

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: 04_files DIRECTORY\n";
    return 2;
  }
  try {
    asio_httpd::router routes;
    routes.files("/", argv[1], {.index = "index.html", .dotfiles = false});
    routes.get("/robots.txt", [] { return "User-agent: *\nAllow: /\n"; });  // wins over the folder
    routes.status("/status");  // for peers on this machine only
    return asio_httpd::run(routes, {.listen = {"*:8080"},
                                    .log =
                                        [](asio_httpd::log_level level, std::string_view message) {
                                          std::cerr << to_string(level) << ": " << message << '\n';
                                        },
                                    .access_log = std::make_shared<asio_httpd::access_log>("-")});
  } catch (const std::exception& e) {  // the folder is not there
    std::cerr << "04_files: " << e.what() << '\n';
    return 2;
  }
}
