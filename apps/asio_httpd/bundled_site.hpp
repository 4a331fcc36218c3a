// SPDX-License-Identifier: BSL-1.0
//
// The welcome site that is served when there is nothing else: the files of apps/asio_httpd/site,
// which the build puts into the program, so that it works wherever it is copied to.
//
// Served from memory with media type, entity tag and a strict Content-Security-Policy. "/" is
// index.html, and "/flag" a text of ours: a file /flag of the machine is never looked at.

#pragma once

#include <asio_httpd/router.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace asio_httpd::app {

struct embedded_file {
  std::string_view name;  // "index.html"
  std::string_view content;
};

// In the source that cmake/asio_httpd_embed.cmake writes.
std::span<const embedded_file> embedded_files();

// Adds the routes. The pages ask for the status where `status_path` says; nowhere where it is
// empty.
void add_bundled_site(router& routes, const std::optional<std::string>& status_path);

}  // namespace asio_httpd::app
