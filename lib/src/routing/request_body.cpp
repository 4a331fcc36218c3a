// SPDX-License-Identifier: BSL-1.0
//
// What is done with content piece by piece, and content that is here already.

#include <asio_httpd/request_body.hpp>

#include "http/posix_file.hpp"

#include <asio_httpd/request.hpp>
#include <asio_httpd/response.hpp>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <utility>

namespace asio_httpd {
namespace {

namespace asio = boost::asio;

class whole_body final : public body_source {
 public:
  explicit whole_body(const request& r) noexcept : request_(r), left_(r.body()) {}

  asio::awaitable<std::string_view> read() override {
    co_return std::exchange(left_, std::string_view{});
  }
  std::optional<std::uint64_t> size() const noexcept override { return request_.body().size(); }
  const fields& trailers() const noexcept override { return request_.trailers(); }

 private:
  const request& request_;
  std::string_view left_;
};

}  // namespace

const fields& body_source::trailers() const noexcept {
  static const fields none;
  return none;
}

request_body request::open_body() const {
  auto source = peer_ != nullptr ? peer_->open_body() : nullptr;
  return request_body(source ? std::move(source) : std::make_shared<whole_body>(*this));
}

asio::awaitable<std::string> content_reader::read_all(std::size_t limit) {
  std::string all;
  for (;;) {
    const std::string_view piece = co_await read();
    if (piece.empty()) co_return all;
    if (piece.size() > limit - all.size()) throw http_error(status::content_too_large);
    all += piece;
  }
}

asio::awaitable<std::uint64_t> content_reader::write_to(int descriptor) {
  std::uint64_t size = 0;
  for (;;) {
    const std::string_view piece = co_await read();
    if (piece.empty()) co_return size;
    if (const int error = http::write_all(descriptor, piece)) {
      http::fail_writing(error, "write to", "descriptor " + std::to_string(descriptor));
    }
    size += piece.size();
  }
}

asio::awaitable<saved_file> content_reader::save(std::string directory, unsigned permissions) {
  saved_file to(std::move(directory), permissions);
  for (;;) {
    const std::string_view piece = co_await read();
    if (piece.empty()) co_return to;
    to.write(piece);
  }
}

}  // namespace asio_httpd
