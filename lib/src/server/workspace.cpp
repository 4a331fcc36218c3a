// SPDX-License-Identifier: BSL-1.0
//
// A small stack of workspaces for each thread and protocol.

#include "server/workspace.hpp"

#include "http/request_access.hpp"

#include <array>
#include <utility>

namespace asio_httpd::serving {
namespace {

constexpr std::size_t most_kept = 16;
constexpr std::size_t largest_kept = 64 * 1024;  // bytes of buffers

template <class Workspace>
struct stack {
  std::array<std::unique_ptr<Workspace>, most_kept> items;
  std::size_t size = 0;
};

template <class Workspace>
thread_local stack<Workspace> kept;

}  // namespace

void workspace::give_back(std::unique_ptr<workspace> w) noexcept {
  if (!w) return;
  workspace& to_keep = *w;
  to_keep.keep(std::move(w));
}

// Not inlined: a coroutine may go on in another thread, where an address that was worked out before
// would be of the wrong one.
template <class Engine>
[[gnu::noinline]] std::unique_ptr<workspace_of<Engine>> workspace_of<Engine>::take() {
  auto& [items, size] = kept<workspace_of>;
  if (size == 0) return std::make_unique<workspace_of>();
  return std::move(items[--size]);
}

template <class Engine>
[[gnu::noinline]] void workspace_of<Engine>::keep(std::unique_ptr<workspace> self) noexcept {
  auto& [items, size] = kept<workspace_of>;
  if (size == most_kept || engine.memory() > largest_kept) return;
  response.clear();
  engine.output().clear();
  engine.request().attributes().clear();  // they may hold what is dear to others
  request_access::peer(engine.request(), nullptr);
  items[size++].reset(static_cast<workspace_of*>(self.release()));
}

template struct workspace_of<http1::engine>;
template struct workspace_of<http2::engine>;

}  // namespace asio_httpd::serving
