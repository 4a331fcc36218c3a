// SPDX-License-Identifier: BSL-1.0
//
// Reads the routes of a configuration, by the tables of route_settings.hpp: `routes`, and
// `directory`, which is the folder at "/". The kind of a route shows in one of its keys.

#pragma once

#include <nlohmann/json.hpp>

#include <filesystem>
#include <functional>
#include <string>
#include <utility>

#include "config.hpp"
#include "value_kinds.hpp"

namespace asio_httpd::app {

class route_reader {
 public:
  // Paths are relative to `folder`; `at` says where the value at a JSON pointer was written.
  route_reader(std::filesystem::path folder, std::function<place(const std::string&)> at,
               config& to)
      : folder_(std::move(folder)), at_(std::move(at)), to_(to) {}

  // The value at `pointer`. What is wrong, with its pointer; routes with faults are left out.
  complaints read(const std::string& pointer, const nlohmann::ordered_json& value);
  complaints read_directory(const std::string& pointer, const nlohmann::ordered_json& value);

 private:
  complaints read_route(const std::string& pointer, const nlohmann::ordered_json& value);
  template <class Route>
  complaints read_as(const std::string& pointer, const nlohmann::ordered_json& value, Route& to);
  template <class Route>
  complaints add(const std::string& pointer, const nlohmann::ordered_json& value,
                 std::vector<Route>& to);
  void finish(const std::string& pointer, const nlohmann::ordered_json& value, file_route& r) const;
  void finish(const std::string& pointer, const nlohmann::ordered_json& value,
              folder_route& r) const;
  template <class Route>
  void finish(const std::string&, const nlohmann::ordered_json&, Route&) const {}

  std::filesystem::path folder_;
  std::function<place(const std::string&)> at_;
  config& to_;
};

}  // namespace asio_httpd::app
