// SPDX-License-Identifier: BSL-1.0
//
// RFC 9110 section 9.3.4: the tag may be shown, since what was sent is stored as it is.

#include "features/upload_answer.hpp"

#include <asio_httpd/url.hpp>

#include <algorithm>

namespace asio_httpd::features {

std::string upload_location(const request& r, std::string_view rest, std::string_view path) {
  std::string_view prefix = r.path().substr(0, r.path().size() - rest.size());
  while (prefix.ends_with('/')) prefix.remove_suffix(1);
  const std::size_t begin = std::min(prefix.find_first_not_of('/'), prefix.size());
  std::string made;
  if (begin < prefix.size()) made.append("/").append(prefix.substr(begin));
  return percent_encode_path(made.append("/").append(path));
}

response placed_answer(const placed_file& placed, std::string_view location) {
  response made(placed.created ? status::created : status::no_content);
  if (placed.created) made.set(field::location, location);
  if (!placed.etag.empty()) made.set(field::etag, placed.etag);
  return made;
}

}  // namespace asio_httpd::features
