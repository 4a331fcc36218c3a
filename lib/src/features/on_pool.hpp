// SPDX-License-Identifier: BSL-1.0
//
// Work for the pool of `run_blocking` that has to go on where the pool has too much to do: then it
// is done here. It must come in small steps.

#pragma once

#include <asio_httpd/blocking.hpp>

#include <concepts>
#include <type_traits>

namespace asio_httpd::features {

// `step` does not throw http_error.
template <std::invocable F>
boost::asio::awaitable<std::invoke_result_t<F&>> on_pool(F step) {
  try {
    co_return co_await run_blocking([&step] { return step(); });
  } catch (const http_error&) {  // the pool's 503
  }
  co_return step();
}

}  // namespace asio_httpd::features
