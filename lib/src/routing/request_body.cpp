// SPDX-License-Identifier: BSL-1.0
//
// What is done with content piece by piece, and content that is here already.

#include <asio_httpd/request_body.hpp>

#include <asio_httpd/request.hpp>
#include <asio_httpd/response.hpp>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <cerrno>
#include <utility>

#include <unistd.h>

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

// A regular file takes all it is given or says why not; who knows what else may take less.
void write_all(int descriptor, std::string_view data) {
  while (!data.empty()) {
    const ssize_t n = ::write(descriptor, data.data(), data.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      throw boost::system::system_error(errno, boost::system::system_category(), "write");
    }
    data.remove_prefix(static_cast<std::size_t>(n));
  }
}

}  // namespace

request_body request::open_body() const {
  auto source = peer_ != nullptr ? peer_->open_body() : nullptr;
  return request_body(source ? std::move(source) : std::make_shared<whole_body>(*this));
}

asio::awaitable<std::string> request_body::read_all(std::size_t limit) {
  std::string all;
  for (;;) {
    const std::string_view piece = co_await read();
    if (piece.empty()) co_return all;
    if (piece.size() > limit - all.size()) throw http_error(status::content_too_large);
    all += piece;
  }
}

asio::awaitable<std::uint64_t> request_body::write_to(int descriptor) {
  std::uint64_t size = 0;
  for (;;) {
    const std::string_view piece = co_await read();
    if (piece.empty()) co_return size;
    write_all(descriptor, piece);
    size += piece.size();
  }
}

}  // namespace asio_httpd
