// SPDX-License-Identifier: BSL-1.0
//
// Who owns a session while it waits, while it runs, and when its executor goes away.

#include "net/session.hpp"

#include "net/memory_transport.hpp"
#include "net/task.hpp"
#include "net/worker.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace asio_httpd;
using namespace asio_httpd::net;

namespace {

// Reads until the peer has finished, waiting without a frame of its own.
class reading_session final : public session {
 public:
  reading_session(std::shared_ptr<worker> w, std::unique_ptr<net::transport> t, std::string& to)
      : session(std::move(w), std::move(t)), seen_(to) {}
  ~reading_session() override { seen_ += "gone"; }
  void start() override {
    self_ = shared_from_this();
    const auto running = self_;
    root_ = run();
    root_.start();
  }
  void on_deadline() override {}
  void drain() override {}
  void cut() override { transport().cancel(); }

 private:
  task<> run() {
    for (;;) {
      const error_code ec = co_await wait(transport::wait::read);
      if (ec == boost::asio::error::operation_aborted) {
        seen_ += "cut ";
        break;
      }
      char byte = 0;
      if (transport().read(&byte, 1).size == 0) break;
      seen_ += byte;
    }
    self_.reset();
  }
  std::string& seen_;
  task<> root_;
};

struct fixture {
  std::string seen;
  std::unique_ptr<boost::asio::io_context> context = std::make_unique<boost::asio::io_context>();
  std::shared_ptr<worker> w =
      std::make_shared<worker>(context->get_executor(), std::make_shared<manual_clock>(), nullptr);
  memory_peer peer;

  void begin() {
    auto c = make_memory_connection(context->get_executor());
    peer = c.peer;
    w->run(std::make_shared<reading_session>(w, std::move(c.server_end), seen));
  }
  void poll() {
    context->restart();
    context->poll();
  }
};

}  // namespace

TEST_CASE_FIXTURE(fixture, "it lives by what it waits for, and goes at its end") {
  begin();
  CHECK(w->size() == 1);
  peer.send("abc");
  poll();
  CHECK(seen == "abc");
  CHECK(w->size() == 1);
  peer.shutdown_send();
  poll();
  CHECK(seen == "abcgone");
  CHECK(w->size() == 0);
}

TEST_CASE_FIXTURE(fixture, "it is cut while it waits") {
  begin();
  w->cut_all();
  poll();
  CHECK(seen == "cut gone");
}

TEST_CASE_FIXTURE(fixture, "it goes when the transport forgets it") {
  begin();
  peer.send("x");  // a completion that is never run
  w.reset();       // sessions keep their worker
  context.reset();
  CHECK(seen == "gone");
}
