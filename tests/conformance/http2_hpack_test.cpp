// SPDX-License-Identifier: BSL-1.0
//
// Field blocks as RFC 7541 has them: what must be taken, and what is COMPRESSION_ERROR.

#include <doctest/doctest.h>

#include <array>
#include <string>

#include "support/carried.hpp"
#include "support/http2_cases.hpp"
#include "support/server_harness.hpp"

using namespace test_support;
using namespace test_support::http2;
using enum test_support::http2::error_code;
using hpack::indexing;

namespace {

constexpr std::uint64_t user_agent_index = 58;
constexpr std::uint64_t first_dynamic_index = 62;
// "x-test", "h2spec" and "test" in the code of RFC 7541 appendix B.
constexpr std::string_view x_test_coded = "\xf2\xb2\x4a\x84\xff";
constexpr std::string_view h2spec_coded = "\x84\x9c\x48\xac\xa4";

// A request with these octets behind its field block.
std::string get_with(std::string_view octets) {
  return headers(1, request_block().append(octets));
}
std::string get_behind(std::string_view octets) {
  return headers(1, std::string(octets) + request_block());
}

// x-test, with a value that is coded like that.
std::string coded_value(std::string_view coded) {
  return hpack::literal_head(indexing::without, 0) + hpack::text("x-test") +
         hpack::huffman_text(coded);
}

// The ways to write a literal, for one way to index it: h2spec's numbers begin at `number`.
void add_literals(conformance_cases& rows, indexing how, std::string_view section, int number) {
  const std::string known = hpack::literal_head(how, user_agent_index);
  const std::string new_name = hpack::literal_head(how, 0);
  const std::string plain = hpack::text("h2spec");
  const std::string coded = hpack::huffman_text(h2spec_coded);
  const std::array<std::pair<std::string, std::string>, 4> ways{{
      {"a name by its index", known + plain},
      {"a name by its index, Huffman", known + coded},
      {"a new name", new_name + hpack::text("x-test") + plain},
      {"a new name, Huffman", new_name + hpack::huffman_text(x_test_coded) + coded},
  }};
  for (const auto& [what, octets] : ways) {
    rows.push_back({"generic/5/" + std::to_string(number++),
                    std::string(section),
                    what,
                    {get_with(octets)},
                    answered_with(200)});
  }
}

script table_above_the_limit() {
  return {[](const client& c) -> script::stages {
    const std::uint64_t most = c.peer(setting::header_table_size, 4096);
    return {get_behind(hpack::size_update(most + 1))};
  }};
}

}  // namespace

conformance_cases test_support::http2::hpack_cases() {
  const expectation broken = connection_error({compression_error});
  conformance_cases rows{
      {"generic/5/1",
       "RFC 7541 6.1",
       "a field by its index",
       {get_with(hpack::indexed(user_agent_index))},
       answered_with(200)},
      {"generic/5/14",
       "RFC 7541 6.3",
       "a size update",
       {get_behind(hpack::size_update(0))},
       answered_with(200)},
      {"generic/5/15",
       "RFC 7541 4.2",
       "two size updates",
       {get_behind(hpack::size_update(0) + hpack::size_update(4096))},
       answered_with(200)},
      {"hpack/2.3.3/1",
       "RFC 7541 2.3.3",
       "an index above both tables",
       {get_with(hpack::indexed(126))},
       broken},
      {"hpack/2.3.3/2",
       "RFC 7541 2.3.3",
       "the index of a name above both tables",
       {get_with(hpack::literal_head(indexing::incremental, 126) + hpack::text("h2spec"))},
       broken},
      {"hpack/4.2/1",
       "RFC 7541 4.2",
       "a size update at the end",
       {get_with(hpack::size_update(1))},
       broken},
      {"hpack/5.2/1",
       "RFC 7541 5.2",
       "more than 7 bits of padding",
       {get_with(coded_value("\x49\x50\x9f\xff"))},
       broken},
      {"hpack/5.2/2",
       "RFC 7541 5.2",
       "padding of zeros",
       {get_with(coded_value("\x49\x50\x90"))},
       broken},
      {"hpack/5.2/3",
       "RFC 7541 5.2",
       "the symbol EOS",
       {get_with(coded_value("\xff\xff\xff\xfd\x25\x42\x7f"))},
       broken},
      {"hpack/6.1/1", "RFC 7541 6.1", "the index 0", {get_with("\x80")}, broken},
      {"hpack/6.3/1", "RFC 7541 6.3", "a table above SETTINGS_HEADER_TABLE_SIZE",
       table_above_the_limit(), broken},

      {"ours",
       "RFC 7541 5.1",
       "an integer without an end",
       {get_with("\xff\xff\xff\xff\xff\xff")},
       broken},
      {"ours",
       "RFC 7541 5.1",
       "an integer of more than 64 bits",
       {get_with("\xff" + std::string(20, '\xff') + "\x01")},
       broken},
      {"ours",
       "RFC 7541 5.2",
       "a text longer than the block",
       {get_with(hpack::literal_head(indexing::without, user_agent_index) + "\x7e"
                                                                            "abc")},
       broken},
      {"ours",
       "RFC 7541 2.3.2",
       "an entry of the dynamic table, in the next request",
       {get_with(hpack::literal("x-test", "h2spec", indexing::incremental)),
        headers(3, request_block() + hpack::indexed(first_dynamic_index))},
       answered_with(200, 3)},
      {"ours",
       "RFC 7541 4.3",
       "an entry that was evicted",
       {get_with(hpack::literal("x-test", "h2spec", indexing::incremental)),
        headers(3, hpack::size_update(0) + request_block() + hpack::indexed(first_dynamic_index))},
       broken},
      {"ours",
       "RFC 7541 4.4",
       "an entry larger than the table empties it",
       {get_with(hpack::literal("x-test", "h2spec", indexing::incremental) +
                 hpack::literal("x-large", std::string(4097, 'x'), indexing::incremental)),
        headers(3, request_block() + hpack::indexed(first_dynamic_index))},
       broken},
      {"ours", "4.3", "an empty field block", {headers(1, "")}, malformed()},
      {"ours",
       "4.3",
       "a request that is refused counts for the table all the same",
       {headers(1, hpack::literal("x-test", "h2spec", indexing::incremental)) +
        headers(3, request_block() + hpack::indexed(first_dynamic_index))},
       answered_with(200, 3)},
  };
  add_literals(rows, indexing::incremental, "RFC 7541 6.2.1", 2);
  add_literals(rows, indexing::without, "RFC 7541 6.2.2", 6);
  add_literals(rows, indexing::never, "RFC 7541 6.2.3", 10);
  return rows;
}

TEST_CASE("HPACK" * test_support::http2_itself) {
  check(hpack_cases());
}
