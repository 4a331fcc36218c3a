// SPDX-License-Identifier: BSL-1.0
//
// The answer that lists what is in a folder: a page or JSON, by Accept.
//
// The folder is opened before the head, so that what is wrong with it is a status. Reading it
// blocks, and happens on the threads of run_blocking while the answer is written; memory is bounded
// by folder_entries. Called on a thread that serves; keeps nothing of the request.

#pragma once

#include <asio_httpd/request.hpp>
#include <asio_httpd/response.hpp>

#include "features/served_folder.hpp"

namespace asio_httpd::features {

// `r` is a GET or HEAD whose path ends in a slash and in `where.path`. With `offers_archive` the
// page has a link to "?archive=tar"; see tar_stream.hpp.
void answer_listing(const request& r, served_folder where, bool offers_archive, response& to);

}  // namespace asio_httpd::features
