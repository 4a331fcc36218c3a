// SPDX-License-Identifier: BSL-1.0
//
// Status codes: phrases, classes, and which never have content.

#include <asio_httpd/status.hpp>

#include <doctest/doctest.h>

using namespace asio_httpd;

TEST_CASE("reason phrases (RFC 9110 section 15)") {
  CHECK(reason_phrase(status::ok) == "OK");
  CHECK(reason_phrase(status::not_found) == "Not Found");
  CHECK(reason_phrase(status::content_too_large) == "Content Too Large");
  CHECK(reason_phrase(status::http_version_not_supported) == "HTTP Version Not Supported");
  CHECK(reason_phrase(static_cast<status>(299)).empty());
  CHECK(reason_phrase(static_cast<status>(0)).empty());
}

TEST_CASE("a phrase is a few words that fit a status line") {
  int phrases = 0;
  for (unsigned code = 0; code < 1000; ++code) {
    const std::string_view phrase = reason_phrase(static_cast<status>(code));
    phrases += phrase.empty() ? 0 : 1;
    for (const char c : phrase) CHECK((c >= ' ' && c <= 'z'));
  }
  CHECK(phrases > 40);
}

TEST_CASE("the class is the first digit") {
  CHECK(status_class(status::continue_) == 1);
  CHECK(status_class(status::ok) == 2);
  CHECK(status_class(status::found) == 3);
  CHECK(status_class(status::not_found) == 4);
  CHECK(status_class(status::bad_gateway) == 5);
  CHECK(status_class(static_cast<status>(999)) == 0);
  CHECK(status_class(static_cast<status>(99)) == 0);
  CHECK(to_integer(status::not_found) == 404);
}

TEST_CASE("1xx, 204 and 304 have no content (RFC 9112 section 6.3)") {
  for (unsigned code = 100; code < 600; ++code) {
    CAPTURE(code);
    const bool expected = code < 200 || code == 204 || code == 304;
    CHECK(forbids_content(static_cast<status>(code)) == expected);
  }
}
