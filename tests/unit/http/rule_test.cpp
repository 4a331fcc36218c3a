// SPDX-License-Identifier: BSL-1.0
//
// The table of rules: every rule has a name, a source and an answer, and none is a 5xx but the two
// that say what is not implemented.

#include "http/rule.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

using namespace asio_httpd;
using namespace asio_httpd::http;

TEST_CASE("each rule has a name of its own, a source and an answer") {
  std::set<std::string_view> names;
  for (std::size_t i = 1; i < rule_count; ++i) {
    const auto r = static_cast<rule>(i);
    CAPTURE(to_string(r));
    CHECK(names.insert(to_string(r)).second);
    CHECK_FALSE(to_string(r).empty());
    CHECK(source_of(r).starts_with("RFC "));
    CHECK(source_of(r).find(" section ") != std::string_view::npos);
    const bool not_implemented = answer_to(r) == status::not_implemented ||
                                 answer_to(r) == status::http_version_not_supported;
    CHECK((status_class(answer_to(r)) == 4 || not_implemented));
  }
  CHECK(static_cast<std::size_t>(rule::path_syntax) + 1 == rule_count);
}

TEST_CASE("answers that clients and operators look for") {
  CHECK(to_string(rule::none) == "none");
  CHECK(to_string(rule::bare_lf) == "bare_lf");
  CHECK(source_of(rule::bare_lf) == "RFC 9112 section 2.2");
  CHECK(answer_to(rule::bare_lf) == status::bad_request);
  CHECK(answer_to(rule::target_too_long) == status::uri_too_long);
  CHECK(answer_to(rule::head_too_large) == status::request_header_fields_too_large);
  CHECK(answer_to(rule::too_many_fields) == status::request_header_fields_too_large);
  CHECK(answer_to(rule::trailers_too_large) == status::request_header_fields_too_large);
  CHECK(answer_to(rule::body_too_large) == status::content_too_large);
  CHECK(answer_to(rule::method_unknown) == status::not_implemented);
  CHECK(answer_to(rule::coding_unknown) == status::not_implemented);
  CHECK(answer_to(rule::version_unsupported) == status::http_version_not_supported);
  CHECK(answer_to(rule::expectation_unknown) == status::expectation_failed);
}
