// SPDX-License-Identifier: BSL-1.0

#include "tls/kernel_tls.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <linux/tls.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace asio_httpd::tls {
namespace {

// Where the C library's headers are older than the kernel's.
constexpr int tls_level = 282;  // SOL_TLS

bool prepare(int socket) noexcept {
  return ::setsockopt(socket, IPPROTO_TCP, TCP_ULP, "tls", sizeof "tls") == 0;
}

// A socket that is not connected is refused for that, where the kernel has TLS.
bool ask_kernel() noexcept {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return false;
  const bool found = prepare(socket) || errno == ENOTCONN;
  ::close(socket);
  return found;
}

template <std::size_t Size>
void copy(const unsigned char* from, unsigned char (&to)[Size]) noexcept {
  std::copy_n(from, Size, to);
}

// What the kernel calls salt and IV, RFC 8446 section 5.3 has as one.
template <class Parameters>
bool give(int socket, std::uint16_t cipher, const traffic_key::material& m) noexcept {
  Parameters made{};
  made.info.version = TLS_1_3_VERSION;
  made.info.cipher_type = cipher;
  copy(m.key, made.key);
  if constexpr (sizeof made.iv == sizeof m.iv) {
    copy(m.iv.data(), made.iv);
  } else {
    copy(m.iv.data(), made.salt);
    copy(m.iv.data() + sizeof made.salt, made.iv);
  }
  for (std::size_t i = 0; i < sizeof made.rec_seq; ++i) {
    made.rec_seq[i] = static_cast<unsigned char>(m.next >> (8 * (sizeof made.rec_seq - 1 - i)));
  }
  const bool taken = ::setsockopt(socket, tls_level, TLS_TX, &made, sizeof made) == 0;
  OPENSSL_cleanse(&made, sizeof made);
  return taken;
}

}  // namespace

bool kernel_has_tls() noexcept {
  static const bool found = ask_kernel();
  return found;
}

bool give_key_to_kernel(int socket, const traffic_key& key) noexcept {
  if (socket < 0 || !prepare(socket)) return false;
  const auto m = key.what_it_is();
  switch (m.suite) {
    case cipher_suite::aes_128_gcm_sha256:
      return give<tls12_crypto_info_aes_gcm_128>(socket, TLS_CIPHER_AES_GCM_128, m);
    case cipher_suite::aes_256_gcm_sha384:
      return give<tls12_crypto_info_aes_gcm_256>(socket, TLS_CIPHER_AES_GCM_256, m);
    case cipher_suite::chacha20_poly1305_sha256:
      return give<tls12_crypto_info_chacha20_poly1305>(socket, TLS_CIPHER_CHACHA20_POLY1305, m);
  }
  return false;
}

void send_by_kernel(int socket, record_type type, std::string_view content) noexcept {
  std::array<unsigned char, CMSG_SPACE(sizeof type)> room{};
  iovec bytes{const_cast<char*>(content.data()), content.size()};
  msghdr message{};
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  message.msg_control = room.data();
  message.msg_controllen = room.size();
  cmsghdr* const control = CMSG_FIRSTHDR(&message);
  control->cmsg_level = tls_level;
  control->cmsg_type = TLS_SET_RECORD_TYPE;
  control->cmsg_len = CMSG_LEN(sizeof type);
  std::memcpy(CMSG_DATA(control), &type, sizeof type);
  ::sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

}  // namespace asio_httpd::tls
