// SPDX-License-Identifier: BSL-1.0
//
// multipart/form-data by pieces: what is read does not depend on where they are cut, so each body
// is read whole, byte by byte, cut in two at every place, and in pieces of every size.

#include <asio_httpd/multipart.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace asio_httpd;
using event = multipart_parser::event;

namespace {

constexpr std::string_view type = "multipart/form-data; boundary=b";

// A block of exactly the size of a piece, so that a read past it is seen by the sanitizer.
struct block {
  explicit block(std::string_view text) : bytes(new char[text.size()]), size(text.size()) {
    text.copy(bytes.get(), size);
  }
  std::string_view view() const { return {bytes.get(), size}; }
  std::unique_ptr<char[]> bytes;
  std::size_t size;
};

// Takes events until the input is used up, the form ends or fails. What came, as text:
//   {name|filename|type:content} ... end, or the sentence about what is wrong
bool take_events(multipart_parser& parser, std::string& to) {
  for (;;) {
    switch (parser.next()) {
      case event::need_more:
        return true;
      case event::part_begin:
        to.append("{").append(parser.part().name).append("|");
        to.append(parser.part().filename.value_or("-")).append("|");
        to.append(parser.part().content_type()).append(":");
        break;
      case event::part_data:
        CHECK_FALSE(parser.data().empty());
        to.append(parser.data());
        break;
      case event::part_end:
        to.append("} ");
        break;
      case event::end:
        to.append("end");
        return false;
      case event::failed:
        to.append(to_string(parser.broken()));
        return false;
    }
  }
}

template <class SizeOfNext>
std::string read_pieces(std::string_view body, const form_limits& limits, SizeOfNext size) {
  multipart_parser parser(type, limits);
  std::string got;
  bool more = take_events(parser, got);
  while (more && !body.empty()) {
    const block piece(body.substr(0, size()));
    body.remove_prefix(piece.size);
    parser.feed(piece.view());
    more = take_events(parser, got);
  }
  if (!more) return got;
  parser.finish();
  CHECK_FALSE(take_events(parser, got));
  return got;
}

// The same, fed and finished at once.
std::string read_whole(std::string_view body, const form_limits& limits) {
  multipart_parser parser(type, limits);
  const block all(body);
  std::string got;
  parser.feed(all.view());
  parser.finish();
  CHECK_FALSE(take_events(parser, got));
  return got;
}

std::string read(std::string_view body, const form_limits& limits = {}) {
  std::string whole = read_whole(body, limits);
  CAPTURE(body);
  for (std::size_t size = 1; size <= std::min<std::size_t>(body.size(), 40); ++size) {
    const std::string cut = read_pieces(body, limits, [&] { return size; });
    if (cut != whole) FAIL_CHECK("pieces of " << size << ": " << cut << " != " << whole);
  }
  for (std::size_t at = 0; at <= body.size(); ++at) {
    bool first = true;
    const auto next = [&] { return std::exchange(first, false) && at != 0 ? at : body.size(); };
    const std::string cut = read_pieces(body, limits, next);
    if (cut != whole) FAIL_CHECK("cut at " << at << ": " << cut << " != " << whole);
  }
  return whole;
}

std::string sentence(multipart_rule r) {
  return std::string(to_string(r));
}

std::string part(std::string_view name, std::string_view content) {
  return "--b\r\nContent-Disposition: form-data; name=\"" + std::string(name) + "\"\r\n\r\n" +
         std::string(content) + "\r\n";
}

// A part's head alone, with a form around it.
std::string with_head(std::string_view lines) {
  return "--b\r\n" + std::string(lines) + "\r\nx\r\n--b--\r\n";
}

constexpr std::string_view disposition = "Content-Disposition: form-data; name=a\r\n";

status status_of_type(std::string_view content_type) {
  try {
    multipart_parser parser(content_type);
    return status::ok;
  } catch (const http_error& e) {
    return e.status();
  }
}

}  // namespace

TEST_CASE("what a browser sends: fields, a file, a file that was not chosen") {
  const std::string body =
      "--b\r\n"
      "Content-Disposition: form-data; name=\"title\"\r\n\r\n"
      "two words\r\n"
      "--b\r\n"
      "Content-Disposition: form-data; name=\"photo\"; filename=\"a b.jpg\"\r\n"
      "Content-Type: image/jpeg\r\n\r\n"
      "\xff\xd8\r\n\r\r\n--\r\n--a\r\n-- b\r\n\r\n"
      "--b\r\n"
      "Content-Disposition: form-data; name=\"none\"; filename=\"\"\r\n"
      "Content-Type: application/octet-stream\r\n\r\n\r\n"
      "--b--\r\n";
  CHECK(read(body) ==
        "{title|-|:two words} {photo|a b.jpg|image/jpeg:\xff\xd8\r\n\r\r\n--\r\n--a\r\n-- b\r\n} "
        "{none||application/octet-stream:} end");
}

TEST_CASE("content that looks like the beginning of a delimiter is content") {
  for (const std::string_view content :
       {"\r",           "\n",     "\r\n", "\r\r", "\r\n\r", "\r\n-",     "\r\n--",
        "\r\n--a",      "\r\n-b", "--",   "-",    "-b",     "\r\r\n--c", "\r\n-\r\n--\r\n--a",
        "\r\n\r\n\r\n", "b",      "--a",  "x--b", "\r--b",  "\n--b"}) {
    CHECK(read(part("n", content) + "--b--") == "{n|-|:" + std::string(content) + "} end");
  }
}

TEST_CASE("a longer boundary that shares a beginning with the content") {
  multipart_parser parser("multipart/form-data; boundary=\"----aaa aaa\"");
  const std::string body =
      "------aaa aaa\r\nContent-Disposition: form-data; name=a\r\n\r\n"
      "\r\n------aaa aa\r\n------aaa aab\r\r\n------aaa aaa--";
  std::string got;
  for (const char c : body) {
    const block piece({&c, 1});
    parser.feed(piece.view());
    REQUIRE(take_events(parser, got));
  }
  parser.finish();
  take_events(parser, got);
  CHECK(got == "{a|-|:\r\n------aaa aa\r\n------aaa aab\r} end");
}

TEST_CASE("every byte is content") {
  std::string content;
  for (int byte = 0; byte < 256; ++byte) content += static_cast<char>(byte);
  CHECK(read(part("n", content) + "--b--\r\n") == "{n|-|:" + content + "} end");
}

TEST_CASE("a part without content, and a form without parts") {
  CHECK(read(part("n", "") + "--b--\r\n") == "{n|-|:} end");
  // The line end of the head is that of the delimiter, too (RFC 2046 section 5.1.1, body-part).
  CHECK(read("--b\r\n" + std::string(disposition) + "\r\n--b--") == "{a|-|:} end");
  CHECK(read("--b--") == "end");
  CHECK(read("--b--\r\n") == "end");
}

TEST_CASE("preamble, padding and epilogue are ignored (RFC 2046 section 5.1.1)") {
  CHECK(read("\r\n" + part("n", "v") + "--b--") == "{n|-|:v} end");
  CHECK(read("This is\r\na --b preamble\r\n" + part("n", "v") + "--b--") == "{n|-|:v} end");
  CHECK(read("--b \t \r\n" + std::string(disposition) + "\r\nv\r\n--b-- \t\r\n--b\r\nmore") ==
        "{a|-|:v} end");
  CHECK(read("--b-- ") == "end");
}

TEST_CASE("nothing comes after the end") {
  multipart_parser parser(type);
  parser.feed("--b--\r\n");
  CHECK(parser.next() == event::end);
  parser.feed("--b\r\n");
  CHECK(parser.next() == event::end);
  parser.feed("--b\r\n");
  parser.finish();
  CHECK(parser.next() == event::end);
  CHECK(parser.broken() == multipart_rule::none);
}

TEST_CASE("nothing but a line end stands behind a boundary") {
  const std::string begin = part("n", "v");
  for (const std::string_view line :
       {"--bb\r\n", "--bx--\r\n", "--b-\r\n", "--b--x\r\n", "--b---\r\n", "--b\n", "--b--\n",
        "--b\r\r\n", "--b x\r\n", "--b\x01\r\n", "--b -- \r\n"}) {
    CHECK(read(line) == sentence(multipart_rule::boundary_line));
    CHECK(read(begin + std::string(line)) == "{n|-|:v} " + sentence(multipart_rule::boundary_line));
  }
}

TEST_CASE("a form that ends before its last boundary is incomplete, wherever that is") {
  const std::string whole = "\r\n" + part("n", "vv") + part("m", "w") + "--b--";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CHECK(read(whole.substr(0, size)).ends_with(sentence(multipart_rule::incomplete)));
  }
  CHECK(read(whole).ends_with("end"));
  for (const std::string_view line : {"--b--\r", "--b--x", "--b-x", "--b \r"}) {
    CHECK(read(line) == sentence(multipart_rule::incomplete));
  }
}

TEST_CASE("the fields of a part are there, and its head is strict") {
  multipart_parser parser(type);
  parser.feed(
      "--b\r\ncontent-disposition:form-data;name=a\r\nX-One:  1 \r\nContent-Type: text/x\r\n\r\n");
  REQUIRE(parser.next() == event::part_begin);
  CHECK(parser.part().fields.size() == 3);
  CHECK(parser.part().fields.get("x-one") == "1");
  CHECK(parser.part().content_type() == "text/x");

  const std::string d(disposition);
  using r = multipart_rule;
  const std::vector<std::pair<std::string, r>> heads = {
      {"", r::disposition_missing},
      {"Content-Type: text/plain\r\n", r::disposition_missing},
      {"Content-Disposition: attachment; name=a\r\n", r::disposition_syntax},
      {"Content-Disposition: form-data\r\n", r::name_missing},
      {"Content-Disposition: form-data; name=a; name=b\r\n", r::name_repeated},
      {d + d, r::part_field_repeated},
      {d + "Content-Type: a/b\r\ncontent-type: a/b\r\n", r::part_field_repeated},
      {d + "X: 1\r\nx: 1\r\n", r::part_field_repeated},
      {"Content-Disposition: form-data; name=a\n", r::part_line_end},
      {d + "\n", r::part_line_end},
      {"Content-Disposition: form-data;\r\n name=a\r\n", r::part_field_syntax},
      {d + "X\r\n", r::part_field_syntax},
      {d + ": 1\r\n", r::part_field_syntax},
      {d + "X : 1\r\n", r::part_field_syntax},
      {d + "X: \r1\r\n", r::part_field_syntax},
      {d + std::string("X: a\0b\r\n", 8), r::part_field_syntax},
      {d + "X\xc3\xa4: 1\r\n", r::part_field_syntax},
      {d + "Content-Transfer-Encoding: base64\r\n", r::part_transfer_coding},
      {d + "Content-Transfer-Encoding: quoted-printable\r\n", r::part_transfer_coding},
  };
  for (const auto& [head, rule] : heads) CHECK(read(with_head(head)) == sentence(rule));
  for (const std::string coding : {"binary", "8BIT", "7bit"}) {
    CHECK(read(with_head(d + "Content-Transfer-Encoding: " + coding + "\r\n")) == "{a|-|:x} end");
  }
}

TEST_CASE("limits: each holds at its value and fails one above") {
  using r = multipart_rule;
  const std::string two = part("a", "1") + part("b", "2") + "--b--\r\n";
  CHECK(read(two, {.parts = 2}) == "{a|-|:1} {b|-|:2} end");
  CHECK(read(two, {.parts = 1}) == "{a|-|:1} " + sentence(r::too_many_parts));
  CHECK(read("--b--", {.parts = 0}) == "end");

  const std::string head = std::string(disposition) + "X: 1\r\n";
  CHECK(read(with_head(head), {.part_fields = 2}) == "{a|-|:x} end");
  CHECK(read(with_head(head), {.part_fields = 1}) == sentence(r::too_many_part_fields));
  CHECK(read(with_head(head), {.part_head = head.size() + 2}) == "{a|-|:x} end");
  CHECK(read(with_head(head), {.part_head = head.size() + 1}) == sentence(r::part_head_too_large));
  // For each part anew, and for what stands behind a boundary, too.
  CHECK(read(two, {.part_head = 44}) == "{a|-|:1} {b|-|:2} end");
  CHECK(read(two, {.part_head = 43}) == sentence(r::part_head_too_large));
  CHECK(read("--b" + std::string(99, ' '), {.part_head = 98}) == sentence(r::part_head_too_large));

  CHECK(read("12345678\r\n" + two, {.preamble = 8}) == "{a|-|:1} {b|-|:2} end");
  CHECK(read("123456789\r\n" + two, {.preamble = 8}) == sentence(r::preamble_too_large));
  CHECK(read("\r\n-\r\n--\r\n", {.preamble = 6}) == sentence(r::preamble_too_large));
}

TEST_CASE("a head without an end is refused at its limit, however large the limit is said to be") {
  multipart_parser parser(type, {.part_head = std::size_t(-1)});
  std::string got;
  parser.feed("--b\r\n");
  REQUIRE(take_events(parser, got));
  const std::string piece(1000, 'x');
  std::size_t fed = 0;
  for (bool more = true; more; fed += piece.size()) {
    parser.feed(piece);
    more = take_events(parser, got);
    REQUIRE(fed < 70'000);
  }
  CHECK(parser.broken() == multipart_rule::part_head_too_large);
}

TEST_CASE("content in one piece comes in one piece, from where it was fed") {
  const std::string content = "-x\r\n--\r\r\n--a" + std::string(100, '\r') + "\r\n-";
  const std::string body = part("n", content) + "--b--";
  multipart_parser parser(type);
  parser.feed(body);
  REQUIRE(parser.next() == event::part_begin);
  REQUIRE(parser.next() == event::part_data);
  CHECK(parser.data() == content);
  CHECK(parser.data().data() == body.data() + body.find("-x"));
  CHECK(parser.next() == event::part_end);
}

TEST_CASE("it is fed when it asks, and not after the end of the input") {
  multipart_parser parser(type);
  parser.feed("--b\r\n");
  CHECK_THROWS_AS(parser.feed("x"), std::logic_error);
  CHECK(parser.next() == event::need_more);
  parser.feed("");
  CHECK(parser.next() == event::need_more);
  parser.finish();
  CHECK_THROWS_AS(parser.feed("x"), std::logic_error);
  CHECK(parser.next() == event::failed);
  CHECK(parser.next() == event::failed);
  CHECK(parser.broken() == multipart_rule::incomplete);
  parser.feed("ignored");
  CHECK(parser.next() == event::failed);
}

TEST_CASE("the boundary comes from Content-Type (RFC 2046 section 5.1.1)") {
  const auto with = [](std::string_view b) {
    return "multipart/form-data; boundary=" + std::string(b);
  };
  for (const std::string_view good : {"a", "----WebKitFormBoundaryABC123", "\"a b\"",
                                      "\"'()+_,-./:=?\"", "\"\\a\"", "a; charset=utf-8"}) {
    CAPTURE(good);
    CHECK(status_of_type(with(good)) == status::ok);
  }
  CHECK(status_of_type("Multipart/FORM-DATA ;x=y; Boundary=a") == status::ok);
  CHECK(status_of_type(with(std::string(70, 'x'))) == status::ok);
  CHECK(status_of_type(with(std::string(71, 'x'))) == status::bad_request);
  for (const std::string_view bad :
       {"", "\"\"", "\"a \"", "a b", "a/b", "\"a", "a\"", "a=b", "\"a\tb\"", "\"a\\\"b\"",
        "\"a@b\"", "\"\xc3\xa4\"", "a*b", "a#b", "a; boundary=a", "a; x"}) {
    CAPTURE(bad);
    CHECK(status_of_type(with(bad)) == status::bad_request);
  }
  CHECK(status_of_type("multipart/form-data") == status::bad_request);
  for (const std::string_view other :
       {"", "text/plain", "multipart/mixed; boundary=a", "multipart/form-datax; boundary=a",
        "multipart/form-data, boundary=a", "application/x-www-form-urlencoded"}) {
    CAPTURE(other);
    CHECK(status_of_type(other) == status::unsupported_media_type);
  }
}

TEST_CASE("every rule has a sentence and a status") {
  for (unsigned i = 0; i <= static_cast<unsigned>(multipart_rule::preamble_too_large); ++i) {
    const auto rule = static_cast<multipart_rule>(i);
    CHECK_FALSE(to_string(rule).empty());
    CHECK(answer_to(rule) == (i >= static_cast<unsigned>(multipart_rule::too_many_parts)
                                  ? status::content_too_large
                                  : status::bad_request));
  }
  multipart_parser parser(type);
  parser.finish();
  CHECK(parser.next() == event::failed);
  CHECK(parser.error().status() == status::bad_request);
  CHECK(std::string(parser.error().what()) == "The form ends before its last boundary\n");
}
