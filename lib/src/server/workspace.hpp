// SPDX-License-Identifier: BSL-1.0
//
// What a connection needs while it has something to do, and gives back while it is idle: engine,
// buffers, request and response. Kept per thread for reuse, so that an idle connection costs no
// buffer and a busy one no allocation.

#pragma once

#include "http1/engine.hpp"

#include <asio_httpd/response.hpp>

#include <memory>

namespace asio_httpd::serving {

struct workspace {
  http1::engine engine;
  asio_httpd::response response;

  // The calling thread's, or a new one; empty.
  static std::unique_ptr<workspace> take();
  // Back to the calling thread; freed where it grew large or there are enough.
  static void give_back(std::unique_ptr<workspace> w) noexcept;
};

}  // namespace asio_httpd::serving
