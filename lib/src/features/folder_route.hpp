// SPDX-License-Identifier: BSL-1.0
//
// What serves a request below a prefix from a folder: which name leads to which answer. The table
// is in docs/reference/files.md.
//
// Files are opened below the folder's descriptor (static_root) under a name that cannot leave it
// (static_path). Redirects are made of the request's path alone and never begin with two slashes,
// so that they stay on this host whatever the request says.
//
// Immutable but for what its files remember; any thread.

#pragma once

#include <asio_httpd/file_options.hpp>
#include <asio_httpd/request.hpp>
#include <asio_httpd/response.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>

#include "features/file_store.hpp"
#include "features/name_pattern.hpp"
#include "features/static_path.hpp"
#include "features/static_root.hpp"

namespace asio_httpd::features {

// The same place with a slash at the end, where relative links are right.
response redirect_to_folder(const request& r);

class folder_route {
 public:
  // `rest` is the position of the path parameter that names the file. Throws std::system_error
  // where the folder cannot be opened, std::invalid_argument for options that are wrong.
  folder_route(const std::string& directory, file_options options, std::size_t rest);

  void serve(const request& r, response& to) const;

 private:
  void serve_path(const request& r, response& to) const;
  void serve_folder(const request& r, static_path& path, response& to) const;
  void serve_name(const request& r, static_path& path, response& to) const;
  std::error_code serve_file(const request& r, const static_path& path, response& to) const;
  bool redirects_to_clean(const request& r, const static_path& path, response& to) const;
  void answer_missing(const request& r, std::error_code error, response& to) const;
  void replace_error(response& to) const;
  bool shows_folders() const noexcept;

  const file_options options_;
  const std::size_t rest_;
  const std::shared_ptr<const name_policy> names_;
  const std::shared_ptr<const static_root> root_;
  const std::shared_ptr<file_store> files_;
};

}  // namespace asio_httpd::features
