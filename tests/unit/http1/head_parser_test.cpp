// SPDX-License-Identifier: BSL-1.0
//
// The head parser: what it accepts, what it refuses and where, and that neither the instruction set
// nor the cuts nor where the limits lie make a difference. Every input lies in a block of the heap
// of its own, with no more behind it than the parser asks for: a NUL and scan_reach bytes.

#include "http1/head_parser.hpp"

#include "http1/scan.hpp"

#include <doctest/doctest.h>

#include <cstring>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

using namespace asio_httpd;
using namespace asio_httpd::http1;

namespace {

// A block that ends where the parser's reach does.
class block {
 public:
  explicit block(std::string_view text) : bytes_(text.begin(), text.end()), size_(text.size()) {
    bytes_.push_back('\0');
    bytes_.insert(bytes_.end(), scan_reach, 'x');
    bytes_.shrink_to_fit();
  }
  const char* data() const { return bytes_.data(); }
  std::size_t size() const { return size_; }

 private:
  std::vector<char> bytes_;
  std::size_t size_;
};

// What came of it, as one line: "GET /x 1.1 | Host=a" with its size, "bare_lf at 5", "more".
std::string verdict(parse_state state, const head& h, const fields& lines, const char* message) {
  if (state == parse_state::need_more) return "more";
  if (state == parse_state::failed) {
    return std::string(to_string(h.broken)) + " at " + std::to_string(h.position);
  }
  std::string text(h.method.of(message));
  text.append(" ").append(h.target.of(message)).append(" 1.");
  text.append(std::to_string(h.version_minor)).append(" |");
  for (auto [id, name, value] : lines) {
    text.append(" ").append(name).append("=").append(value);
    if (id != field_from(name)) text += " (wrong id)";
  }
  return text + " | " + std::to_string(h.size);
}

using next_piece = std::function<std::size_t(std::size_t)>;

// Each call sees a new block, as if the buffer had grown and moved.
std::string parse(parse_head_function* function, std::string_view text, const head_limits& limits,
                  const next_piece& next, head h = {}) {
  fields lines;
  std::size_t size = 0;
  for (;;) {
    size = std::min(text.size(), size + next(size));
    const block bytes(text.substr(0, size));
    const parse_state state = function(bytes.data(), bytes.size(), limits, h, lines);
    field_sink::borrow(lines, bytes.data());
    if (state != parse_state::need_more || size == text.size()) {
      return verdict(state, h, lines, bytes.data());
    }
  }
}

std::string parse_whole(std::string_view text, const head_limits& limits = {}) {
  return parse(parse_head, text, limits, [&](std::size_t) { return text.size(); });
}

std::vector<parse_head_function*> implementations() {
  std::vector<parse_head_function*> found;
  for (auto set : {instruction_set::portable, instruction_set::sse42, instruction_set::avx2}) {
    if (auto* function = parse_head_with(set)) found.push_back(function);
  }
  return found;
}

// Whole and bytewise, by all implementations.
void require_same_everywhere(std::string_view text, const head_limits& limits) {
  const std::string expected = parse_whole(text, limits);
  CAPTURE(text);
  CAPTURE(limits.size);
  CAPTURE(limits.fields);
  CAPTURE(limits.target);
  for (auto* function : implementations()) {
    CHECK(parse(function, text, limits, [&](std::size_t) { return text.size(); }) == expected);
    CHECK(parse(function, text, limits, [](std::size_t) { return 1; }) == expected);
  }
}

void require_same_at_every_cut(std::string_view text, const head_limits& limits) {
  const std::string expected = parse_whole(text, limits);
  CAPTURE(text);
  for (auto* function : implementations()) {
    for (std::size_t cut = 1; cut < text.size(); ++cut) {
      CAPTURE(cut);
      CHECK(parse(function, text, limits,
                  [&](std::size_t n) { return n == 0 ? cut : text.size(); }) == expected);
    }
  }
}

struct row {
  std::string text;
  std::string_view expected;
};

const std::vector<row>& table() {
  static const std::vector<row> rows = {
      {"GET / HTTP/1.1\r\n\r\n", "GET / 1.1 | | 18"},
      {"GET / HTTP/1.0\r\n\r\n", "GET / 1.0 | | 18"},
      {"GET / HTTP/1.7\r\n\r\n", "GET / 1.1 | | 18"},
      {"GET / HTTP/1.1\r\nHost: a\r\n\r\nbody", "GET / 1.1 | Host=a | 27"},
      {"GET / HTTP/1.1\r\nhOsT:a\r\n\r\n", "GET / 1.1 | hOsT=a | 26"},
      {"GET / HTTP/1.1\r\nX: \t a  b\t \r\n\r\n", "GET / 1.1 | X=a  b | 31"},
      {"GET / HTTP/1.1\r\nX:\r\nY: \t\r\n\r\n", "GET / 1.1 | X= Y= | 28"},
      {"GET / HTTP/1.1\r\nX: a:b\r\nX: \x80\xff\r\n\r\n", "GET / 1.1 | X=a:b X=\x80\xff | 33"},
      {"!#$%&'*+-.^_`|~09AZaz / HTTP/1.1\r\n\r\n", "!#$%&'*+-.^_`|~09AZaz / 1.1 | | 36"},
      {"GET http://a/?b HTTP/1.1\r\n\r\n", "GET http://a/?b 1.1 | | 28"},
      {"GET |^{}\"<>\\`~! HTTP/1.1\r\n\r\n", "GET |^{}\"<>\\`~! 1.1 | | 28"},
      {"", "more"},
      {"GET", "more"},
      {"GET ", "more"},
      {"GET / HTTP/1.1", "more"},
      {"GET / HTTP/1.1\r", "more"},
      {"GET / HTTP/1.1\r\nX", "more"},
      {"GET / HTTP/1.1\r\nX:", "more"},
      {"GET / HTTP/1.1\r\nX: y\r", "more"},
      {"GET / HTTP/1.1\r\nX: y\r\n\r", "more"},
      {" GET / HTTP/1.1\r\n\r\n", "method_syntax at 0"},
      {"G(T / HTTP/1.1\r\n\r\n", "method_syntax at 1"},
      {"G\xc3T / HTTP/1.1\r\n\r\n", "method_syntax at 1"},
      {"GET\t/ HTTP/1.1\r\n\r\n", "control_byte at 3"},
      {"GET\r\n\r\n", "bare_cr at 3"},
      {"GET\n", "bare_lf at 3"},
      {"GET  / HTTP/1.1\r\n\r\n", "target_syntax at 4"},
      {"GET /\xe9 HTTP/1.1\r\n\r\n", "target_syntax at 5"},
      {"GET /\x7f HTTP/1.1\r\n\r\n", "control_byte at 5"},
      {"GET /\t HTTP/1.1\r\n\r\n", "control_byte at 5"},
      {"GET /\n", "bare_lf at 5"},
      {"GET /\r\n", "version_syntax at 5"},
      {"GET / \r\n", "version_syntax at 6"},
      {"GET / http/1.1\r\n", "version_syntax at 6"},
      {"GET / HTTP/11\r\n", "version_syntax at 12"},
      {"GET / HTTP/1.x\r\n", "version_syntax at 13"},
      {"GET / HTTP/1.12\r\n", "version_syntax at 14"},
      {"GET / HTTP/1.1 \r\n", "version_syntax at 14"},
      {"GET / HTTP/1.1\n", "bare_lf at 14"},
      {"GET / HTTP/1.1\rX", "bare_cr at 15"},
      {"GET / HTTP/2.0\r\n", "version_unsupported at 15"},
      {"GET / HTTP/0.9\r\n", "version_unsupported at 15"},
      {"GET / HTTP/1.1\r\n X: y\r\n\r\n", "space_before_field at 16"},
      {"GET / HTTP/1.1\r\nX: y\r\n z\r\n\r\n", "obs_fold at 22"},
      {"GET / HTTP/1.1\r\nX: y\r\n\tz\r\n\r\n", "obs_fold at 22"},
      {"GET / HTTP/1.1\r\nX : y\r\n\r\n", "space_before_colon at 17"},
      {"GET / HTTP/1.1\r\n: y\r\n\r\n", "field_name at 16"},
      {"GET / HTTP/1.1\r\nX@: y\r\n\r\n", "field_name at 17"},
      {"GET / HTTP/1.1\r\nX\xe9: y\r\n\r\n", "field_name at 17"},
      {"GET / HTTP/1.1\r\nX\n", "bare_lf at 17"},
      {"GET / HTTP/1.1\r\n\n", "bare_lf at 16"},
      {"GET / HTTP/1.1\r\n\rX", "bare_cr at 16"},
      {"GET / HTTP/1.1\r\nX: y\n", "bare_lf at 20"},
      {"GET / HTTP/1.1\r\nX: y\rz", "bare_cr at 20"},
      {"GET / HTTP/1.1\r\nX: \x01", "control_byte at 19"},
      {"GET / HTTP/1.1\r\nX: \x7f", "control_byte at 19"},
      {std::string("GET / HTTP/1.1\r\nX: \0y\r\n\r\n", 25), "control_byte at 19"},
      {std::string("GET / HTTP/1.1\r\nX\0: y\r\n\r\n", 25), "control_byte at 17"},
      {std::string("GET /\0 HTTP/1.1\r\n\r\n", 19), "control_byte at 5"},
      {std::string("G\0T / HTTP/1.1\r\n\r\n", 18), "control_byte at 1"},
  };
  return rows;
}

}  // namespace

TEST_CASE("the verdicts (RFC 9112 sections 2.2, 3 and 5)") {
  for (const row& r : table()) {
    CAPTURE(r.text);
    CHECK(parse_whole(r.text) == r.expected);
  }
}

TEST_CASE("the verdicts, by every instruction set and with every cut") {
  for (const row& r : table()) {
    require_same_everywhere(r.text, {});
    require_same_at_every_cut(r.text, {});
  }
}

TEST_CASE("this machine tests at least the portable implementation; others by what it has") {
  const auto has = [](instruction_set set) { return parse_head_with(set) != nullptr; };
  CHECK(has(instruction_set::portable));
  if (has(instruction_set::avx2)) CHECK(has(instruction_set::sse42));
}

TEST_CASE("every byte at every place of every element: all implementations alike") {
  const std::string name(40, 'n');
  const std::string text = "GET /" + std::string(40, 't') + " HTTP/1.1\r\n" + name + ": " +
                           std::string(40, 'v') + "\r\n\r\n";
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string changed = text;
      changed[at] = static_cast<char>(byte);
      const block bytes(changed);
      std::string expected;
      for (auto* function : implementations()) {
        head h;
        fields lines;
        const parse_state state = function(bytes.data(), bytes.size(), {}, h, lines);
        field_sink::borrow(lines, bytes.data());
        const std::string found = verdict(state, h, lines, bytes.data());
        if (expected.empty()) expected = found;
        if (found != expected) FAIL_CHECK("byte ", byte, " at ", at, ": ", found, " ", expected);
      }
    }
  }
}

TEST_CASE("elements of every length up to past two vectors: all implementations alike") {
  for (std::size_t size = 1; size < 70; ++size) {
    const std::string element(size, 'e');
    require_same_everywhere(
        element + " /" + element + " HTTP/1.1\r\n" + element + ":" + element + "\r\n\r\n", {});
  }
}

TEST_CASE("generated heads: all implementations alike, with every cut and tiny limits") {
  static constexpr std::string_view parts[] = {"GET",
                                               " ",
                                               " ",
                                               "/",
                                               "/a",
                                               "HTTP/1.1",
                                               "HTTP/1.0",
                                               "HTTP/2.0",
                                               "\r\n",
                                               "\r\n",
                                               "\r\n",
                                               "\r\n\r\n",
                                               "\r",
                                               "\n",
                                               "\t",
                                               ":",
                                               ": ",
                                               "Host: a\r\n",
                                               "X:y\r\n",
                                               "a-rather-long-field-name",
                                               "a rather long value, longer than a vector is",
                                               "\x80",
                                               "GET / HTTP/1.1\r\n"};
  std::mt19937 random(20240303);
  int accepted = 0;
  for (int round = 0; round < 1500; ++round) {
    std::string text = random() % 3 == 0 ? "" : "GET / HTTP/1.1\r\n";
    for (std::size_t n = random() % 8; n > 0; --n) text += parts[random() % std::size(parts)];
    if (random() % 2 == 0) text += "\r\n\r\n";
    if (!text.empty() && random() % 3 == 0) {
      text[random() % text.size()] = static_cast<char>(random() % 256);
    }
    const head_limits limits =
        random() % 2 == 0 ? head_limits{}
                          : head_limits{1 + random() % 60, 1 + random() % 3, 1 + random() % 9};
    require_same_everywhere(text, limits);
    if (round % 10 == 0) require_same_at_every_cut(text, limits);
    if (parse_whole(text, limits).find('|') != std::string::npos) ++accepted;
  }
  CHECK(accepted > 150);  // or the comparison says little
}

TEST_CASE("each limit at each size: the verdict and its place do not depend on the cuts") {
  for (const row& r : table()) {
    for (std::size_t limit = 1; limit < r.text.size() + 2; ++limit) {
      require_same_everywhere(r.text, {limit, 100, 8192});
      require_same_everywhere(r.text, {16384, 100, limit});
      require_same_everywhere(r.text, {limit, 1, 1 + limit % 7});
    }
  }
}

TEST_CASE("the limits are exact, and what comes first is named (RFC 9110 section 5.4)") {
  const std::string text = "GET /123 HTTP/1.1\r\nA: b\r\nC: d\r\n\r\n";
  CHECK(parse_whole(text, {text.size(), 2, 4}) == "GET /123 1.1 | A=b C=d | 33");
  CHECK(parse_whole(text, {text.size() - 1, 2, 4}) == "head_too_large at 32");
  CHECK(parse_whole(text, {text.size(), 1, 4}) == "too_many_fields at 25");
  CHECK(parse_whole(text, {text.size(), 2, 3}) == "target_too_long at 8");
  CHECK(parse_whole(text, {8, 2, 3}) == "head_too_large at 8");
  CHECK(parse_whole(text, {9, 2, 3}) == "target_too_long at 8");
  CHECK(parse_whole("GET / HTTP/1.1\r\nX: y\n", {20, 2, 9}) == "head_too_large at 20");
  CHECK(parse_whole("GET / HTTP/1.1\r\nX: y\n", {21, 2, 9}) == "bare_lf at 20");
  CHECK(parse_whole("GET / HTTP/2.0\r\n", {15, 2, 9}) == "head_too_large at 15");
  CHECK(parse_whole("GET / HTTP/2.0\r\n", {16, 2, 9}) == "version_unsupported at 15");
}

TEST_CASE("a head is refused as soon as its limit is passed, not at its end") {
  CHECK(parse_whole("GET /" + std::string(100, 'x'), {50, 10, 8192}) == "head_too_large at 50");
  CHECK(parse_whole("GET /" + std::string(100, 'x'), {500, 10, 50}) == "target_too_long at 55");
  CHECK(parse_whole(std::string(100, 'G'), {50, 10, 50}) == "head_too_large at 50");
}

TEST_CASE("trailers are a field section without a request line (RFC 9112 section 7.1.2)") {
  const auto trailers = [](std::string_view text) {
    std::string whole = parse(
        parse_head, text, {}, [&](std::size_t) { return text.size(); }, head::of_trailers());
    const std::string single = parse(
        parse_head, text, {}, [](std::size_t) { return 1; }, head::of_trailers());
    CHECK(single == whole);
    return whole;
  };
  CHECK(trailers("\r\n") == "  1.1 | | 2");
  CHECK(trailers("A: b\r\n\r\n") == "  1.1 | A=b | 8");
  CHECK(trailers(" A: b\r\n\r\n") == "space_before_field at 0");
  CHECK(trailers("A: b\n") == "bare_lf at 4");
  CHECK(trailers("\n") == "bare_lf at 0");
}

TEST_CASE("parsing goes on where it stopped: no byte is looked at twice") {
  head h;
  fields lines;
  const block begin("GET /path HTTP/1.1\r\nName: val");
  REQUIRE(parse_head(begin.data(), begin.size(), {}, h, lines) == parse_state::need_more);
  CHECK(h.position == begin.size());
  // What was read stays read, though the bytes say something else now.
  const block other("xxx xxxxx xxxxxxxxxx\nxxxx@ xxxue\r\n\r\n");
  REQUIRE(parse_head(other.data(), other.size(), {}, h, lines) == parse_state::done);
  CHECK(lines.size() == 1);
  CHECK(h.size == other.size());
}
