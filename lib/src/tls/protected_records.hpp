// SPDX-License-Identifier: BSL-1.0
//
// The record layer of TLS 1.3 behind the handshake (RFC 8446 section 5): text, alerts and new keys.
// The handshake is OpenSSL's, and so are the ciphers. An SSL that has nothing to do but this takes
// 13 KiB, and copies what is sent twice; this takes 300 bytes, and copies nothing.
//
// What a peer may still say is little: text, an alert, a KeyUpdate (section 4.6.3). Everything else
// is answered by an alert, and ends it.

#pragma once

#include "base/byte_buffer.hpp"
#include "tls/record_layer.hpp"
#include "tls/record_stream.hpp"
#include "tls/traffic_key.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace asio_httpd::tls {

// RFC 8446 section 6; those that are sent or passed over here.
enum class alert : std::uint8_t {
  close_notify = 0,
  unexpected_message = 10,
  bad_record_mac = 20,
  record_overflow = 22,
  illegal_parameter = 47,
  decode_error = 50,
  user_canceled = 90,
};

class protected_records final : public record_layer {
 public:
  // What the handshake has led to, from the server's point of view.
  struct keys {
    cipher_suite suite = cipher_suite::aes_128_gcm_sha256;
    std::string_view to_read;   // the client's traffic secret
    std::string_view to_write;  // ours
    std::uint64_t written = 0;  // records under that secret: tickets
    // Of text in one record: what the client asked for (RFC 6066 section 4), or all that it may be.
    std::size_t most_text = most_plain_text;
  };

  // As long as `stream`. Throws std::bad_alloc, as all of it may.
  protected_records(const keys& k, record_stream& stream);

  std::size_t read(char* to, std::size_t size) override;
  bool has_text() const noexcept override { return !text_.empty(); }
  state peer() const noexcept override { return peer_; }
  std::size_t write(std::string_view first, std::string_view second) override;
  void close() override;
  void move_to_kernel(int socket) override;
  bool is_in_kernel() const noexcept override { return kernels_socket_ >= 0; }

 private:
  bool has_too_long_header(std::string_view bytes);
  std::size_t open(std::string_view record, char* to, std::size_t room);
  bool take(record_type type, std::string_view content);
  void take_alert(std::string_view message);
  void take_handshake(std::string_view bytes);
  void renew_own_key();
  bool count_record_without_text();
  void tell(alert what);
  void fail(alert why);

  record_stream& stream_;
  traffic_key reads_;
  traffic_key writes_;
  const std::size_t most_text_;
  base::byte_buffer text_;         // that nobody has read yet
  std::array<char, 5> message_{};  // of the handshake, which may come in pieces
  std::uint8_t message_size_ = 0;
  std::uint8_t records_without_text_ = 0;
  bool owes_key_ = false;   // the peer has asked for a new one of ours
  bool has_ended_ = false;  // by our last word, an alert
  state peer_ = state::open;
  int kernels_socket_ = -1;  // where that seals what is sent
};

}  // namespace asio_httpd::tls
