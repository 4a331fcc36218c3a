// SPDX-License-Identifier: BSL-1.0
//
// The content of an upload on its way: as it was sent, but seen by the digests that were sent with
// it, and with room for it below the root. What is read from it is a request's content like any
// other, so that a form can be read from it, too.
//
// Used from the handler's coroutine.

#pragma once

#include <asio_httpd/request.hpp>
#include <asio_httpd/request_body.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <memory>

#include "features/digest_field.hpp"
#include "features/upload_quota.hpp"

namespace asio_httpd::features {

class upload_content final : public body_source {
 public:
  // Takes room for Content-Length; throws http_error 507 where there is none, and 400 for digests
  // that are malformed. Nothing is read yet.
  upload_content(const request& r, request_body body, upload_quota& quota);

  // Throws http_error 400 at the end of content that does not have its digest.
  boost::asio::awaitable<std::string_view> read() override;
  std::optional<std::uint64_t> size() const noexcept override { return body_.size(); }
  const fields& trailers() const noexcept override { return body_.trailers(); }

  // What was read, in bytes, and the room for it.
  std::uint64_t received() const noexcept { return received_; }
  upload_room& room() noexcept { return room_; }

 private:
  request_body body_;
  digest_check digests_;
  upload_room room_;
  std::uint64_t received_ = 0;
  bool is_complete_ = false;
};

// Reads it to its end, and gives each piece to `write`: on the calling thread, and for a
// while on the pool of run_blocking where the kernel made it wait for a slow disk.
boost::asio::awaitable<void> write_content(content_reader from,
                                           std::function<void(std::string_view)> write);

}  // namespace asio_httpd::features
