// SPDX-License-Identifier: BSL-1.0
//
// The table of plain settings: those with one value of a kind and a range. Reading a configuration,
// printing it, suggesting a key and testing the documentation all go by this table. What has more
// shape (listen, routes, ...) is in read_config.cpp.

#pragma once

#include <nlohmann/json.hpp>

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "config.hpp"

namespace asio_httpd::app {

struct setting {
  std::string_view section;  // "limits"; "" for the top level
  std::string_view key;
  std::string expected;  // "a whole number from 1 to 65535"
  // Stores the value. False where it is not what is expected; then nothing is stored.
  std::function<bool(config&, const nlohmann::ordered_json&)> read;
  // As it is read again.
  std::function<nlohmann::ordered_json(const config&)> write;

  // "limits.head"
  std::string name() const;
};

std::span<const setting> settings();
// Null where there is none.
const setting* find_setting(std::string_view section, std::string_view key);
bool is_section(std::string_view name);

// `"limits.head" must be a size from 256 to 1MiB, not 3`
std::string refusal(std::string_view name, std::string_view expected,
                    const nlohmann::ordered_json& value);

}  // namespace asio_httpd::app
