// SPDX-License-Identifier: BSL-1.0

#include "features/coding_choice.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace asio_httpd;
using features::coding_set;

namespace {

coding_set set_of(std::string_view letters) {
  coding_set made;
  if (letters.find('b') != letters.npos) made.insert(content_coding::brotli);
  if (letters.find('z') != letters.npos) made.insert(content_coding::zstd);
  if (letters.find('g') != letters.npos) made.insert(content_coding::gzip);
  return made;
}

}  // namespace

TEST_CASE("which coding it will be") {
  struct row {
    std::string accept;
    std::string precompressed;
    std::string to_make;
    std::string chosen;  // with "+" where it is there already
  };
  const row rows[] = {
      {"gzip, deflate, br, zstd", "bzg", "bzg", "br+"},
      {"gzip, deflate, br, zstd", "zg", "bzg", "zstd+"},
      {"gzip, deflate, br, zstd", "g", "bzg", "gzip+"},
      {"gzip, deflate, br, zstd", "", "bzg", "zstd"},
      {"gzip, deflate, br", "", "bzg", "br"},
      {"gzip", "", "bzg", "gzip"},
      {"gzip", "bz", "", "identity"},
      {"gzip", "", "", "identity"},
      {"gzip;q=0.9, zstd", "g", "z", "zstd"},
      {"gzip;q=0.5, identity", "g", "bzg", "identity"},
      {"gzip;q=0.5, identity;q=0.5", "g", "bzg", "gzip+"},
      {"identity;q=1, *;q=0", "bzg", "bzg", "identity"},
      {"*", "bzg", "bzg", "br+"},
      {"*;q=0", "bzg", "bzg", "none"},
      {"identity;q=0", "bzg", "bzg", "none"},
      {"identity;q=0, gzip", "", "", "none"},
      {"identity;q=0, gzip;q=0.001", "", "g", "gzip"},
  };
  for (const row& r : rows) {
    INFO(r.accept, " of ", r.precompressed, " and ", r.to_make);
    const auto choice = features::choose_coding(accepted_codings::of(r.accept),
                                                set_of(r.precompressed), set_of(r.to_make));
    const std::string shown =
        choice ? std::string(to_string(choice->coding)) + (choice->precompressed ? "+" : "")
               : "none";
    CHECK(shown == r.chosen);
  }
}
