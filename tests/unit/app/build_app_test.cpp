// SPDX-License-Identifier: BSL-1.0

#include "build_app.hpp"

#include <asio_httpd/request.hpp>

#include <doctest/doctest.h>

#include <sstream>

#include "support/scratch_folder.hpp"

using namespace asio_httpd;
using namespace asio_httpd::app;
using test_support::scratch_folder;

namespace {

router routes_of(const config& c) {
  problems found;
  router made = build_routes(c, found);
  CHECK(found.empty());
  return made;
}

status ask(const router& routes, std::string target, std::string host = "") {
  fields f;
  if (!host.empty()) f.set(field::host, host);
  request r{method::get, std::move(target), std::move(f)};
  return routes.handle(r).status();
}

}  // namespace

TEST_CASE("nothing to serve is the welcome site, with the status") {
  const router routes = routes_of({});
  CHECK(ask(routes, "/") == status::ok);
  CHECK(ask(routes, "/flag") == status::ok);
  CHECK(ask(routes, "/status") == status::forbidden);  // from nowhere
  CHECK(ask(routes, "/etc/passwd") == status::not_found);
}

TEST_CASE("a folder, and files beside it") {
  const scratch_folder folder;
  folder.write("www/index.html", "x");
  folder.write("www/a.txt", "x");
  config c;
  c.directory = folder_route{.directory = folder / "www"};
  c.files.push_back({.path = "/flag", .file = folder.write("the_flag", "x")});
  c.folders.push_back({.prefix = "/more", .directory = folder / "www"});
  const router routes = routes_of(c);
  for (auto target : {"/", "/a.txt", "/flag", "/more/a.txt"}) {
    CAPTURE(target);
    CHECK(ask(routes, target) == status::ok);
  }
  CHECK(ask(routes, "/the_flag") == status::not_found);
  CHECK(ask(routes, "/app.js") == status::not_found);  // no welcome site
}

TEST_CASE("only what is asked for") {
  const scratch_folder folder;
  config c;
  c.files.push_back({.path = "/flag", .file = folder.write("flag", "x")});
  c.status.reset();
  const router routes = routes_of(c);
  CHECK(ask(routes, "/flag") == status::ok);
  CHECK(ask(routes, "/") == status::not_found);
  CHECK(ask(routes, "/status") == status::not_found);
}

TEST_CASE("by host") {
  const scratch_folder folder;
  config c;
  c.files.push_back({.hosts = {"example.org"}, .path = "/flag", .file = folder.write("flag", "x")});
  const router routes = routes_of(c);
  CHECK(ask(routes, "/flag", "example.org") == status::ok);
  CHECK(ask(routes, "/flag", "example.com") == status::not_found);
}

TEST_CASE("what the router refuses has its place") {
  const scratch_folder folder;
  const std::string file = folder.write("flag", "x");
  config c;
  c.files.push_back({.path = "/{a}", .file = file, .said_at = {"site.json", 3}});
  c.files.push_back({.path = "/{b}", .file = file, .said_at = {"site.json", 4}});
  problems found;
  build_routes(c, found);
  REQUIRE(found.all().size() == 1);
  CHECK(found.all()[0].where.text() == "site.json:4");
  CHECK(found.all()[0].what.find("/{a}") != std::string::npos);
  CHECK(found.all()[0].what.find("/{b}") != std::string::npos);
}

TEST_CASE("options arrive") {
  config c;
  c.listen = {"localhost:0"};
  c.threads = 3;
  c.server_name = "x";
  c.limits.head = 1000;
  c.sockets.backlog = 7;
  problems found;
  const auto made = build_app(c, found);
  CHECK(made.options.listen == std::vector<listen_on>{"localhost:0"});
  CHECK(made.options.threads == 3);
  CHECK(made.options.server_name == "x");
  CHECK(made.options.limits.head == 1000);
  CHECK(made.options.sockets.backlog == 7);
  CHECK(made.options.log);
  CHECK_FALSE(made.access_log);
}

TEST_CASE("TLS arrives") {
  config c;
  tls_settings tls;
  tls.options.certificates = {{"a.pem", "a.key"}};
  c.listen = {"1", {"2", tls}};
  problems found;
  const auto made = build_app(c, found);
  CHECK(made.options.listen == std::vector<listen_on>{"1", {"2", tls.options}});
  CHECK(made.self_signed == "");
}

TEST_CASE("what comes without TLS is led to it, but for those who ask how the server is") {
  config c;
  c.https_redirect = https_port{8443};
  c.hsts = transport_security{.behind_proxy = true};
  const router routes = routes_of(c);
  request r{method::get, "/x?y", [] {
              fields f;
              f.set(field::host, "a.test:80");
              return f;
            }()};
  const response answer = routes.handle(r);
  CHECK(answer.status() == status::permanent_redirect);
  CHECK(answer.fields().get(field::location) == "https://a.test:8443/x?y");
  CHECK(answer.fields().get(field::strict_transport_security) == "max-age=31536000");
  CHECK(ask(routes, "/status", "a.test") == status::forbidden);  // from nowhere
  CHECK(ask(routes, "/status/ready", "a.test") == status::ok);
}

TEST_CASE("the access log") {
  const scratch_folder folder;
  config c;
  c.access_log = folder / "access.log";
  problems found;
  CHECK(build_app(c, found).access_log);
  CHECK(found.empty());
  c.access_log = "/nowhere/access.log";
  CHECK_FALSE(build_app(c, found).access_log);
  CHECK(found.all().size() == 1);
}

TEST_CASE("several hosts have one folder, others none of it") {
  const scratch_folder folder;
  folder.write("www/a.txt", "x");
  config c;
  c.folders.push_back({.hosts = {"example.org", "*.example.com"}, .directory = folder / "www"});
  c.redirects.push_back(
      {.hosts = {"www.example.org"}, .path = "/{rest...}", .to = "https://example.org/{rest}"});
  const router routes = routes_of(c);
  CHECK(ask(routes, "/a.txt", "example.org") == status::ok);
  CHECK(ask(routes, "/a.txt", "a.b.example.com") == status::ok);
  CHECK(ask(routes, "/a.txt", "example.com") == status::not_found);
  CHECK(ask(routes, "/a.txt") == status::not_found);
  CHECK(ask(routes, "/a.txt", "www.example.org") == status::temporary_redirect);
}

TEST_CASE("a host that is none, a target that is none") {
  const scratch_folder folder;
  config c;
  c.folders.push_back(
      {.hosts = {"example.org:80"}, .directory = folder.path(), .said_at = {"site.json", 3}});
  c.redirects.push_back({.path = "/old", .to = "//evil.example", .said_at = {"site.json", 4}});
  problems found;
  build_routes(c, found);
  std::ostringstream out;
  out << found;
  CHECK(
      out.str() ==
      "asio_httpd: site.json:3: \"example.org:80\" is not a host to route by: write a name without "
      "scheme and port (example.com), a wildcard (*.example.com), or nothing for any\n"
      "asio_httpd: site.json:4: a redirect to \"//evil.example\" must begin with one slash, or "
      "with "
      "https:// or http://\n");
}

TEST_CASE("fixed answers") {
  config c;
  c.answers = {{.path = "/ping", .text = "pong\n", .fields = {{"Cache-Control", "no-store"}}},
               {.path = "/healthz", .status = status::no_content},
               {.path = "/gone", .status = status::gone}};
  const router routes = routes_of(c);
  const auto answer = [&](std::string target, method m = method::get) {
    request r{m, std::move(target)};
    return routes.handle(r);
  };
  CHECK(answer("/ping").text() == "pong\n");
  CHECK(answer("/ping").fields().get(field::content_type) == "text/plain; charset=utf-8");
  CHECK(answer("/ping").fields().get(field::cache_control) == "no-store");
  CHECK(answer("/ping", method::head).status() == status::ok);
  CHECK(answer("/ping", method::post).status() == status::method_not_allowed);
  CHECK(answer("/healthz").status() == status::no_content);
  CHECK(answer("/gone").text() == "410 Gone\n");
}
