// SPDX-License-Identifier: BSL-1.0
//
// Content-Disposition as browsers and other clients write it, and what is refused.

#include "http/disposition.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace asio_httpd;

namespace {

struct outcome {
  multipart_rule rule;
  std::string name;
  std::string filename;  // "-" for none
};

outcome read(std::string_view value) {
  multipart_part part;
  const multipart_rule rule = http::read_disposition(value, part);
  return {rule, part.name, part.filename.value_or("-")};
}

std::string name_of(std::string_view value) {
  const outcome got = read(value);
  CHECK(got.rule == multipart_rule::none);
  return got.name;
}

std::string filename_of(std::string_view value) {
  const outcome got = read(value);
  CHECK(got.rule == multipart_rule::none);
  return got.filename;
}

}  // namespace

TEST_CASE("a name, and a file name of a file") {
  CHECK(name_of("form-data; name=\"a\"") == "a");
  CHECK(filename_of("form-data; name=\"a\"") == "-");
  CHECK(filename_of("form-data; name=\"a\"; filename=\"b.txt\"") == "b.txt");
  CHECK(filename_of("form-data; filename=\"b\"; name=\"a\"") == "b");
  CHECK(filename_of("form-data; name=\"a\"; filename=\"\"") == "");
  CHECK(name_of("form-data; name=\"\"") == "");
  CHECK(name_of("Form-Data;NAME=a") == "a");
  CHECK(name_of("form-data; name=\"a; filename=x\"") == "a; filename=x");
}

TEST_CASE("quotes and line ends as browsers encode them, and nothing else by percent") {
  CHECK(name_of("form-data; name=\"a%22b%0D%0Ac\"") == "a\"b\r\nc");
  CHECK(filename_of("form-data; name=a; filename=\"100%.txt\"") == "100%.txt");
  CHECK(filename_of("form-data; name=a; filename=\"%41%2f%00%2522%0d\"") == "%41%2f%00%2522%0d");
  CHECK(filename_of("form-data; name=a; filename=\"%2\"") == "%2");
}

TEST_CASE("quotes and backslashes as curl writes them; a lone backslash stays, as browsers do") {
  CHECK(filename_of(R"(form-data; name=a; filename="a\"b.txt")") == "a\"b.txt");
  CHECK(filename_of(R"(form-data; name=a; filename="a\\b.txt")") == "a\\b.txt");
  CHECK(filename_of(R"(form-data; name=a; filename="C:\dir\b.txt")") == "C:\\dir\\b.txt");
}

TEST_CASE("UTF-8 stands as it is, and other bytes too") {
  CHECK(filename_of("form-data; name=a; filename=\"\xc3\xa4\xff.txt\"") == "\xc3\xa4\xff.txt");
}

TEST_CASE("filename* is ignored (RFC 7578 section 4.2), and so is what is not known") {
  CHECK(filename_of("form-data; name=a; filename*=utf-8''x.txt") == "-");
  CHECK(filename_of("form-data; name=a; filename=\"b\"; filename*=utf-8''x.txt; z=1") == "b");
  CHECK(name_of("form-data; name*=utf-8''x; name=a; name2=\"b\"") == "a");
}

TEST_CASE("one name and one file name at most") {
  CHECK(read("form-data").rule == multipart_rule::name_missing);
  CHECK(read("form-data; filename=\"a\"").rule == multipart_rule::name_missing);
  CHECK(read("form-data; name=a; name=b").rule == multipart_rule::name_repeated);
  CHECK(read("form-data; name=a; NAME=a").rule == multipart_rule::name_repeated);
  CHECK(read("form-data; name=a; filename=b; filename=b").rule == multipart_rule::name_repeated);
}

TEST_CASE("another type, and malformed parameters") {
  for (const std::string_view bad :
       {"", "attachment; name=a", "form-data name=a", "form-datax; name=a", "; name=a",
        "form-data; name", "form-data; name=", "form-data; name=a b", "form-data; name =a",
        "form-data; name=\"a", "form-data; name=\"a\\\"", "form-data; name=\"a\"b",
        "form-data; name=a; filename=b/c", "form-data; name=a, filename=b"}) {
    CAPTURE(bad);
    CHECK(read(bad).rule == multipart_rule::disposition_syntax);
  }
}
