// SPDX-License-Identifier: BSL-1.0
//
// Messages: what is received, and what is framed once for many receivers.

#pragma once

#include "base/byte_buffer.hpp"
#include "websocket/extension.hpp"
#include "websocket/frame.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace asio_httpd::ws {

enum class message_kind : std::uint8_t { text, binary };

constexpr opcode opcode_of(message_kind kind) noexcept {
  return kind == message_kind::text ? opcode::text : opcode::binary;
}

// Throws std::invalid_argument where text is not UTF-8 (RFC 6455 section 8.1): a peer would fail
// the connection for it.
void require_sendable(message_kind kind, std::string_view data);

// The frame of a message as a server sends it, made once: as it is, and compressed by itself. Does
// not change, so threads may share it. `engine::pick` says which of the two a connection takes.
class encoded_message {
 public:
  encoded_message(message_kind kind, std::string_view data,
                  const std::optional<deflate_options>& compress);

  message_kind kind() const noexcept { return kind_; }
  // The message without its frame.
  std::string_view data() const noexcept { return plain_.view().substr(header_size_); }
  std::string_view plain() const noexcept { return plain_.view(); }
  // Empty where it would not be smaller.
  std::string_view compressed() const noexcept { return compressed_.view(); }
  // How far back it refers.
  int window_bits() const noexcept { return window_bits_; }
  std::size_t memory() const noexcept { return plain_.capacity() + compressed_.capacity(); }

 private:
  void compress(std::string_view data, const deflate_options& options);

  base::byte_buffer plain_;
  base::byte_buffer compressed_;
  std::size_t header_size_ = 0;
  int window_bits_ = 0;
  message_kind kind_;
};

// Compressed as well where there are options and the message is not smaller than they ask.
// Throws as require_sendable does.
std::shared_ptr<const encoded_message> encode(message_kind kind, std::string_view data,
                                              const std::optional<deflate_options>& compress = {});

}  // namespace asio_httpd::ws
