// SPDX-License-Identifier: BSL-1.0
//
// A client's end of a connection to a `testing::server`.
//
// When a call returns, the server has done all that it can do by then: it has read what was sent,
// called handlers, and written as much as the pipe takes. The pipe to the client holds 256 KiB, as
// a socket does; nothing leaves it but by a `receive`. So a client that does not receive is one
// that does not read, and sooner or later its server has to wait.
//
// Its end closes the connection, as a socket's does. It may outlive the server, but then it does
// nothing. Used from the server's thread. Moving leaves an object that can only be destroyed.

#pragma once

#include <asio_httpd/method.hpp>
#include <asio_httpd/testing/answer.hpp>
#include <asio_httpd/testing/client_request.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace asio_httpd::testing {

class connection {
 public:
  connection(connection&&) noexcept;
  connection& operator=(connection&&) noexcept;
  ~connection();

  // --- sending

  // Any bytes.
  void send(std::string_view bytes);
  void send(const client_request& r);
  // Says that the bytes that were sent hold a request of this method; for those of which the answer
  // is read differently (HEAD), and only where requests are sent as bytes.
  void expect_answer_to(method asked);
  // The end of what the client sends; it still receives.
  void shutdown_send();
  // Resets the connection: what is under way is lost.
  void reset();
  // The connection breaks after so many bytes more, sent and received together; 0: now.
  void drop_after(std::size_t bytes);

  // --- answers

  // Sends it and receives the answer.
  answer request(const client_request& r);
  // The next answer. A handler that waits for real time (a timer, a thread) is waited for, up to
  // `server::patience`. Throws `error` where there is no whole answer then.
  answer receive_answer();
  // All whole answers that have come; waits for nothing.
  std::vector<answer> receive_answers();
  // Whether the next answer has come whole; waits for nothing. Throws `error` where what came is no
  // answer.
  bool has_answer();

  // For answers that do not end soon. The next one as soon as its head is whole, with the content
  // that has come; waits as `receive_answer` does. Valid up to the next call.
  const answer& receive_head();
  // The content that has come of it since the last call, and waits for nothing. Does not mind that
  // the connection broke. What is taken here `receive_answer` does not have.
  std::string receive_content();

  // --- bytes

  // What has come and belongs to no answer that was begun; `most` bytes at most. Waits for nothing.
  // Behind a 101 this is the other protocol.
  std::string receive(std::size_t most = std::string::npos);
  // Sends the bytes and receives what comes back at once.
  std::string ask(std::string_view bytes);

  // --- slow readers

  // What the pipe to the client holds from now on, in bytes.
  void set_capacity(std::size_t bytes);
  // From now on nothing gets into the pipe, even where there is room ...
  void stall();
  // ... but for so many bytes more, which are received and kept for the calls above ...
  void accept(std::size_t bytes);
  // ... until all of it is open again.
  void resume();

  // --- how it is

  // The server has closed it.
  bool is_closed();
  // The server has said that it sends no more, and all that it sent was received.
  bool at_end();
  // Runs the server until `done()` holds, in real time where handlers wait, up to
  // `server::patience`; the result is what `done()` said last.
  bool wait_until(const std::function<bool()>& done);

 private:
  friend class server;
  struct implementation;
  explicit connection(std::unique_ptr<implementation> i);
  std::unique_ptr<implementation> implementation_;
};

}  // namespace asio_httpd::testing
