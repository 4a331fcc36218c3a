// SPDX-License-Identifier: BSL-1.0
//
// What a session says of its end where nobody broke a rule.

#include "http2/session.hpp"
#include "support/http2_feed.hpp"
#include "support/http2_wire.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <string>
#include <utility>

using namespace test_support::http2;
namespace h2 = asio_httpd::http2;

namespace {

bool has_no_memory(void*, char*, std::uint64_t, std::size_t) {
  throw std::bad_alloc();
}

}  // namespace

TEST_CASE("where memory is missing while content is sent, the end is our fault") {
  h2::session session{{}};
  std::unique_ptr<h2::stream> stream;
  feed(session, std::string(preface) + settings({}) + get(1),
       [&stream](auto one) { stream = std::move(one); });
  REQUIRE(stream);
  const h2::header ok{":status", "200"};
  session.send_head(*stream, {&ok, 1}, 100, {}, {});
  CHECK(session.fault() == h2::error::no_error);

  const h2::content_reader reader{&has_no_memory, nullptr};
  CHECK(session.send(*stream, reader, 0, 100) == 0);
  CHECK(session.is_over());
  CHECK(session.fault() == h2::error::internal_error);
}
