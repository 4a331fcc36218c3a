// SPDX-License-Identifier: BSL-1.0

#include "announce.hpp"

#include <doctest/doctest.h>

#include <asio_httpd/version.hpp>

using namespace asio_httpd;
using namespace asio_httpd::app;
using texts = std::vector<std::string>;

TEST_CASE("the start") {
  const std::string begin = "asio_httpd " ASIO_HTTPD_VERSION " serving ";
  config c;
  CHECK(start_lines(c, {"127.0.0.1:8080", "[::1]:8080"}, 2, "/srv") ==
        texts{begin + "the welcome site on http://localhost:8080  (2 threads, status at /status, "
                      "Ctrl-C to stop)"});

  c.directory = folder_route{.directory = "/srv/www"};
  c.status.reset();
  CHECK(start_lines(c, {"[::1]:80", "unix:/x"}, 1, "/srv") ==
        texts{begin + "./www on http://[::1]:80  (1 thread, Ctrl-C to stop)",
              begin + "./www on unix:/x  (1 thread, Ctrl-C to stop)"});
  CHECK(start_lines(c, {"[::1]:80"}, 1, "/srv/www")[0].find(" serving . on ") != std::string::npos);
  CHECK(start_lines(c, {"[::1]:80"}, 1, "/sr")[0].find(" /srv/www on ") != std::string::npos);

  c.files.push_back({.path = "/flag", .file = "/flag"});
  CHECK(start_lines(c, {"[::1]:80"}, 1, "/srv")[0].find(" ./www and 1 route on ") !=
        std::string::npos);
  c.directory.reset();
  c.folders.push_back({.prefix = "/a", .directory = "/a"});
  CHECK(start_lines(c, {"[::1]:80"}, 1, "/srv")[0].find(" 2 routes on ") != std::string::npos);
}

TEST_CASE("listeners with TLS") {
  config c;
  c.status.reset();
  const std::vector<std::string> addresses = {"127.0.0.1:80", "[::1]:80",       "127.0.0.1:4433",
                                              "[::1]:4433",   "127.0.0.1:4434", "[::1]:4434",
                                              "[::]:443",     "unix:/x"};
  c.listen = {"80",         {"localhost:0", tls_settings{}}, {"127.0.0.1:4434", tls_settings{}},
              "[::1]:4434", {"*:443", tls_settings{}},       {"unix:/x", tls_settings{}}};
  const texts lines = start_lines(c, addresses, 1, "/srv");
  REQUIRE(lines.size() == 6);
  CHECK(lines[0].find(" on http://localhost:80 ") != std::string::npos);
  CHECK(lines[1].find(" on https://localhost:4433 ") != std::string::npos);
  CHECK(lines[2].find(" on https://127.0.0.1:4434 ") != std::string::npos);
  CHECK(lines[3].find(" on http://[::1]:4434 ") != std::string::npos);
  CHECK(lines[4].find(" on https://localhost:443 and every other address ") != std::string::npos);
  CHECK(lines[5].find(" on unix:/x with TLS ") != std::string::npos);
  CHECK(self_signed_line("/s/c.pem").find(" /s/c.pem ") != std::string::npos);
}

TEST_CASE("the end") {
  using namespace std::chrono_literals;
  status_report report;
  report.requests.total = 1;
  report.uptime = 59'999ms;
  CHECK(stop_line(report, {.open = 3, .drained = 1, .cut = 2, .took = 1s}) ==
        "asio_httpd stopped: 1 request served in 59 s; 1 connection drained, 2 cut");
  report.requests.total = 1234;
  report.uptime = 65s;
  CHECK(stop_line(report, {}) ==
        "asio_httpd stopped: 1234 requests served in 1 min 5 s; 0 connections drained, 0 cut");
  report.uptime = 26h + 5min;
  CHECK(stop_line(report, {}).find(" in 26 h 5 min;") != std::string::npos);
}
