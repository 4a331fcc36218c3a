// SPDX-License-Identifier: BSL-1.0
//
// Everything that can be told to the program, as one plain value. It is made from a configuration
// file (read_config.hpp) and the command line (options.hpp), looked over (check_config.hpp), and
// turned into a router and server options (build_app.hpp).
//
// Paths of files are absolute. Each route remembers where it was written down.

#pragma once

#include <asio_httpd/access_log.hpp>
#include <asio_httpd/limits.hpp>
#include <asio_httpd/log.hpp>
#include <asio_httpd/server.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "problems.hpp"

namespace asio_httpd::app {

// GET of `path` is answered with one file.
struct file_route {
  std::string host = {};  // "" any
  std::string path = {};
  std::string file = {};
  place said_at = {};
};

// What lies in a folder is served below `prefix`.
struct folder_route {
  std::string host = {};
  std::string prefix = "/";
  std::string directory = {};
  std::string index = "index.html";
  bool dotfiles = false;
  place said_at = {};
};

struct config {
  std::vector<std::string> listen = {};
  unsigned threads = 0;
  std::optional<folder_route> directory = {};  // the one at "/"
  std::vector<file_route> files = {};
  std::vector<folder_route> folders = {};
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

  bool serves_nothing() const noexcept { return !directory && files.empty() && folders.empty(); }
};

}  // namespace asio_httpd::app
