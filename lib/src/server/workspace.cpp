// SPDX-License-Identifier: BSL-1.0
//
// A small stack of workspaces for each thread.

#include "server/workspace.hpp"

#include "http/request_access.hpp"

#include <utility>
#include <vector>

namespace asio_httpd::serving {
namespace {

constexpr std::size_t most_kept = 16;
constexpr std::size_t largest_kept = 64 * 1024;  // bytes of buffers

// Behind functions that are not inlined: a coroutine may go on in another thread, where an address
// that was worked out before would be of the wrong one.
std::vector<std::unique_ptr<workspace>>& kept() {
  thread_local std::vector<std::unique_ptr<workspace>> stack;
  return stack;
}

}  // namespace

[[gnu::noinline]] std::unique_ptr<workspace> workspace::take() {
  auto& stack = kept();
  if (stack.empty()) return std::make_unique<workspace>();
  auto taken = std::move(stack.back());
  stack.pop_back();
  return taken;
}

[[gnu::noinline]] void workspace::give_back(std::unique_ptr<workspace> w) noexcept {
  if (!w || w->engine.memory() > largest_kept) return;
  auto& stack = kept();
  if (stack.size() >= most_kept) return;
  w->response.clear();
  w->engine.output().clear();
  request_access::peer(w->engine.request(), nullptr);
  stack.push_back(std::move(w));
}

}  // namespace asio_httpd::serving
