// SPDX-License-Identifier: BSL-1.0
//
// The way inwards through the wrapping middleware.

#include <asio_httpd/middleware.hpp>

namespace asio_httpd {
namespace {

boost::asio::awaitable<response> call_handler(const handler& run, const request& r) {
  response made;
  co_await run.async_call(r, made);
  co_return made;
}

}  // namespace

boost::asio::awaitable<response> next::operator()() const {
  if (count_ == 0) return call_handler(*run_, *request_);
  return (*first_)(*request_, next(first_ + 1, count_ - 1, *run_, *request_));
}

}  // namespace asio_httpd
