// SPDX-License-Identifier: BSL-1.0
//
// Uploads in several requests, as draft-ietf-httpbis-resumable-upload-12 has them, also from one
// server to the next.

#include <asio_httpd/asio_httpd.hpp>
#include <asio_httpd/testing/json.hpp>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/file.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "features/message_digest.hpp"
#include "features/upload_record.hpp"
#include "support/file_size_limit.hpp"
#include "support/unprivileged.hpp"
#include "support/upload_site.hpp"

using namespace asio_httpd;
using test_support::upload_site;
namespace fs = std::filesystem;

namespace {

using lines = testing::field_lines;

std::string begin(upload_site& site, std::string body = {}, lines fields = {}) {
  fields.emplace_back("Upload-Complete", "?0");
  const auto made = site.server.put("/up/sub/new", std::move(body), std::move(fields));
  CHECK(made.status() == status::created);
  CHECK(made.get("Upload-Complete") == "?0");
  CHECK(made.get(field::location).starts_with("/up/.uploads/"));
  return std::string(made.get(field::location));
}

testing::answer append(testing::server& s, const std::string& at, std::string offset,
                       std::string body, std::string complete = "?0", lines more = {}) {
  more.emplace_back("Content-Type", "application/partial-upload");
  more.emplace_back("Upload-Offset", std::move(offset));
  more.emplace_back("Upload-Complete", std::move(complete));
  return s.patch(at, std::move(body), std::move(more));
}

std::string digest(std::string_view content) {
  features::message_digest d(features::digest_algorithm::sha_256);
  d.update(content);
  return "sha-256=:" + base64_encode(d.finish()) + ':';
}

// Until so much of it is on the disk.
void wait_for(upload_site& site, const std::string& at, std::uintmax_t size) {
  const std::string token = at.substr(at.rfind('/') + 1);
  CHECK(site.server.run_until(
      [&] { return fs::file_size(site.root + "/.upload-" + token + ".part") == size; }));
}

// Anybody may write there, and look.
void open_to_all(upload_site& site) {
  for (const std::string& name : {site.scratch.path().string(), site.root, site.root + "/sub"})
    fs::permissions(name, fs::perms::all);
}

std::string problem_of(const testing::answer& a) {
  CHECK(a.get(field::content_type) == "application/problem+json");
  const std::string type = a.json().at("type");
  return type.substr(type.find('#') + 1);
}

}  // namespace

TEST_CASE("an upload in three parts has its name with the last one") {
  upload_site site({.resumable_for = std::chrono::seconds(100)});
  const std::string at = begin(site, "one ", {{"Upload-Length", "13"}});
  const auto offset = site.server.head(at);
  CHECK(offset.status() == status::no_content);
  CHECK(offset.get("Upload-Offset") == "4");
  CHECK(offset.get("Upload-Complete") == "?0");
  CHECK(offset.get("Upload-Length") == "13");
  CHECK(offset.get("Upload-Limit").starts_with("max-size=1073741824, max-age="));
  CHECK(offset.get(field::cache_control) == "no-store");

  const auto second = append(site.server, at, "4", "two ");
  CHECK(second.status() == status::no_content);
  CHECK(second.get("Upload-Offset") == "8");
  CHECK(second.get("Upload-Complete") == "?0");
  CHECK_FALSE(fs::exists(site.root + "/sub/new"));

  const auto last = append(site.server, at, "8", "three", "?1");
  CHECK(last.status() == status::created);
  CHECK(last.get("Upload-Complete") == "?1");
  CHECK(last.get(field::location) == "/up/sub/new");
  CHECK(last.get(field::etag) == site.server.get("/up/sub/new").get(field::etag));
  CHECK(site.content("sub/new") == "one two three");

  const auto done = site.server.head(at);
  CHECK(done.get("Upload-Complete") == "?1");
  CHECK(done.get("Upload-Offset") == "13");
  CHECK(problem_of(append(site.server, at, "13", "", "?1")) == "completed-upload");
  CHECK(problem_of(append(site.server, at, "13", "x", "?1")) == "inconsistent-upload-length");
  CHECK(site.content("sub/new") == "one two three");
}

TEST_CASE("support is announced") {
  upload_site site({.resumable_for = std::chrono::seconds(100), .file_limit = 10});
  const auto options = site.server.request({method::options, "/up/x"});
  CHECK(options.get("Accept-Patch") == "application/partial-upload");
  CHECK(options.get("Upload-Limit") == "max-size=10, max-age=100");
  upload_site none({.resumable_for = std::chrono::seconds(0)});
  CHECK(none.server.request({method::options, "/up/x"}).get("Accept-Patch").empty());
  CHECK(none.server.head("/up/.uploads/x").status() == status::not_found);
}

TEST_CASE("what is whole from the beginning is an upload like any other") {
  upload_site site;
  const auto made = site.server.put("/up/new", "all", {{"Upload-Complete", "?1"}});
  CHECK(made.get(field::location) == "/up/new");
  CHECK(site.put("/up/x", "all", {{"Upload-Complete", "?1"}, {"Upload-Length", "4"}}) == 400);
  CHECK(site.put("/up/x", "all", {{"Upload-Complete", "?1"}, {"Upload-Length", "3"}}) == 201);
  CHECK(site.leftovers() == 0);
}

TEST_CASE("what does not fit is refused, with what is expected") {
  upload_site site({.file_limit = 20});
  const std::string at = begin(site, "12345");
  const auto wrong = append(site.server, at, "4", "x");
  CHECK(wrong.status() == status::conflict);
  CHECK(wrong.get("Upload-Offset") == "5");
  CHECK(problem_of(wrong) == "mismatching-upload-offset");
  CHECK(wrong.json().at("expected-offset") == 5);
  CHECK(wrong.json().at("provided-offset") == 4);
  CHECK(append(site.server, at, "x", "x").status() == status::bad_request);
  CHECK(append(site.server, at, "-1", "x").status() == status::bad_request);
  CHECK(append(site.server, at, "1234567890123456", "x").status() == status::bad_request);
  CHECK(append(site.server, at, "5", "x", "1").status() == status::bad_request);
  CHECK(append(site.server, at, "5", std::string(16, 'x')).status() == status::content_too_large);
  CHECK(append(site.server, at, "5", "x", "?0", {{"Upload-Length", "21"}}).status() ==
        status::content_too_large);
  const auto type = site.server.patch(at, "x", {{"Upload-Offset", "5"}, {"Upload-Complete", "?0"}});
  CHECK(type.status() == status::unsupported_media_type);
  CHECK(type.get("Accept-Patch") == "application/partial-upload");
  CHECK(site.server.head(at).get("Upload-Offset") == "5");
  for (const char* token : {"x", "0123456789abcdef0123456789abcdef", "..", "%2e%2e%2fold.txt"}) {
    CHECK(site.server.head(std::string("/up/.uploads/") + token).status() == status::not_found);
  }
  CHECK(site.put("/up/a", "123", {{"Upload-Complete", "?0"}, {"Upload-Length", "2"}}) == 400);
  CHECK(site.put("/up/a", "1", {{"Upload-Complete", "?0"}, {"Upload-Length", "21"}}) == 413);
  CHECK(site.put("/up/a", "1", {{"Upload-Complete", "?0"}, {"Repr-Digest", "sha-256=x"}}) == 400);
}

TEST_CASE("the length of an upload is one") {
  upload_site site;
  const std::string at = begin(site, "12345", {{"Upload-Length", "10"}});
  CHECK(problem_of(append(site.server, at, "5", "x", "?0", {{"Upload-Length", "9"}})) ==
        "inconsistent-upload-length");
  CHECK(problem_of(append(site.server, at, "5", "x", "?1")) == "inconsistent-upload-length");
  CHECK(problem_of(append(site.server, at, "5", "123456")) == "inconsistent-upload-length");
  CHECK(append(site.server, at, "5", "12345").status() == status::no_content);
  CHECK(append(site.server, at, "10", "", "?1").status() == status::created);
  CHECK(site.content("sub/new") == "1234512345");
}

TEST_CASE("an upload that grows beyond its length is none any more") {
  upload_site site({.quota = 100});
  const std::string at = begin(site, "12345", {{"Upload-Length", "6"}});
  auto c = site.server.connect();
  c.send("PATCH " + at +
         " HTTP/1.1\r\nHost: x\r\nUpload-Offset: 5\r\nUpload-Complete: ?0\r\n"
         "Content-Type: application/partial-upload\r\nTransfer-Encoding: chunked\r\n\r\n"
         "2\r\n67\r\n0\r\n\r\n");
  CHECK(c.receive_answer().status() == status::bad_request);
  CHECK(site.server.head(at).status() == status::not_found);
  CHECK(site.leftovers() == 0);
  CHECK(site.put("/up/x", std::string(96, 'x')) == 201);
}

TEST_CASE("what came of a request that broke off is there, and counts") {
  upload_site site({.quota = 20});
  const std::string at = begin(site);
  {
    auto c = site.server.connect();
    c.send("PATCH " + at +
           " HTTP/1.1\r\nHost: x\r\nUpload-Offset: 0\r\nUpload-Complete: ?1\r\n"
           "Content-Type: application/partial-upload\r\nContent-Length: 10\r\n\r\nabcd");
    wait_for(site, at, 4);
    c.reset();
  }
  site.server.poll();
  CHECK(site.server.head(at).get("Upload-Offset") == "4");
  CHECK(append(site.server, at, "4", std::string(13, 'x')).status() == status::bad_request);
  CHECK(append(site.server, at, "4", "efghij", "?1").status() == status::created);
  CHECK(site.content("sub/new") == "abcdefghij");
  CHECK(site.put("/up/x", std::string(6, 'x')) == 201);
  CHECK(site.put("/up/y", "x") == 507);
}

TEST_CASE("the last request for an upload has it, the one before can do no more") {
  upload_site site;
  const std::string at = begin(site);
  auto slow = site.server.connect();
  slow.send("PATCH " + at +
            " HTTP/1.1\r\nHost: x\r\nUpload-Offset: 0\r\nUpload-Complete: ?1\r\n"
            "Content-Type: application/partial-upload\r\nContent-Length: 8\r\n\r\nslow");
  wait_for(site, at, 4);
  CHECK(site.server.head(at).get("Upload-Offset") == "4");
  slow.send("slow");
  CHECK(slow.receive_answer().status() == status::conflict);
  CHECK(append(site.server, at, "4", "fast", "?1").status() == status::created);
  CHECK(site.content("sub/new") == "slowfast");
}

TEST_CASE("digests of a part, and of the whole") {
  upload_site site;
  const std::string at = begin(site, "one", {{"Repr-Digest", digest("onetwo")}});
  CHECK(append(site.server, at, "3", "two", "?0", {{"Content-Digest", digest("other")}}).status() ==
        status::bad_request);
  CHECK(site.server.head(at).get("Upload-Offset") == "3");
  CHECK(append(site.server, at, "3", "two", "?1", {{"Content-Digest", digest("two")}}).status() ==
        status::created);
  const std::string other = begin(site, "one", {{"Repr-Digest", digest("other")}});
  const auto refused = append(site.server, other, "3", "two", "?1");
  CHECK(refused.status() == status::bad_request);
  CHECK(refused.get("Upload-Complete") == "?1");
  CHECK(site.server.head(other).status() == status::not_found);
  CHECK(site.content("sub/new") == "onetwo");
}

TEST_CASE("the preconditions of the first request hold for the last") {
  upload_site site;
  const std::string at = begin(site, "one", {{"If-None-Match", "*"}});
  CHECK(site.put("/up/sub/new", "faster") == 201);
  const auto late = append(site.server, at, "3", "", "?1");
  CHECK(late.status() == status::precondition_failed);
  CHECK(late.get("Upload-Complete") == "?1");
  CHECK(site.content("sub/new") == "faster");
  CHECK(site.put("/up/sub/new", "x", {{"If-None-Match", "*"}, {"Upload-Complete", "?0"}}) == 412);
  CHECK(site.leftovers() == 0);
}

TEST_CASE("an upload that is given up is gone") {
  upload_site site({.quota = 20, .unfinished = 1});
  const std::string at = begin(site, std::string(16, 'x'));
  CHECK(site.put("/up/a", "x") == 507);
  CHECK(site.put("/up/a", "", {{"Upload-Complete", "?0"}}) == 503);
  CHECK(site.server.delete_(at).status() == status::no_content);
  CHECK(site.server.delete_(at).status() == status::not_found);
  CHECK(append(site.server, at, "16", "x").status() == status::not_found);
  CHECK(site.leftovers() == 0);
  CHECK(site.put("/up/a", std::string(16, 'x')) == 201);
}

TEST_CASE("the next server goes on with what the one before has begun") {
  const test_support::scratch_folder folder;
  const std::string root = folder.path().string();
  const upload_options options = {.quota = 10};
  std::optional<testing::server> s(upload_site::routes(root, options));
  const auto made = s->put("/up/new", "one", {{"Upload-Complete", "?0"}, {"Upload-Length", "6"}});
  const std::string at(made.get(field::location));
  s.reset();
  s.emplace(upload_site::routes(root, options));
  CHECK(s->head(at).get("Upload-Offset") == "3");
  CHECK(s->head(at).get("Upload-Length") == "6");
  CHECK(append(*s, at, "3", "two", "?1").status() == status::created);
  CHECK(test_support::read_file(folder / "new") == "onetwo");
  s.reset();
  s.emplace(upload_site::routes(root, options));
  CHECK(s->head(at).get("Upload-Complete") == "?1");
}

TEST_CASE("what is too old, or has no record, goes; what another process has stays with it") {
  const test_support::scratch_folder folder;
  const std::string token(32, 'a');
  const std::string orphan(32, 'b');
  const std::string held(32, 'c');
  const std::string broken(32, 'd');
  const auto record = [](std::int64_t created) {
    features::upload_record made;
    made.path = "new";
    made.created = created;
    return to_text(made);
  };
  folder.write(".upload-" + token + ".meta", record(1));
  folder.write(".upload-" + token + ".part", "old");
  folder.write(".upload-" + orphan + ".part", "no record");
  folder.write(".upload-" + held + ".meta", record(std::int64_t{1} << 40));
  folder.write(".upload-" + held + ".part", "held");
  folder.write(".upload-" + broken + ".meta", "upload 1\npath new\ncreated 99999999999\n");
  const file opened(::open((folder / (".upload-" + held + ".part")).c_str(), O_RDONLY | O_CLOEXEC));
  REQUIRE(::flock(opened.descriptor(), LOCK_EX | LOCK_NB) == 0);
  testing::server s(upload_site::routes(folder.path().string(), {}));
  CHECK_FALSE(fs::exists(folder / (".upload-" + token + ".meta")));
  CHECK_FALSE(fs::exists(folder / (".upload-" + token + ".part")));
  CHECK_FALSE(fs::exists(folder / (".upload-" + orphan + ".part")));
  CHECK_FALSE(fs::exists(folder / (".upload-" + broken + ".meta")));
  CHECK(append(s, "/up/.uploads/" + held, "4", "x").status() == status::conflict);
  CHECK(test_support::read_file(folder / (".upload-" + held + ".part")) == "held");
}

// --- what fails ----------------------------------------------------------------------------------

TEST_CASE("of a creation that fails nothing is left, for nobody was told where it is") {
  upload_site site({.file_limit = 10, .quota = 24});
  const std::string head = "PUT /up/new HTTP/1.1\r\nHost: x\r\nUpload-Complete: ?0\r\n";
  auto large = site.server.connect();
  large.send(head + "Transfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n7\r\nefghijk\r\n0\r\n\r\n");
  CHECK(large.receive_answer().status() == status::content_too_large);
  CHECK(site.leftovers() == 0);
  const lines other = {{"Upload-Complete", "?0"}, {"Content-Digest", digest("other")}};
  CHECK(site.put("/up/new", "abcd", other) == 400);
  CHECK(site.leftovers() == 0);
  auto gone = site.server.connect();
  gone.send(head + "Content-Length: 10\r\n\r\nabcd");
  CHECK(site.server.run_until([&] { return site.leftovers() == 2; }));
  gone.reset();
  CHECK(site.server.run_until([&] { return site.leftovers() == 0; }));
  CHECK(site.put("/up/a", std::string(10, 'x')) == 201);
  CHECK(site.put("/up/b", std::string(10, 'x')) == 201);
}

TEST_CASE("a record that may not be read is not one that has expired") {
  upload_site site;
  const std::string at = begin(site, "one");
  const std::string file = site.root + "/.upload-" + at.substr(at.rfind('/') + 1);
  fs::permissions(file + ".meta", fs::perms::none);
  open_to_all(site);
  {
    const test_support::unprivileged nobody;
    testing::server other(upload_site::routes(site.root, {}));
    CHECK(other.head(at).status() == status::forbidden);
  }
  CHECK(fs::exists(file + ".meta"));
  CHECK(test_support::read_file(file + ".part") == "one");
}

TEST_CASE("an upload whose file may not be opened is not complete") {
  upload_site site;
  const std::string at = begin(site, "one");
  const std::string file = site.root + "/.upload-" + at.substr(at.rfind('/') + 1);
  fs::permissions(file + ".part", fs::perms::none);
  fs::permissions(file + ".meta", fs::perms::all);
  open_to_all(site);
  const test_support::unprivileged nobody;
  CHECK(site.server.head(at).status() == status::forbidden);
  CHECK(append(site.server, at, "3", "", "?1").status() == status::forbidden);
}

TEST_CASE("files that are not to be written can be uploaded in parts, too") {
  upload_site site({.permissions = 0444});
  open_to_all(site);
  const test_support::unprivileged nobody;
  const std::string at = begin(site, "one");
  CHECK(append(site.server, at, "3", "two", "?1").status() == status::created);
  CHECK((fs::status(site.root + "/sub/new").permissions() & fs::perms(0222)) == fs::perms::none);
}

TEST_CASE("what the disk took of a piece before it was full is no part of the file") {
  upload_site site;
  const std::string at = begin(site, "one");
  auto other = site.server.connect();  // because of which nobody looks at the file again
  other.send("PATCH " + at +
             " HTTP/1.1\r\nHost: x\r\nUpload-Offset: 3\r\nUpload-Complete: ?0\r\n"
             "Content-Type: application/partial-upload\r\nContent-Length: 2\r\n\r\nt");
  wait_for(site, at, 4);
  {
    const test_support::file_size_limit limit(65536);
    CHECK(append(site.server, at, "4", std::string(70000, 'x')).status() ==
          status::internal_server_error);
  }
  const std::string offset(site.server.head(at).get("Upload-Offset"));
  CHECK(append(site.server, at, offset, "", "?1").status() == status::created);
  CHECK(std::to_string(site.content("sub/new").size()) == offset);
}

TEST_CASE("a file that is not what was counted gets no name") {
  upload_site site;
  const std::string at = begin(site, "one");
  auto slow = site.server.connect();
  slow.send("PATCH " + at +
            " HTTP/1.1\r\nHost: x\r\nUpload-Offset: 3\r\nUpload-Complete: ?1\r\n"
            "Content-Type: application/partial-upload\r\nContent-Length: 2\r\n\r\nt");
  wait_for(site, at, 4);
  fs::resize_file(site.root + "/.upload-" + at.substr(at.rfind('/') + 1) + ".part", 9);
  slow.send("w");
  CHECK(slow.receive_answer().status() == status::conflict);
  CHECK_FALSE(fs::exists(site.root + "/sub/new"));
}

// --- how many, and how long ----------------------------------------------------------------------

TEST_CASE("uploads that are complete are not unfinished ones") {
  upload_site site({.unfinished = 1});
  for (int i = 0; i < 3; ++i) {
    const std::string at = begin(site, "one");
    CHECK(site.put("/up/a", "", {{"Upload-Complete", "?0"}}) == 503);
    CHECK(append(site.server, at, "3", "", "?1").status() ==
          (i == 0 ? status::created : status::no_content));
  }
  testing::server next(upload_site::routes(site.root, {.unfinished = 1}));
  CHECK(next.put("/up/a", "", {{"Upload-Complete", "?0"}}).status() == status::created);
}

TEST_CASE("an upload that is complete can be asked for ten minutes") {
  upload_site site;
  const std::string at = begin(site, "one");
  const std::string record = site.root + "/.upload-" + at.substr(at.rfind('/') + 1) + ".meta";
  const auto age = [&](int minutes) {
    fs::last_write_time(record, fs::file_time_type::clock::now() - std::chrono::minutes(minutes));
  };
  age(11);
  CHECK(append(site.server, at, "3", "", "?1").status() == status::created);
  CHECK(site.server.head(at).get("Upload-Complete") == "?1");
  CHECK(site.server.head(at).get("Upload-Limit").ends_with("max-age=600"));
  age(9);
  CHECK(site.server.head(at).status() == status::no_content);
  age(11);
  CHECK(site.server.head(at).status() == status::not_found);
  CHECK(site.leftovers() == 0);
}

TEST_CASE("what has expired gives its room to whom asks for it, and to any file") {
  const test_support::scratch_folder folder;
  const std::string root = folder.path().string();
  const auto write = [&](char name, std::int64_t created) {
    features::upload_record made;
    made.path = "new";
    made.created = created;
    folder.write(".upload-" + std::string(32, name) + ".meta", to_text(made));
  };
  for (const char name : {'a', 'b'}) {
    write(name, std::int64_t{1} << 40);
    folder.write(".upload-" + std::string(32, name) + ".part", "12345678");
  }
  testing::server s(upload_site::routes(root, {.quota = 16}));
  CHECK(s.put("/up/x", "x").status() == status::insufficient_storage);
  write('a', 1);
  CHECK(s.head("/up/.uploads/" + std::string(32, 'a')).status() == status::not_found);
  CHECK(s.put("/up/x", "12345678").status() == status::created);
  testing::server next(upload_site::routes(root, {.quota = 16}));
  write('b', 1);
  CHECK(next.put("/up/y", "12345678").status() == status::created);
}

TEST_CASE("what would be too large a record is not begun, nor counted") {
  upload_site site({.unfinished = 1});
  const std::string tags = '"' + std::string(7000, '\xe9') + '"';
  lines fields = {{"Upload-Complete", "?0"}};
  for (int i = 0; i < 4; ++i) fields.emplace_back("If-None-Match", tags);
  server_options generous;
  generous.limits.head = 60000;
  testing::server s(upload_site::routes(site.root, {.unfinished = 1}), generous);
  CHECK(s.put("/up/new", "", fields).status() == status::request_header_fields_too_large);
  CHECK(site.leftovers() == 0);
  CHECK(s.put("/up/new", "", {{"Upload-Complete", "?0"}}).status() == status::created);
}

// --- several at once -----------------------------------------------------------------------------

TEST_CASE("a request that is refused leaves the one before alone") {
  upload_site site;
  const std::string at = begin(site, "", {{"Upload-Length", "8"}});
  auto slow = site.server.connect();
  slow.send("PATCH " + at +
            " HTTP/1.1\r\nHost: x\r\nUpload-Offset: 0\r\nUpload-Complete: ?1\r\n"
            "Content-Type: application/partial-upload\r\nContent-Length: 8\r\n\r\nslow");
  wait_for(site, at, 4);
  CHECK(problem_of(append(site.server, at, "9", "x")) == "mismatching-upload-offset");
  CHECK(problem_of(append(site.server, at, "4", "x", "?0", {{"Upload-Length", "9"}})) ==
        "inconsistent-upload-length");
  slow.send("slow");
  CHECK(slow.receive_answer().status() == status::created);
  CHECK(site.content("sub/new") == "slowslow");
}

TEST_CASE("an upload can be given up while a request goes on with it") {
  upload_site site({.quota = 24, .unfinished = 1});
  const std::string at = begin(site);
  auto slow = site.server.connect();
  slow.send("PATCH " + at +
            " HTTP/1.1\r\nHost: x\r\nUpload-Offset: 0\r\nUpload-Complete: ?1\r\n"
            "Content-Type: application/partial-upload\r\nContent-Length: 8\r\n\r\nslow");
  wait_for(site, at, 4);
  CHECK(site.server.delete_(at).status() == status::no_content);
  CHECK(site.leftovers() == 0);
  CHECK(site.server.head(at).status() == status::not_found);
  CHECK(site.server.delete_(at).status() == status::not_found);
  CHECK(append(site.server, at, "4", "x").status() == status::not_found);
  slow.send("slow");
  CHECK(slow.receive_answer().status() == status::conflict);
  CHECK(begin(site, std::string(20, 'x')) != at);
}

TEST_CASE("a file that has its name is complete, whatever comes behind it") {
  upload_site site({.durable = true});
  open_to_all(site);
  fs::permissions(site.root + "/sub", fs::perms(0333));  // its names cannot be synced
  const test_support::unprivileged nobody;
  const std::string at = begin(site, "one");
  CHECK(append(site.server, at, "3", "two", "?1").status() == status::forbidden);
  CHECK(site.content("sub/new") == "onetwo");
  CHECK(site.server.head(at).get("Upload-Complete") == "?1");
}

// --- the fields ----------------------------------------------------------------------------------

TEST_CASE("parameters of the fields are ignored, and what cannot be read is refused") {
  upload_site site;
  const auto made = site.server.put(
      "/up/new", "one",
      {{"Upload-Complete", "?0;a=1"}, {"Upload-Length", "6;b"}, {"Repr-Digest", digest("onetwo")}});
  CHECK(made.get(field::location).starts_with("/up/.uploads/"));
  CHECK(made.get("Upload-Length") == "6");
  CHECK(
      append(site.server, std::string(made.get(field::location)), "3;c", "two", "?1;d").status() ==
      status::created);
  for (const char* unreadable : {"", "0", "?2", "?0,", "?0, ?0", "true", ";a", "?0 a"}) {
    CHECK(site.put("/up/x", "x", {{"Upload-Complete", unreadable}}) == 400);
  }
  CHECK(site.put("/up/x", "x", {{"Upload-Complete", "?0"}, {"Upload-Complete", "?0"}}) == 400);
  CHECK_FALSE(fs::exists(site.root + "/x"));
}

TEST_CASE("the length of a whole file is compared with what came, where it was not known before") {
  upload_site site;
  auto c = site.server.connect();
  c.send(
      "PUT /up/x HTTP/1.1\r\nHost: x\r\nUpload-Complete: ?1\r\nUpload-Length: 100\r\n"
      "Transfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n");
  CHECK(c.receive_answer().status() == status::bad_request);
  CHECK_FALSE(fs::exists(site.root + "/x"));
}

// --- records -------------------------------------------------------------------------------------

TEST_CASE("a record is read as it was written, and only whole") {
  features::upload_record r;
  r.path = "a b/\n%";
  r.location = "/up/a%20b";
  r.conditions.if_match = "\"x\"";
  r.conditions.if_unmodified_since = "";
  r.digest = "sha-256=:x:";
  r.length = 7;
  r.created = 8;
  const std::string text = to_text(r);
  const auto read = features::parse_upload_record(text);
  REQUIRE(read);
  CHECK(read->path == r.path);
  CHECK(read->location == r.location);
  CHECK(read->conditions.if_match == r.conditions.if_match);
  CHECK(read->conditions.if_unmodified_since == "");
  CHECK_FALSE(read->conditions.if_none_match);
  CHECK(read->digest == r.digest);
  CHECK(read->length == r.length);
  CHECK(read->created == 8);
  for (std::size_t i = 0; i < text.size(); ++i) {
    CHECK_FALSE(features::parse_upload_record(std::string_view(text).substr(0, i)));
  }
}
