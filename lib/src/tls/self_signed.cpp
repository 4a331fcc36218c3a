// SPDX-License-Identifier: BSL-1.0
//
// A key, a certificate (RFC 5280) and two files. Each file is whole when it has its name; where a
// crash leaves a pair that does not belong together, the next start makes another.

#include "tls/certificate.hpp"
#include "tls/openssl.hpp"

#include <asio_httpd/file.hpp>
#include <asio_httpd/self_signed.hpp>

#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace asio_httpd {
namespace {

using namespace tls;

constexpr long day = 24 * 60 * 60;
constexpr long lifetime = 365 * day;  // browsers take 398 days at most
constexpr long kept = 7 * day;

[[noreturn]] void fail(const std::string& what, const std::string& path) {
  throw std::runtime_error("TLS: cannot " + what + " \"" + path +
                           "\": " + std::generic_category().message(errno));
}

void must(bool ok) {
  if (!ok) throw std::runtime_error("TLS: cannot make a certificate: " + take_error());
}

// "" where this machine's name is none of DNS.
std::string host_name() {
  char name[256] = {};
  if (::gethostname(name, sizeof name - 1) != 0) return {};
  const std::string_view text = name;
  const bool is_good = std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
           c == '.';
  });
  return is_good ? std::string(text) : std::string();
}

std::string alternative_names() {
  const std::string own = host_name();
  return "DNS:localhost,IP:127.0.0.1,IP:::1" +
         (own.empty() || own == "localhost" ? std::string() : ",DNS:" + own);
}

void add_extension(X509* to, int kind, const std::string& value) {
  using extension_ptr = std::unique_ptr<X509_EXTENSION, freed_by<&X509_EXTENSION_free>>;
  X509V3_CTX context;
  X509V3_set_ctx(&context, to, to, nullptr, nullptr, 0);
  const extension_ptr made(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  must(made && X509_add_ext(to, made.get(), -1) == 1);
}

// 127 random bits: positive, and never used twice (RFC 5280 section 4.1.2.2).
void set_serial_number(X509* of) {
  unsigned char bytes[16];
  must(RAND_bytes(bytes, sizeof bytes) == 1);
  bytes[0] = static_cast<unsigned char>((bytes[0] & 0x7f) | 0x40);
  using number_ptr = std::unique_ptr<BIGNUM, freed_by<&BN_free>>;
  const number_ptr number(need(BN_bin2bn(bytes, sizeof bytes, nullptr)));
  must(BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(of)) != nullptr);
}

x509_ptr make_certificate(EVP_PKEY* key) {
  x509_ptr made(need(X509_new()));
  X509_set_version(made.get(), X509_VERSION_3);
  set_serial_number(made.get());
  must(X509_gmtime_adj(X509_getm_notBefore(made.get()), -day) != nullptr);
  must(X509_gmtime_adj(X509_getm_notAfter(made.get()), lifetime - day) != nullptr);
  X509_NAME* subject = X509_get_subject_name(made.get());
  const auto* name = reinterpret_cast<const unsigned char*>("localhost");
  must(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, name, -1, -1, 0) == 1);
  must(X509_set_issuer_name(made.get(), subject) == 1);
  must(X509_set_pubkey(made.get(), key) == 1);
  add_extension(made.get(), NID_basic_constraints, "critical,CA:FALSE");
  add_extension(made.get(), NID_key_usage, "critical,digitalSignature");
  add_extension(made.get(), NID_ext_key_usage, "serverAuth");
  add_extension(made.get(), NID_subject_alt_name, alternative_names());
  must(X509_sign(made.get(), key, EVP_sha256()) != 0);
  return made;
}

template <class Write>
std::string pem_of(Write write) {
  const bio_ptr text(need(BIO_new(BIO_s_mem())));
  must(write(text.get()) == 1);
  char* data = nullptr;
  const long size = BIO_get_mem_data(text.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

void write_all(const file& to, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    const ssize_t n = ::write(to.descriptor(), text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail("write", path);
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  if (::fsync(to.descriptor()) != 0) fail("write", path);
}

// Readable for its owner alone where it is secret, from its first moment on.
void replace_file(const std::string& path, std::string_view text, mode_t mode) {
  const std::string fresh = path + ".new";
  ::unlink(fresh.c_str());
  const file made(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (!made.is_open()) fail("write", fresh);
  write_all(made, text, fresh);
  if (::rename(fresh.c_str(), path.c_str()) != 0) fail("write", path);
}

void make_pair(const tls_certificate& files) {
  const key_ptr key(EVP_EC_gen("P-256"));
  must(key != nullptr);
  const x509_ptr made = make_certificate(key.get());
  const std::string key_pem = pem_of([&](BIO* to) {
    return PEM_write_bio_PrivateKey(to, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
  replace_file(files.key, key_pem, 0600);
  replace_file(files.certificate,
               pem_of([&](BIO* to) { return PEM_write_bio_X509(to, made.get()); }), 0644);
}

bool is_good(const tls_certificate& files) {
  try {
    return certificate::load(files).seconds_left() > kept;
  } catch (const std::runtime_error&) {
    return false;
  }
}

// While it lives, other programs wait.
file lock_folder(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  file opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened.is_open() || ::flock(opened.descriptor(), LOCK_EX) != 0) {
    fail("use the folder", folder);
  }
  return opened;
}

}  // namespace

tls_certificate self_signed_certificate(const std::string& folder) {
  const file locked = lock_folder(folder);
  const tls_certificate files{folder + "/certificate.pem", folder + "/key.pem"};
  if (!is_good(files)) make_pair(files);
  return files;
}

}  // namespace asio_httpd
