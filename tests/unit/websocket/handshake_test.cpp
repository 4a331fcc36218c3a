// SPDX-License-Identifier: BSL-1.0
//
// The opening handshake: the RFC's example, everything that a request can lack, subprotocols,
// extensions and origins.

#include "websocket/handshake.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <string_view>
#include <vector>

using namespace asio_httpd;
using namespace asio_httpd::ws;

namespace {

fields good() {
  fields f;
  f.set(field::host, "server.example.com");
  f.set(field::upgrade, "websocket");
  f.set(field::connection, "Upgrade");
  f.set(field::sec_websocket_key, "dGhlIHNhbXBsZSBub25jZQ==");
  f.set(field::sec_websocket_version, "13");
  return f;
}

fields with(field id, std::string_view value) {
  fields f = good();
  f.set(id, value);
  return f;
}

fields without(field id) {
  fields f = good();
  f.erase(id);
  return f;
}

handshake shake(const fields& f, const handshake_options& o = {}) {
  return accept(request(method::get, "/chat", f), o);
}

refusal refused(const fields& f, const handshake_options& o = {}) {
  return shake(f, o).refused;
}

bool allowed(std::string_view origin, std::string_view host,
             const std::vector<std::string>& list = {}) {
  return origin_is_allowed(origin, host, list);
}

}  // namespace

TEST_CASE("the RFC's example, section 1.3") {
  CHECK(accept_key("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  handshake_options o;
  o.protocols = {"superchat", "chat"};
  fields f = with(field::sec_websocket_protocol, "chat, superchat");
  f.set(field::origin, "http://server.example.com");
  const handshake h = shake(f, o);
  CHECK(h.refused == refusal::none);
  CHECK(h.accept == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  CHECK(h.protocol == "chat");
  CHECK_FALSE(h.deflate);
  response r;
  set_fields(h, r);
  CHECK(r.fields().get(field::sec_websocket_accept) == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  CHECK(r.fields().get(field::sec_websocket_protocol) == "chat");
  CHECK_FALSE(r.fields().contains(field::sec_websocket_extensions));
}

TEST_CASE("threat 25: upgrade: what does not ask for a WebSocket is 426 or 405") {
  CHECK(accept(request(method::post, "/", good()), {}).refused == refusal::method);
  CHECK(refused(without(field::upgrade)) == refusal::no_upgrade);
  CHECK(refused(without(field::connection)) == refusal::no_upgrade);
  CHECK(refused(with(field::upgrade, "h2c")) == refusal::no_upgrade);
  CHECK(refused(with(field::upgrade, "websockets")) == refusal::no_upgrade);
  CHECK(refused(with(field::connection, "keep-alive")) == refusal::no_upgrade);
  CHECK(refused(with(field::connection, "keep-alive, Upgrade")) == refusal::none);
  CHECK(refused(with(field::upgrade, "h2c, WebSocket")) == refusal::none);
  fields lines = with(field::connection, "keep-alive");
  lines.append(field::connection, "UPGRADE");
  CHECK(refused(lines) == refusal::none);
}

TEST_CASE("threat 25: upgrade: any version but 13 is 426, and the answer names it") {
  for (const std::string_view version : {"", "8", "12", "14", "013", "13, 8", "1 3"}) {
    CHECK(refused(with(field::sec_websocket_version, version)) == refusal::version);
  }
  CHECK(refused(without(field::sec_websocket_version)) == refusal::version);
  fields twice = good();
  twice.append(field::sec_websocket_version, "13");
  CHECK(refused(twice) == refusal::version);
  const response r = answer_to(refusal::version);
  CHECK(r.status() == status::upgrade_required);
  CHECK(r.fields().get(field::sec_websocket_version) == "13");
  CHECK(r.fields().get(field::upgrade) == "websocket");
}

TEST_CASE("threat 25: upgrade: a key that is not 16 bytes in base 64 is 400") {
  for (const std::string_view key :
       {"", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZQ===",
        "dGhlIHNhbXBsZSBub25jZ===", "dGhlIHNhbXBsZSBub25jZQ.=", "dGhlIHNhbXBsZSBub25jZQAA",
        "dGhlIHNhbXBs SBub25jZQ==", "dGhlIHNhbXBs_SBub25jZQ==", "AAAA"}) {
    CAPTURE(key);
    CHECK(refused(with(field::sec_websocket_key, key)) == refusal::key);
  }
  CHECK(refused(without(field::sec_websocket_key)) == refusal::key);
  fields twice = good();
  twice.append(field::sec_websocket_key, "dGhlIHNhbXBsZSBub25jZQ==");
  CHECK(refused(twice) == refusal::key);
  CHECK(status_of(refusal::key) == status::bad_request);
}

TEST_CASE("the client's first subprotocol that the server speaks") {
  handshake_options o;
  o.protocols = {"one", "two"};
  const auto chosen = [&](std::string_view wanted) {
    return shake(with(field::sec_websocket_protocol, wanted), o).protocol;
  };
  CHECK(chosen("one") == "one");
  CHECK(chosen("two, one") == "two");
  CHECK(chosen("three, one, two") == "one");
  CHECK(chosen("three") == "");
  CHECK(chosen("One") == "");
  CHECK(shake(good(), o).protocol == "");
  fields lines = with(field::sec_websocket_protocol, "three");
  lines.append(field::sec_websocket_protocol, "two");
  CHECK(shake(lines, o).protocol == "two");
}

TEST_CASE("threat 25: upgrade: subprotocols that are no list of different tokens are 400") {
  for (const std::string_view wanted : {"a b", "a, b c", "a, a", "a/b", "\"a\"", "a;b"}) {
    CHECK(refused(with(field::sec_websocket_protocol, wanted)) == refusal::protocols);
  }
  fields twice = with(field::sec_websocket_protocol, "a");
  twice.append(field::sec_websocket_protocol, "a");
  CHECK(refused(twice) == refusal::protocols);
  std::string many = "p";
  for (int i = 0; i < 64; ++i) many += ", p" + std::to_string(i);
  CHECK(refused(with(field::sec_websocket_protocol, many)) == refusal::protocols);
}

TEST_CASE("compression is agreed on where the server wants it") {
  const fields f = with(field::sec_websocket_extensions, "permessage-deflate");
  CHECK_FALSE(shake(f).deflate);
  handshake_options o;
  o.deflate.emplace();
  const handshake h = shake(f, o);
  REQUIRE(h.deflate);
  CHECK(h.deflate->server_no_context_takeover);
  response r;
  set_fields(h, r);
  CHECK(r.fields().get(field::sec_websocket_extensions) ==
        "permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
        "server_max_window_bits=13");
  CHECK_FALSE(shake(good(), o).deflate);
}

TEST_CASE("threat 25: upgrade: extensions that are no list are 400, wanted or not") {
  const fields f = with(field::sec_websocket_extensions, "permessage-deflate; a=");
  CHECK(refused(f) == refusal::extensions);
  handshake_options o;
  o.deflate.emplace();
  CHECK(refused(f, o) == refusal::extensions);
  CHECK(refused(with(field::sec_websocket_extensions, "permessage-deflate; a"), o) ==
        refusal::none);
}

TEST_CASE("threat 25: upgrade: pages of other hosts are 403") {
  CHECK(refused(with(field::origin, "http://server.example.com")) == refusal::none);
  CHECK(refused(with(field::origin, "http://evil.example.com")) == refusal::origin_not_allowed);
  CHECK(refused(with(field::origin, "null")) == refusal::origin_not_allowed);
  CHECK(refused(with(field::origin, "")) == refusal::origin_not_allowed);
  fields twice = with(field::origin, "http://server.example.com");
  twice.append(field::origin, "http://server.example.com");
  CHECK(refused(twice) == refusal::origin_not_allowed);
  CHECK(status_of(refusal::origin_not_allowed) == status::forbidden);
}

TEST_CASE("origins: the same host, with or without its default port") {
  CHECK(allowed("http://a.example", "a.example"));
  CHECK(allowed("https://a.example", "A.Example"));
  CHECK(allowed("http://a.example:8080", "a.example:8080"));
  CHECK(allowed("http://a.example:80", "a.example"));
  CHECK(allowed("https://a.example", "a.example:443"));
  CHECK(allowed("http://[::1]:8080", "[::1]:8080"));
  CHECK_FALSE(allowed("http://a.example:8080", "a.example"));
  CHECK_FALSE(allowed("http://a.example", "a.example:8080"));
  CHECK_FALSE(allowed("https://a.example:80", "a.example"));
  CHECK_FALSE(allowed("http://b.a.example", "a.example"));
  CHECK_FALSE(allowed("http://a.example.evil", "a.example"));
  CHECK_FALSE(allowed("http://a.example/", "a.example"));
  CHECK_FALSE(allowed("a.example", "a.example"));
  CHECK_FALSE(allowed("http://", ""));
  CHECK_FALSE(allowed("", ""));
}

TEST_CASE("origins: a list replaces the same host") {
  const std::vector<std::string> list = {"https://a.example", "https://b.example:8443"};
  CHECK(allowed("https://a.example", "x", list));
  CHECK(allowed("HTTPS://A.example", "x", list));
  CHECK(allowed("https://b.example:8443", "x", list));
  CHECK_FALSE(allowed("http://a.example", "a.example", list));
  CHECK_FALSE(allowed("https://b.example", "x", list));
  CHECK_FALSE(allowed("https://x", "x", list));
  CHECK(allowed("https://x", "y", {"*"}));
  CHECK(allowed("null", "y", {"null"}));
}

TEST_CASE("each refusal has a name, a source and a status of 4xx") {
  std::set<std::string_view> names;
  for (std::size_t i = 1; i < refusal_count; ++i) {
    const auto r = static_cast<refusal>(i);
    CHECK(names.insert(to_string(r)).second);
    CHECK(source_of(r).starts_with("RFC 6455 section "));
    CHECK(status_class(status_of(r)) == 4);
    CHECK(answer_to(r).status() == status_of(r));
  }
  CHECK(static_cast<std::size_t>(refusal::origin_not_allowed) + 1 == refusal_count);
  CHECK(answer_to(refusal::method).fields().get(field::allow) == "GET");
}
