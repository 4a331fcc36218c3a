// SPDX-License-Identifier: BSL-1.0
//
// Three parts: whole streams, tables of variants of one element put into a request, and what a
// machine makes of the whole streams.

#include "corpus.hpp"

#include <array>
#include <cstdint>
#include <initializer_list>
#include <random>
#include <string_view>

namespace compare {
namespace {

using namespace std::string_literals;
using texts = std::initializer_list<std::string_view>;

std::string shortened(std::string_view text) {
  return std::string(text.substr(0, text.find_first_of("\r\n")).substr(0, 60));
}

// --- whole streams -------------------------------------------------------------------------------

std::vector<std::string> whole_streams() {
  return {
      "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET /index.html?x=1&y=2 HTTP/1.1\r\nHost: example.com:8080\r\nAccept: */*\r\n\r\n",
      "GET / HTTP/1.0\r\n\r\n",
      "GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\nGET /2 HTTP/1.0\r\n\r\n",
      "HEAD /flag HTTP/1.1\r\nHost: a\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\n\r\n",
      "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
      "DELETE /users/7 HTTP/1.1\r\nHost: a\r\nIf-Match: \"abc\"\r\n\r\n",
      "GET http://example.com/absolute?q HTTP/1.1\r\nHost: example.com\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: [::1]:8080\r\nCookie: a=1; b=2\r\nX-Empty:\r\n\r\n",
      "GET / HTTP/1.1\r\nhOsT:a\r\naccept-ENCODING:\t gzip \t\r\nX-Odd: \x80\xff ~\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
      "POST /form HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\nhello=world",
      "POST /form HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
      "POST /form HTTP/1.0\r\nContent-Length: 5\r\n\r\nhello",
      "PUT /file HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 26\r\n\r\n"
      "abcdefghijklmnopqrstuvwxyz",
      "PUT /file HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc",
      "POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
      "POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      "a\r\n0123456789\r\nC;name=value\r\n012345678901\r\n00\r\n\r\n",
      "POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
      "3\r\nabc\r\n0\r\nX-Sum: 42\r\nX-More: 1\r\n\r\n",
      "POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      "2;a=\"q \\\" ; x\";b\r\nhi\r\n0;last\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n"
      "GET /3 HTTP/1.1\r\nHost: a\r\n\r\n",
      "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcGET /2 HTTP/1.1\r\nHost: "
      "a\r\n\r\n",
      "GET /1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n",
      "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc\r\n"
      "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n",
      "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\r\nX-Folded: one\r\n two\r\n\r\n",
      "GET /gallery/2024/coast.jpg HTTP/1.1\r\nHost: pictures.example.com\r\n"
      "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Firefox/115.0\r\n"
      "Accept: image/avif,image/webp,*/*\r\nAccept-Language: en-GB,en;q=0.8\r\n"
      "Accept-Encoding: gzip, deflate, br\r\nConnection: keep-alive\r\n"
      "Referer: https://pictures.example.com/gallery/\r\n"
      "Cookie: session=6f1d8c0e5a7b4923b8f1c2d3e4f50617; theme=dark\r\n"
      "If-Modified-Since: Fri, 03 May 2024 10:00:00 GMT\r\n\r\n",
  };
}

// --- variants of one element ---------------------------------------------------------------------

class collector {
 public:
  void add(std::string origin, std::string bytes) {
    all_.push_back({std::move(origin), std::move(bytes)});
  }
  // Puts each text between the other two.
  void add_each(std::string_view before, texts variants, std::string_view after) {
    for (const std::string_view variant : variants) {
      std::string bytes(before);
      bytes.append(variant).append(after);
      add("variant: " + shortened(variant), std::move(bytes));
    }
  }
  std::vector<stream> take() { return std::move(all_); }

 private:
  std::vector<stream> all_;
};

void add_request_lines(collector& to) {
  const auto rest = "\r\nHost: a\r\n\r\n"s;
  to.add_each("",
              {"GET", "get", "G3T", "GET\t", " GET", "G(T", "M-SEARCH", "QUERY", "PATCH", "TRACE",
               "CONNECT", "", "\x80GET", "BREW", "PROPFIND", "GE:T", "!#$%&'*+-.^_`|~09"},
              " / HTTP/1.1" + rest);
  to.add_each("GET ",
              {"/a",
               "/a/",
               "//",
               "/.",
               "/..",
               "/%41",
               "/%4",
               "/%zz",
               "/%00",
               "/%0d%0a",
               "/a#b",
               "*",
               "a",
               "?q",
               "/\"",
               "/<x>",
               "/{x}",
               "/|",
               "/\\",
               "/^`",
               "/\x80",
               "/\xc3\xa4",
               "/a\tb",
               "/a b",
               "",
               " /",
               "/a?b?c",
               "/a?\x01",
               "/\x7f",
               "http://a/",
               "http://a",
               "https://a:1/x?y",
               "http:///x",
               "http://u@a/",
               "ftp://a/",
               "HTTP://A/",
               "http:/a",
               "a:80",
               "/~!$&'()*+,;=:@",
               "/[x]",
               "http://a:99999/",
               "http://a b/"},
              " HTTP/1.1" + rest);
  to.add_each(
      "GET / ",
      {"HTTP/1.1",  "HTTP/1.0",  "HTTP/1.2",   "HTTP/1.9",  "HTTP/0.9",  "HTTP/2.0",   "HTTP/3.0",
       "HTTP/9.9",  "http/1.1",  "HTTP/1,1",   "HTTP/11",   "HTTP/1.",   "HTTP/.1",    "HTTP/1.10",
       "HTTP/01.1", "HTTP/1.1 ", " HTTP/1.1",  "HTTP /1.1", "HTTP/ 1.1", "HTTP/1.1\t", "HTTPS/1.1",
       "HTTP",      "",          "HTTP/1.1\r", "HTTP/1.1x", "ICY/1.1",   "HTTP/-1.1"},
      rest);
  to.add_each("",
              {"GET /\r\nHost: a\r\n\r\n", "GET\r\n\r\n", "\r\n", "\r\n\r\n", "\r\n\r\n\r\n", "\n",
               "\r", " ", "GET / HTTP/1.1\n\n", "GET / HTTP/1.1\nHost: a\n\n",
               "GET / HTTP/1.1\r\nHost: a\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\n",
               "GET / HTTP/1.1\r\rHost: a\r\n\r\n", "GET / HTTP/1.1\r\n\r\n",
               "GET / HTTP/1.1\r\n Host: a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\r",
               "\x16\x03\x01\x02", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "hello world"},
              "");
}

void add_fields(collector& to) {
  const auto line = "GET / HTTP/1.1\r\n"s;
  to.add_each(line,
              {"Host: a",
               "Host:a",
               "Host:\ta\t",
               "Host: a ",
               "Host : a",
               "Host: a\r\nHost: a",
               "Host: a\r\nHost: b",
               "Host:",
               "Host: a b",
               "Host: a/b",
               "Host: a@b",
               "Host: a:",
               "Host: a:0",
               "Host: a:65536",
               "Host: a:x",
               "Host: [::1]",
               "Host: [::1",
               "Host: ::1",
               "Host: a,b",
               "Host: \x80",
               "Host: 1.2.3.4:80",
               "Host: a.",
               "Host: *",
               "Hos: a",
               "Host a",
               "Host",
               "Host:\x01",
               "Host: %61",
               "Host: a\r\nhost: a"},
              "\r\n\r\n");
  to.add_each(line + "Host: a\r\n", {"X: y",          "X:y",          "X:",
                                     "X: ",           "X:  y  ",      "X:\t\ty",
                                     "X: a\tb",       ": y",          " X: y",
                                     "\tX: y",        "X y",          "X",
                                     "X : y",         "X\t: y",       "X\x01: y",
                                     "X(: y",         "X@: y",        "X\x80: y",
                                     "X\x7f: y",      "X: \x01",      "X: \x7f",
                                     "X: \x80",       "X: \r",        "X: \n",
                                     "X: a\rb",       "X: a\nb",      "X: y\r",
                                     "X: y\r\n z",    "X: y\r\n\tz",  "X:\r\n z",
                                     "X: y\r\n ",     "X: y\r\n\r\n", "x-_.~!#$%&'*+^`|9: y",
                                     "X: \"quoted\"", "X: (c)",       "X[]: y",
                                     "X{}: y",        "X;: y",        "X=: y",
                                     "X?: y",         "X,: y",        "X/: y",
                                     "X\\: y",        "X\": y",       "X<>: y"},
              "\r\n\r\n");
  to.add_each(line + "Host: a\r\nConnection: ",
              {"close",
               "Close",
               "keep-alive",
               "close, keep-alive",
               "keep-alive, close",
               "x",
               "",
               ",",
               ",close",
               "close,",
               "x, close",
               "\"close\"",
               "close;x",
               "x y",
               "close keep",
               "upgrade",
               "TE, close",
               "close\r\nConnection: keep-alive",
               "cl ose",
               "clos\xe9",
               "@"},
              "\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n");
  to.add_each("GET / HTTP/1.0\r\nConnection: ",
              {"close", "keep-alive", "Keep-Alive", "close, keep-alive", "x", "", "keep-alive, x"},
              "\r\n\r\nGET /next HTTP/1.0\r\n\r\n");
  to.add_each("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: ",
              {"100-continue", "100-CONTINUE", "x", "", "100-continue, x", "100"}, "\r\n\r\nabc");
}

void add_lengths(collector& to) {
  const auto line = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length:"s;
  to.add_each(line,
              {" 5",
               "5",
               " 05",
               " 0000000000005",
               " +5",
               " -5",
               " 5 ",
               " 5,5",
               " 5, 5",
               " 5,6",
               " 5,",
               " ,5",
               " 5;",
               " 5 5",
               " 0x5",
               " 5.0",
               " five",
               "",
               " ",
               " 4294967301",
               " 18446744073709551615",
               " 18446744073709551616",
               " 18446744073709551621",
               " 99999999999999999999999",
               " 5\r\nContent-Length: 5",
               " 5\r\nContent-Length: 6",
               " 6\r\nContent-Length: 5",
               " 5\r\nContent-Length:",
               " 5\r\nContent-Length: x",
               " 5\r\nX-Content-Length: 6",
               " 5\r\ncontent-length: 5",
               " \"5\"",
               " 5\x01",
               " 1e1",
               " 5, five"},
              "\r\n\r\nhelloGET /next HTTP/1.1\r\nHost: a\r\n\r\n");
}

void add_codings(collector& to) {
  const auto rest = "\r\n\r\n5\r\nhello\r\n0\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n"s;
  const texts codings = {" chunked",
                         "chunked",
                         " Chunked",
                         " CHUNKED",
                         "\tchunked\t",
                         " chunked,",
                         " ,chunked",
                         " chunked, chunked",
                         " gzip",
                         " gzip, chunked",
                         " chunked, gzip",
                         " identity",
                         " identity, chunked",
                         " xchunked",
                         " chunkedx",
                         " chunked;q=1",
                         " \"chunked\"",
                         " chunked x",
                         "",
                         " ",
                         " chunked\r\nTransfer-Encoding: chunked",
                         " gzip\r\nTransfer-Encoding: chunked",
                         " chunked\r\nTransfer-Encoding: gzip",
                         " identity\r\nTransfer-Encoding: chunked",
                         " chunked\r\nContent-Length: 5",
                         " chunked\r\nContent-Length: 0",
                         " gzip\r\nContent-Length: 5",
                         " x\r\nContent-Length: 15"};
  to.add_each("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:", codings, rest);
  to.add_each("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding:", codings,
              rest);
  to.add_each("POST / HTTP/1.0\r\nTransfer-Encoding:", {" chunked", " gzip", " identity"}, rest);
  to.add_each("POST / HTTP/1.1\r\nHost: a\r\n",
              {"Transfer-Encoding : chunked", "Transfer_Encoding: chunked",
               "TransferEncoding: chunked", "Transfer-Encodin: chunked",
               "Transfer-Encoding:\r\n chunked", "\x0bTransfer-Encoding: chunked"},
              rest);
}

void add_chunks(collector& to) {
  const auto head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"s;
  const auto next = "GET /next HTTP/1.1\r\nHost: a\r\n\r\n"s;
  to.add_each(head,
              {"5",
               "05",
               "0000000000000005",
               "00000000000000000000000005",
               "0x5",
               "+5",
               "-5",
               " 5",
               "5 ",
               "5\t",
               "5;",
               "5;x",
               "5;x=",
               "5;x=y",
               "5; x = y",
               "5 ;x",
               "5;x y",
               "5;x;y;z=1",
               "5;x=\"y\"",
               "5;x=\"y",
               "5;x=\"y\"z",
               "5;x=\"\\\"\"",
               "5;x=\"\x01\"",
               "5;x=\"a\nb\"",
               "5;x=\"\\\x01\"",
               "5;x=\x80",
               "5;x=\"\x80\"",
               "5;=y",
               "5;;",
               "5;x\n",
               "5\n",
               "5\r",
               "G",
               "",
               "5g",
               "5,5",
               "10000000000000005",
               "ffffffffffffffff",
               "8000000000000000",
               "fffffffffffffffff",
               "6",
               "4",
               "5;x\r",
               "5 \t;\t x\t=\t y",
               "5\x01",
               "5\x80",
               "5:",
               "5;\x01",
               "5;x=\"a\tb c\"",
               "5;x=(",
               "5;x=y(z)"},
              "\r\nhello\r\n0\r\n\r\n" + next);
  to.add_each(head + "5\r\n",
              {"hello\r\n0\r\n\r\n",
               "hello\n0\r\n\r\n",
               "hello0\r\n\r\n",
               "hello \r\n0\r\n\r\n",
               "hello\r\n0\r\n\n",
               "hello\r\n0\r\r\n",
               "hello\r\n0\n\r\n",
               "hello\r\n00\r\n\r\n",
               "hello\r\n0;x\r\n\r\n",
               "hello\r\n0 \r\n\r\n",
               "hello\r\n0\r\nX: y\r\n\r\n",
               "hello\r\n0\r\nX: y\r\nX: z\r\n\r\n",
               "hello\r\n0\r\n X: y\r\n\r\n",
               "hello\r\n0\r\nX : y\r\n\r\n",
               "hello\r\n0\r\nX\r\n\r\n",
               "hello\r\n0\r\nX: \x01\r\n\r\n",
               "hello\r\n0\r\nX: y\r\n z\r\n\r\n",
               "hello\r\n0\r\nContent-Length: 5\r\n\r\n",
               "hello\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n",
               "hello\r\n0\r\nHost: b\r\n\r\n",
               "hello\r\n0\r\nConnection: close\r\n\r\n",
               "hello\r\n-0\r\n\r\n",
               "hello\r\n\r\n",
               "hello\r\n0\r\n",
               "hello\r\n0\r\nX: y\r\n",
               "hello\r\n",
               "hell",
               "hello\r",
               "hello\r\n5\r\nworld\r\n0\r\n\r\n",
               "hello\r\n5;x\r\nworld\r\n0\r\n\r\n"},
              next);
}

// --- mutations -----------------------------------------------------------------------------------

// The standard fixes what this generator gives; its distributions differ between libraries.
class mutator {
 public:
  explicit mutator(collector& to) : to_(to) {}

  void mutate(const std::string& base) {
    for (const std::string_view piece :
         {"\r"s, "\n"s, "\r\n"s, "\0"s, " "s, "\t"s, ":"s, "\x7f"s, "\x80"s, ","s}) {
      for (int i = 0; i < 3; ++i) insert(base, piece);
    }
    for (int i = 0; i < 12; ++i) flip_bit(base);
    for (int i = 0; i < 8; ++i) remove_byte(base);
    for (int i = 0; i < 10; ++i) truncate(base);
    for (int i = 0; i < 4; ++i) swap_neighbours(base);
    change_lines(base);
  }

 private:
  std::size_t below(std::size_t limit) { return random_() % limit; }

  void add(std::string_view what, const std::string& base, std::string bytes) {
    to_.add(std::string(what) + ": " + shortened(base), std::move(bytes));
  }

  void insert(const std::string& base, std::string_view piece) {
    add("insert", base, std::string(base).insert(below(base.size() + 1), piece));
  }
  void flip_bit(std::string bytes) {
    const std::string base = bytes;
    char& c = bytes[below(bytes.size())];
    c = static_cast<char>(c ^ (1 << below(8)));
    add("flip", base, std::move(bytes));
  }
  void remove_byte(const std::string& base) {
    add("remove", base, std::string(base).erase(below(base.size()), 1));
  }
  void truncate(const std::string& base) {
    add("truncate", base, base.substr(0, below(base.size())));
  }
  void swap_neighbours(std::string bytes) {
    const std::string base = bytes;
    const std::size_t at = below(bytes.size() - 1);
    std::swap(bytes[at], bytes[at + 1]);
    add("swap", base, std::move(bytes));
  }

  // Each line of the first head: twice, not at all, and ended in other ways.
  void change_lines(const std::string& base) {
    const std::size_t end = base.find("\r\n\r\n") + 2;
    for (std::size_t begin = 0; begin < end;) {
      const std::size_t next = base.find("\r\n", begin) + 2;
      const std::string line = base.substr(begin, next - begin);
      add("twice", base, std::string(base).insert(next, line));
      add("without", base, std::string(base).erase(begin, line.size()));
      for (const std::string_view ending : {"\n", "\r", "\r\r\n", "\n\r", ""}) {
        add("ending", base, std::string(base).replace(next - 2, 2, ending));
      }
      begin = next;
    }
  }

  collector& to_;
  std::mt19937 random_{9112};
};

}  // namespace

std::vector<stream> make_corpus() {
  collector all;
  mutator machine(all);
  for (const std::string& base : whole_streams()) {
    all.add("whole: " + shortened(base), base);
    machine.mutate(base);
  }
  add_request_lines(all);
  add_fields(all);
  add_lengths(all);
  add_codings(all);
  add_chunks(all);
  return all.take();
}

}  // namespace compare
