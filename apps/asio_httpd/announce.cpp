// SPDX-License-Identifier: BSL-1.0
//
// The first and the last words.

#include "announce.hpp"

#include <asio_httpd/version.hpp>

#include <cstdint>
#include <string_view>

#include "addresses.hpp"

namespace asio_httpd::app {

namespace {

// "1 thread", "2 threads"
std::string counted(std::uint64_t n, std::string_view what) {
  return std::to_string(n) + ' ' + std::string(what) + (n == 1 ? "" : "s");
}

// "./www" for what lies below `folder`.
std::string shown_path(const std::string& path, const std::string& folder) {
  if (path == folder) return ".";
  const std::string start = folder.ends_with('/') ? folder : folder + '/';
  return folder.empty() || !path.starts_with(start) ? path : "./" + path.substr(start.size());
}

std::string content(const config& c, const std::string& folder) {
  const std::string more = c.routes() == 0 ? "" : counted(c.routes(), "route");
  if (c.directory) {
    return shown_path(c.directory->directory, folder) + (more.empty() ? "" : " and " + more);
  }
  return more.empty() ? "the welcome site" : more;
}

std::string remarks(const config& c, unsigned threads) {
  std::string text = counted(threads, "thread");
  if (c.status) text += ", status at " + *c.status;
  return text + ", Ctrl-C to stop";
}

// "localhost" is two addresses of one port, and the first of them is IPv4.
bool are_one(const std::string& one, const std::string& next) {
  constexpr std::string_view v4 = "127.0.0.1:";
  return one.starts_with(v4) && next == "[::1]:" + one.substr(v4.size());
}

// The addresses that are listened on are in the order of the listeners that they come from.
std::vector<bool> which_have_tls(const config& c, const std::vector<std::string>& listeners) {
  std::vector<bool> found;
  for (const listener& each : c.listen) {
    const std::size_t first = found.size();
    found.push_back(each.tls.has_value());
    const bool may_be_two =
        each.address.find(':') == std::string::npos || each.address.starts_with("localhost:");
    if (may_be_two && first + 1 < listeners.size() &&
        are_one(listeners[first], listeners[first + 1])) {
      found.push_back(each.tls.has_value());
    }
  }
  return found;
}

std::string time_span(std::int64_t seconds) {
  if (seconds < 60) return std::to_string(seconds) + " s";
  if (seconds < 3600) {
    return std::to_string(seconds / 60) + " min " + std::to_string(seconds % 60) + " s";
  }
  return std::to_string(seconds / 3600) + " h " + std::to_string(seconds / 60 % 60) + " min";
}

}  // namespace

std::vector<std::string> start_lines(const config& c, const std::vector<std::string>& listeners,
                                     unsigned threads, const std::string& folder) {
  std::vector<std::string> lines;
  for (const std::string& url : urls_of(listeners, which_have_tls(c, listeners))) {
    lines.push_back("asio_httpd " ASIO_HTTPD_VERSION " serving " + content(c, folder) + " on " +
                    url + "  (" + remarks(c, threads) + ')');
  }
  return lines;
}

std::string self_signed_line(const std::string& certificate) {
  return "asio_httpd made the certificate itself: " + certificate +
         " (browsers warn of it; curl takes it with --cacert)";
}

std::string stop_line(const status_report& report, const stop_report& stop) {
  const std::int64_t seconds = report.uptime.count() / 1000;
  return "asio_httpd stopped: " + counted(report.requests.total, "request") + " served in " +
         time_span(seconds) + "; " + counted(stop.drained, "connection") + " drained, " +
         std::to_string(stop.cut) + " cut";
}

}  // namespace asio_httpd::app
