// SPDX-License-Identifier: BSL-1.0
//
// What a configuration says of uploads into a folder. Pure functions.

#pragma once

#include <optional>
#include <span>

#include "config.hpp"
#include "setting.hpp"

namespace asio_httpd::app {

// true, false, or an object with these. None: nobody may upload.
value_kind<std::optional<upload_route>> uploads();
std::span<const setting_of<upload_route>> upload_settings();

}  // namespace asio_httpd::app
