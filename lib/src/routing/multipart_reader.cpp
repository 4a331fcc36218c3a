// SPDX-License-Identifier: BSL-1.0
//
// One form, fed from the request's content, and for each part a view of what comes of it. Between
// two calls nothing is kept but the head of the part.

#include <asio_httpd/multipart_reader.hpp>

#include "http/only_content_type.hpp"

#include <asio_httpd/request.hpp>

#include <cstddef>
#include <stdexcept>
#include <utility>

namespace asio_httpd {

namespace asio = boost::asio;
using event = multipart_parser::event;

struct multipart_reader::form_source {
  form_source(std::string_view content_type, request_body b, const form_limits& limits)
      : parser(content_type, limits), body(std::move(b)) {}

  // Any but need_more and failed.
  asio::awaitable<event> next();
  // What comes behind the last boundary. A client that leaves there has not sent its request.
  asio::awaitable<void> skip_epilogue();

  multipart_parser parser;
  request_body body;
  std::size_t part = 0;  // counted from 1
  bool is_in_part = false;
};

class multipart_reader::part_source final : public body_source {
 public:
  explicit part_source(std::shared_ptr<form_source> f) noexcept
      : form_(std::move(f)), number_(form_->part) {}

  asio::awaitable<std::string_view> read() override;

 private:
  std::shared_ptr<form_source> form_;
  std::size_t number_;
};

asio::awaitable<event> multipart_reader::form_source::next() {
  for (;;) {
    const event e = parser.next();
    if (e == event::failed) throw parser.error();
    if (e != event::need_more) co_return e;
    const std::string_view piece = co_await body.read();
    piece.empty() ? parser.finish() : parser.feed(piece);
  }
}

asio::awaitable<void> multipart_reader::form_source::skip_epilogue() {
  for (;;) {
    const std::string_view piece = co_await body.read();
    if (piece.empty()) co_return;
  }
}

asio::awaitable<std::string_view> multipart_reader::part_source::read() {
  form_source& form = *form_;
  if (number_ != form.part) {
    throw std::logic_error("asio_httpd: a part was read after the next one was asked for");
  }
  if (!form.is_in_part) co_return std::string_view();
  if (co_await form.next() == event::part_data) co_return form.parser.data();
  form.is_in_part = false;
  co_return std::string_view();
}

multipart_reader::part::part(multipart_part head, std::shared_ptr<body_source> content)
    : multipart_part(std::move(head)), content_reader(std::move(content)) {}

multipart_reader::multipart_reader(const request& r, request_body body, const form_limits& limits)
    : form_(std::make_shared<form_source>(http::only_content_type(r), std::move(body), limits)) {}

multipart_reader::~multipart_reader() = default;

asio::awaitable<multipart_reader::part*> multipart_reader::next() {
  form_source& form = *form_;
  ++form.part;
  form.is_in_part = false;
  for (;;) {
    const event e = co_await form.next();
    if (e == event::end) break;
    if (e != event::part_begin) continue;
    form.is_in_part = true;
    part_.reset(new part(form.parser.part(), std::make_shared<part_source>(form_)));
    co_return part_.get();
  }
  co_await form.skip_epilogue();
  co_return nullptr;
}

}  // namespace asio_httpd
