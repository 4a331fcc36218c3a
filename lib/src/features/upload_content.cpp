// SPDX-License-Identifier: BSL-1.0
//
// Content that is measured. docs/decisions/0015-uploads.md has the figures of what is written
// where.

#include "features/upload_content.hpp"

#include <asio_httpd/blocking.hpp>

#include <algorithm>
#include <utility>

#include "features/upload_conditions.hpp"

namespace asio_httpd::features {

namespace asio = boost::asio;

namespace {

// So much goes to the kernel's memory without a change of threads, in bytes.
constexpr std::uint64_t written_at_once = 256 * 1024;

// Of a request, the representation is the content, as long as it is not a part of one.
std::vector<expected_digest> digests_of(const request& r) {
  auto all = read_digests("Content-Digest", joined_value(r.fields(), "content-digest"));
  if (r.method() == method::patch || r.get("upload-complete") == "?0") return all;
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
  std::uint64_t written = 0;
  for (;;) {
    const std::string_view piece = co_await from.read();
    if (piece.empty()) co_return;
    if (written < written_at_once) {
      write(piece);
    } else {
      co_await run_blocking([&] { write(piece); });
    }
    written += piece.size();
  }
}

}  // namespace asio_httpd::features
