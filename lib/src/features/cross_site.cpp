// SPDX-License-Identifier: BSL-1.0
//
// Origins are compared by host and port alone: the scheme is not known behind a reverse proxy.

#include "features/cross_site.hpp"

#include <algorithm>
#include <string_view>

namespace asio_httpd::features {
namespace {

bool is_same_name(std::string_view a, std::string_view b) noexcept {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? c | 0x20 : c; };
  const auto same = [&](char x, char y) { return lower(x) == lower(y); };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), same);
}

std::string_view without_port(std::string_view host, std::string_view port) noexcept {
  if (host.ends_with(port)) host.remove_suffix(port.size());
  return host;
}

// "null", of sandboxed frames and of files, is none of this host's.
bool is_of_host(std::string_view origin, std::string_view host) noexcept {
  const std::size_t end = origin.find("://");
  if (end == origin.npos) return false;
  const std::string_view default_port = origin.starts_with("https:") ? ":443" : ":80";
  origin.remove_prefix(end + 3);
  return !origin.empty() &&
         is_same_name(without_port(origin, default_port), without_port(host, default_port));
}

}  // namespace

bool is_cross_site(const fields& f) noexcept {
  const std::string_view site = f.get(field::sec_fetch_site);
  if (site == "same-origin" || site == "none") return false;
  if (site == "cross-site" || site == "same-site") return true;
  if (!f.contains(field::origin)) return false;
  return f.count(field::origin) != 1 || !is_of_host(f.get(field::origin), f.get(field::host));
}

}  // namespace asio_httpd::features
