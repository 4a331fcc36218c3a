// SPDX-License-Identifier: BSL-1.0
//
// Routes, options, access log.

#include "build_app.hpp"

#include <exception>
#include <utility>

#include "bundled_site.hpp"
#include "console_log.hpp"

namespace asio_httpd::app {

namespace {

// The library has files at a path for any host; here they are moved to a host of their own.
void add_for_host(router& to, const std::string& host, const router& from) {
  for (std::size_t i = 0; i < from.size(); ++i) {
    const route& r = from[i];
    to.add(r.method, r.pattern, r.run, host).options = r.options;
  }
}

// Calls `add` with a router; what it complains of is reported with the place.
template <class Add>
void try_to_add(router& routes, const std::string& host, const place& said_at, problems& found,
                Add add) {
  try {
    if (host.empty()) return add(routes);
    router of_host;
    add(of_host);
    add_for_host(routes, host, of_host);
  } catch (const std::exception& e) {
    found.add(said_at, e.what());
  }
}

void add_folder(router& routes, const folder_route& folder, problems& found) {
  try_to_add(routes, folder.host, folder.said_at, found, [&](router& to) {
    to.files(folder.prefix, folder.directory, {.index = folder.index, .dotfiles = folder.dotfiles});
  });
}

void add_file(router& routes, const file_route& file, problems& found) {
  try_to_add(routes, file.host, file.said_at, found,
             [&](router& to) { to.file(file.path, file.file); });
}

void add_status(router& routes, const config& c, problems& found) {
  if (!c.status) return;
  const std::string ready = *c.status + (c.status->ends_with('/') ? "ready" : "/ready");
  try_to_add(routes, "", {"--status"}, found, [&](router& to) {
    to.status(*c.status, {.to_everyone = c.status_to_everyone});
    to.readiness(ready);
  });
}

server_options options_of(const config& c) {
  server_options made;
  made.listen = c.listen;
  made.threads = c.threads;
  made.limits = c.limits;
  made.deadlines = c.deadlines;
  made.sockets = c.sockets;
  made.drain = c.drain;
  made.drain_notice = c.drain_notice;
  made.server_name = c.server_name;
  made.log = make_console_log(c.log_level);
  return made;
}

}  // namespace

router build_routes(const config& c, problems& found) {
  router routes;
  add_status(routes, c, found);
  for (const file_route& file : c.files) add_file(routes, file, found);
  for (const folder_route& folder : c.folders) add_folder(routes, folder, found);
  if (c.directory) add_folder(routes, *c.directory, found);
  if (c.serves_nothing()) add_bundled_site(routes, c.status);
  return routes;
}

app build_app(const config& c, problems& found) {
  app made{.routes = build_routes(c, found), .options = options_of(c), .access_log = nullptr};
  if (!c.access_log || !found.empty()) return made;
  try {
    made.access_log = std::make_shared<asio_httpd::access_log>(*c.access_log, c.access_log_format);
    made.options.access_log = made.access_log;
  } catch (const std::exception& e) {
    found.add(c.access_log_said_at, e.what());
  }
  return made;
}

}  // namespace asio_httpd::app
