// SPDX-License-Identifier: BSL-1.0
//
// Everything that can be told to the program, as one plain value. It is made from a configuration
// file (read_config.hpp) and the command line (options.hpp), looked over (check_config.hpp), and
// turned into a router and server options (build_app.hpp).
//
// Paths of files are absolute. Each route remembers where it was written down.

#pragma once

#include <asio_httpd/access_log.hpp>
#include <asio_httpd/file_options.hpp>
#include <asio_httpd/https.hpp>
#include <asio_httpd/limits.hpp>
#include <asio_httpd/log.hpp>
#include <asio_httpd/server.hpp>
#include <asio_httpd/status.hpp>
#include <asio_httpd/upload_options.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "listener.hpp"
#include "problems.hpp"

namespace asio_httpd::app {

// GET of `path` is answered with one file.
struct file_route {
  std::vector<std::string> hosts = {};  // none: any
  std::string path = {};
  std::string file = {};
  place said_at = {};
};

// Clients may put files into the folder.
struct upload_route {
  upload_options options = {};
  std::map<std::string, std::string> users = {};  // and their passwords; none: anybody
};

// What lies in a folder is served below `prefix`.
struct folder_route {
  std::vector<std::string> hosts = {};
  std::string prefix = "/";
  std::string directory = {};
  file_options options = {};
  std::optional<upload_route> uploads = {};
  place said_at = {};
  std::map<std::string, place> keys_said_at = {};

  place said(const std::string& key) const {
    const auto at = keys_said_at.find(key);
    return at == keys_said_at.end() ? said_at : at->second;
  }
};

// All methods at `path` are led elsewhere.
struct redirect_route {
  std::vector<std::string> hosts = {};
  std::string path = {};
  std::string to = {};
  asio_httpd::status status = asio_httpd::status::temporary_redirect;
  place said_at = {};
};

// GET of `path` is answered with what is written here.
struct answer_route {
  using named_value = std::pair<std::string, std::string>;

  std::vector<std::string> hosts = {};
  std::string path = {};
  std::string text = {};
  asio_httpd::status status = asio_httpd::status::ok;
  std::string content_type = "text/plain; charset=utf-8";
  std::vector<named_value> fields = {};
  place said_at = {};
};

struct config {
  std::vector<listener> listen = {};
  std::optional<https_port> https_redirect = {};  // none: not at all
  std::optional<transport_security> hsts = {};
  unsigned threads = 0;
  std::optional<folder_route> directory = {};  // the one at "/"
  std::vector<file_route> files = {};
  std::vector<folder_route> folders = {};
  std::vector<redirect_route> redirects = {};
  std::vector<answer_route> answers = {};
  std::optional<std::string> status = "/status";
  bool status_to_everyone = false;
  std::optional<std::string> access_log = {};  // a file, or "-"
  place access_log_said_at = {};
  asio_httpd::access_log_format access_log_format = asio_httpd::access_log_format::combined;
  asio_httpd::log_level log_level = asio_httpd::log_level::info;
  std::string server_name = server_options{}.server_name;
  std::chrono::milliseconds drain = server_options{}.drain;
  std::chrono::milliseconds drain_notice = server_options{}.drain_notice;
  asio_httpd::limits limits = {};
  asio_httpd::deadlines deadlines = {};
  socket_options sockets = {};

  std::size_t routes() const noexcept {
    return files.size() + folders.size() + redirects.size() + answers.size();
  }
  bool serves_nothing() const noexcept { return !directory && routes() == 0; }
};

// The port that what comes without TLS is led to; 0 where none is known.
std::uint16_t redirect_port(const config& c);

// Calls `f` with the list of each kind of route.
template <class Config, class F>
void for_each_list_of_routes(Config& c, F f) {
  f(c.files);
  f(c.folders);
  f(c.redirects);
  f(c.answers);
}

}  // namespace asio_httpd::app
