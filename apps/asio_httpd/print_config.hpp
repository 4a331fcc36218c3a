// SPDX-License-Identifier: BSL-1.0
//
// A config as JSON that read_config.hpp reads again and makes the same config of. A pure function.

#pragma once

#include <nlohmann/json.hpp>

#include "config.hpp"

namespace asio_httpd::app {

nlohmann::ordered_json to_json(const config& c);

}  // namespace asio_httpd::app
