// SPDX-License-Identifier: BSL-1.0
//
// The part of handlers that needs no template.

#include <asio_httpd/blocking.hpp>
#include <asio_httpd/handler.hpp>

#include <stdexcept>
#include <utility>

namespace asio_httpd {

// A status that allows content comes with a sentence, so that a person sees something.
// Most responses have no field yet: then all are copied at once.
void detail::set_plain_text(response& to) {
  static const fields only = [] {
    fields made;
    made.set(field::content_type, "text/plain; charset=utf-8");
    return made;
  }();
  if (to.fields().empty()) {
    to.fields() = only;
  } else {
    to.set(field::content_type, only.get(field::content_type));
  }
}

void into_response<status>::write(status from, const request&, response& to) {
  if (forbids_content(from) || status_class(from) < 4) {
    to.status(from);
  } else {
    to = error_response(from);
  }
}

struct handler::blocking_model final : handler::interface {
  explicit blocking_model(std::shared_ptr<const interface> b) noexcept : inner(std::move(b)) {}

  std::size_t parameters() const noexcept override { return inner->parameters(); }
  void call(const request& r, response& to) const override { inner->call(r, to); }
  boost::asio::awaitable<void> async_call(const request& r, response& to) const override {
    co_await run_blocking([&] { inner->call(r, to); });
  }

  std::shared_ptr<const interface> inner;
};

handler handler::blocking() const {
  if (dynamic_cast<const blocking_model*>(body_.get()) != nullptr) return *this;
  if (is_coroutine_) {
    throw std::logic_error("asio_httpd: a coroutine does not block; await run_blocking() in it");
  }
  handler made;
  made.body_ = std::make_shared<const blocking_model>(body_);
  made.is_coroutine_ = true;
  return made;
}

}  // namespace asio_httpd
