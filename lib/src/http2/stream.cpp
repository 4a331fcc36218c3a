// SPDX-License-Identifier: BSL-1.0

#include "http2/stream.hpp"

#include "http2/session.hpp"

namespace asio_httpd::http2 {

// Of most requests nothing has to grow.
request_head::request_head() {
  text.reserve(480);
  http::field_sink::reserve(lines, 16);
}

stream::~stream() {
  if (session_ != nullptr) session_->forget(*this);
}

void stream::consume(std::size_t n) {
  received_.consume(n);
  if (session_ != nullptr) session_->consume(*this, n);
}

bool stream::has_window() const noexcept {
  return session_ != nullptr && session_->has_window(*this);
}

}  // namespace asio_httpd::http2
