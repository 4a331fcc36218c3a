// SPDX-License-Identifier: BSL-1.0
//
// A file as a response: fields, preconditions, ranges, and what is not served.

#include <asio_httpd/date.hpp>
#include <asio_httpd/entity_tag.hpp>
#include <asio_httpd/files.hpp>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ctime>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <utility>

#include "support/response_content.hpp"
#include "support/scratch_folder.hpp"
#include "support/unprivileged.hpp"

using namespace asio_httpd;
using test_support::content_of;
using test_support::scratch_folder;
using lines = std::initializer_list<std::pair<field, std::string>>;

namespace {

constexpr std::int64_t modified = 784'111'777;
constexpr std::string_view at_modified = "Sun, 06 Nov 1994 08:49:37 GMT";
constexpr std::string_view before_modified = "Sun, 06 Nov 1994 08:49:36 GMT";

response ask(const std::string& path, lines given = {}, method m = method::get) {
  fields f;
  for (const auto& [id, value] : given) f.append(id, value);
  const request r{m, "/", std::move(f)};
  return serve_file(r, path);
}

std::string get(const response& r, field id) {
  return std::string(r.fields().get(id));
}

void set_time(const std::string& path, std::int64_t seconds, long nanoseconds = 0) {
  const timespec both[2] = {{seconds, nanoseconds}, {seconds, nanoseconds}};
  REQUIRE(::utimensat(AT_FDCWD, path.c_str(), both, 0) == 0);
}

// "0123456789", of a known date.
struct ten_bytes {
  scratch_folder folder;
  std::string path = folder.write("ten.txt", "0123456789");
  std::string etag;
  ten_bytes() {
    set_time(path, modified);
    etag = get(ask(path), field::etag);
  }
};

}  // namespace

TEST_CASE("a whole file") {
  const ten_bytes f;
  const response r = ask(f.path);
  CHECK(r.status() == status::ok);
  CHECK(content_of(r) == "0123456789");
  CHECK(r.content_size() == 10);
  CHECK(get(r, field::content_type) == "text/plain; charset=utf-8");
  CHECK(get(r, field::last_modified) == at_modified);
  CHECK(get(r, field::accept_ranges) == "bytes");
  CHECK(get(r, field::x_content_type_options) == "nosniff");
  CHECK_FALSE(r.fields().contains(field::content_range));
}

TEST_CASE("HEAD has the fields of GET, and no range") {
  const ten_bytes f;
  const response whole = ask(f.path);
  const response head = ask(f.path, {{field::range, "bytes=0-0"}}, method::head);
  CHECK(head.status() == status::ok);
  CHECK(head.content_size() == 10);
  REQUIRE(head.fields().size() == whole.fields().size());
  for (const auto& line : whole.fields()) CHECK(get(head, line.id) == line.value);
}

TEST_CASE("an empty file") {
  const scratch_folder folder;
  const response r = ask(folder.write("empty.css", ""));
  CHECK(r.status() == status::ok);
  CHECK(r.content_size() == 0);
  CHECK(content_of(r).empty());
  CHECK(get(r, field::content_type) == "text/css; charset=utf-8");
}

TEST_CASE("the media type goes by the extension; a name without one is text") {
  const scratch_folder folder;
  const auto type = [&](const char* name) {
    return get(ask(folder.write(name, "")), field::content_type);
  };
  CHECK(type("a.html") == "text/html; charset=utf-8");
  CHECK(type("a.unheard-of") == "application/octet-stream");
  CHECK(type("flag") == "text/plain; charset=utf-8");
  CHECK(type("v1.2/flag") == "text/plain; charset=utf-8");
}

TEST_CASE("an open file of a type that the caller knows") {
  const ten_bytes f;
  std::error_code error;
  const request r{method::get, "/"};
  const response made = serve_file(r, file::open(f.path, error), "image/x-icon");
  CHECK(made.status() == status::ok);
  CHECK(content_of(made) == "0123456789");
  CHECK(get(made, field::content_type) == "image/x-icon");
  CHECK(get(made, field::etag) == f.etag);
  CHECK(serve_file(r, file(), "text/plain").status() == status::not_found);
}

// ---- validators ---------------------------------------------------------------------------------

TEST_CASE("the entity tag is strong, and stays while the file stays") {
  const ten_bytes f;
  const auto tag = parse_entity_tag(f.etag);
  REQUIRE(tag);
  CHECK_FALSE(tag->weak);
  CHECK(get(ask(f.path), field::etag) == f.etag);
}

TEST_CASE("the entity tag changes with time, size and file") {
  const ten_bytes f;
  set_time(f.path, modified, 1);
  CHECK(get(ask(f.path), field::etag) != f.etag);
  f.folder.write("ten.txt", "01234567890");
  set_time(f.path, modified);
  CHECK(get(ask(f.path), field::etag) != f.etag);
  const std::string other = f.folder.write("new", "0123456789");
  set_time(other, modified);
  std::filesystem::rename(other, f.path);
  CHECK(get(ask(f.path), field::etag) != f.etag);
}

TEST_CASE("times far away make a valid tag and a valid date") {
  const ten_bytes f;
  for (const std::int64_t seconds :
       {std::int64_t{-1}, std::int64_t{0}, std::int64_t{15'032'385'535}}) {
    set_time(f.path, seconds, 999'999'999);
    const response r = ask(f.path);
    CHECK(parse_entity_tag(get(r, field::etag)));
    CHECK(parse_http_date(get(r, field::last_modified)));
  }
}

TEST_CASE("a date in the future is told as now") {
  const ten_bytes f;
  const std::int64_t before = std::time(nullptr);
  set_time(f.path, before + 100'000);
  const auto told = parse_http_date(get(ask(f.path), field::last_modified));
  REQUIRE(told);
  CHECK(*told >= before);
  CHECK(*told <= std::time(nullptr));
}

// ---- preconditions ------------------------------------------------------------------------------

TEST_CASE("304 carries the validators and no content") {
  const ten_bytes f;
  for (const method m : {method::get, method::head}) {
    const response r = ask(f.path, {{field::if_none_match, f.etag}}, m);
    CHECK(r.status() == status::not_modified);
    CHECK(get(r, field::etag) == f.etag);
    CHECK(get(r, field::last_modified) == at_modified);
    CHECK(r.kind() == response::content::none);
    CHECK_FALSE(r.fields().contains(field::content_type));
  }
}

TEST_CASE("preconditions one by one") {
  const ten_bytes f;
  const std::string now{at_modified};
  const std::string old{before_modified};
  const auto outcome = [&](field id, const std::string& value) {
    return ask(f.path, {{id, value}}).status();
  };
  CHECK(outcome(field::if_none_match, "\"other\", W/" + f.etag) == status::not_modified);
  CHECK(outcome(field::if_none_match, "*") == status::not_modified);
  CHECK(outcome(field::if_none_match, "\"other\"") == status::ok);
  CHECK(outcome(field::if_modified_since, now) == status::not_modified);
  CHECK(outcome(field::if_modified_since, old) == status::ok);
  CHECK(outcome(field::if_modified_since, "yesterday") == status::ok);
  CHECK(outcome(field::if_match, f.etag) == status::ok);
  CHECK(outcome(field::if_match, "*") == status::ok);
  CHECK(outcome(field::if_match, "\"other\"") == status::precondition_failed);
  CHECK(outcome(field::if_match, "W/" + f.etag) == status::precondition_failed);
  CHECK(outcome(field::if_unmodified_since, now) == status::ok);
  CHECK(outcome(field::if_unmodified_since, old) == status::precondition_failed);
}

TEST_CASE("preconditions in the order of RFC 9110 section 13.2.2") {
  const ten_bytes f;
  const std::string now{at_modified};
  const std::string old{before_modified};
  CHECK(ask(f.path, {{field::if_match, "\"x\""}, {field::if_none_match, f.etag}}).status() ==
        status::precondition_failed);
  CHECK(ask(f.path, {{field::if_match, f.etag}, {field::if_unmodified_since, old}}).status() ==
        status::ok);
  CHECK(ask(f.path, {{field::if_none_match, "\"x\""}, {field::if_modified_since, now}}).status() ==
        status::ok);
  CHECK(ask(f.path, {{field::if_none_match, f.etag}, {field::range, "bytes=0-1"}}).status() ==
        status::not_modified);
}

TEST_CASE("several lines of a field are one list") {
  const ten_bytes f;
  CHECK(ask(f.path, {{field::if_none_match, "\"a\""}, {field::if_none_match, f.etag}}).status() ==
        status::not_modified);
  CHECK(ask(f.path, {{field::if_match, "\"a\""}, {field::if_match, f.etag}}).status() ==
        status::ok);
  const std::string now{at_modified};
  CHECK(ask(f.path, {{field::if_modified_since, now}, {field::if_modified_since, now}}).status() ==
        status::ok);  // two dates are none
}

TEST_CASE("another method than GET and HEAD has no preconditions on the file") {
  const ten_bytes f;
  const response r =
      ask(f.path, {{field::if_none_match, f.etag}, {field::range, "bytes=0-0"}}, method::post);
  CHECK(r.status() == status::ok);
  CHECK(r.content_size() == 10);
}

// ---- ranges -------------------------------------------------------------------------------------

TEST_CASE("one range") {
  const ten_bytes f;
  const auto part = [&](const std::string& range, std::string_view content_range) {
    const response r = ask(f.path, {{field::range, range}});
    CHECK(r.status() == status::partial_content);
    CHECK(get(r, field::content_range) == content_range);
    CHECK(get(r, field::etag) == f.etag);
    CHECK(get(r, field::content_type) == "text/plain; charset=utf-8");
    return content_of(r);
  };
  CHECK(part("bytes=0-0", "bytes 0-0/10") == "0");
  CHECK(part("bytes=2-5", "bytes 2-5/10") == "2345");
  CHECK(part("bytes=7-", "bytes 7-9/10") == "789");
  CHECK(part("bytes=-4", "bytes 6-9/10") == "6789");
  CHECK(part("bytes=-400", "bytes 0-9/10") == "0123456789");
  CHECK(part("bytes=8-999999999999999999999999", "bytes 8-9/10") == "89");
}

TEST_CASE("threat 15: a range beyond the end is 416 and says how long the file is") {
  const ten_bytes f;
  for (const char* range :
       {"bytes=10-", "bytes=10-20", "bytes=99999999999999999999-", "bytes=-0"}) {
    CAPTURE(range);
    const response r = ask(f.path, {{field::range, range}});
    CHECK(r.status() == status::range_not_satisfiable);
    CHECK(get(r, field::content_range) == "bytes */10");
  }
}

TEST_CASE("threat 15: what is no range is answered with everything") {
  const ten_bytes f;
  for (const char* range : {"", "bytes", "bytes=", "bytes=x-y", "bytes=5-2", "lines=0-1", "0-1",
                            "bytes=0-1,x", "bytes=--1", "bytes=0x0-1"}) {
    CAPTURE(range);
    const response r = ask(f.path, {{field::range, range}});
    CHECK(r.status() == status::ok);
    CHECK(r.content_size() == 10);
  }
}

TEST_CASE("threat 15: many ranges are no more work than one") {
  const scratch_folder folder;
  const std::string path = folder.write("big.bin", std::string(100'000, 'x'));
  const auto ranged = [&](const std::string& range) { return ask(path, {{field::range, range}}); };
  CHECK(get(ranged("bytes=0-9,5-19"), field::content_range) == "bytes 0-19/100000");
  CHECK(get(ranged("bytes=50-59,0-9"), field::content_range) == "bytes 0-59/100000");
  std::string many = "bytes=0-";
  for (int i = 0; i < 1000; ++i) many += ",0-";
  CHECK(ranged(many).status() == status::ok);
  CHECK(ranged(many).content_size() == 100'000);
}

TEST_CASE("two Range fields are none") {
  const ten_bytes f;
  CHECK(ask(f.path, {{field::range, "bytes=0-1"}, {field::range, "bytes=2-3"}}).status() ==
        status::ok);
}

TEST_CASE("If-Range: a range only of what the client has") {
  const ten_bytes f;
  const auto outcome = [&](const std::string& if_range) {
    return ask(f.path, {{field::if_range, if_range}, {field::range, "bytes=0-1"}}).status();
  };
  CHECK(outcome(f.etag) == status::partial_content);
  CHECK(outcome(std::string(at_modified)) == status::partial_content);
  CHECK(outcome("W/" + f.etag) == status::ok);
  CHECK(outcome("\"other\"") == status::ok);
  CHECK(outcome(std::string(before_modified)) == status::ok);
  CHECK(outcome("nonsense") == status::ok);
}

TEST_CASE("If-Range with the date of a file that was just written is not trusted") {
  const scratch_folder folder;
  const std::string path = folder.write("new.txt", "0123456789");
  const std::int64_t now = std::time(nullptr) + 1;  // not over yet, however late this test runs
  set_time(path, now);
  const std::string date = get(ask(path), field::last_modified);
  CHECK(ask(path, {{field::if_range, date}, {field::range, "bytes=0-1"}}).status() == status::ok);
}

TEST_CASE("ranges of an empty file") {
  const scratch_folder folder;
  const std::string path = folder.write("empty", "");
  CHECK(ask(path, {{field::range, "bytes=0-"}}).status() == status::range_not_satisfiable);
  CHECK(ask(path, {{field::range, "bytes=-1"}}).status() == status::ok);
}

// ---- what is not served -------------------------------------------------------------------------

TEST_CASE("a missing file") {
  const scratch_folder folder;
  CHECK(ask(folder / "none").status() == status::not_found);
  CHECK(ask(folder.write("a", "") + "/b").status() == status::not_found);
  CHECK(ask("").status() == status::not_found);
  CHECK(ask(std::string(10'000, 'a')).status() == status::not_found);
}

TEST_CASE("threat 18: folders, FIFOs and devices are not served, at once") {
  const scratch_folder folder;
  CHECK(ask(folder.path().string()).status() == status::not_found);
  REQUIRE(::mkfifo((folder / "fifo").c_str(), 0644) == 0);
  CHECK(ask(folder / "fifo").status() == status::not_found);
  CHECK(ask("/dev/null").status() == status::not_found);
  CHECK(ask("/dev/zero").status() == status::not_found);
}

TEST_CASE("an unreadable file is 403") {
  const scratch_folder folder;
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0755));
  const std::string path = folder.write("secret", "secret");
  REQUIRE(::chmod(path.c_str(), 0) == 0);
  const test_support::unprivileged nobody;
  CHECK(ask(path).status() == status::forbidden);
}

TEST_CASE("threat 14: the file that was measured is the one that is sent") {
  const ten_bytes f;
  const response r = ask(f.path);
  const std::string other = f.folder.write("other", "abcdefghijklmnop");
  std::filesystem::rename(other, f.path);
  CHECK(content_of(r) == "0123456789");
}

TEST_CASE("threat 14: a file that shrinks leaves the length as it was told, and nothing foreign") {
  const ten_bytes f;
  const response r = ask(f.path);
  REQUIRE(::truncate(f.path.c_str(), 4) == 0);
  CHECK(r.content_size() == 10);
  CHECK(content_of(r) == "0123");
}
