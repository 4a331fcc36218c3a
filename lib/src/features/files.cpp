// SPDX-License-Identifier: BSL-1.0
//
// The routes that serve files: one file, or a folder with all that is in it. Which answer comes for
// what is in docs/reference/files.md; a folder's is chosen in folder_route.cpp, how a file becomes
// a response is in file_store.hpp and served_file.hpp.

#include <asio_httpd/files.hpp>
#include <asio_httpd/router.hpp>

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "features/file_store.hpp"
#include "features/folder_route.hpp"
#include "features/named_file.hpp"
#include "features/open_error.hpp"

namespace asio_httpd {

namespace {

using features::file_store;
using features::folder_route;

// The working directory may change until a request comes.
std::string absolute_name(const std::string& filename) {
  if (filename.empty() || filename.find('\0') != filename.npos) {
    throw std::invalid_argument("asio_httpd: a route to a file needs the file's name");
  }
  return std::filesystem::absolute(filename).string();
}

class file_route {
 public:
  explicit file_route(const std::string& filename)
      : name_(absolute_name(filename)),
        files_(std::make_shared<file_store>(
            [](const char* name, std::error_code& error) { return file::open(name, error); },
            file_options{})) {}

  void serve(const request& r, response& to) const {
    const auto type = features::type_of_named_file(name_);
    if (const std::error_code error = files_->serve(r, name_.c_str(), to, type)) {
      to = error_response(features::status_for_open_error(error));
    }
  }

 private:
  const std::string name_;
  const std::shared_ptr<file_store> files_;
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
  while (prefix.ends_with('/')) prefix.remove_suffix(1);
  const std::size_t before = inspect_pattern(prefix.empty() ? "/" : prefix).parameter_count;
  auto folder = std::make_shared<const folder_route>(directory, std::move(options), before);
  if (!prefix.empty()) add(method::get, prefix, &features::redirect_to_folder);
  return add(method::get, std::string(prefix) + "/{rest...}",
             [folder](const request&) { return served_by<folder_route>{folder.get()}; });
}

}  // namespace asio_httpd
