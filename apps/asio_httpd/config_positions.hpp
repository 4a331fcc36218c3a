// SPDX-License-Identifier: BSL-1.0
//
// JSON with the line of every value: what nlohmann_json reads, and for each key and list element
// the line that it stands on, so that a complaint can say where.
//
// Comments (// and /* */) are allowed. A key that stands twice in an object, and nesting deeper
// than a configuration has any use for, are errors. Owns everything; never throws on bad text.

#pragma once

#include <nlohmann/json.hpp>

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace asio_httpd::app {

struct text_error {
  std::size_t line = 0;
  std::string text;
};

struct positioned_json {
  nlohmann::ordered_json value;
  // By JSON pointer: "/limits/head", "/routes/0/path".
  std::map<std::string, std::size_t> lines;
  std::vector<text_error> errors;

  // The line of the value at that pointer, or of the nearest one around it.
  std::size_t line_of(const std::string& pointer) const;
};

positioned_json parse_with_positions(std::string_view text);

}  // namespace asio_httpd::app
