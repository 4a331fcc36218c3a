// SPDX-License-Identifier: BSL-1.0
//
// The routes that serve files: one file, or a folder with all that is in it. Which answer comes for
// what is in docs/reference/files.md; how a file becomes a response is in served_file.cpp, what is
// remembered from one request to the next in file_cache.hpp.
//
// A folder's files are opened below its descriptor (static_root) under a name that cannot leave it
// (static_path). Redirects are made of the path alone and never begin with two slashes, so that
// they stay on this host whatever the request says.

#include <asio_httpd/files.hpp>
#include <asio_httpd/media_type.hpp>
#include <asio_httpd/router.hpp>
#include <asio_httpd/url.hpp>

#include <cerrno>
#include <ctime>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "features/file_cache.hpp"
#include "features/named_file.hpp"
#include "features/open_error.hpp"
#include "features/served_file.hpp"
#include "features/static_path.hpp"
#include "features/static_root.hpp"

namespace asio_httpd {

namespace {

using features::file_cache;
using features::file_caches;
using features::file_state;
using features::served_file;
using features::static_path;
using features::static_root;

// ---- what the request says ----------------------------------------------------------------------

// "%2F" decodes to a slash that separates nothing. A file name cannot say that, so that nothing is
// found under such a path.
bool has_encoded_slash(const request& r) noexcept {
  std::string_view raw = r.target();
  raw = raw.substr(0, raw.find('?'));
  if (raw.find('%') == raw.npos) return false;
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

// ---- what is remembered
// --------------------------------------------------------------------------

const served_file& remember(file_cache& cache, std::string_view name, file opened,
                            const file_state& state, std::string_view media_type,
                            file_cache::time_point now) {
  if (const served_file* same = cache.confirm(name, opened, state, now)) return *same;
  return cache.put(name, served_file(std::move(opened), state, media_type), now,
                   std::time(nullptr));
}

// ---- a folder -----------------------------------------------------------------------------------

// What serves a request below a prefix; shared by all threads, never changed but for the caches.
class folder_route {
 public:
  // `rest` is the position of the path parameter that names the file.
  folder_route(const std::string& directory, file_options options, std::size_t rest)
      : root_(directory), options_(std::move(options)), rest_(rest) {}

  void serve(const request& r, response& to) const {
    static_path path;
    if (has_encoded_slash(r) || !path.assign(r.param(rest_), options_.dotfiles)) {
      return not_found(to);
    }
    path.names_folder() ? serve_index(r, path, to) : serve_name(r, path, to);
  }

 private:
  static void not_found(response& to) { to = error_response(status::not_found); }

  void serve_index(const request& r, static_path& path, response& to) const {
    if (options_.index.empty() || !path.append(options_.index)) return not_found(to);
    if (const std::error_code error = open_and_serve(r, path, to)) {
      to = error_response(features::status_for_open_error(error));
    }
  }

  // Whether it is a folder is asked only where it turned out to be no file.
  void serve_name(const request& r, const static_path& path, response& to) const {
    const std::error_code error = open_and_serve(r, path, to);
    if (!error) return;
    to = error_response(features::status_for_open_error(error));
    const bool may_be_folder = error.value() == EACCES || error.value() == EISDIR;
    if (!may_be_folder || !root_.is_folder(path.c_str())) return;
    to = options_.index.empty() ? error_response(status::not_found) : redirect_to_folder(r);
  }

  // EISDIR for what is no regular file, whatever it is. Then nothing is answered yet.
  std::error_code open_and_serve(const request& r, const static_path& path, response& to) const {
    const std::string_view name = path.text();
    const auto now = file_cache::now();
    file_cache* cache = options_.cache ? &caches_.local() : nullptr;
    const served_file* known = cache != nullptr ? cache->find(name, now) : nullptr;
    if (known == nullptr) {
      std::error_code error;
      file opened = root_.open(path.c_str(), error);
      const auto state = error ? std::nullopt : file_state::of(opened);
      if (!state) return error ? error : std::make_error_code(std::errc::is_a_directory);
      if (cache == nullptr) {
        served_file(std::move(opened), *state, media_type_for(name)).answer(r, to);
        return {};
      }
      known = &remember(*cache, name, std::move(opened), *state, media_type_for(name), now);
    }
    known->answer(r, to);
    return {};
  }

  static_root root_;
  file_options options_;
  std::size_t rest_;
  mutable file_caches caches_;
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

class file_route {
 public:
  explicit file_route(const std::string& filename) : name_(absolute_name(filename)) {}

  void serve(const request& r, response& to) const {
    file_cache& cache = caches_.local();
    const auto now = file_cache::now();
    const served_file* known = cache.find(name_, now);
    if (known == nullptr) known = open(cache, now, to);
    if (known != nullptr) known->answer(r, to);
  }

 private:
  // Null where an error was answered.
  const served_file* open(file_cache& cache, file_cache::time_point now, response& to) const {
    std::error_code error;
    file opened = file::open(name_, error);
    const auto state = error ? std::nullopt : file_state::of(opened);
    if (state) {
      return &remember(cache, name_, std::move(opened), *state, features::type_of_named_file(name_),
                       now);
    }
    to = error_response(error ? features::status_for_open_error(error) : status::not_found);
    return nullptr;
  }

  std::string name_;
  mutable file_caches caches_;
};

// What the handlers return: whoever fills in the response in place, which keeps its memory.
template <class Route>
struct served_by {
  const Route* route;
};

}  // namespace

template <class Route>
struct into_response<served_by<Route>> {
  static void write(served_by<Route> from, const request& r, response& to) {
    from.route->serve(r, to);
  }
};

route& router::file(std::string_view path, std::string filename) {
  return add(method::get, path, [serving = std::make_shared<const file_route>(filename)] {
    return served_by<file_route>{serving.get()};
  });
}

route& router::files(std::string_view prefix, const std::string& directory, file_options options) {
  check(options);
  while (prefix.ends_with('/')) prefix.remove_suffix(1);
  const std::size_t before = inspect_pattern(prefix.empty() ? "/" : prefix).parameter_count;
  auto folder = std::make_shared<const folder_route>(directory, std::move(options), before);
  if (!prefix.empty()) add(method::get, prefix, &redirect_to_folder);
  return add(method::get, std::string(prefix) + "/{rest...}",
             [folder](const request&) { return served_by<folder_route>{folder.get()}; });
}

}  // namespace asio_httpd
