// SPDX-License-Identifier: BSL-1.0
//
// The checks, one function each.

#include "check_config.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <map>
#include <set>
#include <system_error>
#include <utility>

#include "addresses.hpp"

namespace asio_httpd::app {

namespace {

std::string last_error() {
  return std::generic_category().message(errno);
}

std::string quoted(const std::string& text) {
  return '"' + text + '"';
}

// "" where the file can be served.
std::string file_problem(const std::string& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0 || ::access(path.c_str(), R_OK) != 0) {
    return "cannot read the file " + quoted(path) + ": " + last_error();
  }
  if (S_ISDIR(found.st_mode)) return quoted(path) + " is a folder, not a file";
  if (!S_ISREG(found.st_mode)) return quoted(path) + " is not a regular file";
  return {};
}

std::string folder_problem(const std::string& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) {
    return "cannot read the folder " + quoted(path) + ": " + last_error();
  }
  if (!S_ISDIR(found.st_mode)) {
    return quoted(path) + " is a file, not a folder; to serve one file say --route /name=" + path;
  }
  if (::access(path.c_str(), R_OK | X_OK) != 0) {
    return "cannot read the folder " + quoted(path) + ": " + last_error();
  }
  return {};
}

std::string log_problem(const std::string& path) {
  struct stat found {};
  const bool exists = ::stat(path.c_str(), &found) == 0;
  if (exists && S_ISDIR(found.st_mode)) return quoted(path) + " is a folder, not a file";
  const std::string parent = std::filesystem::path(path).parent_path().string();
  const std::string& asked = exists ? path : parent;
  if (::access(asked.c_str(), W_OK) == 0) return {};
  return "cannot write the access log " + quoted(path) + ": " + last_error();
}

void report(const place& where, std::string what, problems& found) {
  if (!what.empty()) found.add(where, std::move(what));
}

// "/a" and "/a/" serve the same folder at the same place.
std::string folder_key(std::string prefix) {
  if (!prefix.ends_with('/')) prefix += '/';
  return prefix + "...";
}

std::string key_of(const folder_route& r) {
  return folder_key(r.prefix);
}
template <class Route>
std::string key_of(const Route& r) {
  return r.path;
}

// Finds what was said twice.
class route_register {
 public:
  explicit route_register(problems& found) : found_(found) {}

  template <class Route>
  void add(const Route& r) {
    if (r.hosts.empty()) add("", key_of(r), r.said_at);
    for (const std::string& host : r.hosts) add(host, key_of(r), r.said_at);
  }
  void add(const std::string& host, const std::string& path, const place& where) {
    const auto [it, is_new] = said_.emplace(std::pair(host, path), where);
    if (is_new) return;
    const std::string name = quoted(host.empty() ? path : host + path);
    const std::string first =
        it->second.line == 0 ? it->second.name : "line " + std::to_string(it->second.line);
    found_.add(where, "the route " + name + " is there already (" + first + ')');
  }

 private:
  std::map<std::pair<std::string, std::string>, place> said_;
  problems& found_;
};

void check_routes_are_distinct(const config& c, problems& found) {
  route_register routes(found);
  if (c.status) routes.add("", *c.status, {"the status"});
  if (c.directory) routes.add(*c.directory);
  for_each_list_of_routes(c, [&](const auto& list) {
    for (const auto& r : list) routes.add(r);
  });
}

// Port 0 is another one each time.
bool is_chosen_by_the_kernel(const std::string& address) {
  return !address.starts_with("unix:") && port_in(address) == 0;
}

void check_addresses_are_distinct(const config& c, problems& found) {
  std::set<std::string> seen;
  for (const listener& each : c.listen) {
    if (is_chosen_by_the_kernel(each.address)) continue;
    if (!seen.insert(each.address).second) found.add({}, "listens on " + each.address + " twice");
  }
}

// ---- TLS ----------------------------------------------------------------------------------------

void check_certificate(const tls_certificate& c, const place& said_at, problems& found) {
  for (const std::string& file : {c.certificate, c.key, c.ocsp}) {
    if (!file.empty()) report(said_at, file_problem(file), found);
  }
}

// What does not go together, or lacks something.
std::string tls_problem(const tls_settings& tls) {
  const tls_options& o = tls.options;
  if (tls.self_signed && !o.certificates.empty()) {
    return "a certificate that is self-signed, and others: one or the other";
  }
  if (!tls.self_signed && o.certificates.empty()) {
    return "\"tls\" needs \"certificates\", or \"self_signed\": true";
  }
  if (o.clients != client_certificates::off && o.client_ca.empty()) {
    return "\"clients\" needs \"client_ca\", those who sign their certificates";
  }
  if (o.clients == client_certificates::off && !o.client_ca.empty()) {
    return "\"client_ca\" is of no use unless \"clients\" is \"optional\" or \"required\"";
  }
  return {};
}

void check_tls(const listener& l, problems& found) {
  if (!l.tls) return;
  report(l.said_at, tls_problem(*l.tls), found);
  const auto& certificates = l.tls->options.certificates;
  for (std::size_t i = 0; i < certificates.size(); ++i) {
    const auto& places = l.tls->certificates_said_at;
    check_certificate(certificates[i], i < places.size() ? places[i] : l.said_at, found);
  }
  const std::string& client_ca = l.tls->options.client_ca;
  if (!client_ca.empty()) report(l.said_at, file_problem(client_ca), found);
}

void check_redirect_to_https(const config& c, problems& found) {
  if (!c.https_redirect || redirect_port(c) != 0) return;
  found.add({},
            "what comes without TLS can be led nowhere: there is no listener with TLS whose port "
            "is known; say it with \"https_redirect\": 443");
}

// ---- each route ---------------------------------------------------------------------------------

void check_route(const file_route& r, problems& found) {
  report(r.said_at, file_problem(r.file), found);
}

// What a folder answers with must be in it.
void check_route(const folder_route& r, problems& found) {
  std::string wrong = folder_problem(r.directory);
  if (!wrong.empty()) return found.add(r.said_at, std::move(wrong));
  const std::filesystem::path folder = r.directory;
  const std::string& fallback = r.options.fallback;
  if (!fallback.empty()) report(r.said("fallback"), file_problem(folder / fallback), found);
  for (const auto& page : r.options.error_pages) {
    report(r.said("error_pages"), file_problem(folder / page.second), found);
  }
}

// "/{id:int}" as a target names it: "/{id}".
std::string without_types(std::string path) {
  for (std::size_t at = 0; (at = path.find('{', at)) != std::string::npos; ++at) {
    const std::size_t end = path.find('}', at);
    const std::size_t name = path.find_first_of(":.", at);
    if (name < end) path.erase(name, end - name);
  }
  return path;
}

void check_route(const redirect_route& r, problems& found) {
  if (r.to.substr(0, r.to.find_first_of("?#")) != without_types(r.path)) return;
  found.add(r.said_at, "the route " + quoted(r.path) + " leads to itself");
}

void check_route(const answer_route& r, problems& found) {
  const bool has_content = !forbids_content(r.status) && r.status != status::reset_content;
  if (has_content || r.text.empty()) return;
  found.add(r.said_at, "an answer with the status " + std::to_string(to_integer(r.status)) +
                           " has no content, so leave \"text\" away");
}

}  // namespace

void check_config(const config& c, problems& found) {
  check_addresses_are_distinct(c, found);
  for (const listener& each : c.listen) check_tls(each, found);
  check_redirect_to_https(c, found);
  check_routes_are_distinct(c, found);
  if (c.directory) check_route(*c.directory, found);
  for_each_list_of_routes(c, [&](const auto& list) {
    for (const auto& r : list) check_route(r, found);
  });
  if (c.access_log && *c.access_log != "-") {
    report(c.access_log_said_at, log_problem(*c.access_log), found);
  }
  found.sort_by_line();
}

}  // namespace asio_httpd::app
