// SPDX-License-Identifier: BSL-1.0
//
// Waiting for a session's transport in a coroutine of Asio's, that is, in a user's.

#pragma once

#include "server/io_session.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>

namespace asio_httpd::serving {

// Throws boost::system::system_error where the wait ends by an error. The wait belongs to the
// awaiting coroutine: cancelling that cancels this. Keeps the session.
boost::asio::awaitable<void> await_transport(std::shared_ptr<io_session> session,
                                             net::transport::wait what);

}  // namespace asio_httpd::serving
