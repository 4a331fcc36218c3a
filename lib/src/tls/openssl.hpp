// SPDX-License-Identifier: BSL-1.0
//
// OpenSSL's objects, owned, and what it has to say of an error.

#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>
#include <new>
#include <string>

namespace asio_httpd::tls {

template <auto Free>
struct freed_by {
  template <class T>
  void operator()(T* object) const noexcept {
    Free(object);
  }
};

using ssl_ptr = std::unique_ptr<SSL, freed_by<&SSL_free>>;
using ssl_ctx_ptr = std::unique_ptr<SSL_CTX, freed_by<&SSL_CTX_free>>;
using bio_ptr = std::unique_ptr<BIO, freed_by<&BIO_free>>;
using x509_ptr = std::unique_ptr<X509, freed_by<&X509_free>>;
using key_ptr = std::unique_ptr<EVP_PKEY, freed_by<&EVP_PKEY_free>>;

// The oldest error that this thread's queue has, which is the cause; empties the queue.
std::string take_error();

// Throws std::bad_alloc where `made` is null: OpenSSL makes such things of memory alone.
template <class T>
T* need(T* made) {
  if (made == nullptr) throw std::bad_alloc();
  return made;
}

// For calls that fail for want of memory alone.
inline void need(int ok) {
  if (ok != 1) throw std::bad_alloc();
}

}  // namespace asio_httpd::tls
