// SPDX-License-Identifier: BSL-1.0

#include "support/scratch_folder.hpp"
#include "support/test_certificates.hpp"
#include "tls/certificate.hpp"

#include <asio_httpd/self_signed.hpp>

#include <openssl/x509v3.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <stdexcept>

#include <sys/stat.h>
#include <unistd.h>

using asio_httpd::self_signed_certificate;
using asio_httpd::tls_certificate;
using asio_httpd::tls::certificate;
using test_support::read_file;

namespace {

constexpr std::int64_t day = 24 * 60 * 60;

unsigned mode_of(const std::string& path) {
  struct stat s {};
  REQUIRE(::stat(path.c_str(), &s) == 0);
  return s.st_mode & 0777;
}

}  // namespace

TEST_CASE("a pair for a year, with a key that is its owner's alone") {
  const test_support::scratch_folder folder;
  const tls_certificate files = self_signed_certificate(folder / "a/b");
  const certificate made = certificate::load(files);
  CHECK(made.seconds_left() > 360 * day);
  CHECK(made.seconds_left() < 398 * day);
  CHECK(std::find(made.names.begin(), made.names.end(), "localhost") != made.names.end());
  CHECK(X509_check_ip_asc(made.leaf.get(), "127.0.0.1", 0) == 1);
  CHECK(X509_check_ip_asc(made.leaf.get(), "::1", 0) == 1);
  CHECK(made.algorithm == EVP_PKEY_EC);
  CHECK(made.issuer() == made.leaf.get());
  CHECK(mode_of(files.key) == 0600);
}

TEST_CASE("what is there is kept while it is good") {
  const test_support::scratch_folder folder;
  const tls_certificate files = self_signed_certificate(folder.path());
  const std::string before = read_file(files.certificate);
  self_signed_certificate(folder.path());
  CHECK(read_file(files.certificate) == before);

  SUBCASE("not where the pair does not belong together") {
    const test_support::scratch_folder other;
    ::rename(self_signed_certificate(other.path()).key.c_str(), files.key.c_str());
  }
  SUBCASE("not where a file is damaged") {
    folder.write("certificate.pem", "x");
  }
  SUBCASE("not where it ends within a week") {
    const test_support::test_certificates authority;
    const tls_certificate old = authority.make("old", {.days = 6});
    ::rename(old.certificate.c_str(), files.certificate.c_str());
    ::rename(old.key.c_str(), files.key.c_str());
  }
  self_signed_certificate(folder.path());
  CHECK(certificate::load(files).seconds_left() > 360 * day);
  CHECK(read_file(files.certificate) != before);
}

TEST_CASE("a folder that cannot be is named") {
  const test_support::scratch_folder folder;
  const std::string path = folder.write("file", "") + "/tls";
  CHECK_THROWS_WITH_AS(self_signed_certificate(path),
                       ("TLS: cannot use the folder \"" + path + "\": Not a directory").c_str(),
                       std::runtime_error);
}
