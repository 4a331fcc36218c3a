// SPDX-License-Identifier: BSL-1.0
//
// Archives of folders; see the header.

#include "features/tar_stream.hpp"

#include <asio_httpd/blocking.hpp>
#include <asio_httpd/body_writer.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "features/attachment.hpp"
#include "features/on_pool.hpp"
#include "features/open_error.hpp"
#include "features/places.hpp"
#include "features/tar_source.hpp"

namespace asio_httpd::features {

namespace {

// Each has a descriptor open for each level of folders that it is in.
places archives(32);

constexpr std::string_view tar_type = "application/x-tar";

std::string name_of(const request& r) {
  std::string_view path = r.path();
  while (path.ends_with('/')) path.remove_suffix(1);
  path.remove_prefix(path.rfind('/') + 1);
  return path.empty() ? "files" : std::string(path);
}

boost::asio::awaitable<void> write(std::shared_ptr<tar_source> source, body_writer out) {
  std::string chunk;
  chunk.reserve(tar_source::chunk_size);
  for (bool more = true; more;) {
    more = co_await on_pool([&] { return source->read(chunk); });
    if (!chunk.empty()) co_await out.write(chunk);
  }
}

}  // namespace

void answer_archive(const request& r, served_folder where, response& to) {
  std::error_code error;
  file opened = where.root->open_folder(where.path.c_str(), error);
  if (error) {
    to = error_response(status_for_open_error(error));
    return;
  }
  auto place = archives.take();
  if (!place) {
    to = error_response(status::service_unavailable);
    to.set(field::retry_after, "10");
    return;
  }
  const std::string name = name_of(r);
  auto source = std::make_shared<tar_source>(std::move(where), std::move(opened), name);
  to = streaming(tar_type,
                 [source, place](body_writer out) { return write(source, std::move(out)); });
  to.set(field::content_disposition, attachment_disposition(name + ".tar"));
  to.set(field::cache_control, "no-cache").set(field::x_content_type_options, "nosniff");
}

}  // namespace asio_httpd::features
