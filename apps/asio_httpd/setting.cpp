// SPDX-License-Identifier: BSL-1.0
//
// What is said of an unknown key.

#include "setting.hpp"

#include "nearest.hpp"

namespace asio_httpd::app {

std::string unknown_key(std::string_view key, const std::vector<std::string_view>& known,
                        const std::string& otherwise) {
  std::string text = "unknown key \"" + std::string(key) + '"';
  if (const std::string_view meant = nearest(key, known); !meant.empty()) {
    return text + "; did you mean \"" + std::string(meant) + "\"?";
  }
  if (!otherwise.empty()) return text + "; " + otherwise;
  text += "; the keys here are ";
  for (std::size_t i = 0; i < known.size(); ++i) {
    text += (i == 0 ? "" : ", ") + std::string(known[i]);
  }
  return text;
}

}  // namespace asio_httpd::app
