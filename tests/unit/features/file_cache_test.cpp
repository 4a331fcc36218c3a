// SPDX-License-Identifier: BSL-1.0
//
// What a thread remembers of files, with a clock that is moved by hand. "Later" is so much later
// that a file that was written just now counts as settled.

#include "features/file_cache.hpp"

#include "support/ask_router.hpp"
#include "support/response_content.hpp"
#include "support/scratch_folder.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <ctime>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>

using namespace asio_httpd;
using namespace asio_httpd::features;
using namespace std::chrono_literals;
using test_support::content_of;
using test_support::scratch_folder;

namespace {

served_file open(const std::string& path) {
  std::error_code error;
  file opened = file::open(path, error);
  REQUIRE_FALSE(error);
  const auto state = file_state::of(opened);
  REQUIRE(state);
  return served_file(std::move(opened), *state, {.media_type = "text/plain"});
}

// In the calling thread's cache.
void put_in(file_caches& caches, const std::string& path) {
  caches.local().put(path, open(path), file_cache::now(), std::time(nullptr) + 60);
}

struct fixture {
  scratch_folder folder;
  file_cache cache;
  file_cache::time_point now{1h};
  std::int64_t later = std::time(nullptr) + 60;

  const served_file& put(const std::string& path) {
    return cache.put(path, open(path), now, later);
  }
  const served_file* confirm(const std::string& path) {
    const served_file again = open(path);
    return cache.confirm(path, *again.opened(), again.state(), now);
  }
  static std::string content(const served_file& f) {
    const request r{method::get};
    response to;
    f.answer(r, to);
    return content_of(to);
  }
  // What an answer is sent from.
  static response::content source_of(const served_file& f, bool over_tls,
                                     std::string_view range = {}) {
    request r{method::get};
    if (!range.empty()) request_access::fields(r).set(field::range, range);
    auto peer = test_support::secure_peer();
    if (over_tls) request_access::peer(r, &peer);
    response to;
    f.answer(r, to);
    return to.kind();
  }
};

const std::string large(file_cache::largest_in_memory + 1, 'x');

}  // namespace

TEST_CASE_FIXTURE(fixture, "a small file is kept with its content, and closed") {
  const std::string path = folder.write("a", "small");
  CHECK(cache.find(path, now) == nullptr);
  const std::size_t bytes = file_cache::bytes_held();
  const served_file& kept = put(path);
  CHECK(kept.opened() == nullptr);
  CHECK(content(kept) == "small");
  CHECK(cache.find(path, now) == &kept);
  CHECK(file_cache::bytes_held() > bytes);
  CHECK(file_cache::descriptors_held() == 0);
}

TEST_CASE_FIXTURE(fixture, "a larger one is kept open") {
  const std::string path = folder.write("a", large);
  const served_file& kept = put(path);
  CHECK(kept.opened() != nullptr);
  CHECK(content(kept) == large);
  CHECK(cache.find(path, now) == &kept);
  CHECK(file_cache::descriptors_held() == 1);
  cache.clear();
  CHECK(file_cache::descriptors_held() == 0);
  CHECK(file_cache::bytes_held() == 0);
}

TEST_CASE_FIXTURE(fixture, "and with its content, where somebody wants that") {
  const std::string path = folder.write("a", large);
  const served_file& kept = put(path);
  CHECK(source_of(kept, true) == response::content::file);
  cache.load(path);
  CHECK(kept.opened() != nullptr);
  CHECK(*kept.content() == large);
  CHECK(source_of(kept, true) == response::content::text);
  CHECK(source_of(kept, false) == response::content::file);
  CHECK(file_cache::bytes_held() == large.size());
  CHECK(file_cache::descriptors_held() == 1);
  cache.load(path);
  CHECK(file_cache::bytes_held() == large.size());
  cache.erase(path);
  CHECK(file_cache::bytes_held() == 0);
  CHECK(file_cache::descriptors_held() == 0);
}

TEST_CASE_FIXTURE(fixture, "but not with more of it than is allowed, and none that it has not") {
  const std::string most(file_cache::largest_in_both, 'x');
  const std::string at_most = folder.write("a", most), more = folder.write("b", most + 'x');
  put(at_most);
  put(more);
  for (const std::string& path : {at_most, more, folder / "none"}) cache.load(path);
  CHECK(cache.find(at_most, now)->content() != nullptr);
  CHECK(cache.find(more, now)->content() == nullptr);
  CHECK(file_cache::bytes_held() == most.size());
}

TEST_CASE_FIXTURE(fixture, "content beside a descriptor is read again, too") {
  const std::string path = folder.write("a", large);
  const int writing = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  void* const map = ::mmap(nullptr, large.size(), PROT_READ | PROT_WRITE, MAP_SHARED, writing, 0);
  REQUIRE(map != MAP_FAILED);
  std::memcpy(map, "X", 1);
  const served_file& kept = put(path);
  cache.load(path);
  std::memcpy(map, "Y", 1);
  REQUIRE(confirm(path) == &kept);
  CHECK(kept.content()->front() == 'Y');
  ::munmap(map, large.size());
  ::close(writing);
}

// A client that takes nothing would have the server keep a copy for each request that it makes.
TEST_CASE_FIXTURE(fixture, "of content beside a descriptor no part is copied") {
  const std::string path = folder.write("a", large);
  const served_file& kept = put(path);
  cache.load(path);
  CHECK(source_of(kept, true, "bytes=1-") == response::content::file);
  CHECK(source_of(kept, true, "bytes=0-0, 1000-") == response::content::stream);
  CHECK(source_of(kept, false, "bytes=0-0, 1000-") == response::content::stream);
  CHECK(source_of(kept, true, "bytes=0-") == response::content::text);
}

TEST_CASE_FIXTURE(fixture, "content that is the same still is not kept twice while it is sent") {
  const std::string path = folder.write("a", "small");
  const served_file& kept = put(path);
  const auto being_sent = kept.content();
  REQUIRE(confirm(path) == &kept);
  CHECK(kept.content() == being_sent);
}

TEST_CASE_FIXTURE(fixture, "content that cannot be read again stays as it was") {
  const std::string path = folder.write("a", "small");
  served_file kept = open(path);
  REQUIRE(kept.load());
  folder.write("a", "another text");
  CHECK_FALSE(kept.refresh(*kept.opened()));
  CHECK(*kept.content() == "small");
}

TEST_CASE_FIXTURE(fixture, "after half a second it has to be opened, and may be the same") {
  const std::string path = folder.write("a", "small");
  const served_file& kept = put(path);
  now += file_cache::fresh_for - 1ms;
  CHECK(cache.find(path, now) == &kept);
  now += 1ms;
  CHECK(cache.find(path, now) == nullptr);
  CHECK(confirm(path) == &kept);
  CHECK(cache.find(path, now) == &kept);
}

TEST_CASE_FIXTURE(fixture, "what was replaced, written to or cut is not the same") {
  const std::string path = folder.write("a", "small");
  const auto change = [&](const char* what, auto f) {
    INFO(what);
    const served_file& kept = put(path);
    CHECK(confirm(path) == &kept);
    f();
    CHECK(confirm(path) == nullptr);
  };
  change("replaced", [&] { std::filesystem::rename(folder.write("b", "other"), path); });
  change("longer", [&] { folder.write("a", "longer than before"); });
  change("cut", [&] { REQUIRE(::truncate(path.c_str(), 1) == 0); });
  change("other rights", [&] { REQUIRE(::chmod(path.c_str(), 0640) == 0); });
  CHECK(content(put(path)) == "l");
}

// Such writing moves the time of change once, or not at all.
TEST_CASE_FIXTURE(fixture, "what was written without a trace shows when it is looked at again") {
  const std::string path = folder.write("a", "small");
  std::error_code error;
  const file reading = file::open(path, error);
  const int writing = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  void* const map = ::mmap(nullptr, 5, PROT_READ | PROT_WRITE, MAP_SHARED, writing, 0);
  REQUIRE(map != MAP_FAILED);
  std::memcpy(map, "SMALL", 5);
  const served_file& kept = put(path);
  const auto sent = [&] {
    const request r{method::get};
    auto to = std::make_unique<response>();
    kept.answer(r, *to);
    return to;
  };
  const auto under_way = sent();
  std::memcpy(map, "other", 5);
  const served_file* again = confirm(path);
  REQUIRE(again == &kept);
  CHECK(content(kept) == "other");
  CHECK(under_way->text() == "SMALL");
  ::munmap(map, 5);
  ::close(writing);
}

TEST_CASE_FIXTURE(fixture, "an open file shows at once that it was written to") {
  const std::string path = folder.write("a", large);
  put(path);
  REQUIRE(::truncate(path.c_str(), 10) == 0);
  CHECK(cache.find(path, now) == nullptr);
}

TEST_CASE_FIXTURE(fixture, "also where its content is in memory") {
  const std::string path = folder.write("a", large);
  put(path);
  cache.load(path);
  REQUIRE(::truncate(path.c_str(), 10) == 0);
  CHECK(cache.find(path, now) == nullptr);
}

TEST_CASE_FIXTURE(fixture, "what was changed just now is served, not kept") {
  const std::string path = folder.write("a", "small");
  const served_file& served = cache.put(path, open(path), now, std::time(nullptr));
  CHECK(content(served) == "small");
  CHECK(cache.size() == 0);
  CHECK(cache.find(path, now) == nullptr);
}

TEST_CASE_FIXTURE(fixture, "what changes while it is read is served from the file") {
  const std::string path = folder.write("a", "small");
  served_file opened = open(path);
  folder.write("a", "another text");
  CHECK_FALSE(opened.load());
  CHECK(opened.opened() != nullptr);
}

TEST_CASE_FIXTURE(fixture, "nobody asks, nothing stays") {
  const std::string a = folder.write("a", "a"), b = folder.write("b", large);
  put(a);
  now += 6s;
  put(b);
  now += 4s;
  cache.sweep(now);
  CHECK(cache.size() == 1);
  CHECK(file_cache::descriptors_held() == 1);
  now += 6s;
  cache.sweep(now);
  CHECK(cache.size() == 0);
  CHECK(file_cache::descriptors_held() == 0);
}

TEST_CASE_FIXTURE(fixture, "bounded in bytes: what was not asked for the longest goes") {
  const std::string text(file_cache::largest_in_memory, 't');
  const std::size_t fit = file_cache::most_bytes / text.size();
  const std::string path = folder.write("file", text);
  const served_file opened = open(path);
  const auto name = [](std::size_t i) { return "name " + std::to_string(i); };
  for (std::size_t i = 0; i < fit + 10; ++i) {
    cache.put(name(i), open(path), now, later);
    CHECK(file_cache::bytes_held() <= file_cache::most_bytes);
  }
  CHECK(cache.size() < fit);
  CHECK(cache.size() > fit / 2);
  CHECK(cache.find(name(0), now) == nullptr);
  CHECK(cache.find(name(fit + 9), now) != nullptr);
}

TEST_CASE_FIXTURE(fixture, "nothing goes for content beside a descriptor") {
  const std::string text(file_cache::largest_in_memory, 't'), path = folder.write("file", text);
  const std::string other = folder.write("other", large);
  const std::size_t fit = file_cache::most_bytes / text.size();
  for (std::size_t i = 0; i < fit; ++i)
    cache.put("name " + std::to_string(i), open(path), now, later);
  const std::size_t size = cache.size();
  const served_file& kept = put(other);
  cache.load(other);
  CHECK(kept.content() == nullptr);
  CHECK(cache.size() == size + 1);
}

TEST_CASE("each thread has its own, gone with it") {
  const scratch_folder folder;
  const std::string path = folder.write("a", large);
  file_caches caches;
  file_cache* const mine = &caches.local();
  CHECK(&caches.local() == mine);
  std::thread([&] {
    CHECK(&caches.local() != mine);
    put_in(caches, path);
    CHECK(file_cache::descriptors_held() == 1);
  }).join();
  CHECK(file_cache::descriptors_held() == 0);
}

TEST_CASE("gone with their owner, too") {
  const scratch_folder folder;
  const std::string path = folder.write("a", large);
  {
    file_caches caches;
    put_in(caches, path);
    CHECK(file_cache::descriptors_held() == 1);
    file_caches::sweep_this_thread(file_cache::now() + 1min);
    CHECK(file_cache::descriptors_held() == 0);
  }
  file_caches::clear_this_thread();
  file_caches others;
  CHECK(others.local().size() == 0);
}
