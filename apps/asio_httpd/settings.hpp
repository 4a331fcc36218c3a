// SPDX-License-Identifier: BSL-1.0
//
// The table of plain settings: those of the whole program with one value of a kind and a range.
// Those of routes are in route_settings.hpp; what has more shape (listen, routes, ...) is in
// read_config.cpp.

#pragma once

#include <span>
#include <string_view>

#include "config.hpp"
#include "setting.hpp"

namespace asio_httpd::app {

using setting = setting_of<config>;

std::span<const setting> settings();
bool is_section(std::string_view name);

}  // namespace asio_httpd::app
