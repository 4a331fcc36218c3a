// SPDX-License-Identifier: BSL-1.0

#include <asio_httpd/check_tls.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

#include "support/test_certificates.hpp"

using asio_httpd::check_tls;
using asio_httpd::tls_certificate;

TEST_CASE("what a server could start with, and what it could not") {
  const test_support::test_certificates made;
  const tls_certificate good = made.localhost();
  CHECK_NOTHROW(check_tls({.certificates = {good}}));

  const tls_certificate other = made.make("other", {.names = {"other.test"}});
  CHECK_THROWS_WITH_AS(check_tls({.certificates = {{good.certificate, other.key}}}),
                       doctest::Contains(other.key.c_str()), std::runtime_error);
  CHECK_THROWS_WITH_AS(check_tls({.certificates = {{"/nowhere/a.pem", good.key}}}),
                       doctest::Contains("/nowhere/a.pem"), std::runtime_error);
  CHECK_THROWS_AS(check_tls({}), std::runtime_error);
}
