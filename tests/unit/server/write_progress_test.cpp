// SPDX-License-Identifier: BSL-1.0

#include "server/write_progress.hpp"

#include <boost/asio/io_context.hpp>

#include <doctest/doctest.h>

using namespace asio_httpd;
using namespace std::chrono_literals;

namespace {

// Only `unsent` is asked.
class fake_transport final : public net::transport {
 public:
  std::uint64_t waiting = 0;

  net::io_result read(char*, std::size_t) noexcept override { return {}; }
  net::io_result write(std::string_view, std::string_view, bool) noexcept override { return {}; }
  net::io_result send_file(int, std::uint64_t, std::size_t) noexcept override { return {}; }
  bool peer_has_ended() const noexcept override { return false; }
  void async_wait(wait, net::completion) override {}
  void cancel() noexcept override {}
  void shutdown_send() noexcept override {}
  void close(bool) noexcept override {}
  std::uint64_t unsent() const noexcept override { return waiting; }
  net::peer_state look_at_peer() noexcept override { return net::peer_state::silent; }
  const net::endpoint& remote() const noexcept override { return nobody_; }
  boost::asio::any_io_executor executor() const override { return {}; }

 private:
  net::endpoint nobody_;
};

const deadlines ten_seconds{.write = 10s, .write_rate = 100};

}  // namespace

TEST_CASE("bytes that the kernel still holds do not count") {
  fake_transport t;
  serving::write_progress p;
  p.wrote(1000000);
  t.waiting = 1000000;
  CHECK_FALSE(p.is_enough(t, ten_seconds));
  t.waiting = 999001;
  CHECK_FALSE(p.is_enough(t, ten_seconds));
  t.waiting = 998001;
  CHECK(p.is_enough(t, ten_seconds));
  CHECK_FALSE(p.is_enough(t, ten_seconds));  // a new period
}

TEST_CASE("a period shorter than a second asks for a byte") {
  fake_transport t;
  serving::write_progress p;
  const deadlines short_one{.write = 500ms, .write_rate = 100};
  p.wrote(10);
  t.waiting = 10;
  CHECK_FALSE(p.is_enough(t, short_one));
  t.waiting = 9;
  CHECK(p.is_enough(t, short_one));
}

TEST_CASE("an overhead in what the kernel holds makes no progress out of nothing") {
  fake_transport t;
  serving::write_progress p;
  p.wrote(1000);
  t.waiting = 0;
  CHECK(p.is_enough(t, ten_seconds));
  p.wrote(1000);
  t.waiting = 4096;  // of a Unix socket: more than was ever written
  CHECK_FALSE(p.is_enough(t, ten_seconds));
}
