// SPDX-License-Identifier: BSL-1.0
//
// Addresses as text.

#include "addresses.hpp"

#include <sys/un.h>
#include <algorithm>
#include <charconv>
#include <cstdint>

namespace asio_httpd::app {

namespace {

constexpr std::string_view unix_prefix = "unix:";

bool is_port(std::string_view text) {
  std::uint16_t port = 0;
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, port);
  return !text.empty() && error == std::errc{} && at == end;
}

std::string unix_problem(std::string_view path) {
  if (path.empty() || path == "@") return "a Unix socket needs a path, such as unix:/run/x.sock";
  const std::size_t longest = sizeof(sockaddr_un::sun_path) - 1;
  if (path.size() > longest) {
    return "the path of a Unix socket has at most " + std::to_string(longest) + " bytes";
  }
  return {};
}

std::string_view port_of(std::string_view address) {
  const std::size_t colon = address.rfind(':');
  return colon == std::string_view::npos ? address : address.substr(colon + 1);
}

struct endpoint {
  std::string_view host;
  std::string_view port;
};

endpoint split(std::string_view address) {
  const std::string_view port = port_of(address);
  const std::size_t rest = address.size() - port.size();
  return {address.substr(0, rest == 0 ? 0 : rest - 1), port};
}

bool contains(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

std::string url_of(const std::string& listener, bool tls, const std::vector<std::string>& all) {
  if (listener.starts_with(unix_prefix)) return listener + (tls ? " with TLS" : "");
  const std::string scheme = tls ? "https://" : "http://";
  const auto [host, port] = split(listener);
  const std::string local = scheme + "localhost:" + std::string(port);
  if (host == "0.0.0.0" || host == "[::]" || host == "*") return local + " and every other address";
  const std::string other =
      std::string(host == "[::1]" ? "127.0.0.1:" : "[::1]:") + std::string(port);
  const bool both = (host == "[::1]" || host == "127.0.0.1") && contains(all, other);
  return both ? local : scheme + listener;
}

}  // namespace

std::string address_problem(std::string_view address) {
  if (address.starts_with(unix_prefix)) return unix_problem(address.substr(unix_prefix.size()));
  const auto [host, port] = split(address);
  const std::string shown = '"' + std::string(address) + '"';
  if (!is_port(port)) {
    return shown +
           " is no address: it has to end in a port from 0 to 65535, as 8080, "
           "localhost:8080, [::1]:8080, or be unix:/path";
  }
  const bool bare_v6 = host.find(':') != std::string_view::npos && !host.starts_with('[');
  if (bare_v6) return shown + " is no address: write IPv6 in brackets, as [::1]:8080";
  return {};
}

std::uint16_t port_in(std::string_view address) {
  std::uint16_t port = 0;
  if (address.starts_with(unix_prefix)) return port;
  const std::string_view text = port_of(address);
  std::from_chars(text.data(), text.data() + text.size(), port);
  return port;
}

std::vector<std::string> urls_of(const std::vector<std::string>& listeners,
                                 const std::vector<bool>& with_tls) {
  const auto has_tls = [&](std::size_t i) { return i < with_tls.size() && with_tls[i]; };
  std::vector<std::string> alike[2];  // without TLS, and with it
  for (std::size_t i = 0; i < listeners.size(); ++i) alike[has_tls(i)].push_back(listeners[i]);
  std::vector<std::string> urls;
  for (std::size_t i = 0; i < listeners.size(); ++i) {
    std::string url = url_of(listeners[i], has_tls(i), alike[has_tls(i)]);
    if (!contains(urls, url)) urls.push_back(std::move(url));
  }
  return urls;
}

}  // namespace asio_httpd::app
