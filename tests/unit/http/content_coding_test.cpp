// SPDX-License-Identifier: BSL-1.0

#include <asio_httpd/content_coding.hpp>

#include <doctest/doctest.h>

#include <string>
#include <utility>

using namespace asio_httpd;

namespace {

std::string shown(const accepted_codings& a) {
  std::string text;
  for (std::size_t i = 0; i < content_coding_count; ++i) {
    const auto c = static_cast<content_coding>(i);
    if (a.accepts(c)) {
      text.append(to_string(c)).append("=").append(std::to_string(a.weight(c))).append(" ");
    }
  }
  return text;
}

}  // namespace

TEST_CASE("Accept-Encoding") {
  struct row {
    std::string value;
    std::string weights;
  };
  const row rows[] = {
      {"", "identity=1 "},
      {"gzip", "identity=1 gzip=1000 "},
      {"GZip", "identity=1 gzip=1000 "},
      {"x-gzip", "identity=1 gzip=1000 "},
      {"gzip, deflate, br, zstd", "identity=1 gzip=1000 br=1000 zstd=1000 "},
      {"gzip;q=0.5, br ; q=1.0,zstd;Q=0.001", "identity=1 gzip=500 br=1000 zstd=1 "},
      {"gzip;q=0", "identity=1 "},
      {"*", "identity=1000 gzip=1000 br=1000 zstd=1000 "},
      {"*;q=0", ""},
      {"*;q=0, gzip", "gzip=1000 "},
      {"br, *;q=0.1", "identity=100 gzip=100 br=1000 zstd=100 "},
      {"identity;q=0", ""},
      {"identity;q=0, gzip;q=0.2", "gzip=200 "},
      {"identity;q=1, *;q=0", "identity=1000 "},
      {"identity, gzip;q=0.9", "identity=1000 gzip=900 "},
      {"gzip, gzip;q=0", "identity=1 gzip=1000 "},
      {"gzip;q=2", "identity=1 "},
      {"gzip;q=-1", "identity=1 "},
      {"gzip;q=0.1234", "identity=1 "},
      {"gzip;q=", "identity=1 "},
      {"gzip;level=9", "identity=1 "},
      {"gzip;q=\"1\"", "identity=1 "},
      {"gzip br", "identity=1 "},
      {",, ,gzip,", "identity=1 gzip=1000 "},
      {"compress, pack200-gzip, aes128gcm", "identity=1 "},
  };
  for (const row& r : rows) {
    INFO(r.value);
    CHECK(shown(accepted_codings::of(r.value)) == r.weights);
  }
}

TEST_CASE("Accept-Encoding of a request") {
  const request r{method::get, "/"};
  CHECK(shown(accepted_codings::of(r)) == "identity=1 ");
  fields f;
  f.append(field::accept_encoding, "gzip");
  f.append(field::accept_encoding, "br;q=0.5, *;q=0");
  const request two{method::get, "/", std::move(f)};
  CHECK(shown(accepted_codings::of(two)) == "gzip=1000 br=500 ");
}
