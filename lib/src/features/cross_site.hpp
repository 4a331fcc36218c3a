// SPDX-License-Identifier: BSL-1.0
//
// Whether a page of another site made a browser send this request. Browsers send forms to wherever
// a page tells them to, with what they know of the user: cookies, passwords, the network they are
// in. They say so in Sec-Fetch-Site (Fetch Metadata), or where that is missing, as it is over plain
// HTTP, in Origin (RFC 6454 section 7). Clients that are no browsers send neither.
//
// Pure; any thread.

#pragma once

#include <asio_httpd/fields.hpp>

namespace asio_httpd::features {

// Another origin of the same site is another site here: who may write on one subdomain is not meant
// to write everywhere.
bool is_cross_site(const fields& f) noexcept;

}  // namespace asio_httpd::features
