// SPDX-License-Identifier: BSL-1.0
//
// The tables of what can be said of a route, one for each kind of route. A new option of a folder
// is one line in the table of folders.

#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "config.hpp"
#include "setting.hpp"

namespace asio_httpd::app {

template <class Route>
struct route_kind {
  std::string_view name;                 // "a folder"
  std::vector<std::string_view> needed;  // keys that cannot be left out
  std::vector<setting_of<Route>> settings;

  std::span<const setting_of<Route>> known() const { return settings; }
};

// Made once.
template <class Route>
const route_kind<Route>& kind_of();
template <>
const route_kind<file_route>& kind_of<file_route>();
template <>
const route_kind<folder_route>& kind_of<folder_route>();
template <>
const route_kind<redirect_route>& kind_of<redirect_route>();
template <>
const route_kind<answer_route>& kind_of<answer_route>();

// Every key of a route, once, with those within in the form "compression.min_size".
std::vector<std::string> route_keys();

}  // namespace asio_httpd::app
