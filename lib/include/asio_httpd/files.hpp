// SPDX-License-Identifier: BSL-1.0
//
// Answering a request with a file, for handlers of your own; `router::file` and `router::files` are
// built on this.
//
//   routes.get("/report", [](const request& r) { return serve_file(r, "/srv/report.pdf"); });
//
// For GET and HEAD that is everything that RFC 9110 has for files: Last-Modified, a strong ETag,
// preconditions (304, 412), one Range with If-Range (206, 416); several ranges are answered with
// one that holds them all where they lie close together, else with the whole file. For another
// method it is a plain 200. Content-Type, Last-Modified, ETag, Accept-Ranges and
// `X-Content-Type-Options: nosniff` are set; more may be added to the response.
//
// Only regular files are served, and stat, entity tag and sending use one descriptor, so that
// nothing can be swapped in between. Never waits for a FIFO or a device. Opening may wait for the
// disk. Any thread.

#pragma once

#include <asio_httpd/file.hpp>
#include <asio_httpd/request.hpp>
#include <asio_httpd/response.hpp>

#include <string>
#include <string_view>

namespace asio_httpd {

// The file at `path`, symbolic links followed. 404 where there is no regular file, 403 where it may
// not be read, 503 where the process has no descriptor left. The type goes by the extension; a name
// without one is text. `path` is yours: never make it from a request, `router::files` is for that.
response serve_file(const request& r, const std::string& path);

// The open file `opened` as that media type, with 404 where it is no regular file.
response serve_file(const request& r, file opened, std::string_view media_type);

}  // namespace asio_httpd
