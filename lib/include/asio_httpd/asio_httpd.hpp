// SPDX-License-Identifier: BSL-1.0
//
// Everything but JSON (json.hpp) and the access log (access_log.hpp), which bring more along.

#pragma once

#include <asio_httpd/base64.hpp>
#include <asio_httpd/blocking.hpp>
#include <asio_httpd/body_writer.hpp>
#include <asio_httpd/constant_time.hpp>
#include <asio_httpd/content_coding.hpp>
#include <asio_httpd/cookie.hpp>
#include <asio_httpd/escape.hpp>
#include <asio_httpd/events.hpp>
#include <asio_httpd/form.hpp>
#include <asio_httpd/multipart.hpp>
#include <asio_httpd/multipart_reader.hpp>
#include <asio_httpd/negotiation.hpp>
#include <asio_httpd/problem.hpp>
#include <asio_httpd/router.hpp>
#include <asio_httpd/safe_filename.hpp>
#include <asio_httpd/saved_file.hpp>
#include <asio_httpd/self_signed.hpp>
#include <asio_httpd/server.hpp>
#include <asio_httpd/stream.hpp>
#include <asio_httpd/tls.hpp>
#include <asio_httpd/upload_options.hpp>
#include <asio_httpd/version.hpp>
#include <asio_httpd/websocket.hpp>
