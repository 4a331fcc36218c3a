// SPDX-License-Identifier: BSL-1.0
//
// The media type of a file that somebody named, as opposed to one that was found in a folder.

#pragma once

#include <asio_httpd/media_type.hpp>

#include <string_view>

namespace asio_httpd::features {

// Who names one file that has no extension ("/flag", "/etc/hostname", "LICENSE") means text, for
// people to read in the browser.
inline std::string_view type_of_named_file(std::string_view path) noexcept {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  return name.find('.') == name.npos ? "text/plain; charset=utf-8" : media_type_for(path);
}

}  // namespace asio_httpd::features
