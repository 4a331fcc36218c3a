// SPDX-License-Identifier: BSL-1.0
//
// Every key, also those that have their default, so that the output shows what there is to set.

#include "print_config.hpp"

#include "settings.hpp"

namespace asio_httpd::app {

namespace {

using json = nlohmann::ordered_json;

json or_false(const std::optional<std::string>& text) {
  return text ? json(*text) : json(false);
}

void add_host(json& route, const std::string& host) {
  if (!host.empty()) route["host"] = host;
}

json file_to_json(const file_route& r) {
  json made = {{"path", r.path}, {"file", r.file}};
  add_host(made, r.host);
  return made;
}

json folder_to_json(const folder_route& r) {
  json made = {{"prefix", r.prefix},
               {"directory", r.directory},
               {"index", r.index},
               {"dotfiles", r.dotfiles}};
  add_host(made, r.host);
  return made;
}

json routes_to_json(const config& c) {
  json list = json::array();
  for (const file_route& r : c.files) list.push_back(file_to_json(r));
  for (const folder_route& r : c.folders) list.push_back(folder_to_json(r));
  return list;
}

}  // namespace

nlohmann::ordered_json to_json(const config& c) {
  json made = json::object();
  made["listen"] = c.listen;
  if (c.directory) made["directory"] = c.directory->directory;
  made["routes"] = routes_to_json(c);
  made["status"] = or_false(c.status);
  made["access_log"] = or_false(c.access_log);
  for (const setting& s : settings()) {
    json& section = s.section.empty() ? made : made[std::string(s.section)];
    section[std::string(s.key)] = s.write(c);
  }
  return made;
}

}  // namespace asio_httpd::app
