// SPDX-License-Identifier: BSL-1.0

#include "tls/record_bio.hpp"

#include <cerrno>
#include <new>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace asio_httpd::tls {
namespace {

record_stream& stream_of(BIO* bio) noexcept {
  return *static_cast<record_stream*>(BIO_get_data(bio));
}

int read_some(BIO* bio, char* to, std::size_t size, std::size_t* taken) {
  BIO_clear_retry_flags(bio);
  record_stream& stream = stream_of(bio);
  *taken = stream.take_records(to, size);
  if (*taken != 0) return 1;
  const auto why = stream.after_read();
  if (why == record_stream::state::would_block) BIO_set_retry_read(bio);
  if (why == record_stream::state::ended) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  return why == record_stream::state::ended ? 0 : -1;
}

int write_to_kernel(BIO* bio, const char* from, std::size_t size, std::size_t* taken) {
  const int result = BIO_write_ex(BIO_next(bio), from, size, taken);
  BIO_copy_next_retry(bio);
  return result;
}

int write_all(BIO* bio, const char* from, std::size_t size, std::size_t* taken) try {
  BIO_clear_retry_flags(bio);
  if (BIO_next(bio) != nullptr) return write_to_kernel(bio, from, size, taken);
  stream_of(bio).output().append({from, size});
  *taken = size;
  return 1;
} catch (const std::bad_alloc&) {
  *taken = 0;
  return -1;
}

// tcp(7), and the kernel's Documentation/networking/tls.rst.
bool prepare_for_keys(int socket) noexcept {
  return ::setsockopt(socket, IPPROTO_TCP, TCP_ULP, "tls", sizeof "tls") == 0;
}

// BIO_CTRL_SET_KTLS_SEND, which openssl/bio.h names in a comment only.
constexpr int give_keys = 72;

// Only those to send with: reading goes by our buffers, and gets several records at once.
long give_keys_to_kernel(BIO* bio, long to_send, void* keys) {
  const int socket =
      to_send != 0 && BIO_next(bio) == nullptr ? stream_of(bio).socket_for_kernel() : -1;
  if (socket < 0 || !prepare_for_keys(socket)) return 0;
  bio_ptr below(BIO_new_socket(socket, BIO_NOCLOSE));
  if (!below || BIO_ctrl(below.get(), give_keys, to_send, keys) <= 0) return 0;
  BIO_push(bio, below.release());
  return 1;
}

long control(BIO* bio, int command, long number, void* data) {
  if (command == BIO_CTRL_FLUSH) return 1;
  if (command == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
  if (command == give_keys) return give_keys_to_kernel(bio, number, data);
  return BIO_next(bio) != nullptr ? BIO_ctrl(BIO_next(bio), command, number, data) : 0;
}

int create(BIO* bio) {
  BIO_set_init(bio, 1);
  return 1;
}

// A socket that is not connected is refused for that, where the kernel has TLS.
bool ask_kernel() noexcept {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return false;
  const bool found = prepare_for_keys(socket) || errno == ENOTCONN;
  ::close(socket);
  return found;
}

// Never freed: OpenSSL's own tables are not either.
const BIO_METHOD* make_method() {
  BIO_METHOD* made = need(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_FILTER, "records"));
  BIO_meth_set_read_ex(made, read_some);
  BIO_meth_set_write_ex(made, write_all);
  BIO_meth_set_ctrl(made, control);
  BIO_meth_set_create(made, create);
  return made;
}

}  // namespace

bool kernel_has_tls() noexcept {
  static const bool found = ask_kernel();
  return found;
}

bio_ptr make_record_bio(record_stream& stream) {
  static const BIO_METHOD* const method = make_method();
  bio_ptr made(need(BIO_new(method)));
  BIO_set_data(made.get(), &stream);
  return made;
}

}  // namespace asio_httpd::tls
