// SPDX-License-Identifier: BSL-1.0
//
// Routes, options, access log.

#include "build_app.hpp"

#include <asio_httpd/basic_auth.hpp>
#include <asio_httpd/check_tls.hpp>
#include <asio_httpd/https.hpp>
#include <asio_httpd/request.hpp>
#include <asio_httpd/response.hpp>
#include <asio_httpd/self_signed.hpp>

#include <algorithm>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bundled_site.hpp"
#include "console_log.hpp"
#include "state_folder.hpp"

namespace asio_httpd::app {

namespace {

// The library begins its sentences with its name, as this program does.
std::string sentence(std::string_view what) {
  constexpr std::string_view name = "asio_httpd: ";
  if (what.starts_with(name)) what.remove_prefix(name.size());
  return std::string(what);
}

// Calls `add` with a router; what it complains of is reported with the place. Several hosts share
// what was added.
template <class Add>
void try_to_add(router& routes, const std::vector<std::string>& hosts, const place& said_at,
                problems& found, Add add) {
  try {
    if (hosts.empty()) return add(routes);
    router shared;
    add(shared);
    for (const std::string& host : hosts) routes.host(host).mount("", shared);
  } catch (const std::exception& e) {
    found.add(said_at, sentence(e.what()));
  }
}

void add(router& to, const file_route& r) {
  to.file(r.path, r.file);
}

void add(router& to, const folder_route& r) {
  to.files(r.prefix, r.directory, r.options);
  if (!r.uploads) return;
  auto taking = to.uploads(r.prefix, r.directory, r.uploads->options);
  if (!r.uploads->users.empty()) taking.use(basic_auth("uploads", r.uploads->users));
}

void add(router& to, const redirect_route& r) {
  to.redirect(r.path, r.to, r.status);
}

response fixed_answer(const answer_route& r) {
  response made(r.status);
  if (r.text.empty()) {
    if (status_class(r.status) >= 4) made = error_response(r.status);
  } else {
    made.body(std::make_shared<const std::string>(r.text)).set(field::content_type, r.content_type);
  }
  for (const auto& [name, value] : r.fields) made.fields().append(name, value);
  return made;
}

void add(router& to, const answer_route& r) {
  to.get(runtime_pattern{r.path}, [answer = fixed_answer(r)](const request&) { return answer; });
}

template <class Route>
void add_route(router& routes, const Route& r, problems& found) {
  try_to_add(routes, r.hosts, r.said_at, found, [&](router& to) { add(to, r); });
}

std::string ready_path(const config& c) {
  return *c.status + (c.status->ends_with('/') ? "ready" : "/ready");
}

void add_status(router& routes, const config& c, problems& found) {
  if (!c.status) return;
  try_to_add(routes, {}, {"--status"}, found, [&](router& to) {
    to.status(*c.status, {.to_everyone = c.status_to_everyone});
    to.readiness(ready_path(c));
  });
}

// Who asks whether the server is well is on this machine, or a load balancer: neither has a use for
// TLS, and some do not follow redirects.
std::vector<std::string> answered_without_tls(const config& c) {
  if (!c.status) return {};
  return {*c.status, ready_path(c)};
}

void use_https(router& routes, const config& c) {
  if (c.hsts) routes.use(strict_transport_security(*c.hsts));
  const std::uint16_t port = redirect_port(c);
  if (port == 0) return;
  routes.use(redirect_to_https({.port = port, .host = {}, .except = answered_without_tls(c)}));
}

listen_on listen_on_of(const listener& l) {
  if (!l.tls) return l.address;
  return {l.address, l.tls->options};
}

bool wants_self_signed(const listener& l) {
  return l.tls && l.tls->self_signed;
}

// One certificate for all who want one. Its file, or "" where nobody does.
std::string make_self_signed(app& made, const config& c, problems& found) {
  if (std::none_of(c.listen.begin(), c.listen.end(), wants_self_signed)) return {};
  const std::optional<std::string> folder = state_folder();
  if (!folder) {
    found.add({}, "there is no place to keep a certificate: set HOME or XDG_STATE_HOME");
    return {};
  }
  const tls_certificate certificate = self_signed_certificate(*folder);
  for (std::size_t i = 0; i < c.listen.size(); ++i) {
    if (wants_self_signed(c.listen[i])) made.options.listen[i].tls->certificates = {certificate};
  }
  return certificate.certificate;
}

server_options options_of(const config& c) {
  server_options made;
  for (const listener& each : c.listen) made.listen.push_back(listen_on_of(each));
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
  use_https(routes, c);
  add_status(routes, c, found);
  for_each_list_of_routes(c, [&](const auto& list) {
    for (const auto& r : list) add_route(routes, r, found);
  });
  if (c.directory) add_route(routes, *c.directory, found);
  if (c.serves_nothing()) add_bundled_site(routes, c.status);
  found.sort_by_line();
  return routes;
}

void check_certificates(const config& c, problems& found) {
  for (const listener& each : c.listen) {
    if (!each.tls || each.tls->self_signed) continue;
    try {
      check_tls(each.tls->options);
    } catch (const std::exception& e) {
      found.add(each.said_at, sentence(e.what()));
    }
  }
}

app build_app(const config& c, problems& found) {
  app made{.routes = build_routes(c, found),
           .options = options_of(c),
           .access_log = nullptr,
           .self_signed = {}};
  if (!found.empty()) return made;
  made.self_signed = make_self_signed(made, c, found);
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
