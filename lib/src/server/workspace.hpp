// SPDX-License-Identifier: BSL-1.0
//
// What a connection needs while it has something to do, and gives back while it is idle: engine,
// buffers, request and response. Kept per thread for reuse, so that an idle connection costs no
// buffer and a busy one no allocation. A stream of HTTP/2 needs the same, with another engine.

#pragma once

#include "http1/engine.hpp"
#include "http2/engine.hpp"

#include <asio_httpd/response.hpp>

#include <memory>

namespace asio_httpd::serving {

struct workspace {
  http::engine& engine;
  asio_httpd::response response;

  explicit workspace(http::engine& e) noexcept : engine(e) {}
  workspace(const workspace&) = delete;
  workspace& operator=(const workspace&) = delete;
  virtual ~workspace() = default;

  // Back to the calling thread; freed where it grew large or there are enough.
  static void give_back(std::unique_ptr<workspace> w) noexcept;

 private:
  virtual void keep(std::unique_ptr<workspace> self) noexcept = 0;
};

// With `codec` for one protocol.
template <class Engine>
struct workspace_of final : workspace {
  Engine codec;

  workspace_of() noexcept : workspace(codec) {}
  // The calling thread's, or a new one; empty.
  static std::unique_ptr<workspace_of> take();

 private:
  void keep(std::unique_ptr<workspace> self) noexcept override;
};

using http1_workspace = workspace_of<http1::engine>;
using http2_workspace = workspace_of<http2::engine>;

}  // namespace asio_httpd::serving
