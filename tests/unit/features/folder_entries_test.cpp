// SPDX-License-Identifier: BSL-1.0

#include "features/folder_entries.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>

using namespace asio_httpd::features;
using key = listing_order::key;

namespace {

constexpr auto file = folder_entry::kind::file;
constexpr auto folder = folder_entry::kind::folder;

folder_entry entry(std::string_view name, folder_entry::kind is, std::uint64_t size,
                   std::int64_t modified) {
  return {.name = name, .is = is, .has_details = true, .size = size, .modified = modified};
}

folder_entries some() {
  folder_entries made;
  CHECK(made.add(entry("b10", file, 5, 300)));
  CHECK(made.add(entry("y", folder, 0, 100)));
  CHECK(made.add(entry("B9", file, 5, 400)));
  CHECK(made.add(entry("a", file, 70, 200)));
  CHECK(made.add(entry("x", folder, 0, 500)));
  return made;
}

std::string sorted(listing_order order) {
  folder_entries entries = some();
  entries.sort(order);
  std::string made;
  for (std::size_t i = 0; i < entries.size(); ++i) made.append(entries[i].name).append(" ");
  return made;
}

}  // namespace

TEST_CASE("folders come first, whatever the order") {
  CHECK(sorted({key::name, false}) == "x y a B9 b10 ");
  CHECK(sorted({key::name, true}) == "y x b10 B9 a ");
  CHECK(sorted({key::modified, false}) == "y x a b10 B9 ");
  CHECK(sorted({key::modified, true}) == "x y B9 b10 a ");
}

TEST_CASE("what is alike goes by name") {
  CHECK(sorted({key::size, false}) == "x y B9 b10 a ");
  CHECK(sorted({key::size, true}) == "x y a B9 b10 ");
}

TEST_CASE("entries come out as they went in") {
  const folder_entries entries = some();
  CHECK(entries.size() == 5);
  CHECK(entries.folders() == 2);
  CHECK(entries.files() == 3);
  CHECK(entries.total_size() == 80);
  CHECK_FALSE(entries.is_cut());
  const folder_entry e = entries[3];
  CHECK(e.name == "a");
  CHECK(e.is == file);
  CHECK(e.has_details);
  CHECK(e.size == 70);
  CHECK(e.modified == 200);
  CHECK(entries[1].is == folder);
}

TEST_CASE("no more than so many are kept") {
  folder_entries entries;
  for (std::size_t i = 0; i < folder_entries::most_entries; ++i) entries.add({.name = "a"});
  CHECK_FALSE(entries.is_cut());
  CHECK_FALSE(entries.add({.name = "a"}));
  CHECK(entries.is_cut());
  CHECK(entries.size() == folder_entries::most_entries);
}

TEST_CASE("no more than so many bytes of names are kept") {
  folder_entries entries;
  const std::string longest(255, 'a');
  while (entries.add({.name = longest})) {
  }
  CHECK(entries.is_cut());
  CHECK(entries.size() == folder_entries::most_bytes / longest.size());
  CHECK_FALSE(entries.add({.name = "short"}));  // once cut, it stays a beginning
}
