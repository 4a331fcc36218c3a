// SPDX-License-Identifier: BSL-1.0

#include "server/await_transport.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace asio_httpd::serving {
namespace {

namespace asio = boost::asio;
using net::error_code;

// From an Asio handler to the transport's completion.
template <class Handler>
struct erased {
  Handler handler;
  std::shared_ptr<io_session> session;

  static void call(void* self, std::shared_ptr<void> owner, error_code ec) {
    auto& waiting = *static_cast<erased*>(self);
    Handler handler = std::move(waiting.handler);
    const auto session = std::move(waiting.session);
    owner.reset();
    const auto holds = session->hold_thread();
    std::move(handler)(ec);
  }
};

}  // namespace

asio::awaitable<void> await_transport(std::shared_ptr<io_session> session,
                                      net::transport::wait what) {
  auto initiate = [&session, what](auto handler) {
    auto slot = asio::get_associated_cancellation_slot(handler);
    if (slot.is_connected()) {
      slot.assign([s = session.get()](asio::cancellation_type) { s->transport().cancel(); });
    }
    using holder = erased<decltype(handler)>;
    auto held = std::make_shared<holder>(holder{std::move(handler), session});
    session->transport().async_wait(what, {held, &holder::call, held.get()});
  };
  co_await asio::async_initiate<decltype(asio::use_awaitable), void(error_code)>(
      initiate, asio::use_awaitable);
}

}  // namespace asio_httpd::serving
