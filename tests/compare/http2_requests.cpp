// SPDX-License-Identifier: BSL-1.0
//
// The frames of a request, then the two sets of requests.

#include "http2_requests.hpp"

#include "base/printable.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <random>
#include <string_view>

namespace compare {
namespace {

using namespace std::string_literals;
using namespace test_support::http2;

// --- frames --------------------------------------------------------------------------------------

// In two where it is long enough, so that lines are cut by CONTINUATION.
std::string head_frames(std::uint32_t stream, const field_list& lines, bool ends) {
  const std::string block = hpack::block(lines);
  const std::uint8_t end = ends ? flag::end_stream : flag::none;
  if (block.size() < 60) return headers(stream, block, end | flag::end_headers);
  return headers(stream, block.substr(0, 50), end) + continuation(stream, block.substr(50));
}

std::string data_frame(std::uint32_t stream, const http2_request::piece& p, bool ends) {
  const std::uint8_t end = ends ? flag::end_stream : flag::none;
  if (p.padding == 0) return data(stream, p.content, end);
  const auto padding = static_cast<std::uint8_t>(p.padding);
  return data(stream, padded(padding, p.content), static_cast<std::uint8_t>(end | flag::padded));
}

std::string shown(const field_list& lines) {
  std::string text;
  for (const auto& [name, value] : lines) {
    text += "\n  " + asio_httpd::base::printable(name, 100) + " = \"" +
            asio_httpd::base::printable(value, 100) + '"';
  }
  return text;
}

// --- what requests are made of -------------------------------------------------------------------

field_list as_sent() {
  return {{":method", "GET"},       {":scheme", "https"},
          {":authority", "test:1"}, {":path", "/files/a.txt?b=c"},
          {"user-agent", "a b/1"},  {"accept", "*/*"},
          {"x-odd", "a, b"},        {"cookie", "a=b"}};
}

std::vector<http2_request> well_formed() {
  const field_list post{{":method", "POST"},
                        {":scheme", "http"},
                        {":path", "/form"},
                        {"host", "test"},
                        {"content-length", "9"}};
  const field_list upload{
      {":method", "PUT"}, {":path", "/a"}, {":authority", "[::1]:80"}, {":scheme", "https"}};
  const field_list websocket{{":method", "CONNECT"},
                             {":protocol", "websocket"},
                             {":scheme", "https"},
                             {":path", "/chat"},
                             {":authority", "test"}};
  return {
      {as_sent(), {}, {}, false, true},
      {{{":method", "OPTIONS"}, {":scheme", "https"}, {":path", "*"}, {":authority", "test"}},
       {},
       {},
       false,
       true},
      {post, {{"one two 3"}}, {}, false, true},
      {post, {{"one "}, {"two 3", 7}, {""}}, {}, false, true},
      {post, {{"one two 3", 1}}, {{"x-sum", "9"}}, true, true},
      {upload, {{"content"}}, {{"te", "trailers"}, {"x-a", ""}}, true, true},
      {upload, {{"content"}}, {}, false, false},
      {{{":method", "CONNECT"}, {":authority", "test:80"}}, {{"hello"}}, {}, false, false},
      {websocket, {{"a frame"}}, {}, false, false},
  };
}

const std::vector<std::string> some_names{":method",
                                          ":scheme",
                                          ":authority",
                                          ":path",
                                          ":protocol",
                                          ":status",
                                          ":other",
                                          ":",
                                          "",
                                          "host",
                                          "content-length",
                                          "te",
                                          "cookie",
                                          "connection",
                                          "keep-alive",
                                          "upgrade",
                                          "proxy-connection",
                                          "transfer-encoding",
                                          "x-a",
                                          "X-A",
                                          "Content-Length",
                                          "user-agent",
                                          "x a",
                                          "x:a",
                                          "priority",
                                          "expect",
                                          "a",
                                          "x-\xc3\xa9"};

const std::vector<std::string> some_values{
    "",
    "a",
    " a",
    "a ",
    "\ta",
    "a\t",
    " ",
    "a\tb",
    "a\0b"s,
    "a\r\nb: c",
    "\x7f",
    "\xc3\xa9",
    "trailers",
    "Trailers",
    "trailers, deflate",
    "0",
    "9",
    "09",
    "+9",
    "9 ",
    "9,9",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551616",
    "GET",
    "HEAD",
    "POST",
    "CONNECT",
    "OPTIONS",
    "connect",
    "GE T",
    "/",
    "*",
    "**",
    "a/b",
    "/a#b",
    "/a b",
    "//",
    "http",
    "https",
    "HTTPS",
    "httpss",
    "ftp",
    "a+b-c.9",
    "9http",
    "+http",
    "test",
    "test:1",
    "test/1",
    "test:1 ",
    "me@test",
    "te/st",
    "[::1]",
    "websocket",
    "u=1, i",
    "a value that is longer than a word, and than two of them",
};

// --- every byte ----------------------------------------------------------------------------------

struct part {
  std::string_view line;
  bool is_name;
  std::string_view prefix;  // what has to be there for the rest to count
};

constexpr std::array<part, 11> parts{{{"x-odd", true, ""},
                                      {"x-odd", true, ":"},
                                      {"user-agent", true, ""},
                                      {"x-odd", false, ""},
                                      {"cookie", false, ""},
                                      {":method", false, ""},
                                      {":scheme", false, ""},
                                      {":authority", false, ""},
                                      {":path", false, "/"},
                                      {":path", false, ""},
                                      {"host", false, ""}}};

http2_request with_byte(const part& p, std::size_t size, std::size_t place, char byte) {
  http2_request made{as_sent(), {}, {}, false, true};
  if (p.line == "host") made.head.insert(made.head.begin() + 4, {"host", ""});
  const auto line = std::ranges::find(made.head, p.line, [](const auto& l) { return l.first; });
  std::string text(size, 'a');
  text[place] = byte;
  (p.is_name ? line->first : line->second) = std::string(p.prefix) + text;
  return made;
}

// --- a machine -----------------------------------------------------------------------------------

class machine {
 public:
  http2_request next(const std::vector<http2_request>& from) {
    http2_request r = any_of(from);
    for (std::size_t n = below(4); n > 0; --n) {
      if (r.has_trailers && below(3) == 0) {
        change(r.trailers);
      } else if (below(4) == 0) {
        change_content(r);
      } else {
        change(r.head);
      }
    }
    return r;
  }

 private:
  std::size_t below(std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_);
  }
  template <class T>
  const T& any_of(const std::vector<T>& list) {
    return list[below(list.size())];
  }
  std::pair<std::string, std::string> any_line() {
    return {any_of(some_names), any_of(some_values)};
  }

  void change(field_list& lines) {
    const std::size_t at = below(lines.size() + 1);
    if (at == lines.size() || lines.empty()) return lines.push_back(any_line());
    const auto place = lines.begin() + static_cast<std::ptrdiff_t>(at);
    switch (below(7)) {
      case 0:
        return void(lines.erase(place));
      case 1:
        return void(lines.insert(place, any_line()));
      case 2:
        return lines.push_back(lines[at]);
      case 3:
        return std::swap(*place, lines[below(lines.size())]);
      case 4:
        return void(place->first = any_of(some_names));
      case 5:
        return void(place->second = any_of(some_values));
      default:
        return change_byte(below(2) == 0 ? place->first : place->second);
    }
  }

  void change_byte(std::string& text) {
    if (text.empty()) return;
    text[below(text.size())] = static_cast<char>(below(256));
  }

  void change_content(http2_request& r) {
    switch (below(5)) {
      case 0:
        return r.content.push_back({std::string(below(12), 'x'), below(3)});
      case 1:
        return r.content.clear();
      case 2:
        r.has_trailers = !r.has_trailers;
        return;
      case 3:
        r.ends = !r.ends;
        return;
      default:
        return r.trailers.push_back(any_line());
    }
  }

  std::mt19937 random_{9113};
};

}  // namespace

std::string beginning() {
  return std::string(preface) + settings({});
}

std::vector<std::string> frames_of(const http2_request& r, std::uint32_t stream) {
  const bool ends_by_head = r.ends && r.content.empty() && !r.has_trailers;
  std::vector<std::string> frames{head_frames(stream, r.head, ends_by_head)};
  for (const auto& piece : r.content) {
    const bool is_last = !r.has_trailers && &piece == &r.content.back();
    frames.push_back(data_frame(stream, piece, r.ends && is_last));
  }
  if (r.has_trailers) frames.push_back(head_frames(stream, r.trailers, r.ends));
  return frames;
}

std::string bytes_of(const http2_request& r) {
  std::string bytes = beginning();
  for (const std::string& frame : frames_of(r, 1)) bytes += frame;
  return bytes;
}

std::string described(const http2_request& r) {
  std::string text = shown(r.head);
  for (const auto& piece : r.content) {
    text += "\n  DATA of " + std::to_string(piece.content.size());
  }
  if (r.has_trailers) text += "\n  trailers:" + shown(r.trailers);
  return text + (r.ends ? "\n  END_STREAM" : "");
}

std::vector<http2_request> requests_of_bytes() {
  std::vector<http2_request> all;
  for (const part& p : parts) {
    for (const std::size_t size : {1UL, 2UL, 3UL, 5UL, 8UL, 9UL, 17UL}) {
      for (const std::size_t place : {std::size_t{0}, size / 2, size - 1}) {
        for (unsigned byte = 0; byte < 256; ++byte) {
          all.push_back(with_byte(p, size, place, static_cast<char>(byte)));
        }
      }
    }
  }
  return all;
}

std::vector<http2_request> changed_requests() {
  const std::vector<http2_request> from = well_formed();
  std::vector<http2_request> all = from;
  machine m;
  while (all.size() < 40'000) all.push_back(m.next(from));
  return all;
}

}  // namespace compare
