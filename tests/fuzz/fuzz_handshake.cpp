// SPDX-License-Identifier: BSL-1.0
//
// Invariant: a request that becomes a WebSocket has one key of 16 bytes, version 13 and an origin
// that is allowed; the subprotocol is one that both sides named; and a client that offered no more
// than this one takes the answer about compression as what the server understood.
//
// Input: a byte for the options, then field lines of a request.

#include "fuzz_input.hpp"

#include "base/ascii.hpp"
#include "websocket/handshake.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace {

using namespace asio_httpd;
using namespace asio_httpd::ws;

handshake_options options_from(std::uint8_t byte) {
  const unsigned bits = static_cast<unsigned>(byte) - '0';
  handshake_options o;
  o.protocols = {"chat", "superchat"};
  if ((bits & 1) != 0) o.origins = {"https://a.example"};
  if ((bits & 2) == 0) return o;
  o.deflate.emplace();
  o.deflate->server_no_context_takeover = (bits & 4) != 0;
  o.deflate->client_no_context_takeover = (bits & 8) != 0;
  o.deflate->server_max_window_bits = 8 + static_cast<int>(bits >> 3 & 7);
  o.deflate->client_max_window_bits = 8 + static_cast<int>(bits >> 1 & 7);
  return o;
}

// What the fields class does not take, no request has.
void add_line(fields& to, std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return;
  try {
    to.append(line.substr(0, colon), base::trim_ows(line.substr(colon + 1)));
  } catch (const std::invalid_argument&) {
    return;
  }
}

fields fields_from(std::string_view text) {
  fields f;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    add_line(f, text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return f;
}

void require_agreed(const deflate_parameters& agreed, const deflate_options& options) {
  FUZZ_REQUIRE(agreed.server_no_context_takeover || !options.server_no_context_takeover);
  FUZZ_REQUIRE(agreed.client_no_context_takeover || !options.client_no_context_takeover);
  FUZZ_REQUIRE(agreed.server_max_window_bits.value_or(15) <= options.server_max_window_bits);
  FUZZ_REQUIRE(agreed.client_max_window_bits.value_or(8) >= 8);
  deflate_options client;
  client.server_no_context_takeover = false;
  client.server_max_window_bits = 15;
  fields answer;
  answer.set(field::sec_websocket_extensions, answer_of(agreed));
  deflate_parameters seen;
  FUZZ_REQUIRE(accept_answer(answer, client, seen) == negotiation::agreed);
  FUZZ_REQUIRE(seen == agreed);
}

void require_sound(const fields& f, const handshake& h, const handshake_options& options) {
  FUZZ_REQUIRE(f.count(field::sec_websocket_key) == 1 && f.count(field::origin) <= 1);
  FUZZ_REQUIRE(f.get(field::sec_websocket_key).size() == 24);
  FUZZ_REQUIRE(f.get(field::sec_websocket_version) == "13");
  FUZZ_REQUIRE(h.accept == accept_key(f.get(field::sec_websocket_key)));
  if (f.contains(field::origin)) {
    FUZZ_REQUIRE(origin_is_allowed(f.get(field::origin), f.get(field::host), options.origins));
  }
  if (!h.protocol.empty()) {
    FUZZ_REQUIRE(h.protocol == "chat" || h.protocol == "superchat");
    FUZZ_REQUIRE(f.contains(field::sec_websocket_protocol));
  }
  FUZZ_REQUIRE(!h.deflate || options.deflate);
  if (h.deflate) require_agreed(*h.deflate, *options.deflate);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in(data, size);
  const handshake_options options = options_from(in.option());
  const fields f = fields_from(in.rest());
  const request r(method::get, "/", f);
  const handshake h = accept(r, options);
  if (h.refused == refusal::none) {
    require_sound(f, h, options);
    response answer;
    set_fields(h, answer);
  } else {
    FUZZ_REQUIRE(status_class(answer_to(h.refused).status()) == 4);
  }
  return 0;
}
