// SPDX-License-Identifier: BSL-1.0
//
// A status report as the JSON that monitoring reads. docs/reference/status.md explains each field,
// docs/reference/status.schema.json is its schema, and a test holds the three together.
//
// Keys keep their order, so that two reports can be compared line by line. A pure function.

#pragma once

#include <asio_httpd/status_report.hpp>

#include <nlohmann/json.hpp>

namespace asio_httpd::features {

nlohmann::ordered_json to_json(const status_report& report);

}  // namespace asio_httpd::features
