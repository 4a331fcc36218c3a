// SPDX-License-Identifier: BSL-1.0
//
// A folder below a static root, and what of it may be seen. A value that keeps alive what it needs,
// so that an answer that is still being written may outlive its route. Any thread.

#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "features/name_pattern.hpp"
#include "features/static_root.hpp"

namespace asio_httpd::features {

struct served_folder {
  std::shared_ptr<const static_root> root;   // not null
  std::shared_ptr<const name_policy> names;  // not null
  // Relative to the root, as static_path makes it; "" is the root itself.
  std::string path;

  // The path of something in it.
  std::string path_of(std::string_view name) const {
    std::string made = path;
    return made.append(path.empty() ? "" : "/").append(name);
  }
};

}  // namespace asio_httpd::features
