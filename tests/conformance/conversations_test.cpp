// SPDX-License-Identifier: BSL-1.0
//
// Golden conversations: each file of cases/ is what a client sends, what it gets back, byte for
// byte, and whether the connection is open afterwards. A new case needs no code.
//
//   # a comment, up to the first line that is none
//   GET / HTTP/1.1          line ends are CRLF; \r \n \0 \t \\ and \xHH are escapes;
//   Host: x                 the last line before a rule has no line end of its own
//
//   ----
//   HTTP/1.1 200 OK
//   ...
//   ==== open               or: closed
//
// The clock stands still, so Date is known. Those of cases/http1/ are about HTTP/1.x itself; all
// others read the same over HTTP/2, where a gateway stands before the server.

#include "support/server_harness.hpp"
#include "support/source_tree.hpp"

#include <asio_httpd/asio_httpd.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

using namespace asio_httpd;
using namespace test_support;

namespace {

struct conversation {
  std::string sent;
  std::string received;
  std::string state;
};

char unescaped(const std::string& text, std::size_t& at) {
  const char kind = text.at(++at);
  if (kind == 'r') return '\r';
  if (kind == 'n') return '\n';
  if (kind == 't') return '\t';
  if (kind == '0') return '\0';
  if (kind != 'x') return kind;
  at += 2;
  return static_cast<char>(std::stoi(text.substr(at - 1, 2), nullptr, 16));
}

std::string unescape(const std::string& text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    plain += text[i] == '\\' ? unescaped(text, i) : text[i];
  }
  return plain;
}

void add_line(std::string& to, bool& first, const std::string& line) {
  if (!first) to += "\r\n";
  first = false;
  to += unescape(line);
}

conversation read_case(const std::filesystem::path& path) {
  std::ifstream file(path);
  conversation made;
  bool first = true;
  std::string* part = &made.sent;
  for (std::string line; std::getline(file, line);) {
    if (part == &made.sent && first && line.starts_with('#')) continue;
    if (line == "----") {
      part = &made.received;
      first = true;
    } else if (line.starts_with("==== ")) {
      made.state = line.substr(5);
    } else {
      add_line(*part, first, line);
    }
  }
  return made;
}

router fixture() {
  router routes;
  routes.get("/", [] { return "OK"; });
  routes.post("/", [](const request& r) { return std::string(r.body()); });
  routes.get("/users/{id}", [](int id) { return std::to_string(id); });
  routes.get("/fails", []() -> std::string { throw std::runtime_error("on purpose"); });
  routes.post("/small", [](const request& r) { return std::string(r.body()); }).body_limit(4);
  return routes;
}

std::vector<std::filesystem::path> cases_in(const std::string& folder) {
  std::vector<std::filesystem::path> found;
  for (const auto& entry : std::filesystem::directory_iterator(source_tree() / folder)) {
    if (entry.is_regular_file()) found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

void check(const conversation& wanted, bool byte_by_byte) {
  server_harness h(fixture());
  auto c = h.connect();
  std::string got;
  for (std::size_t i = 0; i < wanted.sent.size();) {
    const std::size_t n = byte_by_byte ? 1 : wanted.sent.size();
    got += h.ask(c, std::string_view(wanted.sent).substr(i, n));
    i += n;
  }
  CHECK(got == wanted.received);
  CHECK((c.at_end() ? "closed" : "open") == wanted.state);
}

void check_all(const std::vector<std::filesystem::path>& files) {
  for (const auto& path : files) {
    CAPTURE(path.filename().string());
    const conversation wanted = read_case(path);
    for (const bool byte_by_byte : {false, true}) {
      CAPTURE(byte_by_byte);
      check(wanted, byte_by_byte);
    }
  }
}

}  // namespace

TEST_CASE("golden conversations, whole and byte by byte") {
  const auto files = cases_in("tests/conformance/cases");
  REQUIRE(files.size() > 10);
  check_all(files);
}

TEST_CASE("golden conversations about HTTP/1, whole and byte by byte" * test_support::http1_only) {
  const auto files = cases_in("tests/conformance/cases/http1");
  REQUIRE(files.size() > 5);
  check_all(files);
}
