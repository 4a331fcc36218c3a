// SPDX-License-Identifier: BSL-1.0

#include "net/memory_transport.hpp"

#include "support/scratch_folder.hpp"

#include <asio_httpd/file.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>

#include <doctest/doctest.h>

using namespace asio_httpd::net;

namespace {

struct fixture {
  boost::asio::io_context context;
  memory_connection c = make_memory_connection(context.get_executor());
  transport& end = *c.server_end;
  memory_peer& peer = c.peer;
  int finished = 0;
  error_code last;

  void wait(transport::wait what) {
    end.async_wait(what, {nullptr,
                          [](void* self, std::shared_ptr<void>, error_code ec) {
                            auto& f = *static_cast<fixture*>(self);
                            ++f.finished;
                            f.last = ec;
                          },
                          this});
  }
  void poll() {
    context.restart();
    context.poll();
  }
  std::string read(std::size_t size = 100) {
    std::string data(size, '\0');
    const auto result = end.read(data.data(), size);
    last = result.error;
    data.resize(result.size);
    return data;
  }
};

}  // namespace

TEST_CASE_FIXTURE(fixture, "bytes arrive, in pieces as they are asked for") {
  CHECK(read().empty());
  CHECK(last == boost::asio::error::would_block);
  peer.send("hello");
  CHECK(read(2) == "he");
  CHECK(read() == "llo");
  peer.shutdown_send();
  CHECK(read().empty());
  CHECK_FALSE(last);
}

TEST_CASE_FIXTURE(fixture, "waiting ends from the loop, never from inside a call") {
  wait(transport::wait::read);
  peer.send("x");
  CHECK(finished == 0);
  poll();
  CHECK(finished == 1);
  CHECK_FALSE(last);
  wait(transport::wait::read);  // there already
  CHECK(finished == 1);
  poll();
  CHECK(finished == 2);
}

TEST_CASE_FIXTURE(fixture, "cancel and close end what waits") {
  wait(transport::wait::read);
  end.cancel();
  poll();
  CHECK(finished == 1);
  CHECK(last == boost::asio::error::operation_aborted);
  wait(transport::wait::read);
  end.close();
  poll();
  CHECK(finished == 2);
  CHECK(last == boost::asio::error::operation_aborted);
  CHECK(peer.is_closed());
  CHECK(peer.at_end());
}

TEST_CASE_FIXTURE(fixture, "a reset is seen by both directions") {
  wait(transport::wait::read);
  peer.reset();
  poll();
  CHECK(finished == 1);
  read();
  CHECK(last == boost::asio::error::connection_reset);
  CHECK(end.write("x", {}, false).error == boost::asio::error::broken_pipe);
}

TEST_CASE_FIXTURE(fixture, "a full pipe blocks its writer until the peer takes something") {
  peer.set_capacity(8);
  CHECK(end.write("12345", "6789", false).size == 8);
  CHECK(end.unsent() == 8);
  CHECK(end.write("9", {}, false).error == boost::asio::error::would_block);
  wait(transport::wait::write);
  poll();
  CHECK(finished == 0);
  CHECK(peer.receive(3) == "123");
  poll();
  CHECK(finished == 1);
  CHECK(end.write({}, "9", false).size == 1);
  CHECK(peer.receive() == "456789");
}

TEST_CASE_FIXTURE(fixture, "files are sent from where they are asked, and end where they end") {
  const test_support::scratch_folder folder;
  std::error_code error;
  const auto f = asio_httpd::file::open(folder.write("f", "0123456789"), error);
  CHECK(end.send_file(f.descriptor(), 2, 3).size == 3);
  CHECK(end.send_file(f.descriptor(), 8, 100).size == 2);
  const auto beyond = end.send_file(f.descriptor(), 10, 100);
  CHECK((beyond.size == 0 && !beyond.error));
  CHECK(peer.receive() == "23489");
  CHECK(end.send_file(-1, 0, 1).error);
}

TEST_CASE_FIXTURE(fixture, "the end of what the server sends is seen when it is all taken") {
  end.write("last", {}, false);
  end.shutdown_send();
  CHECK_FALSE(peer.at_end());
  CHECK_FALSE(peer.is_closed());
  CHECK(peer.receive() == "last");
  CHECK(peer.at_end());
}

TEST_CASE("an executor that goes away releases who waits") {
  auto owner = std::make_shared<int>(1);
  std::weak_ptr<int> watched = owner;
  {
    boost::asio::io_context context;
    auto c = make_memory_connection(context.get_executor());
    c.server_end->async_wait(
        transport::wait::read,
        {std::move(owner), [](void*, std::shared_ptr<void>, error_code) {}, nullptr});
    c.peer.send("x");
  }
  CHECK(watched.expired());
}

TEST_CASE_FIXTURE(fixture, "a window lets so many bytes through, however many are taken") {
  peer.set_window(5);
  CHECK(end.write("123", "4567", false).size == 5);
  CHECK(peer.receive() == "12345");
  CHECK(end.write("6", {}, false).error == boost::asio::error::would_block);
  wait(transport::wait::write);
  poll();
  CHECK(finished == 0);
  peer.set_window(std::string::npos);
  poll();
  CHECK(finished == 1);
  CHECK(end.write("67", {}, false).size == 2);
}

TEST_CASE_FIXTURE(fixture, "a connection that breaks after some bytes counts both directions") {
  peer.reset_after(8);
  peer.send("abcdef");
  CHECK(read(4) == "abcd");
  CHECK(end.write("12", {}, false).size == 2);
  wait(transport::wait::write);
  poll();
  CHECK(finished == 1);
  CHECK(read() == "ef");
  CHECK(read().empty());
  CHECK(last == boost::asio::error::connection_reset);
  CHECK(end.write("3", {}, false).error == boost::asio::error::broken_pipe);
  CHECK(peer.receive() == "12");  // had left already
}

TEST_CASE_FIXTURE(fixture, "a break in the middle of a write lets its first bytes through") {
  peer.reset_after(3);
  wait(transport::wait::read);
  CHECK(end.write("12", "34", false).size == 3);
  poll();
  CHECK(finished == 1);
  CHECK(peer.receive() == "123");
  read();
  CHECK(last == boost::asio::error::connection_reset);
}

TEST_CASE_FIXTURE(fixture, "a break after nothing is a reset") {
  peer.reset_after(0);
  read();
  CHECK(last == boost::asio::error::connection_reset);
}
