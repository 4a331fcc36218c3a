// SPDX-License-Identifier: BSL-1.0
//
// Uploads that are continued by further requests: draft-ietf-httpbis-resumable-upload-12, interop
// version 8. An upload is begun by a PUT that says `Upload-Complete: ?0`; its resource is
// "/.uploads/" and a token below the prefix, where HEAD asks how far it is, PATCH appends and
// DELETE gives up. The interim response 104 is not sent: the server has none but `100 Continue`. So
// a PUT with `Upload-Complete: ?1`, whose client could learn of the resource by nothing else, is
// one like any other (section "Upgrading to resumable uploads").

#pragma once

#include <asio_httpd/request.hpp>
#include <asio_httpd/request_body.hpp>
#include <asio_httpd/response.hpp>
#include <asio_httpd/router.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "features/partial_uploads.hpp"
#include "features/upload_conditions.hpp"
#include "features/upload_store.hpp"

namespace asio_httpd::features {

class resumed_uploads {
 public:
  explicit resumed_uploads(std::shared_ptr<upload_store> store)
      : store_(std::move(store)), all_(*store_) {}

  // Where there is no room for that content: removes what has expired, at most once a minute.
  boost::asio::awaitable<void> make_room(const request_body& body);

  // `rest` is the part of the request's path below the prefix.
  boost::asio::awaitable<response> create(const request& r, std::string_view rest,
                                          const upload_target& target,
                                          const upload_conditions& conditions);
  boost::asio::awaitable<response> head(const request& r);
  boost::asio::awaitable<response> append(const request& r);
  boost::asio::awaitable<response> cancel(const request& r);

 private:
  partial_uploads::lease take_over(const request& r);
  boost::asio::awaitable<void> receive(const request& r, partial_uploads::lease& to);
  boost::asio::awaitable<response> complete(const request& r, partial_uploads::lease& held);
  upload_record record_of(const request& r, std::string_view rest, const upload_target& target,
                          const upload_conditions& conditions) const;
  boost::asio::awaitable<response> begin(const request& r, std::string_view rest,
                                         const upload_target& target,
                                         const upload_conditions& conditions);
  response created(const partial_uploads::lease& begun, const std::string& location) const;
  // Of the whole, together with what was known, before content is read.
  std::optional<std::uint64_t> learn_length(const request& r, std::uint64_t offset,
                                            std::optional<std::uint64_t> known) const;
  std::optional<std::uint64_t> check_append(const request& r,
                                            const partial_uploads::state& now) const;
  boost::asio::awaitable<response> append_content(const request& r);
  response shown(const partial_uploads::state& now, status s) const;

  const upload_options& options() const noexcept { return store_->options(); }

  std::shared_ptr<upload_store> store_;
  partial_uploads all_;
};

// Throws http_error 400 where the lengths that a request for a whole file gives are not the same.
void check_whole_length(const request& r, const request_body& body);
// The same, once all of it is there.
void check_whole_length(const request& r, std::uint64_t received);

// The resources of unfinished uploads.
void add_resumed_uploads(router& to, const std::shared_ptr<resumed_uploads>& all,
                         const upload_options& options);
// Tells clients that ask by OPTIONS.
middleware announce_resumption(const upload_options& options);

}  // namespace asio_httpd::features
