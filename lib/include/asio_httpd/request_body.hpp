// SPDX-License-Identifier: BSL-1.0
//
// The content of a request, read while it comes in: a handler that takes a `request_body` is called
// at the end of the head.
//
//   routes.post("/count", [](request_body body) -> boost::asio::awaitable<std::string> {
//     std::uint64_t size = 0;
//     for (;;) {
//       const std::string_view piece = co_await body.read();
//       if (piece.empty()) break;
//       size += piece.size();
//     }
//     co_return std::to_string(size);
//   });
//
// A client cannot send faster than it is read. Only `route::body_limit` bounds the whole; the
// client must keep up deadlines::body_rate while it is waited for. Who does not read it all is
// asked for nothing: the rest is dropped where it is short, or the connection is closed behind the
// answer.

#pragma once

#include <asio_httpd/fields.hpp>
#include <asio_httpd/saved_file.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace asio_httpd {

// What content is read from; implemented by the server.
struct body_source {
  virtual ~body_source() = default;
  virtual boost::asio::awaitable<std::string_view> read() = 0;
  // Of a message; the parts of a form have neither.
  virtual std::optional<std::uint64_t> size() const noexcept { return std::nullopt; }
  virtual const fields& trailers() const noexcept;
};

// What can be done with content: that of a request, and that of a part of a form. One operation at
// a time. Copies read the same content.
class content_reader {
 public:
  // The next piece, valid up to the next call; "" at the end. Throws http_error for content that is
  // malformed or too large (answered so, where it is let out of the handler), and
  // boost::system::system_error where the client is gone.
  boost::asio::awaitable<std::string_view> read() { return source_->read(); }
  // All of it; throws http_error 413 above `limit` bytes.
  boost::asio::awaitable<std::string> read_all(std::size_t limit);
  // All of it into a file, which must be open for writing; from its position on. Returns how many
  // bytes. Throws http_error 507 where the disk or a quota is full, std::system_error where the
  // file does not take it otherwise.
  boost::asio::awaitable<std::uint64_t> write_to(int descriptor);
  // All of it into a new file without a name on the file system of `directory`, made before
  // anything is read; see saved_file.hpp, also for what it throws.
  boost::asio::awaitable<saved_file> save(std::string directory, unsigned permissions = 0644);

 protected:
  explicit content_reader(std::shared_ptr<body_source> s) noexcept : source_(std::move(s)) {}

  std::shared_ptr<body_source> source_;
};

// Used from the handler's coroutine, up to the end of the response. The first `read`, and what
// reads, sends `100 Continue`, where the client waits for it.
class request_body : public content_reader {
 public:
  explicit request_body(std::shared_ptr<body_source> s) noexcept : content_reader(std::move(s)) {}

  // Content-Length; nothing where the body is chunked.
  std::optional<std::uint64_t> size() const noexcept { return source_->size(); }
  // Behind the content, once it is read.
  const fields& trailers() const noexcept { return source_->trailers(); }
};

}  // namespace asio_httpd
