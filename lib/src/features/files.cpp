// SPDX-License-Identifier: BSL-1.0
//
// The routes that serve files: one file, or a folder with all that is in it. Which answer comes for
// what is in docs/reference/files.md; how a file becomes a response is in serve_file.cpp.
//
// A folder's files are opened below its descriptor (static_root) under a name that cannot leave it
// (static_path). Redirects are made of the path alone and never begin with two slashes, so that
// they stay on this host whatever the request says.

#include <asio_httpd/files.hpp>
#include <asio_httpd/media_type.hpp>
#include <asio_httpd/router.hpp>
#include <asio_httpd/url.hpp>

#include <cerrno>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "features/open_error.hpp"
#include "features/static_path.hpp"
#include "features/static_root.hpp"

namespace asio_httpd {

namespace {

using features::static_path;
using features::static_root;

// ---- what the request says ----------------------------------------------------------------------

// "%2F" decodes to a slash that separates nothing. A file name cannot say that, so that nothing is
// found under such a path.
bool has_encoded_slash(const request& r) noexcept {
  std::string_view raw = r.target();
  raw = raw.substr(0, raw.find('?'));
  return raw.find("%2F") != raw.npos || raw.find("%2f") != raw.npos;
}

// The request's path with one slash where several stand together.
std::string without_empty_segments(std::string_view path) {
  std::string made;
  made.reserve(path.size() + 1);
  for (const char c : path) {
    if (c != '/' || !made.ends_with('/')) made += c;
  }
  return made;
}

// The same place with a slash at the end, where relative links of the index are right.
response redirect_to_folder(const request& r) {
  if (has_encoded_slash(r)) return error_response(status::not_found);
  std::string location = percent_encode_path(without_empty_segments(r.path()) + '/');
  if (!r.query().empty()) location.append("?").append(r.query());
  return redirect(location, status::moved_permanently);
}

// ---- a folder -----------------------------------------------------------------------------------

// What serves a request below a prefix; shared by all threads, never changed.
class folder_route {
 public:
  folder_route(const std::string& directory, file_options options)
      : root_(directory), options_(std::move(options)) {}

  response serve(const request& r) const {
    static_path path;
    if (has_encoded_slash(r) || !path.assign(r.param("rest"), options_.dotfiles)) {
      return error_response(status::not_found);
    }
    return path.names_folder() ? serve_index(r, path) : serve_name(r, path);
  }

 private:
  response serve_index(const request& r, static_path& path) const {
    if (options_.index.empty() || !path.append(options_.index)) {
      return error_response(status::not_found);
    }
    std::error_code error;
    return open_and_serve(r, path, error);
  }

  // Whether it is a folder is asked only where it turned out to be no file.
  response serve_name(const request& r, const static_path& path) const {
    std::error_code error;
    response made = open_and_serve(r, path, error);
    const bool may_be_folder = error ? error.value() == EACCES : made.status() == status::not_found;
    if (!may_be_folder || !root_.is_folder(path.c_str())) return made;
    return options_.index.empty() ? error_response(status::not_found) : redirect_to_folder(r);
  }

  response open_and_serve(const request& r, const static_path& path, std::error_code& error) const {
    file opened = root_.open(path.c_str(), error);
    if (error) return error_response(features::status_for_open_error(error));
    return serve_file(r, std::move(opened), media_type_for(path.text()));
  }

  static_root root_;
  file_options options_;
};

void check(const file_options& options) {
  const std::string& index = options.index;
  if (index == "." || index == ".." ||
      index.find_first_of(std::string_view("/\0", 2)) != index.npos) {
    throw std::invalid_argument("asio_httpd: the index \"" + index + "\" is not a file's name");
  }
}

// ---- a file -------------------------------------------------------------------------------------

// The working directory may change until a request comes.
std::string absolute_name(const std::string& filename) {
  if (filename.empty() || filename.find('\0') != filename.npos) {
    throw std::invalid_argument("asio_httpd: a route to a file needs the file's name");
  }
  return std::filesystem::absolute(filename).string();
}

}  // namespace

route& router::file(std::string_view path, std::string filename) {
  return add(method::get, path,
             [name = absolute_name(filename)](const request& r) { return serve_file(r, name); });
}

route& router::files(std::string_view prefix, const std::string& directory, file_options options) {
  check(options);
  while (prefix.ends_with('/')) prefix.remove_suffix(1);
  auto folder = std::make_shared<const folder_route>(directory, std::move(options));
  if (!prefix.empty()) add(method::get, prefix, &redirect_to_folder);
  return add(method::get, std::string(prefix) + "/{rest...}",
             [folder](const request& r) { return folder->serve(r); });
}

}  // namespace asio_httpd
