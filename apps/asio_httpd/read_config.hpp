// SPDX-License-Identifier: BSL-1.0
//
// Reads a configuration file: JSON with comments, whose keys docs/reference/configuration.md lists.
//
// All that is wrong with it is found in one go and reported with its line: text that is no JSON, a
// key that is unknown (with the one that may be meant) or stands twice, a value of a wrong type or
// out of its range. Whether the files that it names exist is asked later (check_config.hpp), when
// the command line had its say.

#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "config.hpp"
#include "problems.hpp"

namespace asio_httpd::app {

// Stores into `c` what the file says; the rest keeps its value. Paths in the file are relative to
// the folder that it lies in.
void read_config_file(const std::string& path, config& c, problems& found);

// The same for text; `name` stands in complaints, `folder` is what paths are relative to.
void read_config_text(std::string_view text, const std::string& name,
                      const std::filesystem::path& folder, config& c, problems& found);

// Every key, with its section and, in a list, "[]": "threads", "limits.head", "routes[].path".
std::vector<std::string> config_keys();

// An absolute path, from one relative to `folder`.
std::string resolved_path(const std::filesystem::path& folder, std::string_view path);
// The same for an address to listen on: only that of a Unix socket is a path.
std::string resolved_address(const std::filesystem::path& folder, std::string_view address);

}  // namespace asio_httpd::app
