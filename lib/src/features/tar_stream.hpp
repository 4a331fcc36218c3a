// SPDX-License-Identifier: BSL-1.0
//
// The answer that is a folder with all that is in it, as a tar archive, written while it is read.
// What is in it is in tar_source.hpp.
//
// The folder is opened before the head, so that what is wrong with it is a status. What goes wrong
// later ends the connection, and the client sees that the archive is not whole. Called on a thread
// that serves; keeps nothing of the request. Holds about 256 KiB.

#pragma once

#include <asio_httpd/request.hpp>
#include <asio_httpd/response.hpp>

#include "features/served_folder.hpp"

namespace asio_httpd::features {

// `r` is a GET or HEAD. The archive, and the folder in it, are called as the last segment of the
// request's path, or "files" where that is "/".
void answer_archive(const request& r, served_folder where, response& to);

}  // namespace asio_httpd::features
