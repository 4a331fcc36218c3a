// SPDX-License-Identifier: BSL-1.0

#include "tls/record_bio.hpp"

#include <new>

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

int write_all(BIO* bio, const char* from, std::size_t size, std::size_t* taken) try {
  BIO_clear_retry_flags(bio);
  stream_of(bio).output().append({from, size});
  *taken = size;
  return 1;
} catch (const std::bad_alloc&) {
  *taken = 0;
  return -1;
}

long control(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_FLUSH) return 1;
  return command == BIO_CTRL_EOF && BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
}

int create(BIO* bio) {
  BIO_set_init(bio, 1);
  return 1;
}

// Never freed: OpenSSL's own tables are not either.
const BIO_METHOD* make_method() {
  BIO_METHOD* made = need(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "records"));
  BIO_meth_set_read_ex(made, read_some);
  BIO_meth_set_write_ex(made, write_all);
  BIO_meth_set_ctrl(made, control);
  BIO_meth_set_create(made, create);
  return made;
}

}  // namespace

bio_ptr make_record_bio(record_stream& stream) {
  static const BIO_METHOD* const method = make_method();
  bio_ptr made(need(BIO_new(method)));
  BIO_set_data(made.get(), &stream);
  return made;
}

}  // namespace asio_httpd::tls
