// SPDX-License-Identifier: BSL-1.0
//
// Answers and requests as text.

#include "support/server_harness.hpp"

#include <asio_httpd/testing/answer.hpp>

namespace test_support {

using namespace asio_httpd;

namespace {

reply reply_of(const testing::answer& a) {
  return {static_cast<int>(to_integer(a.status())), a.fields(), a.text()};
}

// How many bytes the answer has; all of them where it is not whole or is none.
std::size_t feed(testing::answer_parser& parser, std::string_view bytes) {
  try {
    const std::size_t size = parser.feed(bytes);
    if (size == bytes.size()) parser.feed_end();
    return size;
  } catch (const testing::error&) {
    return bytes.size();
  }
}

}  // namespace

std::vector<reply> replies_in(std::string_view bytes, bool head_only) {
  std::vector<reply> found;
  while (!bytes.empty()) {
    testing::answer_parser parser(head_only ? method::head : method::get);
    bytes.remove_prefix(feed(parser, bytes));
    const testing::answer& last = parser.current();
    for (const auto& interim : last.interim()) found.push_back(reply_of(interim));
    found.push_back(reply_of(last));
    if (!parser.is_done()) found.back().status = 0;
  }
  return found;
}

std::string statuses_in(std::string_view bytes, bool head_only) {
  std::string text;
  for (const reply& r : replies_in(bytes, head_only)) {
    if (!text.empty()) text += ' ';
    text += r.status == 0 ? "?" : std::to_string(r.status);
  }
  return text;
}

std::string get(std::string_view path, std::string_view lines) {
  return request_text("GET " + std::string(path) + " HTTP/1.1", lines);
}

std::string request_text(std::string_view request_line, std::string_view lines,
                         std::string_view body) {
  return std::string(request_line)
      .append("\r\nHost: test\r\n")
      .append(lines)
      .append("\r\n")
      .append(body);
}

}  // namespace test_support
