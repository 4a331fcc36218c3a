// SPDX-License-Identifier: BSL-1.0

#include "features/attachment.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using asio_httpd::features::attachment_disposition;

TEST_CASE("plain names are quoted, and no more") {
  CHECK(attachment_disposition("a.tar") == "attachment; filename=\"a.tar\"");
  CHECK(attachment_disposition("a b;c,d='x'.txt") == "attachment; filename=\"a b;c,d='x'.txt\"");
  CHECK(attachment_disposition("") == "attachment");
}

TEST_CASE("what is not plain stands there twice (RFC 6266 section 4.3)") {
  CHECK(attachment_disposition("na\xc3\xafve file.txt") ==
        "attachment; filename=\"na_ve file.txt\"; filename*=UTF-8''na%C3%AFve%20file.txt");
  CHECK(attachment_disposition("\xe2\x82\xac rates") ==
        "attachment; filename=\"_ rates\"; filename*=UTF-8''%E2%82%AC%20rates");
  CHECK(attachment_disposition("\xf0\x9f\x98\x80") ==
        "attachment; filename=\"_\"; filename*=UTF-8''%F0%9F%98%80");
}

TEST_CASE("nothing ends the quoted string or is decoded in it") {
  CHECK(attachment_disposition("a\"b") == "attachment; filename=\"a_b\"; filename*=UTF-8''a%22b");
  CHECK(attachment_disposition("a\\b") == "attachment; filename=\"a_b\"; filename*=UTF-8''a%5Cb");
  CHECK(attachment_disposition("100%25") ==
        "attachment; filename=\"100_25\"; filename*=UTF-8''100%2525");
}

TEST_CASE("control characters and slashes are in neither form") {
  CHECK(attachment_disposition("a\r\nSet-Cookie: x\x7f") ==
        "attachment; filename=\"a__Set-Cookie: x_\"");
  CHECK(attachment_disposition("../etc/passwd") == "attachment; filename=\".._etc_passwd\"");
  CHECK(attachment_disposition(std::string_view("a\0b", 3)) == "attachment; filename=\"a_b\"");
}

TEST_CASE("bytes that are no UTF-8 are replaced") {
  CHECK(attachment_disposition("caf\xe9") ==
        "attachment; filename=\"caf_\"; filename*=UTF-8''caf%EF%BF%BD");
}

TEST_CASE("any byte makes a value that a field can have") {
  for (int c = 0; c < 256; ++c) {
    const std::string made = attachment_disposition(std::string("x") + static_cast<char>(c));
    CAPTURE(made);
    CHECK(made.starts_with("attachment; filename=\"x"));
    for (const char byte : made) CHECK((byte >= 0x20 && byte < 0x7f));
    CHECK(made.find('"', made.find('"') + 1) == made.rfind('"'));
  }
}
