// SPDX-License-Identifier: BSL-1.0
//
// The kinds of values that only routes have. Pure functions.

#pragma once

#include <asio_httpd/file_options.hpp>
#include <asio_httpd/status.hpp>

#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "config.hpp"
#include "setting.hpp"

namespace asio_httpd::app {

using types_by_extension = std::map<std::string, std::string, std::less<>>;
using named_values = std::vector<answer_route::named_value>;

value_kind<std::string> path_pattern();
// Of names of files, as file_options.hpp describes them.
value_kind<std::vector<std::string>> patterns();
// None is not printed: it means any.
value_kind<std::vector<std::string>> hosts();
value_kind<status> redirect_status();
// Those that say something by themselves.
value_kind<status> answer_status();
value_kind<std::map<status, std::string>> error_pages();
value_kind<std::vector<cache_control_rule>> cache_control();
value_kind<types_by_extension> media_types();
// Fields of an answer: not those that the server sets, nor Content-Type.
value_kind<named_values> fields_by_name();
// true, false, or an object with these.
value_kind<compression_options> compression();
std::span<const setting_of<compression_options>> compression_settings();

}  // namespace asio_httpd::app
