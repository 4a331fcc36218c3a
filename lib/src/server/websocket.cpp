// SPDX-License-Identifier: BSL-1.0
//
// The handle, the handshake's answer, and topics.

#include <asio_httpd/websocket.hpp>

#include "server/websocket_link.hpp"
#include "websocket/handshake.hpp"

#include <asio_httpd/router.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace asio_httpd {
namespace {

namespace asio = boost::asio;

std::optional<ws::deflate_options> deflate_of(const websocket_options& o) {
  if (!o.compress_from) return std::nullopt;
  ws::deflate_options made;
  made.smallest = *o.compress_from;
  made.server_no_context_takeover = made.client_no_context_takeover = !o.context_takeover;
  return made;
}

ws::engine_options codec_of(const websocket_options& o, const ws::handshake& agreed) {
  ws::engine_options made;
  made.message = o.message_limit;
  made.frame = o.message_limit;
  made.deflate = agreed.deflate;
  if (const auto ours = deflate_of(o)) made.compression = *ours;
  return made;
}

ws::message_kind kind_of(const websocket_message& m) noexcept {
  return m.is_text ? ws::message_kind::text : ws::message_kind::binary;
}

// What happens to a socket that is cut is nobody's error; its handler's own exceptions are.
asio::awaitable<void> run_websocket(stream s, const websocket_handler& f,
                                    const websocket_options& options, const ws::handshake& agreed) {
  auto& lent = stream_access::implementation(s);
  const auto link = std::make_shared<websocket::implementation>(
      lent.session, codec_of(options, agreed), options, agreed.protocol);
  struct end {
    websocket::implementation& link;
    ~end() { link.detach(); }
  };
  const end detaches{*link};
  link->begin(lent.buffered);
  std::exception_ptr error;
  try {
    co_await f(websocket(link));
  } catch (...) {
    error = std::current_exception();
  }
  co_await link->finish(error ? ws::close_code::internal_error : ws::close_code::normal);
  if (error) std::rethrow_exception(error);
}

}  // namespace

std::string_view to_string(send_result r) noexcept {
  switch (r) {
    case send_result::sent:
      return "sent";
    case send_result::queued:
      return "queued";
    case send_result::dropped:
      return "dropped";
    case send_result::closed:
      break;
  }
  return "closed";
}

response accept_websocket(const request& r, websocket_handler f, websocket_options options) {
  auto agreed = ws::accept(r, {options.protocols, options.origins, deflate_of(options)});
  if (agreed.refused != ws::refusal::none) return ws::answer_to(agreed.refused);
  response made;
  auto run = [f = std::move(f), options = std::move(options), agreed](stream s) {
    return run_websocket(std::move(s), f, options, agreed);
  };
  made.upgrade("websocket", std::make_shared<const stream_handler>(stream_handler{std::move(run)}));
  ws::set_fields(agreed, made);
  return made;
}

route& router::websocket(std::string_view path, websocket_handler f, websocket_options options) {
  return add(method::get, path, [f = std::move(f), o = std::move(options)](const request& r) {
    return accept_websocket(r, f, o);
  });
}

// --- messages ------------------------------------------------------------------------------------

prepared_message::prepared_message(const websocket_message& m, bool compress)
    : implementation_(std::make_shared<const implementation>(
          kind_of(m), m.data,
          compress ? std::optional<ws::deflate_options>(std::in_place) : std::nullopt)) {}

// --- the handle ----------------------------------------------------------------------------------

websocket::websocket(std::shared_ptr<implementation> i) noexcept : implementation_(std::move(i)) {}

asio::awaitable<std::optional<websocket_message>> websocket::receive() {
  return implementation_->receive();
}

asio::awaitable<send_result> websocket::send(websocket_message m) {
  return implementation_->send(m);
}

send_result websocket::post(const websocket_message& m) {
  return post(prepared_message(m));
}

send_result websocket::post(const prepared_message& m) {
  return implementation_->post(m.get());
}

void websocket::close(std::uint16_t code, std::string_view reason) {
  implementation_->post_close(code, std::string(reason));
}

bool websocket::is_open() const noexcept {
  return implementation_->is_open();
}

const std::string& websocket::protocol() const noexcept {
  return implementation_->protocol;
}

asio::any_io_executor websocket::get_executor() const {
  return implementation_->handler_executor;
}

const websocket_close& websocket::closed_by() const noexcept {
  return implementation_->closed;
}

// --- topics --------------------------------------------------------------------------------------

struct topic::implementation {
  mutable std::mutex mutex;
  std::vector<websocket> sockets;
};

topic::topic() : implementation_(std::make_unique<implementation>()) {}
topic::~topic() = default;

void topic::subscribe(const websocket& socket) {
  const std::lock_guard lock(implementation_->mutex);
  auto& sockets = implementation_->sockets;
  if (std::find(sockets.begin(), sockets.end(), socket) == sockets.end()) sockets.push_back(socket);
}

void topic::unsubscribe(const websocket& socket) {
  const std::lock_guard lock(implementation_->mutex);
  std::erase(implementation_->sockets, socket);
}

std::size_t topic::publish(const prepared_message& m) {
  const std::lock_guard lock(implementation_->mutex);
  std::size_t took_it = 0;
  std::erase_if(implementation_->sockets, [&](websocket& socket) {
    const send_result r = socket.post(m);
    if (r == send_result::queued) ++took_it;
    return r == send_result::closed;
  });
  return took_it;
}

std::size_t topic::size() const {
  const std::lock_guard lock(implementation_->mutex);
  return implementation_->sockets.size();
}

}  // namespace asio_httpd
