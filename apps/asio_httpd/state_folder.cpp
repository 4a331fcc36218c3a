// SPDX-License-Identifier: BSL-1.0

#include "state_folder.hpp"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace asio_httpd::app {

namespace {

// A name that is not absolute is to be ignored.
std::string absolute(const char* value) {
  return value != nullptr && *value == '/' ? value : "";
}

std::string home_of_user() {
  const passwd* const entry = ::getpwuid(::geteuid());
  return entry == nullptr ? "" : absolute(entry->pw_dir);
}

}  // namespace

std::optional<std::string> state_folder(const environment& get) {
  const std::string of_service = absolute(get("STATE_DIRECTORY"));
  if (!of_service.empty()) return of_service.substr(0, of_service.find(':'));
  const std::string state = absolute(get("XDG_STATE_HOME"));
  if (!state.empty()) return state + "/asio_httpd";
  std::string home = absolute(get("HOME"));
  if (home.empty()) home = home_of_user();
  if (home.empty()) return std::nullopt;
  return home + "/.local/state/asio_httpd";
}

std::optional<std::string> state_folder() {
  return state_folder([](const char* name) { return std::getenv(name); });
}

}  // namespace asio_httpd::app
