// SPDX-License-Identifier: BSL-1.0

#include "tls/ocsp.hpp"

#include "tls/watched_file.hpp"

#include <openssl/err.h>
#include <openssl/ocsp.h>

#include <ctime>
#include <stdexcept>
#include <utility>

namespace asio_httpd::tls {
namespace {

constexpr long allowed_skew = 300;  // seconds between our clock and the responder's

using response_ptr = std::unique_ptr<OCSP_RESPONSE, freed_by<&OCSP_RESPONSE_free>>;
using basic_ptr = std::unique_ptr<OCSP_BASICRESP, freed_by<&OCSP_BASICRESP_free>>;
using id_ptr = std::unique_ptr<OCSP_CERTID, freed_by<&OCSP_CERTID_free>>;

// The entry for the certificate. Where the issuer is not known, its serial number has to do.
OCSP_SINGLERESP* find(OCSP_BASICRESP* all, const certificate& c) {
  X509* issuer = c.issuer();
  for (int i = 0; i < OCSP_resp_count(all); ++i) {
    OCSP_SINGLERESP* one = OCSP_resp_get0(all, i);
    const OCSP_CERTID* id = OCSP_SINGLERESP_get0_id(one);
    ASN1_OBJECT* digest = nullptr;
    ASN1_INTEGER* serial = nullptr;
    OCSP_id_get0_info(nullptr, &digest, nullptr, &serial, const_cast<OCSP_CERTID*>(id));
    if (ASN1_INTEGER_cmp(serial, X509_get0_serialNumber(c.leaf.get())) != 0) continue;
    if (issuer == nullptr) return one;
    const EVP_MD* hash = EVP_get_digestbyobj(digest);
    const id_ptr ours(hash != nullptr ? OCSP_cert_to_id(hash, c.leaf.get(), issuer) : nullptr);
    if (ours && OCSP_id_cmp(id, ours.get()) == 0) return one;
  }
  return nullptr;
}

std::int64_t unix_time_of(const ASN1_GENERALIZEDTIME* time) {
  std::tm parts{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return 0;
  return timegm(&parts);
}

// What is wrong with it; "" where nothing is.
std::string check(const std::string& der, const certificate& c, std::int64_t& valid_until) {
  const auto* data = reinterpret_cast<const unsigned char*>(der.data());
  const response_ptr response(d2i_OCSP_RESPONSE(nullptr, &data, static_cast<long>(der.size())));
  if (!response) return "it is no OCSP response in DER";
  if (OCSP_response_status(response.get()) != OCSP_RESPONSE_STATUS_SUCCESSFUL) {
    return "the responder did not answer successfully";
  }
  const basic_ptr basic(OCSP_response_get1_basic(response.get()));
  OCSP_SINGLERESP* one = basic ? find(basic.get(), c) : nullptr;
  if (one == nullptr) return "it is not for this certificate";
  ASN1_GENERALIZEDTIME* from = nullptr;
  ASN1_GENERALIZEDTIME* to = nullptr;
  if (OCSP_single_get0_status(one, nullptr, nullptr, &from, &to) != V_OCSP_CERTSTATUS_GOOD) {
    return "it does not say that the certificate is good";
  }
  if (OCSP_check_validity(from, to, allowed_skew, -1) != 1) return "it is out of date";
  valid_until = unix_time_of(to);
  return {};
}

}  // namespace

ocsp_response ocsp_response::load(const std::string& path, const certificate& c) {
  ocsp_response made;
  try {
    made.der = read_whole_file(path, "OCSP response");
  } catch (const std::runtime_error& e) {
    made.problem = std::string(e.what()) + "; nothing is stapled";
    return made;
  }
  const std::string wrong = check(made.der, c, made.valid_until);
  ERR_clear_error();
  if (wrong.empty()) return made;
  made.der.clear();
  made.problem = "TLS: the OCSP response \"" + path + "\" is not stapled: " + wrong;
  return made;
}

}  // namespace asio_httpd::tls
