// SPDX-License-Identifier: BSL-1.0

#include <asio_httpd/escape.hpp>

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

using namespace asio_httpd;

namespace {

constexpr std::size_t no_limit = 100'000;

std::string escaped(std::string_view text, std::size_t limit = no_limit) {
  std::string to;
  append_log_text(to, text, limit);
  return to;
}

std::string json(std::string_view text, std::size_t limit = no_limit) {
  std::string to;
  append_json_string(to, text, limit);
  return to;
}

}  // namespace

TEST_CASE("plain text stays as it is") {
  CHECK(escaped("") == "");
  CHECK(escaped("/a?b=c&d='e'") == "/a?b=c&d='e'");
  CHECK(json("") == "\"\"");
  CHECK(json("/a?b=c&d='e'") == "\"/a?b=c&d='e'\"");
}

TEST_CASE("log injection: no byte of a request ends a line or a quoted field") {
  for (int c = 0; c < 256; ++c) {
    const std::string text = {'a', static_cast<char>(c), 'z'};
    CAPTURE(c);
    for (char made : escaped(text)) {
      CHECK(made >= 0x20);
      CHECK(made < 0x7f);
      CHECK(made != '"');
    }
    for (char made : json(text)) CHECK(static_cast<unsigned char>(made) >= 0x20);
    CHECK(nlohmann::json::accept(json(text)));
  }
}

TEST_CASE("log injection: a forged line, the end of the field, terminal codes") {
  CHECK(escaped("x\r\n127.0.0.1 - - \"GET") == "x\\x0d\\x0a127.0.0.1 - - \\x22GET");
  CHECK(escaped("\x1b[31mred\x7f") == "\\x1b[31mred\\x7f");
  CHECK(escaped("back\\slash") == "back\\x5cslash");
  CHECK(escaped("\xc3\xa9\xff") == "\\xc3\\xa9\\xff");
  CHECK(json("x\r\n\",\"status\":200") == "\"x\\u000d\\u000a\\\",\\\"status\\\":200\"");
  CHECK(json("\x1b[31m\\\x7f") == "\"\\u001b[31m\\\\\\u007f\"");
}

TEST_CASE("an escape that was sent as text is not taken for one of ours") {
  CHECK(escaped("\\x0a") == "\\x5cx0a");
  CHECK(json("\\u000a") == "\"\\\\u000a\"");
}

TEST_CASE("JSON keeps valid UTF-8") {
  CHECK(json("\xc3\xa9") == "\"\xc3\xa9\"");
  CHECK(json("\xe2\x82\xac") == "\"\xe2\x82\xac\"");
  CHECK(json("\xf0\x9f\x99\x82") == "\"\xf0\x9f\x99\x82\"");
}

TEST_CASE("JSON escapes control characters of two bytes, too") {
  CHECK(json("\xc2\x9b") == "\"\\u009b\"");  // CSI: a terminal obeys it as it does ESC [
  CHECK(json("\xc2\x80\xc2\x9f\xc2\xa0") == "\"\\u0080\\u009f\xc2\xa0\"");
}

TEST_CASE("JSON replaces what is not UTF-8") {
  constexpr auto bad = "\xef\xbf\xbd";
  const auto quoted = [&](std::string_view inside) { return '"' + std::string(inside) + '"'; };
  CHECK(json("\xff") == quoted(bad));
  CHECK(json("a\x80z") == quoted(std::string("a") + bad + "z"));
  CHECK(json("\xe2\x82") == quoted(std::string(bad) + bad));            // cut short
  CHECK(json("\xc0\xaf") == quoted(std::string(bad) + bad));            // overlong '/'
  CHECK(json("\xed\xa0\x80") == quoted(std::string(bad) + bad + bad));  // a surrogate
  CHECK(json("\xf4\x90\x80\x80") == quoted(std::string(bad) + bad + bad + bad));
  CHECK(json("\xe2\x82\"") == quoted(std::string(bad) + bad + "\\\""));
}

TEST_CASE("long text is cut, and says so") {
  CHECK(escaped("abcdef", 6) == "abcdef");
  CHECK(escaped("abcdefg", 6) == "abcdef...");
  CHECK(json("abcdefg", 6) == "\"abcdef...\"");
  CHECK(nlohmann::json::accept(json("abcde\xc3\xa9", 6)));  // in the middle of a character
}

TEST_CASE("HTML: no byte of a text begins a tag, a reference or the end of an attribute") {
  CHECK(escape_html("").empty());
  CHECK(escape_html("plain text, \xc3\xa9") == "plain text, \xc3\xa9");
  CHECK(escape_html("<a href=\"x\">'&amp;'</a>") ==
        "&lt;a href=&quot;x&quot;&gt;&#39;&amp;amp;&#39;&lt;/a&gt;");
  for (int c = 0; c < 256; ++c) {
    const std::string made = escape_html(std::string(1, static_cast<char>(c)));
    CHECK(made.find_first_of("<>\"'") == std::string::npos);
    CHECK((made == std::string(1, static_cast<char>(c)) || made.front() == '&'));
  }
}

TEST_CASE("HTML is appended") {
  std::string to = "<p>";
  append_html(to, "1 < 2");
  CHECK(to == "<p>1 &lt; 2");
}

TEST_CASE("text becomes valid UTF-8, and what is valid stays") {
  const std::string bad = "\xef\xbf\xbd";
  CHECK(valid_utf8("").empty());
  CHECK(valid_utf8("a\n\x7f\\\"<") == "a\n\x7f\\\"<");
  for (const std::string good : {"\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xc2\x9b"}) {
    CHECK(valid_utf8(good) == good);
    CHECK(valid_utf8("a" + good + "z" + good) == "a" + good + "z" + good);
  }
  CHECK(valid_utf8("caf\xe9") == "caf" + bad);
  CHECK(valid_utf8("\xe2\x82") == bad + bad);
  CHECK(valid_utf8("\xc0\xaf") == bad + bad);
  CHECK(valid_utf8("\xed\xa0\x80") == bad + bad + bad);
  CHECK(valid_utf8("\xe2\x82z\xc3\xa9") == bad + bad + "z\xc3\xa9");
  CHECK(valid_utf8(std::string_view("\0", 1)) == std::string(1, '\0'));
}
