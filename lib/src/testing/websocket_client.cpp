// SPDX-License-Identifier: BSL-1.0
//
// The client's side of the handshake (RFC 6455 section 4.1), and the codec in a client's role.

#include <asio_httpd/testing/websocket_client.hpp>

#include "base/ascii.hpp"
#include "testing/shown.hpp"
#include "websocket/engine.hpp"
#include "websocket/extension.hpp"
#include "websocket/handshake.hpp"

#include <asio_httpd/base64.hpp>

#include <algorithm>
#include <atomic>
#include <deque>
#include <utility>

namespace asio_httpd::testing {
namespace {

// In one look, of answers to the server and what it says to them.
constexpr int most_rounds = 10'000;

// Another one each time, so that no answer that was made beforehand fits; and the same ones in each
// run of a test.
std::string make_key() {
  static std::atomic<unsigned> made{0};
  const std::string number = std::to_string(made.fetch_add(1, std::memory_order_relaxed));
  return base64_encode(number + std::string(16 - number.size(), '.'));
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text.append(text.empty() ? "" : ", ").append(name);
  return text;
}

// What asks for nothing: neither smaller windows nor messages that are compressed by themselves.
ws::deflate_options offered_compression() {
  ws::deflate_options made;
  made.server_no_context_takeover = made.client_no_context_takeover = false;
  made.server_max_window_bits = ws::largest_window_bits;
  made.smallest = 0;
  return made;
}

client_request make_request(std::string target, const std::string& key,
                            const websocket_client_options& o) {
  client_request r{method::get, std::move(target), o.fields, {}};
  r.fields.emplace_back("Connection", "Upgrade");
  r.fields.emplace_back("Upgrade", "websocket");
  r.fields.emplace_back("Sec-WebSocket-Version", "13");
  r.fields.emplace_back("Sec-WebSocket-Key", key);
  if (!o.protocols.empty()) {
    r.fields.emplace_back("Sec-WebSocket-Protocol", joined(o.protocols));
  }
  if (o.compress) {
    r.fields.emplace_back("Sec-WebSocket-Extensions", ws::offer_of(offered_compression()));
  }
  return r;
}

// --- the answer ----------------------------------------------------------------------------------

bool is_upgrade(const answer& head) {
  bool found = false;
  base::for_each_element(head.get(field::connection),
                         [&](std::string_view e) { found |= base::iequals(e, "upgrade"); });
  return found && base::iequals(head.get(field::upgrade), "websocket");
}

bool is_offered(const answer& head, const std::vector<std::string>& protocols) {
  if (!head.fields().contains(field::sec_websocket_protocol)) return true;
  return head.fields().count(field::sec_websocket_protocol) == 1 &&
         std::ranges::count(protocols, head.get(field::sec_websocket_protocol)) != 0;
}

bool read_extensions(const answer& head, bool offered, ws::engine_options& to) {
  ws::deflate_parameters agreed;
  const auto outcome = ws::accept_answer(head.fields(), offered_compression(), agreed);
  if (outcome == ws::negotiation::agreed) to.deflate = agreed;
  return outcome == ws::negotiation::none || (offered && outcome == ws::negotiation::agreed);
}

// What is wrong with the answer, or "".
std::string_view check(const answer& head, std::string_view key, const websocket_client_options& o,
                       ws::engine_options& to) {
  if (head.status() != status::switching_protocols) return "the status is not 101";
  if (!is_upgrade(head)) return "Upgrade and Connection do not say so";
  if (head.fields().count(field::sec_websocket_accept) != 1 ||
      head.get(field::sec_websocket_accept) != ws::accept_key(key)) {
    return "Sec-WebSocket-Accept does not fit the key";
  }
  if (!is_offered(head, o.protocols)) return "the subprotocol was not offered";
  return read_extensions(head, o.compress, to) ? "" : "the extensions were not offered";
}

}  // namespace

struct websocket_client::implementation {
  implementation(testing::server& s, std::string target, const websocket_client_options& o)
      : about("GET " + target), connection(s.connect()) {
    const std::string key = make_key();
    connection.send(make_request(std::move(target), key, o));
    head = connection.receive_answer();
    ws::engine_options options{.role = ws::role::client, .message = most_held};
    options.answers_pings = o.answer_pings;
    options.compression = offered_compression();
    const std::string_view wrong = check(head, key, o, options);
    if (!wrong.empty()) {
      throw error(about + " became no WebSocket: " + std::string(wrong) + "\n" + to_string(head));
    }
    codec.reset(options);
  }

  void flush() {
    const std::string bytes(codec.output().view());
    codec.output().clear();
    if (!bytes.empty()) connection.send(bytes);
  }

  void require_open(bool sent) const {
    if (!sent) throw error(about + " is closed: nothing can be sent behind a Close");
  }

  // Up to where nothing more comes, with what the server says to the answers.
  void look() {
    require_room();
    for (int round = 0; !is_over; ++round) {
      if (round == most_rounds) throw error(about + ": the server pings without end");
      codec.input().append(connection.receive());
      if (connection.at_end()) codec.commit_eof();
      while (take_event()) continue;
      if (codec.output().empty()) break;
      flush();
    }
    if (codec.closed().broken != ws::rule::none) fail_for_rule();
  }

  // False where bytes have to come, or go, or all is over.
  bool take_event() {
    switch (codec.next()) {
      case ws::action::message:
        keep(codec.received().data, codec.received().kind == ws::message_kind::text);
        return true;
      case ws::action::pong:
        hold(codec.pong().size());
        pongs.emplace_back(codec.pong());
        return true;
      case ws::action::close:
        is_over = true;
        return false;
      case ws::action::read:
      case ws::action::write:
        break;
    }
    return false;
  }

  void keep(std::string_view data, bool is_text) {
    hold(data.size());
    messages.push_back({std::string(data), is_text});
  }

  void hold(std::size_t size) {
    held += size + sizeof(received_message);
    require_room();
  }

  void let_go(std::size_t size) noexcept { held -= size + sizeof(received_message); }

  void require_room() const {
    if (held > most_held) throw error(about + ": more than 64 MiB came that nobody took");
  }

  std::optional<received_message> take() {
    if (messages.empty()) return std::nullopt;
    received_message first = std::move(messages.front());
    messages.pop_front();
    let_go(first.data.size());
    return first;
  }

  websocket_close close() const {
    return {static_cast<std::uint16_t>(codec.closed().code), codec.closed().reason};
  }

  std::string state() const {
    if (!is_over) return "open";
    const websocket_close how = close();
    std::string text = "closed with " + std::to_string(how.code);
    return how.reason.empty() ? text : text + " \"" + how.reason + "\"";
  }

  [[noreturn]] void fail(std::string_view missing) const {
    std::string why = "no " + std::string(missing) + " came from " + about + ", and the socket is ";
    why += state();
    if (!messages.empty()) {
      const std::string& first = messages.front().data;
      why += ". A message came:" + shown(first, first.size());
    }
    throw error(why);
  }

  [[noreturn]] void fail_for_rule() const {
    const ws::rule broken = codec.closed().broken;
    throw error(about + ": what came breaks " + std::string(source_of(broken)) + ": " +
                std::string(sentence_of(broken)));
  }

  const std::string about;
  testing::connection connection;
  answer head;
  ws::engine codec;
  std::deque<received_message> messages;
  std::vector<std::string> pongs;
  std::size_t held = 0;  // bytes in messages and pongs
  bool is_over = false;
};

websocket_client::websocket_client(testing::server& s, std::string target,
                                   websocket_client_options options)
    : implementation_(std::make_unique<implementation>(s, std::move(target), options)) {}
websocket_client::websocket_client(websocket_client&&) noexcept = default;
websocket_client& websocket_client::operator=(websocket_client&&) noexcept = default;
websocket_client::~websocket_client() = default;

// --- sending -------------------------------------------------------------------------------------

void websocket_client::send(std::string_view text) {
  auto& i = *implementation_;
  i.require_open(i.codec.send(ws::message_kind::text, text));
  i.flush();
}

void websocket_client::send_binary(std::string_view data) {
  auto& i = *implementation_;
  i.require_open(i.codec.send(ws::message_kind::binary, data));
  i.flush();
}

void websocket_client::ping(std::string_view payload) {
  auto& i = *implementation_;
  i.require_open(i.codec.ping(payload));
  i.flush();
}

void websocket_client::close(std::uint16_t code, std::string_view reason) {
  auto& i = *implementation_;
  i.require_open(i.codec.close(static_cast<ws::close_code>(code), reason));
  i.flush();
}

void websocket_client::send_raw(std::string_view bytes) {
  implementation_->connection.send(bytes);
}

void websocket_client::drop() {
  implementation_->connection.reset();
}

// --- looking -------------------------------------------------------------------------------------

received_message websocket_client::receive() {
  auto& i = *implementation_;
  i.connection.wait_until([&] {
    i.look();
    return !i.messages.empty() || i.is_over;
  });
  if (auto m = i.take()) return *std::move(m);
  i.fail("message");
}

std::optional<received_message> websocket_client::next() {
  implementation_->look();
  return implementation_->take();
}

std::optional<websocket_close> websocket_client::closed() {
  implementation_->look();
  if (!implementation_->is_over) return std::nullopt;
  return implementation_->close();
}

websocket_close websocket_client::receive_close() {
  auto& i = *implementation_;
  i.connection.wait_until([&] {
    i.look();
    return i.is_over;
  });
  if (!i.is_over) i.fail("Close");
  return i.close();
}

std::vector<std::string> websocket_client::take_pongs() {
  auto& i = *implementation_;
  i.look();
  for (const std::string& pong : i.pongs) i.let_go(pong.size());
  return std::exchange(i.pongs, {});
}

std::uint64_t websocket_client::pings() {
  implementation_->look();
  return implementation_->codec.pings();
}

// --- what it is made of --------------------------------------------------------------------------

std::string_view websocket_client::protocol() const noexcept {
  return head().get(field::sec_websocket_protocol);
}
const answer& websocket_client::head() const noexcept {
  return implementation_->head;
}
testing::connection& websocket_client::connection() noexcept {
  return implementation_->connection;
}

}  // namespace asio_httpd::testing
