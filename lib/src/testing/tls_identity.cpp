// SPDX-License-Identifier: BSL-1.0
//
// A key on P-256, and what says that it is of "test".

#include "testing/tls_identity.hpp"

#include <asio_httpd/clock.hpp>
#include <asio_httpd/file.hpp>

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cerrno>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

#include <sys/mman.h>
#include <unistd.h>

namespace asio_httpd::testing {
namespace {

constexpr long day = 24 * 60 * 60;

void require(bool done, const char* what) {
  if (!done)
    throw std::runtime_error("TLS of the test kit: " + std::string(what) + ": " +
                             tls::take_error());
}

void add_names(X509* to) {
  X509_NAME* const name = X509_get_subject_name(to);
  const auto* const text = reinterpret_cast<const unsigned char*>("test");
  require(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, text, -1, -1, 0) == 1, "name");
  require(X509_set_issuer_name(to, name) == 1, "issuer");
  const std::unique_ptr<X509_EXTENSION, tls::freed_by<&X509_EXTENSION_free>> alternative(
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "DNS:test"));
  require(alternative && X509_add_ext(to, alternative.get(), -1) == 1, "subjectAltName");
}

tls::x509_ptr certify(EVP_PKEY* key) {
  tls::x509_ptr made(tls::need(X509_new()));
  require(X509_set_version(made.get(), X509_VERSION_3) == 1, "version");
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -day);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), 365 * day);
  require(X509_set_pubkey(made.get(), key) == 1, "key");
  add_names(made.get());
  require(X509_sign(made.get(), key, EVP_sha256()) != 0, "signature");
  return made;
}

// A file that is in memory, and only as long as this lives.
class memory_file {
 public:
  explicit memory_file(std::string_view text) : file_(::memfd_create("test", MFD_CLOEXEC)) {
    const auto n = ::write(file_.descriptor(), text.data(), text.size());
    if (n != static_cast<ssize_t>(text.size())) {
      throw std::system_error(errno, std::generic_category(), "a file in memory");
    }
  }
  std::string path() const { return "/proc/self/fd/" + std::to_string(file_.descriptor()); }

 private:
  file file_;
};

template <class Write>
memory_file in_pem(Write write) {
  const tls::bio_ptr to(tls::need(BIO_new(BIO_s_mem())));
  require(write(to.get()) == 1, "PEM");
  char* data = nullptr;
  const long size = BIO_get_mem_data(to.get(), &data);
  return memory_file({data, static_cast<std::size_t>(size)});
}

// Its clock stands still, so that it never looks at the files again.
std::shared_ptr<tls::context> make_context(X509* certificate, EVP_PKEY* key) {
  const memory_file chain = in_pem([&](BIO* to) { return PEM_write_bio_X509(to, certificate); });
  const memory_file secret = in_pem([&](BIO* to) {
    return PEM_write_bio_PrivateKey(to, key, nullptr, nullptr, 0, nullptr, nullptr);
  });
  const auto clock = std::make_shared<manual_clock>();
  return std::make_shared<tls::context>(tls_options{{{chain.path(), secret.path()}}},
                                        tls::make_ticket_keys(clock), clock,
                                        [](log_level, std::string_view) {});
}

tls_identity make_identity() {
  tls_identity made;
  made.key.reset(EVP_EC_gen("P-256"));
  require(made.key != nullptr, "key");
  made.certificate = certify(made.key.get());
  made.context = make_context(made.certificate.get(), made.key.get());
  return made;
}

}  // namespace

const tls_identity& the_tls_identity() {
  static const tls_identity made = make_identity();
  return made;
}

}  // namespace asio_httpd::testing
