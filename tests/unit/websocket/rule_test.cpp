// SPDX-License-Identifier: BSL-1.0
//
// The table of rules, and which close codes may be sent.

#include "websocket/rule.hpp"

#include "base/utf8.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace asio_httpd::ws;

TEST_CASE("each rule has a name of its own, a sentence, a source and a code") {
  std::set<std::string_view> names;
  for (std::size_t i = 1; i < rule_count; ++i) {
    const auto r = static_cast<rule>(i);
    CAPTURE(to_string(r));
    CHECK(names.insert(to_string(r)).second);
    CHECK_FALSE(to_string(r).empty());
    CHECK_FALSE(sentence_of(r).empty());
    CHECK(sentence_of(r).size() <= longest_reason);
    CHECK(asio_httpd::base::is_utf8(sentence_of(r)));
    CHECK(source_of(r).starts_with("RFC "));
    CHECK(source_of(r).find(" section ") != std::string_view::npos);
    CHECK(may_be_sent(code_of(r)));
    CHECK(code_of(r) != close_code::normal);
  }
  CHECK(static_cast<std::size_t>(rule::message_too_large) + 1 == rule_count);
}

TEST_CASE("codes that peers look for") {
  CHECK(to_string(rule::none) == "none");
  CHECK(to_string(rule::mask_missing) == "mask_missing");
  CHECK(code_of(rule::mask_missing) == close_code::protocol_error);
  CHECK(code_of(rule::message_not_utf8) == close_code::invalid_payload);
  CHECK(code_of(rule::close_reason_not_utf8) == close_code::invalid_payload);
  CHECK(code_of(rule::compressed_data) == close_code::invalid_payload);
  CHECK(code_of(rule::message_too_large) == close_code::message_too_big);
  CHECK(code_of(rule::frame_too_large) == close_code::message_too_big);
}

TEST_CASE("codes that may be sent") {
  unsigned allowed = 0;
  for (unsigned value = 0; value < 65536; ++value) {
    allowed += may_be_sent(static_cast<close_code>(value)) ? 1U : 0U;
  }
  CHECK(allowed == 4 + 8 + 2000);
  CHECK(may_be_sent(close_code::normal));
  CHECK(may_be_sent(close_code::bad_gateway));
  CHECK(may_be_sent(static_cast<close_code>(4999)));
  CHECK_FALSE(may_be_sent(close_code::no_status));
  CHECK_FALSE(may_be_sent(close_code::abnormal));
  CHECK_FALSE(may_be_sent(static_cast<close_code>(1015)));
}
