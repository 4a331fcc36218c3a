// SPDX-License-Identifier: BSL-1.0
//
// CONTINUATION (RFC 9113 section 6.10).

#include <doctest/doctest.h>

#include <string>

#include "support/carried.hpp"
#include "support/http2_cases.hpp"
#include "support/server_harness.hpp"

using namespace test_support;
using namespace test_support::http2;
using enum test_support::http2::error_code;

namespace {

const std::string whole = request_block();
const std::string more = hpack::literal("x-a", "b");

// HEADERS with this much of a request, and CONTINUATION with the rest, in pieces of that size.
std::string in_pieces(std::size_t size) {
  std::string all = headers(1, whole.substr(0, size), flag::end_stream);
  for (std::size_t at = size; at < whole.size(); at += size) {
    const bool is_last = at + size >= whole.size();
    all += continuation(1, whole.substr(at, size), is_last ? flag::end_headers : flag::none);
  }
  return all;
}

}  // namespace

conformance_cases test_support::http2::continuation_cases() {
  const std::string begun = headers(1, whole, flag::end_stream);
  const std::string begun_post = headers(1, request_block("POST"), flag::none);
  return {
      {"generic/3.10/1",
       "6.10",
       "one",
       {headers(1, whole.substr(0, 5), flag::end_stream) + continuation(1, whole.substr(5))},
       answered_with(200)},
      {"generic/3.10/2",
       "6.10",
       "two",
       {headers(1, whole.substr(0, 5), flag::end_stream) +
        continuation(1, whole.substr(5, 5), flag::none) + continuation(1, whole.substr(10))},
       answered_with(200)},
      {"http2/6.10/1",
       "6.10",
       "two behind HEADERS",
       {begun + continuation(1, more, flag::none) + continuation(1, more)},
       answered_with(200)},
      {"http2/6.10/2",
       "6.10",
       "then DATA",
       {begun_post + continuation(1, more, flag::none) + data(1, "test")},
       connection_error({protocol_error})},
      {"http2/6.10/3",
       "6.10",
       "on stream 0",
       {begun + continuation(0, more)},
       connection_error({protocol_error})},
      {"http2/6.10/4",
       "6.10",
       "behind HEADERS with END_HEADERS",
       {get(1) + continuation(1, more)},
       connection_error({protocol_error})},
      {"http2/6.10/5",
       "6.10",
       "behind CONTINUATION with END_HEADERS",
       {begun + continuation(1, more) + continuation(1, more)},
       connection_error({protocol_error})},
      {"http2/6.10/6",
       "6.10",
       "behind DATA",
       {begun_post + data(1, "test") + continuation(1, more, flag::none) + continuation(0, more)},
       connection_error({protocol_error})},
      {"ours",
       "6.10",
       "on another stream",
       {begun + continuation(3, more)},
       connection_error({protocol_error})},
      {"ours",
       "6.10",
       "END_STREAM is none of its flags",
       {begun_post + continuation(1, more, flag::whole) + data(1, "test")},
       answered_with(200)},
      {"ours",
       "4.3",
       "a block in pieces of one octet",
       {in_pieces(1)},
       answered_with(200) || connection_error({enhance_your_calm})},
      {"ours", "4.3", "a block in pieces of seven octets", {in_pieces(7)}, answered_with(200)},
  };
}

TEST_CASE("HTTP/2 CONTINUATION" * test_support::http2_itself) {
  check(continuation_cases());
}
