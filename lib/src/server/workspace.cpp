// SPDX-License-Identifier: BSL-1.0
//
// A small stack of workspaces for each thread.

#include "server/workspace.hpp"

#include "http/request_access.hpp"

#include <array>
#include <utility>

namespace asio_httpd::serving {
namespace {

constexpr std::size_t most_kept = 16;
constexpr std::size_t largest_kept = 64 * 1024;  // bytes of buffers

struct stack {
  std::array<std::unique_ptr<workspace>, most_kept> items;
  std::size_t size = 0;
};

thread_local stack kept;

}  // namespace

// Not inlined: a coroutine may go on in another thread, where an address that was worked out before
// would be of the wrong one.
[[gnu::noinline]] std::unique_ptr<workspace> workspace::take() {
  auto& [items, size] = kept;
  if (size == 0) return std::make_unique<workspace>();
  return std::move(items[--size]);
}

[[gnu::noinline]] void workspace::give_back(std::unique_ptr<workspace> w) noexcept {
  auto& [items, size] = kept;
  if (!w || size == most_kept || w->engine.memory() > largest_kept) return;
  w->response.clear();
  w->engine.output().clear();
  w->engine.request().attributes().clear();  // they may hold what is dear to others
  request_access::peer(w->engine.request(), nullptr);
  items[size++] = std::move(w);
}

}  // namespace asio_httpd::serving
