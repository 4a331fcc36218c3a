// SPDX-License-Identifier: BSL-1.0
//
// Ways in which HTTP servers have failed, by their numbers in a list of twenty-five classes: what a
// request that tries one of them gets from the engine. One answer, one close, and nothing of what
// stands behind it is taken for a request, however the bytes are cut.

#include "http1/engine.hpp"

#include "support/engine_script.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

using namespace asio_httpd;
using namespace asio_httpd::http1;
using test_support::engine_script;

namespace {

constexpr std::string_view smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr std::string_view chunked_head =
    "POST /p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

std::string refusal(rule r) {
  const response made = error_response(answer_to(r));
  const std::string_view text = made.text();
  return "HTTP/1.1 " + std::string(text.substr(0, text.size() - 1)) +
         "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: " +
         std::to_string(text.size()) + "\r\nConnection: close\r\n\r\n" + std::string(text);
}

close_reason reason_of(rule r) {
  switch (answer_to(r)) {
    case status::content_too_large:
      return close_reason::body_limit;
    case status::uri_too_long:
    case status::request_header_fields_too_large:
      return close_reason::head_limit;
    default:
      return close_reason::parse_error;
  }
}

// The head breaks the rule.
void refused(rule r, std::string_view request, const head_limits& limits = {}) {
  CAPTURE(request);
  engine_script()
      .limits(limits)
      .receive(request)
      .receive(smuggled)
      .expect_refuse(r)
      .expect_close(reason_of(r))
      .expect_bytes(refusal(r))
      .run();
}

// A request with these lines behind Host.
void refused_lines(rule r, std::string_view lines) {
  refused(r, "POST /p HTTP/1.1\r\nHost: a\r\n" + std::string(lines) + "\r\n0\r\n\r\n");
}

// The chunked body breaks the rule.
void refused_body(rule r, std::string_view body, const head_limits& limits = {}) {
  CAPTURE(body);
  engine_script()
      .limits(limits)
      .receive(chunked_head)
      .receive(body)
      .receive(smuggled)
      .expect_head("POST /p", 100)
      .expect_refuse(r)
      .expect_close(reason_of(r))
      .expect_bytes(refusal(r))
      .run();
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  for (; times > 0; --times) all += text;
  return all;
}

}  // namespace

TEST_CASE("threat 1: Content-Length beside Transfer-Encoding (RFC 9112 section 6.1)") {
  refused_lines(rule::content_length_with_coding,
                "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n");
  refused_lines(rule::content_length_with_coding,
                "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n");
  refused_lines(rule::content_length_with_coding,
                "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n");
  refused_lines(rule::content_length_with_coding,
                "content-length: 5\r\ntransfer-encoding: identity\r\n");
  refused_lines(rule::content_length_with_coding, "Content-Length: 5\r\nTransfer-Encoding:\r\n");
}

TEST_CASE("threat 1: two Transfer-Encodings, or one chunked too many (RFC 9112 section 6.1)") {
  refused_lines(rule::coding_repeated,
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n");
  refused_lines(rule::coding_repeated, "Transfer-Encoding: chunked, chunked\r\n");
  refused_lines(rule::coding_unknown,
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n");
  refused_lines(rule::coding_unknown, "Transfer-Encoding: gzip, chunked\r\n");
}

TEST_CASE("threat 1: an obfuscated Transfer-Encoding (RFC 9112 sections 5.1 and 6.1)") {
  for (const std::string_view value :
       {"xchunked", "chunked\x0b", "\"chunked\"", "chunked;q=1", "chunke", "chunked identity",
        "identity", "", ",", "cow", "chunked, \"", "x, chunked"}) {
    CAPTURE(value);
    const bool control = value.ends_with('\x0b');
    refused_lines(control ? rule::control_byte : rule::coding_unknown,
                  "Transfer-Encoding: " + std::string(value) + "\r\n");
  }
  refused_lines(rule::space_before_colon, "Transfer-Encoding : chunked\r\n");
  refused_lines(rule::space_before_colon, "Transfer-Encoding\t: chunked\r\n");
  refused_lines(rule::obs_fold, "Transfer-Encoding:\r\n chunked\r\n");
  refused_lines(rule::bare_cr, "X: y\rTransfer-Encoding: chunked\r\n");
  refused_lines(rule::bare_lf, "X: y\nTransfer-Encoding: chunked\r\n");
  // These are other fields, and no coding.
  engine_script()
      .receive("GET / HTTP/1.1\r\nHost: a\r\nTransfer_Encoding: chunked\r\n\r\n")
      .receive("GET / HTTP/1.1\r\nHost: a\r\nX: Transfer-Encoding: chunked\r\n\r\n")
      .expect_request("GET /")
      .expect_request("GET /")
      .run();
}

TEST_CASE("threat 1: Transfer-Encoding before HTTP/1.1 (RFC 9112 section 6.1)") {
  refused(rule::coding_before_1_1,
          "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
  refused(rule::coding_before_1_1,
          "POST / HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n");
}

TEST_CASE("threat 2: a Content-Length that is not digits (RFC 9112 section 6.3)") {
  for (const std::string_view value :
       {"+5", "-1", "0x5", "5,5", "5, 5", "\"5\"", "", " ", "1_0", "5 5", "5;", "5.0", "1e1",
        "five", "18446744073709551616", "99999999999999999999999", "\xd9\xa5", "5\t5"}) {
    refused_lines(rule::content_length_syntax, "Content-Length: " + std::string(value) + "\r\n");
  }
}

TEST_CASE("threat 2: two Content-Lengths, equal or not (RFC 9112 section 6.3)") {
  refused_lines(rule::content_length_repeated, "Content-Length: 5\r\nContent-Length: 6\r\n");
  refused_lines(rule::content_length_repeated, "Content-Length: 5\r\ncontent-LENGTH: 5\r\n");
  refused_lines(rule::content_length_syntax, "Content-Length: 5\r\nContent-Length: +5\r\n");
}

TEST_CASE("threat 3: a chunk size that overflows, has a sign or a prefix (RFC 9112 7.1)") {
  for (const std::string_view size :
       {"ffffffffffffffff", "8000000000000000", "10000000000000000", "00000000ffffffffffffffffff",
        "+5", "-5", "0x5", "x", "", "5_0", "g"}) {
    refused_body(rule::chunk_size, std::string(size) + "\r\nhello\r\n0\r\n\r\n");
  }
  refused_body(rule::chunk_size, " 5\r\nhello\r\n0\r\n\r\n");
  refused_body(rule::chunk_size, "5\r\nhello\r\n\r\n\r\n");
}

TEST_CASE("threat 3: a chunk size in the largest that fits is a body that is too large") {
  refused_body(rule::body_too_large, "7fffffffffffffff\r\n" + std::string(101, 'x'));
}

TEST_CASE("threat 3: a chunk that does not end where it says (RFC 9112 section 7.1)") {
  refused_body(rule::chunk_line_end, "5\r\nhelloX\r\n0\r\n\r\n");
  refused_body(rule::chunk_line_end, "5\r\nhello\n0\r\n\r\n");
  refused_body(rule::chunk_line_end, "5\r\nhello\rX0\r\n\r\n");
  refused_body(rule::chunk_line_end, "5\r\nhello0\r\n\r\n");
}

TEST_CASE("threat 4: a chunk line that ends in a bare LF or CR (RFC 9112 sections 2.2, 7.1)") {
  refused_body(rule::chunk_line_end, "5\nhello\r\n0\r\n\r\n");
  refused_body(rule::chunk_line_end, "5\rhello\r\n0\r\n\r\n");
  refused_body(rule::chunk_line_end, "5;a\nhello\r\n0\r\n\r\n");
  refused_body(rule::chunk_line_end, "5;a=b\nhello\r\n0\r\n\r\n");
  refused_body(rule::chunk_line_end, "5;a=b\rhello\r\n0\r\n\r\n");
  refused_body(rule::chunk_extension, "5;a=\"b\nhello\r\n0\r\n\r\n");
  refused_body(rule::chunk_extension, "5;a=\"b\r\nhello\r\n0\r\n\r\n");
  refused_body(rule::chunk_extension, "5;\nhello\r\n0\r\n\r\n");
  refused_body(rule::chunk_extension, "5;\r\nhello\r\n0\r\n\r\n");
  refused_body(rule::chunk_line_end, "0\n\r\n");
}

TEST_CASE("threat 4: endless chunk extensions") {
  refused_body(rule::chunk_overhead, "5;a=" + std::string(17000, 'x'));
  refused_body(rule::chunk_overhead, "5;" + repeated("a;", 8500));
}

TEST_CASE("threat 4: tiny chunks with large extensions: bounded by what they carry") {
  engine e;
  e.reset({});
  e.input().append(chunked_head);
  REQUIRE(e.next() == action::head);
  e.accept_body(std::uint64_t{1} << 30);
  const std::string chunk = "1;" + std::string(1000, 'x') + "\r\ny\r\n";
  std::size_t sent = 0;
  action what = e.next();
  for (; what == action::read && sent < 1000 * chunk.size(); what = e.next()) {
    e.input().append(chunk);
    sent += chunk.size();
  }
  CHECK(what == action::refuse);
  CHECK(e.broken() == rule::chunk_overhead);
  CHECK(sent < 20 * 1024);
}

TEST_CASE("threat 4: small chunks with small extensions are served") {
  engine e;
  e.reset({});
  e.input().append(chunked_head);
  REQUIRE(e.next() == action::head);
  e.accept_body(1 << 20);
  for (int i = 0; i < 20000; ++i) {
    REQUIRE(e.next() == action::read);
    e.input().append("1;ext=value\r\ny\r\n");
  }
  e.input().append("0\r\n\r\n");
  CHECK(e.next() == action::dispatch);
  CHECK(e.request().body().size() == 20000);
}

TEST_CASE("threat 5: endless trailers count against a limit of the head's size (RFC 9110 6.5)") {
  refused_body(rule::trailers_too_large, "0\r\nX: " + std::string(300, 'x') + "\r\n\r\n",
               {200, 100, 100});
  refused_body(rule::trailers_too_large, "0\r\n" + repeated("A: b\r\n", 100) + "\r\n",
               {400, 100, 100});
  refused_body(rule::trailers_too_large, "0\r\nA: 1\r\nB: 2\r\nC: 3\r\n\r\n", {400, 2, 100});
}

TEST_CASE("threat 5: malformed trailers are refused as fields are (RFC 9112 section 7.1.2)") {
  refused_body(rule::bare_lf, "0\r\nX: y\n\r\n");
  refused_body(rule::bare_cr, "0\r\nX: y\rZ: z\r\n\r\n");
  refused_body(rule::space_before_colon, "0\r\nX : y\r\n\r\n");
  refused_body(rule::obs_fold, "0\r\nX: y\r\n z\r\n\r\n");
  refused_body(rule::field_name, "0\r\n: y\r\n\r\n");
  refused_body(rule::bare_lf, "0\r\n\n");
}

TEST_CASE("threat 5: trailers never reach the header (RFC 9110 section 6.5.1)") {
  engine_script()
      .receive(chunked_head)
      .receive("0\r\nHost: evil\r\nAuthorization: Basic eDp5\r\nTransfer-Encoding: x\r\n\r\n")
      .receive(smuggled)
      .expect_head("POST /p")
      .expect_dispatch("")
      .check([](engine& e) {
        CHECK(e.request().host() == "a");
        CHECK(e.request().get(field::host) == "a");
        CHECK_FALSE(e.request().fields().contains(field::authorization));
        CHECK(e.request().fields().size() == 2);
        CHECK(e.request().trailers().get(field::host) == "evil");
      })
      .expect_request("GET /smuggled")
      .run();
}

TEST_CASE("threat 6: bare CR, bare LF, NUL and control bytes (RFC 9112 2.2, RFC 9110 5.5)") {
  refused(rule::bare_lf, "GET / HTTP/1.1\nHost: a\r\n\r\n");
  refused(rule::bare_lf, "GET / HTTP/1.1\r\nHost: a\n\r\n");
  refused(rule::bare_lf, "GET / HTTP/1.1\r\nHost: a\r\n\n");
  refused(rule::bare_lf, "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
  refused(rule::bare_cr, "GET / HTTP/1.1\rHost: a\r\n\r\n");
  refused(rule::bare_cr, "GET / HTTP/1.1\r\nHost: a\rX: y\r\n\r\n");
  refused(rule::bare_cr, "GET / HTTP/1.1\r\nHost: a\r\r\n\r\n");
  refused(rule::bare_cr, "GET / HTTP/1.1\r\nHost: a\r\n\rX\r\n\r\n");
  refused(rule::bare_cr, "\rGET / HTTP/1.1\r\nHost: a\r\n\r\n");
  const std::string nul(1, '\0');
  refused(rule::control_byte, "GET /" + nul + " HTTP/1.1\r\nHost: a\r\n\r\n");
  refused(rule::control_byte, "GET / HTTP/1.1\r\nHost: a" + nul + "\r\n\r\n");
  refused(rule::control_byte, "GET / HTTP/1.1\r\nHo" + nul + "st: a\r\n\r\n");
  refused(rule::control_byte, "G" + nul + "T / HTTP/1.1\r\nHost: a\r\n\r\n");
  for (int byte = 0; byte < 32; ++byte) {
    if (byte == '\t' || byte == '\r' || byte == '\n') continue;
    refused(rule::control_byte, "GET / HTTP/1.1\r\nHost: a\r\nX: y" +
                                    std::string(1, static_cast<char>(byte)) + "\r\n\r\n");
  }
  refused(rule::control_byte, "GET / HTTP/1.1\r\nHost: a\r\nX: \x7f\r\n\r\n");
}

TEST_CASE("threat 6: obs-fold and white space before the first field (RFC 9112 5.2 and 2.2)") {
  refused(rule::obs_fold, "GET / HTTP/1.1\r\nHost: a\r\n X: y\r\n\r\n");
  refused(rule::obs_fold, "GET / HTTP/1.1\r\nHost: a\r\n\tX: y\r\n\r\n");
  refused(rule::obs_fold, "GET / HTTP/1.1\r\nHost: a\r\n \r\n\r\n");
  refused(rule::space_before_field, "GET / HTTP/1.1\r\n Host: a\r\n\r\n");
  refused(rule::space_before_field, "GET / HTTP/1.1\r\n\tHost: a\r\n\r\n");
}

TEST_CASE("threat 6: the request line (RFC 9112 section 3)") {
  refused(rule::method_syntax, "G@T / HTTP/1.1\r\nHost: a\r\n\r\n");
  refused(rule::method_syntax, " GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  refused(rule::control_byte, "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n");
  refused(rule::target_syntax, "GET  / HTTP/1.1\r\nHost: a\r\n\r\n");
  refused(rule::target_syntax, "GET /\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n");
  refused(rule::target_syntax, "GET /#top HTTP/1.1\r\nHost: a\r\n\r\n");
  refused(rule::target_syntax, "GET x HTTP/1.1\r\nHost: a\r\n\r\n");
  refused(rule::target_syntax, "GET * HTTP/1.1\r\nHost: a\r\n\r\n");
  refused(rule::version_syntax, "GET /\r\nHost: a\r\n\r\n");
  refused(rule::version_syntax, "GET /  HTTP/1.1\r\nHost: a\r\n\r\n");
  refused(rule::version_syntax, "GET / HTTP/1.1 \r\nHost: a\r\n\r\n");
  refused(rule::version_syntax, "GET / http/1.1\r\nHost: a\r\n\r\n");
  refused(rule::version_syntax, "GET / HTTP/1.10\r\nHost: a\r\n\r\n");
  refused(rule::version_syntax, "GET / HTTP/1,1\r\nHost: a\r\n\r\n");
  refused(rule::version_unsupported, "GET / HTTP/2.0\r\nHost: a\r\n\r\n");
  refused(rule::version_unsupported, "GET / HTTP/0.9\r\nHost: a\r\n\r\n");
  refused(rule::version_unsupported, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  refused(rule::path_syntax, "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n");
  refused(rule::path_syntax, "GET /a%00b HTTP/1.1\r\nHost: a\r\n\r\n");
}

TEST_CASE("threat 6: methods that are not implemented, CONNECT too: 501 (RFC 9110 9.1)") {
  refused(rule::method_unknown, "BREW / HTTP/1.1\r\nHost: a\r\n\r\n");
  refused(rule::method_unknown, "get / HTTP/1.1\r\nHost: a\r\n\r\n");
  refused(rule::method_unknown, "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n");
}

TEST_CASE("threat 7: field names that are empty, or have a space before the colon (RFC 9112 5.1)") {
  refused(rule::field_name, "GET / HTTP/1.1\r\nHost: a\r\n: empty\r\n\r\n");
  refused(rule::field_name, "GET / HTTP/1.1\r\nHost: a\r\n:\r\n\r\n");
  refused(rule::space_before_colon, "GET / HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\n");
  refused(rule::space_before_colon, "GET / HTTP/1.1\r\nHost: a\r\nX\t: y\r\n\r\n");
  refused(rule::space_before_colon, "GET / HTTP/1.1\r\nHost: a\r\nX y: z\r\n\r\n");
  for (const char c : std::string_view("()<>@,;\\\"/[]?={}\x80\xff")) {
    refused(rule::field_name,
            "GET / HTTP/1.1\r\nHost: a\r\nX" + std::string(1, c) + "Y: z\r\n\r\n");
  }
}

TEST_CASE("threat 7: a field name of 64 KiB does not wrap around to another one") {
  const std::string_view name = "Content-Length";
  for (const std::size_t size : {65535u, 65536u, 65536u + 14u}) {
    std::string long_name(name);
    long_name.append(size - name.size(), 'x');
    engine e;
    e.reset({65535, 100, 8192});
    e.input().append("GET / HTTP/1.1\r\nHost: a\r\n" + long_name + ": 5\r\n\r\n");
    CHECK(e.next() == action::refuse);
    CHECK(e.broken() == rule::head_too_large);
  }
  // The longest that fits is a field as any other.
  engine e;
  e.reset({65535, 100, 8192});
  std::string text = "GET / HTTP/1.1\r\nHost: a\r\n";
  text.append(65535 - text.size() - 5, 'x').append(":\r\n\r\n");
  e.input().append(text);
  CHECK(e.next() == action::head);
  CHECK(e.request().fields()[1].name.size() == 65535 - 25 - 5);
  CHECK(e.request().fields()[1].id == field::unknown);
}

TEST_CASE("threat 8: Host missing, repeated or malformed (RFC 9112 section 3.2)") {
  refused(rule::host_missing, "GET / HTTP/1.1\r\n\r\n");
  refused(rule::host_missing, "GET http://a/ HTTP/1.1\r\n\r\n");
  refused(rule::host_repeated, "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n");
  refused(rule::host_repeated, "GET / HTTP/1.1\r\nHost: a\r\nhOST: b\r\n\r\n");
  refused(rule::host_repeated, "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n");
  for (const std::string_view value :
       {"a b", "a, b", "user@a", "a/b", "http://a", "a:b", "a:65536", "a:-1", "[::1", "::1", "[x]",
        "a?b", "a#b", "a\\b", "\xc3\xa9", "a%2eb", "a..b", ":80"}) {
    CAPTURE(value);
    refused(rule::host_invalid, "GET / HTTP/1.1\r\nHost: " + std::string(value) + "\r\n\r\n");
  }
}

TEST_CASE("threat 8: an absolute-form with userinfo or without a host (RFC 9110 section 4.2.4)") {
  for (const std::string_view target : {"http://user@a/", "http://user:word@a/", "http:///",
                                        "http://", "ftp://a/", "http://a:b/", "http:/a"}) {
    CAPTURE(target);
    refused(rule::target_syntax, "GET " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n\r\n");
  }
}

TEST_CASE("threat 8: absolute-form beside another Host: one authority, the target's") {
  engine_script()
      .receive("GET http://inside/ HTTP/1.1\r\nHost: outside\r\n\r\n")
      .expect_head("GET /")
      .check([](engine& e) { CHECK(e.request().host() == "inside"); })
      .expect_dispatch()
      .run();
}

TEST_CASE("threat 9: too many fields, too long a line, too long a target (RFC 9110 5.4)") {
  refused(rule::too_many_fields,
          "GET / HTTP/1.1\r\nHost: a\r\n" + repeated("A: b\r\n", 100) + "\r\n");
  refused(rule::head_too_large,
          "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(300, 'x') + "\r\n\r\n",
          {256, 100, 8192});
  refused(rule::target_too_long, "GET /" + std::string(300, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n",
          {1000, 100, 100});
  refused(rule::head_too_large, std::string(300, 'G') + " / HTTP/1.1\r\nHost: a\r\n\r\n",
          {256, 100, 8192});
}

TEST_CASE("threat 9: empty lines without end (RFC 9112 section 2.2)") {
  refused(rule::empty_lines, "\r\n\r\n\r\n\r\n\r\n");
  refused(rule::empty_lines, repeated("\r\n", 50));
}

TEST_CASE("threat 9: a head without end: memory stays flat") {
  engine e;
  e.reset({});
  e.input().append("GET / HTTP/1.1\r\nHost: a\r\nX: ");
  action what = e.next();
  std::size_t sent = 0;
  for (; what == action::read && sent < 1024 * 1024; what = e.next()) {
    e.input().append(std::string(1000, 'x'));
    sent += 1000;
  }
  CHECK(what == action::refuse);
  CHECK(e.broken() == rule::head_too_large);
  CHECK(sent < 18 * 1024);
  CHECK(e.memory() < 64 * 1024);
}

TEST_CASE("threat 10: the body limit holds for chunked bodies, and memory stays flat") {
  engine e;
  e.reset({});
  e.input().append(chunked_head);
  REQUIRE(e.next() == action::head);
  e.accept_body(10000);
  const std::string chunk = "3e8\r\n" + std::string(1000, 'x') + "\r\n";
  action what = e.next();
  std::size_t chunks = 0;
  for (; what == action::read && chunks < 1000; what = e.next(), ++chunks) e.input().append(chunk);
  CHECK(what == action::refuse);
  CHECK(chunks == 11);
  CHECK(e.broken() == rule::body_too_large);
  CHECK(answer_to(e.broken()) == status::content_too_large);
  CHECK(e.memory() < 64 * 1024);
}

TEST_CASE("threat 10: one byte above the limit, in chunks of any size") {
  for (const std::string_view body : {"65\r\n", "1\r\nx\r\n64\r\n", "64\r\n"}) {
    const bool one = body.starts_with("64");
    std::string text(body);
    text += std::string(100, 'x') + (one ? "\r\n1\r\nx\r\n0\r\n\r\n" : "x\r\n0\r\n\r\n");
    refused_body(rule::body_too_large, text);
  }
}

TEST_CASE("threat 11: a slow peer's deadline is that of the phase it is in") {
  engine e;
  e.reset({});
  const std::string request =
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\nX: "
      "y\r\n\r\n";
  const std::size_t head_size = request.find("\r\n\r\n") + 4;
  CHECK(e.reading() == engine::phase::between);
  for (std::size_t i = 0; i < request.size() - 1; ++i) {
    e.input().append(request.substr(i, 1));
    const action what = e.next();
    if (i + 1 == head_size) {
      REQUIRE(what == action::head);
      e.accept_body(2);
      continue;
    }
    REQUIRE(what == action::read);
    CHECK(e.reading() == (i < head_size ? engine::phase::head : engine::phase::body));
  }
  // Chunk lines and trailers earn no time: only content counts.
  CHECK(e.body_received() == 2);
}

TEST_CASE("threat 11: the body of a request that was answered already has a deadline, too") {
  engine e;
  e.reset({});
  e.input().append("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n");
  REQUIRE(e.next() == action::head);
  response r(status::not_found);
  e.respond(r, "", false);
  REQUIRE(e.next() == action::read);
  CHECK(e.reading() == engine::phase::body);
}

TEST_CASE("threat 19: a response is not split by what a handler puts into a field") {
  engine_script()
      .receive("GET /?to=x%0d%0aSet-Cookie:%20a=b HTTP/1.1\r\nHost: a\r\n\r\n")
      .expect_head("GET /")
      .expect_dispatch()
      .respond([] {
        CHECK_THROWS_AS(redirect("/x\r\nSet-Cookie: a=b"), std::invalid_argument);
        response r;
        CHECK_THROWS_AS(r.set("X", "a\nb"), std::invalid_argument);
        CHECK_THROWS_AS(r.set("X\r\nY", "a"), std::invalid_argument);
        CHECK_THROWS_AS(r.upgrade("a\r\nb", nullptr), std::invalid_argument);
        return r.status(status::no_content), std::move(r);
      })
      .expect_bytes("HTTP/1.1 204 No Content\r\n\r\n")
      .run();
}
