// SPDX-License-Identifier: BSL-1.0
//
// How many requests bring content at the same time, of all clients and of each. A slow client holds
// its place for as long as it sends a little, so none may have them all. A reverse proxy brings the
// requests of many: what comes from this machine may.
//
// Any thread.

#pragma once

#include <asio_httpd/request.hpp>

#include <cstddef>
#include <mutex>
#include <string>
#include <unordered_map>

namespace asio_httpd::features {

class upload_places {
 public:
  explicit upload_places(std::size_t all) noexcept;

  // One of them, for as long as it lives. Throws http_error: 503 where all are taken, 429 where the
  // client has those that it may have.
  class place {
   public:
    place(upload_places& of, const request& r);
    place(const place&) = delete;
    place& operator=(const place&) = delete;
    ~place();

   private:
    upload_places& of_;
    const std::string client_;  // "" for this machine
  };

 private:
  void take(const std::string& client);
  void release(const std::string& client) noexcept;

  const std::size_t all_;
  const std::size_t of_one_;
  std::mutex mutex_;
  std::size_t taken_ = 0;
  std::unordered_map<std::string, std::size_t> of_client_;  // that have some
};

}  // namespace asio_httpd::features
