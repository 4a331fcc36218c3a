// SPDX-License-Identifier: BSL-1.0
//
// Answers from bytes, whole, byte by byte, and cut at every place.

#include <asio_httpd/testing/answer.hpp>
#include <asio_httpd/testing/json.hpp>

#include <doctest/doctest.h>

#include <sstream>
#include <string>
#include <string_view>

using namespace asio_httpd;
using testing::answer;
using testing::answer_parser;
using testing::parse_answers;

namespace {

// The one answer in `bytes`, however they are cut.
answer parse(std::string_view bytes, method asked = method::get) {
  answer_parser whole(asked);
  CHECK(whole.feed(bytes) == bytes.size());
  whole.feed_end();
  answer_parser slow(asked);
  for (const char byte : bytes) slow.feed({&byte, 1});
  slow.feed_end();
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    answer_parser halves(asked);
    halves.feed(bytes.substr(0, cut));
    halves.feed(bytes.substr(cut));
    halves.feed_end();
    CHECK(to_string(halves.current()) == to_string(whole.current()));
  }
  CHECK(to_string(slow.current()) == to_string(whole.current()));
  return whole.release();
}

// What is said about bytes that are no answer, or not a whole one; "" where they are.
std::string complaint(std::string_view bytes, method asked = method::get) {
  try {
    answer_parser parser(asked, "GET /x");
    parser.feed(bytes);
    parser.feed_end();
  } catch (const testing::error& e) {
    return e.what();
  }
  return {};
}

bool says(std::string_view bytes, std::string_view what, method asked = method::get) {
  const std::string said = complaint(bytes, asked);
  INFO(said);
  const bool found = said.find(what) != std::string::npos;
  CHECK(found);
  return found;
}

}  // namespace

TEST_CASE("status line, fields and content of a length") {
  const answer a = parse(
      "HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\nX-Odd:  a b \r\nSet-Cookie: a=1\r\n"
      "set-cookie: b=2\r\n\r\nhello");
  CHECK(a.status() == status::not_found);
  CHECK(a.reason() == "Not Found");
  CHECK(a.version_minor() == 1);
  CHECK(a.get("x-odd") == "a b");
  CHECK(a.get(field::content_length) == "5");
  CHECK(a.fields().count(field::set_cookie) == 2);
  CHECK(a.get("Missing").empty());
  CHECK(a.text() == "hello");
  CHECK(a.framed_by() == testing::framing::length);
  CHECK(a.interim().empty());
}

TEST_CASE("an empty reason, and a code that is not registered") {
  const answer a = parse("HTTP/1.0 799 \r\nContent-Length: 0\r\n\r\n");
  CHECK(to_integer(a.status()) == 799);
  CHECK(a.reason().empty());
  CHECK(a.version_minor() == 0);
  CHECK(a.text().empty());
}

TEST_CASE("chunks and trailers") {
  const answer a = parse(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5\r\nhello\r\n1;a=b\r\n \r\nA\r\n0123456789\r\n0\r\nDigest: x\r\n\r\n");
  CHECK(a.text() == "hello 0123456789");
  CHECK(a.trailers().get("Digest") == "x");
  CHECK(a.fields().get("Digest").empty());
  CHECK(a.framed_by() == testing::framing::chunked);
}

TEST_CASE("content up to the end of the connection") {
  const answer a = parse("HTTP/1.0 200 OK\r\nA: b\r\n\r\nall\r\n\r\nof it");
  CHECK(a.text() == "all\r\n\r\nof it");
  CHECK(a.framed_by() == testing::framing::close);
}

TEST_CASE("answers that have no content, whatever their fields say") {
  const std::string_view length = "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n";
  CHECK(parse(length, method::head).text().empty());
  CHECK(
      parse("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", method::head).text().empty());
  CHECK(parse("HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n").text().empty());
  CHECK(parse("HTTP/1.1 204 No Content\r\n\r\n").framed_by() == testing::framing::no_content);
  CHECK(parse("HTTP/1.1 200 OK\r\n\r\n", method::connect).text().empty());
}

TEST_CASE("interim answers come before the final one, and 101 is one") {
  const answer a = parse(
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n"
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  REQUIRE(a.interim().size() == 2);
  CHECK(a.interim()[0].status() == status::continue_);
  CHECK(a.interim()[1].get("Link") == "<a>");
  CHECK(a.status() == status::ok);
  CHECK(a.text() == "ok");

  answer_parser switching;
  const std::string_view bytes = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nrest";
  CHECK(switching.feed(bytes) == bytes.size() - 4);
  CHECK(switching.is_done());
  CHECK(switching.release().get(field::upgrade) == "x");
}

TEST_CASE("one answer after the other") {
  const auto all = parse_answers(
      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\naHTTP/1.1 200 OK\r\n"
      "Transfer-Encoding: chunked\r\n\r\n1\r\nb\r\n0\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n");
  REQUIRE(all.size() == 3);
  CHECK((all[0].text() == "a" && all[1].text() == "b" && all[2].text().empty()));
  CHECK(parse_answers("").empty());
  CHECK(parse_answers("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", method::head).size() == 1);
  CHECK_THROWS_AS(parse_answers("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab"), testing::error);
}

TEST_CASE("an answer that is not whole says how far it came, at every cut") {
  const std::string_view bytes =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nA: b\r\n\r\n";
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    CHECK(complaint(bytes.substr(0, cut)).starts_with("the answer to GET /x is not whole: "));
  }
  CHECK(complaint("") == "the answer to GET /x is not whole: nothing came, and no more comes");
  says("HTTP/1.", "its status line has no end");
  says("HTTP/1.1 200 OK\r\nA: b", "its head has no end");
  says("HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nhello", "5 of 12 bytes of content came");
  says(bytes.substr(0, 57), "the last chunk is missing, 5 bytes of content came");
  says(bytes.substr(0, bytes.size() - 2), "the trailer section has no end");
  says("HTTP/1.1 100 Continue\r\n\r\n", "only interim answers came");
}

TEST_CASE("errors show what came") {
  CHECK(
      complaint("HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n\x01\xc3\xa4") ==
      "the answer to GET /x is not whole: 3 of 12 bytes of content came, and no more comes. "
      "What came:\n  HTTP/1.1 200 OK\\r\\n\n  Content-Length: 12\\r\\n\n  \\r\\n\n  \\x01\xc3\xa4");
  const std::string cut =
      complaint("HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n" + std::string(5000, 'x'));
  CHECK(cut.ends_with("\n  ... and 3041 bytes more"));
}

TEST_CASE("what is no answer is malformed, and stays so") {
  says("SSH-2.0-OpenSSH\r\n", "it does not begin with \"HTTP/1.\"");
  says("HTTP/2 200\r\n", "it does not begin with \"HTTP/1.\"");
  says("HTTP/1.1 200\r\n\r\n", "the status line is not");
  says("HTTP/1.1  200 OK\r\n\r\n", "the status line is not");
  says("HTTP/1.x 200 OK\r\n\r\n", "the status line is not");
  says("HTTP/1.1 20 OK\r\n\r\n", "the status line is not");
  says("HTTP/1.1 099 OK\r\n\r\n", "the status line is not");
  says("HTTP/1.1 200 O\x01K\r\n\r\n", "control byte");
  says("HTTP/1.1 200 OK\nA: b\r\n\r\n", "bare_lf");
  says("HTTP/1.1 200 OK\r\nA: b\n\n", "bare_lf (RFC 9112 section 2.2)");
  says("HTTP/1.1 200 OK\r\nA : b\r\n\r\n", "space_before_colon");
  says("HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n", "obs_fold");
  says("HTTP/1.1 " + std::string(9000, '2'), "the status line has no end");
  says("HTTP/1.1 200 OK\r\nA: " + std::string(70000, 'b'), "head_too_large");
  answer_parser parser;
  CHECK_THROWS_AS(parser.feed("no"), testing::error);
  CHECK_THROWS_AS(parser.feed("HTTP/1.1 204 No Content\r\n\r\n"), testing::error);
  CHECK_THROWS_AS(parser.feed_end(), testing::error);
}

TEST_CASE("an answer with two lengths, or none that can be believed, is malformed") {
  const auto with = [](std::string_view lines, std::string_view first = "HTTP/1.1 200 OK") {
    return std::string(first).append("\r\n").append(lines).append("\r\n");
  };
  says(with("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n"), "both");
  says(with("Content-Length: 1\r\nContent-Length: 1\r\n"), "two lines of Content-Length");
  says(with("Content-Length: +1\r\n"), "Content-Length is no number");
  says(with("Content-Length: 99999999999999999999\r\n"), "Content-Length is no number");
  says(with("Content-Length: 999999999999\r\n"), "larger than a test takes");
  says(with("Transfer-Encoding: gzip, chunked\r\n"), "the only transfer coding");
  says(with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), "the only transfer");
  says(with("Transfer-Encoding: chunked\r\n", "HTTP/1.0 200 OK"), "HTTP/1.0 has no");
  says(with("Content-Length: 0\r\n", "HTTP/1.1 204 No Content"), "1xx and 204");
  says(with("Transfer-Encoding: chunked\r\n", "HTTP/1.1 100 Continue"), "1xx and 204");
  says(with("Transfer-Encoding: chunked\r\n") + "5x\r\n", "chunk_size");
  says(with("Transfer-Encoding: chunked\r\n") + "2\r\nabc", "chunk_line_end");
  says(with("Transfer-Encoding: chunked\r\n") + "0\r\nbad\r\n\r\n", "field_name");
  std::string many;
  for (int i = 0; i < 101; ++i) many += "HTTP/1.1 100 Continue\r\n\r\n";
  says(many, "more than 100 interim answers");
}

TEST_CASE("an answer that goes on can be looked at, and its content taken, before it ends") {
  answer_parser parser;
  CHECK(parser.is_empty());
  parser.feed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n");
  CHECK_FALSE(parser.is_empty());
  CHECK_FALSE(parser.has_head());
  parser.feed("\r\n3\r\nabc\r\n");
  CHECK(parser.has_head());
  CHECK(parser.current().status() == status::ok);
  CHECK(parser.take_content() == "abc");
  CHECK(parser.take_content().empty());
  CHECK_THROWS_AS(parser.release(), testing::error);
  parser.feed("3\r\ndef\r\n0\r\n\r\n");
  CHECK(parser.is_done());
  CHECK(parser.release().text() == "def");
}

TEST_CASE("answers as text, for messages") {
  std::ostringstream to;
  to << parse("HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 6\r\n\r\nhi\tyo\n");
  CHECK(to.str() == "HTTP/1.1 200 OK\nA: b\nContent-Length: 6\n\n  hi\\x09yo\\n");
}

TEST_CASE("JSON") {
  const answer good = parse("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n{\"a\":1}");
  CHECK(good.json()["a"] == 1);
  const answer bad = parse("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{a}");
  CHECK_THROWS_WITH_AS(bad.json(), doctest::Contains("the content is not JSON\nHTTP/1.1 200 OK"),
                       testing::error);
}
