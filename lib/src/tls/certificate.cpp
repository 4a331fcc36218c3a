// SPDX-License-Identifier: BSL-1.0
//
// PEM (RFC 7468) into certificates and keys. Nothing asks for a passphrase on a terminal.

#include "tls/certificate.hpp"

#include "tls/watched_file.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <stdexcept>
#include <string_view>
#include <utility>

namespace asio_httpd::tls {
namespace {

[[noreturn]] void refuse(const std::string& text) {
  ERR_clear_error();
  throw std::runtime_error("TLS: " + text);
}

std::string quoted(const std::string& path) {
  return '"' + path + '"';
}

bio_ptr bio_of(const std::string& text) {
  return bio_ptr(need(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))));
}

// Called for a key that is encrypted.
int note_passphrase(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

key_ptr load_key(const std::string& path) {
  const std::string pem = read_whole_file(path, "key");
  bool is_encrypted = false;
  key_ptr key(PEM_read_bio_PrivateKey(bio_of(pem).get(), nullptr, note_passphrase, &is_encrypted));
  if (key) return key;
  if (is_encrypted) {
    refuse("the key " + quoted(path) +
           " is encrypted; give one without a passphrase (openssl pkey -in ... -out ...)");
  }
  refuse("there is no private key in " + quoted(path) +
         "; it must be PEM, with a line \"-----BEGIN PRIVATE KEY-----\"");
}

std::string in_lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return lower;
}

std::vector<std::string> names_of(X509* leaf) {
  std::vector<std::string> names;
  auto* all =
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(leaf, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(all); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(all, i);
    if (name->type != GEN_DNS) continue;
    const auto* text = reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName));
    names.push_back(in_lower_case(
        std::string_view(text, static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName)))));
  }
  GENERAL_NAMES_free(all);
  ERR_clear_error();
  return names;
}

}  // namespace

std::vector<x509_ptr> parse_certificates(const std::string& pem, const std::string& what,
                                         const std::string& path) {
  std::vector<x509_ptr> found;
  const bio_ptr text = bio_of(pem);
  while (X509* one = PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr)) {
    found.emplace_back(one);
  }
  const unsigned long why = ERR_peek_last_error();
  const bool at_end = ERR_GET_LIB(why) == ERR_LIB_PEM && ERR_GET_REASON(why) == PEM_R_NO_START_LINE;
  if (found.empty() && at_end) {
    refuse("there is no certificate in the " + what + ' ' + quoted(path) +
           "; it must be PEM, with a line \"-----BEGIN CERTIFICATE-----\"");
  }
  if (!at_end) {
    refuse("certificate " + std::to_string(found.size() + 1) + " of the " + what + ' ' +
           quoted(path) + " is damaged; write the file anew");
  }
  ERR_clear_error();
  return found;
}

certificate certificate::load(const tls_certificate& files) {
  ERR_clear_error();
  certificate made;
  const std::string pem = read_whole_file(files.certificate, "certificate");
  made.chain = parse_certificates(pem, "file", files.certificate);
  made.leaf = std::move(made.chain.front());
  made.chain.erase(made.chain.begin());
  made.key = load_key(files.key);
  if (X509_check_private_key(made.leaf.get(), made.key.get()) != 1) {
    refuse("the key " + quoted(files.key) + " is not that of the certificate " +
           quoted(files.certificate) + "; give the pair that belongs together" +
           (made.chain.empty() ? "" : " (the server's own certificate comes first in the chain)"));
  }
  made.names = names_of(made.leaf.get());
  made.algorithm = EVP_PKEY_get_base_id(made.key.get());
  return made;
}

// By its name: who made the files has put the right one there.
X509* certificate::issuer() const noexcept {
  const X509_NAME* wanted = X509_get_issuer_name(leaf.get());
  for (const auto& other : chain) {
    if (X509_NAME_cmp(X509_get_subject_name(other.get()), wanted) == 0) return other.get();
  }
  const bool is_self_signed = X509_NAME_cmp(X509_get_subject_name(leaf.get()), wanted) == 0;
  return is_self_signed ? leaf.get() : nullptr;
}

std::int64_t certificate::seconds_left() const noexcept {
  int days = 0;
  int seconds = 0;
  if (ASN1_TIME_diff(&days, &seconds, nullptr, X509_get0_notAfter(leaf.get())) != 1) return 0;
  return std::int64_t{days} * 86'400 + seconds;
}

}  // namespace asio_httpd::tls
