// SPDX-License-Identifier: BSL-1.0
//
// Messages for many receivers.

#include "websocket/message.hpp"

#include "base/utf8.hpp"
#include "websocket/deflate.hpp"

#include <stdexcept>

namespace asio_httpd::ws {

void require_sendable(message_kind kind, std::string_view data) {
  if (kind == message_kind::text && !base::is_utf8(data)) {
    throw std::invalid_argument("a WebSocket text message must be UTF-8; send it as binary");
  }
}

encoded_message::encoded_message(message_kind kind, std::string_view data,
                                 const std::optional<deflate_options>& compress_with)
    : kind_(kind) {
  require_sendable(kind, data);
  append_frame(plain_, opcode_of(kind), data, {});
  header_size_ = plain_.size() - data.size();
  if (compress_with && !data.empty() && data.size() >= compress_with->smallest) {
    compress(data, *compress_with);
  }
}

void encoded_message::compress(std::string_view data, const deflate_options& options) {
  base::byte_buffer payload;
  deflater(options.server_max_window_bits, options.level, options.memory_level)
      .compress(data, payload);
  if (payload.size() >= data.size()) return;
  append_frame(compressed_, opcode_of(kind_), payload.view(), {.rsv1 = true});
  window_bits_ = options.server_max_window_bits;
}

std::shared_ptr<const encoded_message> encode(message_kind kind, std::string_view data,
                                              const std::optional<deflate_options>& compress) {
  return std::make_shared<const encoded_message>(kind, data, compress);
}

}  // namespace asio_httpd::ws
