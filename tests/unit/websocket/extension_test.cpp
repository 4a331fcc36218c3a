// SPDX-License-Identifier: BSL-1.0
//
// Agreeing on permessage-deflate: all four parameters, several offers, and what is declined or
// malformed (RFC 7692 section 7.1, RFC 6455 section 9.1).

#include "websocket/extension.hpp"

#include <doctest/doctest.h>

#include <initializer_list>
#include <string>
#include <string_view>

using namespace asio_httpd;
using namespace asio_httpd::ws;

namespace {

fields lines(std::initializer_list<std::string_view> values) {
  fields f;
  for (auto v : values) f.append(field::sec_websocket_extensions, v);
  return f;
}

deflate_options lenient() {
  deflate_options o;
  o.server_no_context_takeover = o.client_no_context_takeover = false;
  o.server_max_window_bits = o.client_max_window_bits = 15;
  return o;
}

// The answer to these lines; "none" or "malformed" where there is none.
std::string answer(std::initializer_list<std::string_view> values,
                   const deflate_options& options = lenient()) {
  deflate_parameters agreed;
  switch (accept_offer(lines(values), options, agreed)) {
    case negotiation::none:
      return "none";
    case negotiation::malformed:
      return "malformed";
    case negotiation::agreed:
      break;
  }
  const std::string text = answer_of(agreed);
  return text.substr(std::string_view("permessage-deflate").size());
}

std::string answer(std::string_view offer, const deflate_options& options = lenient()) {
  return answer({offer}, options);
}

}  // namespace

TEST_CASE("nothing offered, or other things") {
  CHECK(answer(std::initializer_list<std::string_view>{}) == "none");
  CHECK(answer("") == "none");
  CHECK(answer("x-webkit-deflate-frame") == "none");
  CHECK(answer("foo; a; b=c; d=\"e\", bar") == "none");
  CHECK(answer("permessage-deflate2") == "none");
}

TEST_CASE("what browsers offer") {
  CHECK(answer("permessage-deflate") == "");
  CHECK(answer("permessage-deflate; client_max_window_bits") == "");
  CHECK(answer("permessage-deflate; client_max_window_bits", deflate_options()) ==
        "; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=13");
}

TEST_CASE("the client asks for less of the server") {
  CHECK(answer("permessage-deflate; server_no_context_takeover") == "; server_no_context_takeover");
  for (int bits = 8; bits <= 15; ++bits) {
    const std::string asked = "; server_max_window_bits=" + std::to_string(bits);
    CHECK(answer("permessage-deflate" + asked) == asked);
  }
  deflate_options o = lenient();
  o.server_max_window_bits = 10;
  CHECK(answer("permessage-deflate; server_max_window_bits=12", o) ==
        "; server_max_window_bits=10");
  CHECK(answer("permessage-deflate; server_max_window_bits=9", o) == "; server_max_window_bits=9");
}

TEST_CASE("the client says what it will do") {
  CHECK(answer("permessage-deflate; client_no_context_takeover") == "; client_no_context_takeover");
  CHECK(answer("permessage-deflate; client_max_window_bits=10") == "; client_max_window_bits=10");
  CHECK(answer("permessage-deflate; client_max_window_bits=15") == "");
  deflate_options o = lenient();
  o.client_max_window_bits = 9;
  CHECK(answer("permessage-deflate; client_max_window_bits=8", o) == "; client_max_window_bits=8");
  CHECK(answer("permessage-deflate; client_max_window_bits", o) == "; client_max_window_bits=9");
  // A client that does not name it does not know it.
  CHECK(answer("permessage-deflate", o) == "");
}

TEST_CASE("all four at once, with white space and quotes as the grammar has them") {
  CHECK(answer("permessage-deflate;server_max_window_bits=10 ; client_max_window_bits = \"11\" "
               ";\tserver_no_context_takeover; client_no_context_takeover") ==
        "; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=10; "
        "client_max_window_bits=11");
}

TEST_CASE("the first offer that can be accepted is taken") {
  CHECK(answer("permessage-deflate; server_max_window_bits=10, permessage-deflate") ==
        "; server_max_window_bits=10");
  CHECK(answer("foo, permessage-deflate; unknown, permessage-deflate; server_max_window_bits=11") ==
        "; server_max_window_bits=11");
  CHECK(answer({"foo", "permessage-deflate; server_max_window_bits=16", "permessage-deflate"}) ==
        "");
}

TEST_CASE("offers that are declined") {
  for (const std::string_view parameters :
       {"unknown",
        "unknown=1",
        "unknown; server_no_context_takeover",
        "server_no_context_takeover=1",
        "client_no_context_takeover=true",
        "server_max_window_bits",
        "server_max_window_bits=7",
        "server_max_window_bits=16",
        "server_max_window_bits=08",
        "server_max_window_bits=+9",
        "server_max_window_bits=9x",
        "server_max_window_bits=99999999999999999999",
        "client_max_window_bits=7",
        "client_max_window_bits=16",
        "client_max_window_bits=0",
        "client_max_window_bits=010",
        "server_no_context_takeover; server_no_context_takeover",
        "client_no_context_takeover; client_no_context_takeover",
        "server_max_window_bits=9; server_max_window_bits=9",
        "client_max_window_bits; client_max_window_bits",
        "client_max_window_bits; client_max_window_bits=9",
        "client_max_window_bits=9; client_max_window_bits",
        "server_max_window_bits=\"\\9\"",
        "SERVER_NO_CONTEXT_TAKEOVER"}) {
    CAPTURE(parameters);
    CHECK(answer("permessage-deflate; " + std::string(parameters)) == "none");
  }
}

TEST_CASE("what is no list of extensions") {
  for (const std::string_view value :
       {"permessage-deflate;", "permessage-deflate; ;a", "permessage-deflate; a=",
        "permessage-deflate; a==b", "permessage-deflate a", "permessage-deflate; a b",
        "permessage-deflate; a=\"", "permessage-deflate; a=\"b", "permessage-deflate; a=\"\"",
        "permessage-deflate; a=\"b c\"", "permessage-deflate; a=\"b\"c", "; a", "=", "\"a\"",
        "permessage-deflate; =1", "foo; a=, permessage-deflate", "permessage-deflate, foo;",
        "permessage-deflate; a=\"x,\""}) {
    CAPTURE(value);
    CHECK(answer(value) == "malformed");
    CHECK(answer({"foo", value}) == "malformed");
  }
}

// --- the client ----------------------------------------------------------------------------------

TEST_CASE("a client's offer says what it wants") {
  CHECK(offer_of(lenient()) == "permessage-deflate; client_max_window_bits");
  deflate_options o;
  o.server_max_window_bits = 10;
  o.client_max_window_bits = 11;
  CHECK(offer_of(o) ==
        "permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
        "server_max_window_bits=10; client_max_window_bits=11");
}

TEST_CASE("a client takes what it offered, and nothing else") {
  deflate_options o = lenient();
  deflate_parameters agreed;
  const auto outcome = [&](std::initializer_list<std::string_view> values) {
    return accept_answer(lines(values), o, agreed);
  };
  CHECK(outcome({}) == negotiation::none);
  CHECK(outcome({"permessage-deflate; client_max_window_bits=9; server_no_context_takeover"}) ==
        negotiation::agreed);
  CHECK(agreed.server_no_context_takeover);
  CHECK(agreed.client_max_window_bits == 9);
  CHECK(outcome({"permessage-deflate; client_max_window_bits"}) == negotiation::malformed);
  CHECK(outcome({"foo"}) == negotiation::malformed);
  CHECK(outcome({"permessage-deflate", "permessage-deflate"}) == negotiation::malformed);
  CHECK(outcome({"permessage-deflate; unknown"}) == negotiation::malformed);
  CHECK(outcome({"permessage-deflate;"}) == negotiation::malformed);
  o.server_max_window_bits = 10;
  CHECK(outcome({"permessage-deflate"}) == negotiation::malformed);
  CHECK(outcome({"permessage-deflate; server_max_window_bits=11"}) == negotiation::malformed);
  CHECK(outcome({"permessage-deflate; server_max_window_bits=9"}) == negotiation::agreed);
  o = lenient();
  o.server_no_context_takeover = true;
  CHECK(outcome({"permessage-deflate"}) == negotiation::malformed);
}

TEST_CASE("a client of ours and a server of ours agree, whatever they want") {
  for (int bits = 0; bits < 16; ++bits) {
    deflate_options server;
    deflate_options client;
    server.server_no_context_takeover = (bits & 1) != 0;
    client.client_no_context_takeover = (bits & 2) != 0;
    server.server_max_window_bits = (bits & 4) != 0 ? 9 : 15;
    client.client_max_window_bits = (bits & 8) != 0 ? 10 : 15;
    deflate_parameters agreed;
    REQUIRE(accept_offer(lines({offer_of(client)}), server, agreed) == negotiation::agreed);
    deflate_parameters seen;
    REQUIRE(accept_answer(lines({answer_of(agreed)}), client, seen) == negotiation::agreed);
    CHECK((seen == agreed));
  }
}
