// SPDX-License-Identifier: BSL-1.0
//
// Content that is measured. docs/decisions/0015-uploads.md has the figures of what is written
// where.

#include "features/upload_content.hpp"

#include <asio_httpd/blocking.hpp>

#include <chrono>
#include <utility>

#include "features/upload_conditions.hpp"
#include "features/upload_fields.hpp"

namespace asio_httpd::features {

namespace asio = boost::asio;

namespace {

using steady = std::chrono::steady_clock;

// A write that takes longer did not only copy into the kernel's memory ...
constexpr std::chrono::milliseconds slow_write{2};
// ... and so many pieces that follow are written elsewhere.
constexpr unsigned pieces_elsewhere = 256;

// Of a request, the representation is the content, as long as it is not a part of one.
std::vector<expected_digest> digests_of(const request& r) {
  auto all = read_digests("Content-Digest", joined_value(r.fields(), "content-digest"));
  const bool is_put = r.method() == method::put;
  if (r.method() == method::patch || (is_put && upload_complete(r.fields()) == false)) return all;
  auto whole = read_digests("Repr-Digest", joined_value(r.fields(), "repr-digest"));
  all.insert(all.end(), whole.begin(), whole.end());
  return all;
}

}  // namespace

upload_content::upload_content(const request& r, request_body body, upload_quota& quota)
    : body_(std::move(body)), digests_(digests_of(r)), room_(quota) {
  room_.reserve(body_.size().value_or(0));
}

asio::awaitable<std::string_view> upload_content::read() {
  const std::string_view piece = co_await body_.read();
  received_ += piece.size();
  room_.reserve(received_);
  digests_.update(piece);
  if (piece.empty() && !std::exchange(is_complete_, true)) digests_.finish();
  co_return piece;
}

asio::awaitable<void> write_content(content_reader from,
                                    std::function<void(std::string_view)> write) {
  unsigned elsewhere = 0;
  for (;;) {
    const std::string_view piece = co_await from.read();
    if (piece.empty()) co_return;
    const auto timed_write = [&] {
      const auto begin = steady::now();
      write(piece);
      return steady::now() - begin;
    };
    const auto took = elsewhere == 0 ? timed_write() : co_await run_blocking(timed_write);
    elsewhere = took > slow_write ? pieces_elsewhere : elsewhere - (elsewhere == 0 ? 0 : 1);
  }
}

}  // namespace asio_httpd::features
