// SPDX-License-Identifier: BSL-1.0
//
// Answers in messages, and several of them.

#include <asio_httpd/testing/answer.hpp>

#include "testing/shown.hpp"

#include <ostream>

namespace asio_httpd::testing {

std::string to_string(const answer& a) {
  std::string text = "HTTP/1." + std::to_string(a.version_minor()) + " " +
                     std::to_string(to_integer(a.status())) + " " + a.reason();
  for (const auto& line : a.fields()) {
    text.append("\n").append(line.name).append(": ").append(line.value);
  }
  text += '\n';
  if (!a.text().empty()) text += shown(a.text(), a.text().size());
  return text;
}

std::ostream& operator<<(std::ostream& to, const answer& a) {
  return to << to_string(a);
}

std::vector<answer> parse_answers(std::string_view bytes, method asked) {
  std::vector<answer> all;
  while (!bytes.empty()) {
    answer_parser parser(asked);
    bytes.remove_prefix(parser.feed(bytes));
    parser.feed_end();
    all.push_back(parser.release());
  }
  return all;
}

}  // namespace asio_httpd::testing
