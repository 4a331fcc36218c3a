// SPDX-License-Identifier: BSL-1.0
//
// A file as a response; see <asio_httpd/files.hpp>. What the response is, is in served_file.cpp.

#include <asio_httpd/files.hpp>
#include <asio_httpd/media_type.hpp>

#include <utility>

#include "features/named_file.hpp"
#include "features/open_error.hpp"
#include "features/served_file.hpp"

namespace asio_httpd {

response serve_file(const request& r, file opened, std::string_view media_type) {
  const auto state = features::file_state::of(opened);
  if (!state) return error_response(status::not_found);
  response made;
  features::served_file(std::move(opened), *state, {.media_type = media_type}).answer(r, made);
  return made;
}

response serve_file(const request& r, const std::string& path) {
  std::error_code error;
  file opened = file::open(path, error);
  if (error) return error_response(features::status_for_open_error(error));
  return serve_file(r, std::move(opened), features::type_of_named_file(path));
}

}  // namespace asio_httpd
