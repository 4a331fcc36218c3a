// SPDX-License-Identifier: BSL-1.0
//
// What a configuration says of listeners, of TLS, and of those who come without it. Pure functions.

#pragma once

#include <asio_httpd/https.hpp>

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "listener.hpp"
#include "setting.hpp"

namespace asio_httpd::app {

// An address, or an object with an address and TLS.
value_kind<listener> listener_or_address();
// The names of files become absolute.
void resolve_paths(const std::filesystem::path& folder, listener& of);

// true, false, or a port.
value_kind<std::optional<https_port>> https_redirect_port();
// true, false, or an object.
value_kind<std::optional<transport_security>> hsts();

std::span<const setting_of<listener>> listener_settings();
std::span<const setting_of<tls_settings>> tls_setting_table();
std::span<const setting_of<tls_certificate>> certificate_settings();
std::span<const setting_of<transport_security>> hsts_settings();

// Every key of these: "listen[].tls.minimum", "hsts.max_age".
std::vector<std::string> listen_keys();

}  // namespace asio_httpd::app
