// SPDX-License-Identifier: BSL-1.0
//
// What a connection lends to a handler that reads or writes content piece by piece, for as long as
// the exchange lasts. A handler that kept it longer finds itself cut off.

#pragma once

#include "server/connection.hpp"

#include <asio_httpd/body_writer.hpp>
#include <asio_httpd/request_body.hpp>

#include <chrono>
#include <memory>
#include <string>

namespace asio_httpd::serving {

class lent_connection {
 public:
  explicit lent_connection(connection& c) noexcept : connection_(&c) {}
  // Null where there is nothing to be had any more.
  connection* if_open() const noexcept;
  // Throws operation_aborted where there is nothing to be had any more.
  connection& get() const;
  // Waits for the peer, at the deadline that was set, and sets the handler's again.
  boost::asio::awaitable<void> wait(net::transport::wait what);
  void take_back() noexcept {
    connection_ = nullptr;
    writer.reset();
  }

  // The connection's own, kept here because few exchanges need it.
  std::shared_ptr<body_writer::implementation> writer;  // of the content that is being written
  clock::time_point wait_started{};
  clock::duration body_waited{};          // in this period of deadlines::body
  clock::time_point write_period_ends{};  // of deadlines::write; time_point() while nothing waits
  std::uint64_t sent_in_turn = 0;

 private:
  connection* connection_;
};

class lent_body final : public body_source {
 public:
  explicit lent_body(std::shared_ptr<lent_connection> c) noexcept : connection_(std::move(c)) {}
  boost::asio::awaitable<std::string_view> read() override;
  std::optional<std::uint64_t> size() const noexcept override;
  const fields& trailers() const noexcept override;

 private:
  std::shared_ptr<lent_connection> connection_;
};

}  // namespace asio_httpd::serving

namespace asio_httpd {

struct body_writer::implementation {
  std::shared_ptr<serving::lent_connection> connection;
  fields trailers;
  std::string heartbeat;
  std::chrono::milliseconds heartbeat_interval{};
  std::string farewell;
};

}  // namespace asio_httpd
