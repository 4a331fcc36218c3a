// SPDX-License-Identifier: BSL-1.0

#include "support/test_certificates.hpp"

#include "tls/openssl.hpp"

#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <stdexcept>

#include <sys/stat.h>

namespace test_support {
namespace {

using namespace asio_httpd::tls;

constexpr long day = 24 * 60 * 60;

void must(bool ok) {
  if (!ok) throw std::runtime_error("test certificates: " + take_error());
}

// One RSA key for all: making one takes long.
EVP_PKEY* make_key(test_certificates::algorithm a) {
  if (a == test_certificates::algorithm::ecdsa) return need(EVP_EC_gen("P-256"));
  static const key_ptr rsa(EVP_RSA_gen(2048));
  EVP_PKEY_up_ref(need(rsa.get()));
  return rsa.get();
}

void add_name(X509_NAME* to, const char* field, const std::string& value) {
  const auto* text = reinterpret_cast<const unsigned char*>(value.c_str());
  must(X509_NAME_add_entry_by_txt(to, field, MBSTRING_UTF8, text, -1, -1, 0) == 1);
}

void add_extension(X509* to, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, to, nullptr, nullptr, 0);
  X509_EXTENSION* made = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  must(made != nullptr && X509_add_ext(to, made, -1) == 1);
  X509_EXTENSION_free(made);
}

template <class Write>
void write_pem(const std::string& path, Write write) {
  const bio_ptr to(BIO_new_file(path.c_str(), "w"));
  must(to && write(to.get()) == 1);
}

void write_key(const std::string& path, EVP_PKEY* key) {
  write_pem(path, [key](BIO* to) {
    return PEM_write_bio_PrivateKey(to, key, nullptr, nullptr, 0, nullptr, nullptr);
  });
  must(::chmod(path.c_str(), 0600) == 0);
}

x509_ptr begin_certificate(EVP_PKEY* key, const std::string& subject, long days) {
  static long serial = 1000;
  x509_ptr made(need(X509_new()));
  X509_set_version(made.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -2 * day);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), days * day);
  add_name(X509_get_subject_name(made.get()), "O", "Example");
  add_name(X509_get_subject_name(made.get()), "CN", subject);
  X509_set_pubkey(made.get(), key);
  return made;
}

x509_ptr read_certificate(const std::string& path) {
  const bio_ptr from(BIO_new_file(path.c_str(), "r"));
  return x509_ptr(need(PEM_read_bio_X509(from.get(), nullptr, nullptr, nullptr)));
}

std::string alternative_names(const std::vector<std::string>& names) {
  std::string all;
  for (const std::string& name : names) {
    if (!all.empty()) all += ',';
    all += name.starts_with("IP:") ? name : "DNS:" + name;
  }
  return all;
}

}  // namespace

struct test_certificates::signer {
  x509_ptr certificate;
  key_ptr key;
};

test_certificates::test_certificates() : authority_(std::make_unique<signer>()) {
  authority_->key.reset(make_key(algorithm::ecdsa));
  authority_->certificate = begin_certificate(authority_->key.get(), "Test CA", 365);
  X509* made = authority_->certificate.get();
  X509_set_issuer_name(made, X509_get_subject_name(made));
  add_extension(made, made, NID_basic_constraints, "critical,CA:TRUE");
  add_extension(made, made, NID_key_usage, "critical,keyCertSign,cRLSign,digitalSignature");
  must(X509_sign(made, authority_->key.get(), EVP_sha256()) != 0);
  write_pem(authority(), [made](BIO* to) { return PEM_write_bio_X509(to, made); });
}

test_certificates::~test_certificates() = default;

asio_httpd::tls_certificate test_certificates::make(const std::string& file,
                                                    const wanted& w) const {
  const key_ptr key(make_key(w.key));
  const x509_ptr made = begin_certificate(key.get(), w.subject, w.days);
  X509* issuer = w.self_signed ? made.get() : authority_->certificate.get();
  X509_set_issuer_name(made.get(), X509_get_subject_name(issuer));
  add_extension(made.get(), issuer, NID_basic_constraints, "CA:FALSE");
  if (!w.names.empty()) {
    add_extension(made.get(), issuer, NID_subject_alt_name, alternative_names(w.names));
  }
  EVP_PKEY* signs = w.self_signed ? key.get() : authority_->key.get();
  must(X509_sign(made.get(), signs, EVP_sha256()) != 0);
  asio_httpd::tls_certificate files{folder_ / (file + ".pem"), folder_ / (file + ".key")};
  write_pem(files.certificate, [&](BIO* to) { return PEM_write_bio_X509(to, made.get()); });
  write_key(files.key, key.get());
  return files;
}

asio_httpd::tls_certificate test_certificates::localhost() const {
  return make("localhost", {.names = {"localhost", "IP:127.0.0.1", "IP:::1"}});
}

std::string test_certificates::ocsp(const asio_httpd::tls_certificate& of, long seconds,
                                    bool revoked) const {
  const x509_ptr subject = read_certificate(of.certificate);
  OCSP_CERTID* id = need(OCSP_cert_to_id(EVP_sha1(), subject.get(), authority_->certificate.get()));
  OCSP_BASICRESP* basic = need(OCSP_BASICRESP_new());
  ASN1_TIME* from = X509_gmtime_adj(nullptr, -3600);
  ASN1_TIME* to = X509_gmtime_adj(nullptr, seconds);
  const int status = revoked ? V_OCSP_CERTSTATUS_REVOKED : V_OCSP_CERTSTATUS_GOOD;
  ASN1_TIME* since = revoked ? from : nullptr;
  must(OCSP_basic_add1_status(basic, id, status, 0, since, from, to) != nullptr);
  must(OCSP_basic_sign(basic, authority_->certificate.get(), authority_->key.get(), EVP_sha256(),
                       nullptr, 0) == 1);
  OCSP_RESPONSE* made = need(OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic));
  unsigned char* der = nullptr;
  const int size = i2d_OCSP_RESPONSE(made, &der);
  must(size > 0);
  std::string text(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  OCSP_RESPONSE_free(made);
  OCSP_BASICRESP_free(basic);
  OCSP_CERTID_free(id);
  ASN1_TIME_free(from);
  ASN1_TIME_free(to);
  return text;
}

}  // namespace test_support
