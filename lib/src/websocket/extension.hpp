// SPDX-License-Identifier: BSL-1.0
//
// Agreeing on permessage-deflate (RFC 6455 section 9.1, RFC 7692 sections 5 and 7.1): the field
// Sec-WebSocket-Extensions, read and written by both sides.
//
// An offer that names a parameter that is unknown, repeated, or has a value that it cannot have is
// declined, and the next one looked at. A field that is no list of extensions at all is malformed.
// Values with plain data; any thread.

#pragma once

#include <asio_httpd/fields.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace asio_httpd::ws {

// What a server is willing to do, and what a client asks for.
struct deflate_options {
  // Each message is compressed by itself, and so a connection at rest needs no memory for it. With
  // context takeover messages that resemble each other become smaller; it costs a server
  // 2^(server_max_window_bits + 2) + 2^(memory_level + 9) bytes a connection to send, and 42,000 to
  // receive, for as long as the connection lasts.
  bool server_no_context_takeover = true;
  bool client_no_context_takeover = true;
  // How far back a message may refer, as a power of two: 8 to 15.
  int server_max_window_bits = 13;
  int client_max_window_bits = 15;
  // zlib's, 1 to 9: time against size, and memory against both.
  int level = 4;
  int memory_level = 6;
  // Messages of fewer bytes are sent as they are.
  std::size_t smallest = 256;
};

// What both sides agreed on. A window that is not named has 15 bits.
struct deflate_parameters {
  bool server_no_context_takeover = false;
  bool client_no_context_takeover = false;
  std::optional<int> server_max_window_bits;
  std::optional<int> client_max_window_bits;

  friend bool operator==(const deflate_parameters&, const deflate_parameters&) = default;
};

enum class negotiation : std::uint8_t { none, agreed, malformed };

// The server's side: takes the first offer that it can accept.
negotiation accept_offer(const fields& request, const deflate_options& options,
                         deflate_parameters& to);
// The field's value in the answer, for example "permessage-deflate; server_max_window_bits=10".
std::string answer_of(const deflate_parameters& agreed);

// The client's side. Its offer, and whether the answer is one that it can live with: `malformed`
// for anything that was not offered.
std::string offer_of(const deflate_options& options);
negotiation accept_answer(const fields& response, const deflate_options& offered,
                          deflate_parameters& to);

}  // namespace asio_httpd::ws
