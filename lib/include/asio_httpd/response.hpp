// SPDX-License-Identifier: BSL-1.0
//
// A response as a handler makes it: status, fields and content.
//
// The server adds Date, Connection and the framing (Content-Length or the chunked coding), leaves
// the content away for HEAD, 204, 205 and 304, and ignores what a handler must not set: Date,
// Server (an option of the server), Content-Length, Transfer-Encoding and Connection (say
// `close_connection()`). A 1xx that is no upgrade is answered 500. Movable. Not thread-safe.

#pragma once

#include <asio_httpd/fields.hpp>
#include <asio_httpd/file.hpp>
#include <asio_httpd/status.hpp>

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace asio_httpd {

struct body_producer;   // see body_writer.hpp
struct stream_handler;  // see stream.hpp

class response {
 public:
  enum class content { none, text, file, stream };

  response() = default;
  response(asio_httpd::status s) : status_(s) {}
  response(asio_httpd::status s, std::string text, std::string_view content_type);

  asio_httpd::status status() const noexcept { return status_; }
  response& status(asio_httpd::status s) noexcept {
    status_ = s;
    return *this;
  }

  asio_httpd::fields& fields() noexcept { return fields_; }
  const asio_httpd::fields& fields() const noexcept { return fields_; }
  response& set(field id, std::string_view value) {
    fields_.set(id, value);
    return *this;
  }
  response& set(std::string_view name, std::string_view value) {
    fields_.set(name, value);
    return *this;
  }

  // Content from memory.
  response& body(std::string text) noexcept {
    kind_ = content::text;
    text_ = std::move(text);
    shared_text_.reset();
    return *this;
  }
  // The same text for many responses, not copied; not null. It must not change any more.
  response& body(std::shared_ptr<const std::string> text) noexcept {
    kind_ = content::text;
    shared_text_ = std::move(text);
    return *this;
  }
  // The same, copied into memory that is reused from one response to the next.
  response& body_copy(std::string_view text) {
    kind_ = content::text;
    text_.assign(text);
    shared_text_.reset();
    return *this;
  }
  // Content from an open regular file: `size` bytes beginning at `offset`. A file that turns out
  // shorter while it is sent closes the connection, so that a wrong length is never taken for
  // a right one.
  response& body(asio_httpd::file f, std::uint64_t offset, std::uint64_t size);
  // The same for a file that other responses send, too; not null.
  response& body(std::shared_ptr<const asio_httpd::file> f, std::uint64_t offset,
                 std::uint64_t size) noexcept;
  // Content that is written piece by piece, after the head: `producer` is run then. With a `size`
  // it is announced and must be met; without one the chunked coding tells the end, or, for
  // HTTP/1.0, the close. See `streaming` in body_writer.hpp.
  response& body(std::shared_ptr<const body_producer> producer,
                 std::optional<std::uint64_t> size = {}) noexcept;
  // No content, Content-Length: 0 (where the status allows content).
  response& no_body() noexcept;

  content kind() const noexcept { return kind_; }
  std::string_view text() const noexcept { return shared_text_ ? *shared_text_ : text_; }
  const asio_httpd::file& file() const noexcept;
  std::uint64_t file_offset() const noexcept { return file_offset_; }
  // Of a stream whose size is not known: 0.
  std::uint64_t content_size() const noexcept {
    return kind_ == content::text ? text().size() : kind_ == content::none ? 0 : size_;
  }
  bool has_size() const noexcept { return kind_ != content::stream || stream_has_size_; }

  // Ends the connection after this response (Connection: close).
  response& close_connection() noexcept {
    close_ = true;
    return *this;
  }
  bool closes_connection() const noexcept { return close_; }

  // Switches protocols: 101 with `Upgrade: protocol`, then `handler` owns the byte stream.
  response& upgrade(std::string_view protocol, std::shared_ptr<const stream_handler> handler);
  const std::shared_ptr<const stream_handler>& upgrade_handler() const noexcept { return upgrade_; }

  // Hand over what `text()` and `file()` show; for those who send. Text is either shared, and then
  // release_shared_text() is not null, or it is not.
  std::string release_text() noexcept { return std::move(text_); }
  std::shared_ptr<const std::string> release_shared_text() noexcept {
    return std::move(shared_text_);
  }
  std::shared_ptr<const asio_httpd::file> release_file() noexcept { return std::move(file_); }
  std::shared_ptr<const body_producer> release_stream() noexcept { return std::move(stream_); }

  // Back to an empty 200, keeping memory.
  void clear() noexcept;

 private:
  asio_httpd::status status_ = asio_httpd::status::ok;
  content kind_ = content::none;
  bool close_ = false;
  asio_httpd::fields fields_;
  std::string text_;
  std::shared_ptr<const std::string> shared_text_;  // instead of text_, where not null
  std::shared_ptr<const asio_httpd::file> file_;
  std::uint64_t file_offset_ = 0;
  std::shared_ptr<const body_producer> stream_;
  std::uint64_t size_ = 0;  // of the file or the stream
  bool stream_has_size_ = false;
  std::shared_ptr<const stream_handler> upgrade_;
};

// The usual ones in a word.
response text(std::string body, status s = status::ok);
response html(std::string body, status s = status::ok);
response redirect(std::string_view location, status s = status::found);
// A plain sentence about a status, for errors: "404 Not Found\n".
response error_response(status s);

// Thrown by a handler to answer with that status; `what()` is the content that the client sees.
class http_error : public std::exception {
 public:
  explicit http_error(asio_httpd::status s, std::string text = {});
  asio_httpd::status status() const noexcept { return status_; }
  const char* what() const noexcept override { return text_.c_str(); }

 private:
  asio_httpd::status status_;
  std::string text_;
};

}  // namespace asio_httpd
