// SPDX-License-Identifier: BSL-1.0
//
// The command line: what was typed, and its merge into a config, over which it has precedence.
// Values go through the same checks as those of a configuration file.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config.hpp"
#include "problems.hpp"
#include "typed_listeners.hpp"

namespace asio_httpd::app {

// As typed; empty where it was not.
struct options {
  std::optional<std::string> directory = {};
  bool listing = false;
  std::optional<std::string> fallback = {};
  std::vector<listener_word> listeners = {};  // and what was said of TLS, in its order
  bool https_redirect = false;
  std::vector<std::string> routes = {};
  std::optional<std::string> config_file = {};
  std::optional<std::string> threads = {};
  std::optional<std::string> status = {};
  std::optional<std::string> access_log = {};
  std::optional<std::string> access_log_format = {};
  std::optional<std::string> log_level = {};
  bool check = false;
  bool print_config = false;
};

// What came of reading the command line: options to go on with, or text to print and an exit code.
struct command_line {
  options given = {};
  std::optional<int> exit_code = {};
  std::string output = {};  // for standard output
  std::string error = {};   // for standard error
};

command_line parse_command_line(int argc, const char* const* argv);

// The defaults, then the configuration file, then the command line.
config effective_config(const options& given, problems& found);

}  // namespace asio_httpd::app
