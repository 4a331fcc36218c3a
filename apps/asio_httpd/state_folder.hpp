// SPDX-License-Identifier: BSL-1.0
//
// Where the program keeps what it makes itself: the folder "asio_httpd" of the user's state, as the
// XDG Base Directory Specification has it, or the one that systemd made for a service.

#pragma once

#include <functional>
#include <optional>
#include <string>

namespace asio_httpd::app {

using environment = std::function<const char*(const char* name)>;

// In this order: $STATE_DIRECTORY, $XDG_STATE_HOME/asio_httpd, $HOME/.local/state/asio_httpd, and
// the last of them in the home that the system has for the user. None where there is no home.
std::optional<std::string> state_folder(const environment& get);

// Of this process.
std::optional<std::string> state_folder();

}  // namespace asio_httpd::app
