// SPDX-License-Identifier: BSL-1.0
//
// Looks a whole config over, once file and command line are merged: routes that stand there twice,
// files and folders that are missing or cannot be read, the error pages and the fallback of a
// folder among them, redirects that go round in a circle, an access log that cannot be written.
// Reads nothing of what it finds and changes nothing.

#pragma once

#include "config.hpp"
#include "problems.hpp"

namespace asio_httpd::app {

void check_config(const config& c, problems& found);

}  // namespace asio_httpd::app
