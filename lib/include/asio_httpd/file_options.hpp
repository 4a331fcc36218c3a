// SPDX-License-Identifier: BSL-1.0
//
// Options of the routes that the library brings along: static files and the status endpoint.
//
// Where a pattern of names is asked for: "*" stands for any number of bytes but no slash, "**" for
// slashes as well, "**/" for any number of folders, "?" for one byte but no slash, and "{hash}" for
// what build tools put into names of files that never change: 8 to 64 letters and digits, all that
// stand together, with digits and letters or with both cases among them ("*-{hash}.js",
// "*.{hash}.*"). A pattern without a slash is compared with the last component of a path; one with
// slashes with the whole path below the root, which has none at its beginning. Case counts.

#pragma once

#include <asio_httpd/status.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace asio_httpd {

// The content codings (RFC 9110 section 8.4.1) that files are compressed with while they are sent,
// for clients that accept them. What is small is compressed once and remembered.
struct compression_options {
  bool zstd = true;
  bool brotli = true;
  bool gzip = true;
  // Smaller files are sent as they are, in bytes.
  std::uint64_t min_size = 1024;

  static compression_options none() noexcept { return {false, false, false, 0}; }
};

// A value of Cache-Control (RFC 9111 section 5.2) for the paths that a pattern describes.
struct cache_control_rule {
  std::string pattern;
  std::string value;
};

enum class symlink_policy : std::uint8_t {
  inside,  // relative links are followed where they stay inside the root
  never,
};

struct file_options {
  // ---- folders

  // Served for a folder. Empty: none is looked for.
  std::string index = "index.html";
  // A folder that has no index is answered with a list of what is in it: a page, or JSON, by
  // Accept. Otherwise it is 404.
  bool listing = false;
  // "?archive=tar" at the path of a folder answers with all that is in it.
  bool archive = false;
  // "/about" is answered with "about.html", and "/about.html" with a redirect to it.
  bool clean_urls = false;
  // A file below the root that is served, as 200, where there is nothing: for applications that
  // have their routes in the browser. Not for paths whose last segment has a dot.
  std::string fallback = {};
  // Files below the root that are the content of errors of this route: {404, "404.html"}.
  std::map<status, std::string> error_pages = {};

  // ---- what is served at all

  // Whether names that begin with a dot are served. `.well-known` always is (RFC 8615).
  bool dotfiles = false;
  // Patterns of what is never served nor listed, as if it were not there: "*~", "private/**".
  std::vector<std::string> hidden = {};
  symlink_policy symlinks = symlink_policy::inside;

  // ---- fields

  // The first that fits counts: {"*.{hash}.*", "public, max-age=31536000, immutable"}.
  std::vector<cache_control_rule> cache_control = {};
  // Patterns of what browsers shall save and not show: `Content-Disposition: attachment`.
  std::vector<std::string> attachments = {};
  // By extension, in lower case and without its dot; before the table of media_type.hpp.
  std::map<std::string, std::string, std::less<>> media_types = {};

  // ---- content codings, for media types that compression makes smaller

  // Whether "a.css.br", "a.css.zst" and "a.css.gz" are sent for "a.css" where the client accepts
  // that, unless they are older.
  bool precompressed = true;
  compression_options compression = {};

  // Whether each thread remembers files that it has served, for half a second and then for as long
  // as they are the same: small ones with their content, larger ones open.
  bool cache = true;
};

struct status_options {
  // Whether peers that are not on this machine get an answer (403 otherwise).
  bool to_everyone = false;
};

}  // namespace asio_httpd
