// SPDX-License-Identifier: BSL-1.0
//
// From a row to bytes, and from the answer to what is said where it is another one.

#include "support/file_table.hpp"

#include <asio_httpd/router.hpp>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "support/server_harness.hpp"

using namespace asio_httpd;
using asio_httpd::testing::answer;
using asio_httpd::testing::field_lines;

namespace test_support {

namespace {

constexpr time_t modified = 784'111'777;  // `at_modified`
constexpr std::string_view secret_text = "what lies beside the root";
constexpr std::string_view boundary_stands_for = "BOUNDARY";

void replace_all(std::string& in, std::string_view what, std::string_view by) {
  if (what.empty()) return;
  for (std::size_t at = in.find(what); at != in.npos; at = in.find(what, at + by.size())) {
    in.replace(at, what.size(), by);
  }
}

std::string bytes_of(std::string_view method, const std::string& target, const field_lines& lines) {
  std::string bytes = std::string(method) + ' ' + target + " HTTP/1.1\r\nHost: test\r\n";
  for (const auto& [name, value] : lines) bytes += name + ": " + value + "\r\n";
  return bytes + "\r\n";
}

// Its own text, and what of it is compared.
struct exchange {
  std::string sent;
  answer got;
  std::string boundary;

  std::string comparable(std::string text) const {
    replace_all(text, boundary, boundary_stands_for);
    return text;
  }
  std::string all_fields() const {
    std::string text;
    for (const auto& line : got.fields())
      text.append(line.name).append(": ").append(line.value) += '\n';
    return comparable(text);
  }
};

std::string boundary_of(const answer& a) {
  constexpr std::string_view before = "multipart/byteranges; boundary=";
  const std::string_view type = a.get(field::content_type);
  return type.starts_with(before) ? std::string(type.substr(before.size())) : std::string();
}

class table {
 public:
  explicit table(router routes) : server_(std::move(routes)) {}

  void check(const file_row& row) {
    const field_lines fields = with_tags(row, row.fields);
    const exchange made = ask(row.method.empty() ? "GET" : row.method, row.target, fields);
    INFO("sent:\n", made.sent);
    INFO("received:\n", testing::to_string(made.got));
    check_answer(row, made);
    if (row.method == "GET") check_head(row, fields);
  }

 private:
  exchange ask(std::string_view method, const std::string& target, const field_lines& fields) {
    exchange made{bytes_of(method, target, fields), {}, {}};
    testing::connection client = server_.connect();
    if (method == "HEAD") client.expect_answer_to(method::head);
    client.send(made.sent);
    made.got = client.receive_answer();
    made.boundary = boundary_of(made.got);
    INFO("sent:\n", made.sent);
    CHECK(client.receive_answers().empty());
    // 501 is for methods that nobody knows.
    const unsigned code = to_integer(made.got.status());
    CHECK((code < 500 || code == 501));
    CHECK(made.got.text().find(secret_text) == std::string::npos);
    return made;
  }

  void check_answer(const file_row& row, const exchange& made) {
    CHECK(to_integer(made.got.status()) == row.code);
    if (row.content) CHECK(made.comparable(made.got.text()) == *row.content);
    for (const auto& wanted : with_tags(row, row.wanted)) {
      INFO(wanted.first);
      CHECK(made.comparable(std::string(made.got.get(wanted.first))) == wanted.second);
      CHECK(made.got.fields().contains(wanted.first) == !wanted.second.empty());
    }
  }

  // RFC 9110 section 9.3.2; Range is defined for GET only (section 14.2).
  void check_head(const file_row& row, const field_lines& fields) {
    field_lines whole = fields;
    std::erase_if(
        whole, [](const auto& line) { return line.first == "Range" || line.first == "If-Range"; });
    const exchange get = ask("GET", row.target, whole);
    const exchange head = ask("HEAD", row.target, fields);
    INFO("HEAD, where GET has:\n", testing::to_string(get.got));
    CHECK(head.got.status() == get.got.status());
    CHECK(head.all_fields() == get.all_fields());
    CHECK(head.got.text() == "");
  }

  field_lines with_tags(const file_row& row, field_lines lines) {
    for (auto& line : lines) {
      if (line.second.find("@etag") != std::string::npos) {
        replace_all(line.second, "@etag", tag_of(row.target, accepted_by(row)));
      }
      if (line.second.find("@plain") != std::string::npos) {
        replace_all(line.second, "@plain", tag_of(row.target, {}));
      }
    }
    return lines;
  }

  std::string tag_of(const std::string& target, const field_lines& fields) {
    std::string tag(ask("HEAD", target, fields).got.get(field::etag));
    REQUIRE(tag != "");
    return tag;
  }

  static field_lines accepted_by(const file_row& row) {
    field_lines lines = row.fields;
    std::erase_if(lines, [](const auto& line) { return line.first != "Accept-Encoding"; });
    return lines;
  }

  server_harness server_;
};

}  // namespace

file_row found(std::string target, std::string content) {
  return {.target = std::move(target), .content = std::move(content)};
}

file_row missing(std::string target) {
  return {.target = std::move(target), .code = 404, .content = "404 Not Found\n"};
}

file_row refused(std::string target) {
  return {.target = std::move(target), .code = 400};
}

file_row no_request(std::string target) {
  return {
      .target = std::move(target), .code = 400, .wanted = {{"Connection", "close"}}, .method = ""};
}

file_row moved(std::string target, std::string location) {
  return {.target = std::move(target),
          .code = 301,
          .content = "",
          .wanted = {{"Location", std::move(location)}}};
}

file_rows each(std::initializer_list<const char*> targets, file_row (*made)(std::string)) {
  file_rows rows;
  for (const char* target : targets) rows.push_back(made(target));
  return rows;
}

file_site::file_site() {
  std::filesystem::create_directories(root_);
  // For tests that look at files as nobody does.
  std::filesystem::permissions(scratch_.path(), std::filesystem::perms(0755));
}

std::string file_site::write(std::string_view name, std::string_view content, long age) const {
  std::string made = scratch_.write("root/" + std::string(name), content);
  const timespec both[2] = {{modified - age, 0}, {modified - age, 0}};
  REQUIRE(::utimensat(AT_FDCWD, made.c_str(), both, 0) == 0);
  return made;
}

void file_site::check(const file_rows& rows, const file_options& options,
                      std::string_view prefix) const {
  check_files(root_, rows, options, prefix);
}

void check_files(const std::string& root, const file_rows& rows, file_options options,
                 std::string_view prefix) {
  for (const bool remembers : {true, false}) {
    INFO("files are remembered: ", remembers);
    options.cache = remembers;
    router routes;
    routes.files(prefix, root, options);
    table asked(std::move(routes));
    for (const file_row& row : rows) asked.check(row);
  }
}

std::string digits(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('0' + (i / 7 + i) % 10);
  return text;
}

}  // namespace test_support
