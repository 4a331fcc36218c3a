// SPDX-License-Identifier: BSL-1.0

#include "server/workspace.hpp"

#include <doctest/doctest.h>

#include <thread>
#include <vector>

using asio_httpd::serving::http1_workspace;
using asio_httpd::serving::workspace;

TEST_CASE("a workspace that was given back is taken again") {
  auto w = http1_workspace::take();
  const workspace* address = w.get();
  w->response.body("text");
  workspace::give_back(std::move(w));
  w = http1_workspace::take();
  CHECK(w.get() == address);
  CHECK(w->response.text().empty());
}

TEST_CASE("one that grew large is not kept") {
  auto w = http1_workspace::take();
  w->engine.input().prepare(1024 * 1024);
  workspace::give_back(std::move(w));
  w = http1_workspace::take();
  CHECK(w->engine.memory() <= 64 * 1024);
}

TEST_CASE("only a few are kept, whatever is given back") {
  std::vector<std::unique_ptr<workspace>> many;
  for (int i = 0; i < 100; ++i) {
    many.push_back(http1_workspace::take());
    many.back()->engine.input().prepare(1000);
  }
  for (auto& w : many) workspace::give_back(std::move(w));
  std::size_t used = 0;
  for (auto& w : many) {
    w = http1_workspace::take();
    used += w->engine.memory() >= 1000;
  }
  CHECK(used <= 16);
  CHECK(used > 0);
}

TEST_CASE("giving back nothing, and in another thread") {
  workspace::give_back(nullptr);
  auto w = http1_workspace::take();
  std::thread([&w] { workspace::give_back(std::move(w)); }).join();
  CHECK(w == nullptr);
}
