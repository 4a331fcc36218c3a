// SPDX-License-Identifier: BSL-1.0
//
// The response object and the usual ones in a word.

#include <asio_httpd/response.hpp>

#include <charconv>

namespace asio_httpd {
namespace {

// Memory that a response that is used again keeps.
constexpr std::size_t largest_kept = 16 * 1024;

}  // namespace

response::response(asio_httpd::status s, std::string text, std::string_view content_type)
    : status_(s), kind_(content::text), text_(std::move(text)) {
  fields_.set(field::content_type, content_type);
}

response& response::body(asio_httpd::file f, std::uint64_t offset, std::uint64_t size) {
  return body(std::make_shared<const asio_httpd::file>(std::move(f)), offset, size);
}

response& response::body(std::shared_ptr<const asio_httpd::file> f, std::uint64_t offset,
                         std::uint64_t size) noexcept {
  kind_ = content::file;
  shared_text_.reset();
  file_ = std::move(f);
  file_offset_ = offset;
  size_ = size;
  return *this;
}

response& response::body(std::shared_ptr<const body_producer> producer,
                         std::optional<std::uint64_t> size) noexcept {
  no_body();
  kind_ = content::stream;
  stream_ = std::move(producer);
  size_ = size.value_or(0);
  stream_has_size_ = size.has_value();
  return *this;
}

const asio_httpd::file& response::file() const noexcept {
  static const asio_httpd::file none;
  return file_ ? *file_ : none;
}

response& response::no_body() noexcept {
  kind_ = content::none;
  if (text_.capacity() > largest_kept) std::string().swap(text_);
  text_.clear();
  shared_text_.reset();
  file_.reset();
  stream_.reset();
  return *this;
}

response& response::upgrade(std::string_view protocol,
                            std::shared_ptr<const stream_handler> handler) {
  status_ = status::switching_protocols;
  fields_.set(field::upgrade, protocol);
  upgrade_ = std::move(handler);
  return no_body();
}

void response::clear() noexcept {
  close_ = false;
  status_ = asio_httpd::status::ok;
  fields_.clear();
  if (upgrade_) upgrade_.reset();
  if (kind_ != content::none) no_body();
}

response text(std::string body, status s) {
  return {s, std::move(body), "text/plain; charset=utf-8"};
}

response html(std::string body, status s) {
  return {s, std::move(body), "text/html; charset=utf-8"};
}

response redirect(std::string_view location, status s) {
  response made(s);
  made.fields().set(field::location, location);
  return made;
}

response error_response(status s) {
  char digits[8];
  auto [end, error] = std::to_chars(digits, digits + sizeof digits, to_integer(s));
  std::string sentence(digits, end);
  if (auto reason = reason_phrase(s); !reason.empty()) sentence.append(" ").append(reason);
  sentence += '\n';
  return text(std::move(sentence), s);
}

http_error::http_error(asio_httpd::status s, std::string text) : status_(s) {
  text_ = text.empty() ? std::string(error_response(s).text()) : std::move(text);
}

}  // namespace asio_httpd
