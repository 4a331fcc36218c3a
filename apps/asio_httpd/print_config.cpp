// SPDX-License-Identifier: BSL-1.0
//
// Every key, also those that have their default, so that the output shows what there is to set.

#include "print_config.hpp"

#include "listen_settings.hpp"
#include "route_settings.hpp"
#include "settings.hpp"

namespace asio_httpd::app {

namespace {

using json = nlohmann::ordered_json;

json or_false(const std::optional<std::string>& text) {
  return text ? json(*text) : json(false);
}

json listeners_to_json(const config& c) {
  const value_kind<listener> kind = listener_or_address();
  json list = json::array();
  for (const listener& each : c.listen) list.push_back(kind.write(each));
  return list;
}

template <class Route>
json route_to_json(const Route& r) {
  return write_members(kind_of<Route>().known(), r);
}

json routes_to_json(const config& c) {
  json list = json::array();
  for_each_list_of_routes(c, [&](const auto& routes) {
    for (const auto& r : routes) list.push_back(route_to_json(r));
  });
  return list;
}

}  // namespace

nlohmann::ordered_json to_json(const config& c) {
  json made = json::object();
  made["listen"] = listeners_to_json(c);
  if (c.directory) made["directory"] = route_to_json(*c.directory);
  made["routes"] = routes_to_json(c);
  made["status"] = or_false(c.status);
  made["access_log"] = or_false(c.access_log);
  made.update(write_members(settings(), c));
  return made;
}

}  // namespace asio_httpd::app
