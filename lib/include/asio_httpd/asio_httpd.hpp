// SPDX-License-Identifier: BSL-1.0
//
// Everything but JSON (json.hpp) and the access log (access_log.hpp), which bring more along.

#pragma once

#include <asio_httpd/body_writer.hpp>
#include <asio_httpd/events.hpp>
#include <asio_httpd/router.hpp>
#include <asio_httpd/server.hpp>
#include <asio_httpd/stream.hpp>
#include <asio_httpd/version.hpp>
