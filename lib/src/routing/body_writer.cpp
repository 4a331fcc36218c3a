// SPDX-License-Identifier: BSL-1.0
//
// The response that is written piece by piece; the writer itself is the server's.

#include <asio_httpd/body_writer.hpp>

#include <utility>

namespace asio_httpd {

response streaming(std::string_view content_type,
                   std::function<boost::asio::awaitable<void>(body_writer)> producer,
                   std::optional<std::uint64_t> size) {
  response made;
  made.set(field::content_type, content_type);
  made.body(std::make_shared<const body_producer>(body_producer{std::move(producer)}), size);
  return made;
}

}  // namespace asio_httpd
