// SPDX-License-Identifier: BSL-1.0
//
// What the program says about itself when it starts and when it ends. Pure functions.

#pragma once

#include <asio_httpd/server.hpp>
#include <asio_httpd/status_report.hpp>

#include <string>
#include <vector>

#include "config.hpp"

namespace asio_httpd::app {

// A line for each URL: "asio_httpd 0.1.0 serving ./www on http://localhost:8080  (2 threads, ...)".
// `folder` is the one that paths are shown relative to.
std::vector<std::string> start_lines(const config& c, const std::vector<std::string>& listeners,
                                     unsigned threads, const std::string& folder);

// Where the certificate is that the program made.
std::string self_signed_line(const std::string& certificate);

// "asio_httpd stopped: 12 requests served in 1 min 5 s; 1 connection drained, 0 cut"
std::string stop_line(const status_report& report, const stop_report& stop);

}  // namespace asio_httpd::app
