// SPDX-License-Identifier: BSL-1.0
//
// Conditional requests for files (RFC 9110 section 13): each field alone, and which one counts
// where there are several. The evaluation has its own tests (unit.http.conditional).

#include <doctest/doctest.h>

#include <string>
#include <utility>

#include "support/file_table.hpp"

using namespace asio_httpd;
using namespace test_support;
using testing::field_lines;

namespace {

const std::string at(at_modified);
const std::string before = "Sun, 06 Nov 1994 08:49:36 GMT";
const std::string after = "Sun, 06 Nov 1994 08:49:38 GMT";

struct conditions_site : file_site {
  conditions_site() {
    write("ten.txt", "0123456789");
    write("empty.txt", "");
    write("sub/index.html", "index");
  }
};

// 304 has what a 200 would have had of these (RFC 9110 section 15.4.5), and nothing of content.
file_row answered(unsigned code, field_lines fields) {
  file_row row{.target = "/ten.txt", .fields = std::move(fields), .code = code};
  if (code == 200) row.content = "0123456789";
  if (code == 206) row.content = "01";
  if (code == 412) row.content = "412 Precondition Failed\n";
  if (code != 304) return row;
  row.content = "";
  row.wanted = {{"ETag", "@etag"},     {"Last-Modified", at},  {"Content-Type", ""},
                {"Content-Range", ""}, {"Content-Length", ""}, {"Transfer-Encoding", ""}};
  return row;
}

// One row for each value of the same field.
struct outcome {
  unsigned code;
  std::string value;
};
file_rows with(const std::string& name, const std::vector<outcome>& outcomes) {
  file_rows rows;
  for (const outcome& o : outcomes) rows.push_back(answered(o.code, {{name, o.value}}));
  return rows;
}

}  // namespace

TEST_CASE_FIXTURE(conditions_site, "If-None-Match") {
  check(with("If-None-Match", {{304, "@etag"},
                               {304, "W/@etag"},
                               {304, "*"},
                               {304, "  @etag  "},
                               {304, "\"a\", @etag"},
                               {304, "@etag, \"a\""},
                               {304, "\"foo\",\"bar\",\t@etag , \"baz\""},
                               {304, ",,@etag,,"},
                               {304, "W/\"a\", W/@etag"},
                               {304, "\"a,b\", @etag"},
                               {200, "\"123\""},
                               {200, "\"\""},
                               {200, "W/\"\""},
                               {200, "\"a\", \"b\""},
                               {200, "\"*\""},
                               {200, "W/*"},
                               {200, "\"a b\", @etag"},  // no tag has a space
                               {200, "a, @etag"},
                               {200, ""},
                               {200, "\"@plain\""}}));
  check({answered(304, {{"If-None-Match", "\"a\""}, {"If-None-Match", "@etag"}}),
         answered(200, {{"If-None-Match", "\"a\""}, {"If-None-Match", "\"b\""}}),
         answered(304, {{"If-None-Match", std::string(4'000, ',') + "@etag"}})});
}

TEST_CASE_FIXTURE(conditions_site, "If-Match") {
  check(with("If-Match", {{200, "@etag"},
                          {200, "*"},
                          {200, "\"foo\", \"bar\", @etag"},
                          {200, "\"foo\", \"bar\",\t@etag , \"baz\""},
                          {200, "W/\"a\", @etag"},
                          {412, "W/@etag"},
                          {412, "\"foo\""},
                          {412, " \"foo\", \"bar\" "},
                          {412, "\"\""},
                          {412, "\"*\""},
                          {412, "foo"},
                          {412, ""}}));
  check({answered(200, {{"If-Match", "\"a\""}, {"If-Match", "@etag"}}),
         answered(412, {{"If-Match", "\"a\""}, {"If-Match", "\"b\""}})});
}

TEST_CASE_FIXTURE(conditions_site, "If-Modified-Since") {
  check(with("If-Modified-Since", {{304, at},
                                   {304, after},
                                   {304, "Sunday, 06-Nov-94 08:49:37 GMT"},
                                   {304, "Sun Nov  6 08:49:37 1994"},
                                   {304, "Wed, 08 Jul 2037 22:53:52 GMT"},
                                   {304, "Tue, 19 Jan 2038 03:14:07 GMT"},
                                   {304, "Tue, 19 Jan 2038 03:14:08 GMT"},
                                   {304, "Fri, 25 Feb 2174 09:42:23 GMT"},
                                   {304, "Fri, 31 Dec 9999 23:59:59 GMT"},
                                   {200, before},
                                   {200, "Mon, 18 Nov 1974 00:00:00 GMT"},
                                   {200, "Thu, 01 Jan 1970 00:00:00 GMT"},
                                   {200, "Fri, 31 Dec 1900 23:59:59 GMT"}}));
}

TEST_CASE_FIXTURE(conditions_site, "what is no date is as if it were not there") {
  for (const char* date :
       {"", "foo", "0", "784111777", "yesterday", "Sun, 06 Nov 1994 08:49:37",
        "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Nov 1994 08:49:37 +0000",
        "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:60:37 GMT",
        "Sun, 06 Now 1994 08:49:37 GMT", "Sun, 06 Nov 94 08:49:37 GMT", "06 Nov 1994 08:49:37 GMT",
        "1994-11-06T08:49:37Z", "Sun, 06 Nov 1994 08:49:37 GMT; length=10", "\"a\""}) {
    check({answered(200, {{"If-Modified-Since", date}}),
           answered(200, {{"If-Unmodified-Since", date}})});
  }
  check({answered(200, {{"If-Modified-Since", at}, {"If-Modified-Since", at}}),
         answered(200, {{"If-Unmodified-Since", before}, {"If-Unmodified-Since", before}})});
}

TEST_CASE_FIXTURE(conditions_site, "If-Unmodified-Since") {
  check(with("If-Unmodified-Since", {{200, at},
                                     {200, after},
                                     {200, "Sunday, 06-Nov-94 08:49:37 GMT"},
                                     {200, "Fri, 25 Feb 2174 09:42:23 GMT"},
                                     {412, before},
                                     {412, "Sun Nov  6 08:49:36 1994"},
                                     {412, "Mon, 18 Nov 1974 00:00:00 GMT"}}));
}

TEST_CASE_FIXTURE(conditions_site, "which one counts: RFC 9110 section 13.2.2") {
  const std::pair<std::string, std::string> match = {"If-Match", "@etag"};
  const std::pair<std::string, std::string> no_match = {"If-Match", "\"x\""};
  const std::pair<std::string, std::string> unmodified = {"If-Unmodified-Since", at};
  const std::pair<std::string, std::string> modified = {"If-Unmodified-Since", before};
  const std::pair<std::string, std::string> none_match = {"If-None-Match", "\"x\""};
  const std::pair<std::string, std::string> some_match = {"If-None-Match", "@etag"};
  const std::pair<std::string, std::string> since_now = {"If-Modified-Since", at};
  const std::pair<std::string, std::string> since_before = {"If-Modified-Since", before};
  const std::pair<std::string, std::string> range = {"Range", "bytes=0-1"};
  const std::pair<std::string, std::string> none = {"Range", "bytes=10-"};
  const std::pair<std::string, std::string> of_this = {"If-Range", "@etag"};
  const std::pair<std::string, std::string> of_other = {"If-Range", "\"x\""};
  check({
      // Step 1 goes before step 2.
      answered(200, {match, modified}),
      answered(412, {no_match, unmodified}),
      // Both go before steps 3 and 4, in whatever order they stand.
      answered(412, {no_match, some_match}),
      answered(412, {some_match, no_match}),
      answered(412, {modified, some_match}),
      answered(412, {modified, since_now}),
      answered(412, {no_match, since_before}),
      answered(304, {match, some_match}),
      answered(304, {unmodified, some_match}),
      answered(304, {unmodified, since_now}),
      answered(304, {match, modified, some_match}),
      // Step 3 goes before step 4.
      answered(200, {none_match, since_now}),
      answered(304, {some_match, since_before}),
      answered(200, {{"If-None-Match", "malformed"}, since_now}),
      answered(200, {{"If-None-Match", ""}, since_now}),
      answered(200, {match, unmodified, none_match, since_now}),
      // And all before step 5.
      answered(412, {no_match, range}),
      answered(412, {no_match, none}),
      answered(412, {modified, range, of_this}),
      answered(304, {some_match, range}),
      answered(304, {some_match, none}),
      answered(304, {since_now, range, of_this}),
      answered(304, {some_match, range, of_other}),
      answered(206, {match, unmodified, none_match, since_now, range, of_this}),
      answered(206, {none_match, range}),
      answered(206, {since_before, range}),
      answered(200, {none_match, range, of_other}),
      answered(416, {none_match, none}),
  });
}

TEST_CASE_FIXTURE(conditions_site, "where the answer is none of the file, conditions say nothing") {
  for (const field_lines& fields :
       {field_lines{{"If-Match", "*"}}, field_lines{{"If-Match", "\"x\""}},
        field_lines{{"If-None-Match", "*"}}, field_lines{{"If-Modified-Since", after}},
        field_lines{{"If-Unmodified-Since", before}}}) {
    check({{.target = "/none.txt", .fields = fields, .code = 404},
           {.target = "/sub", .fields = fields, .code = 301},
           {.target = "/ten.txt%00", .fields = fields, .code = 400},
           {.target = "/ten.txt", .fields = fields, .code = 405, .method = "DELETE"}});
  }
}

TEST_CASE_FIXTURE(conditions_site, "an index and an empty file have conditions like any other") {
  check({{.target = "/sub/", .fields = {{"If-None-Match", "@etag"}}, .code = 304, .content = ""},
         {.target = "/sub/", .fields = {{"If-Match", "\"x\""}}, .code = 412},
         {.target = "/empty.txt", .fields = {{"If-None-Match", "@etag"}}, .code = 304},
         {.target = "/empty.txt", .fields = {{"If-Modified-Since", at}}, .code = 304},
         {.target = "/empty.txt", .fields = {{"If-Match", "@etag"}}, .content = ""}});
}

TEST_CASE_FIXTURE(conditions_site, "a 304 says what caches have to know") {
  write("page.html", std::string(2'000, 'x'));
  check({{.target = "/page.html",
          .fields = {{"If-None-Match", "@etag"}},
          .code = 304,
          .wanted = {{"Cache-Control", "max-age=60"},
                     {"Vary", "Accept-Encoding"},
                     {"Content-Disposition", ""},
                     {"Accept-Ranges", ""}}}},
        {.cache_control = {{"*.html", "max-age=60"}}, .attachments = {"*.html"}});
}
