// SPDX-License-Identifier: BSL-1.0
//
// Options of the routes that the library brings along: static files and the status endpoint.

#pragma once

#include <string>

namespace asio_httpd {

struct file_options {
  // Served for a folder. Empty: a folder is 404.
  std::string index = "index.html";
  // Whether names that begin with a dot are served. `.well-known` always is (RFC 8615).
  bool dotfiles = false;
  // Whether each thread remembers files that it has served, for half a second and then for as long
  // as they are the same: small ones with their content, larger ones open.
  bool cache = true;
};

struct status_options {
  // Whether peers that are not on this machine get an answer (403 otherwise).
  bool to_everyone = false;
};

}  // namespace asio_httpd
