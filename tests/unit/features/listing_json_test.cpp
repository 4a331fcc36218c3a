// SPDX-License-Identifier: BSL-1.0

#include "features/listing.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <string>

using namespace asio_httpd::features;
using json = nlohmann::ordered_json;

namespace {

json written(const listing& of) {
  std::string text;
  json_listing.begin(text, of);
  for (std::size_t i = 0; i < of.entries.size(); ++i) json_listing.entry(text, of, i);
  json_listing.end(text, of);
  return json::parse(text);
}

listing at(std::string path) {
  return {.path = std::move(path), .depth = 0, .order = {}, .offers_archive = false, .entries = {}};
}

}  // namespace

TEST_CASE("an empty folder") {
  CHECK(written(at("/x/")) ==
        json{{"path", "/x/"}, {"truncated", false}, {"entries", json::array()}});
}

TEST_CASE("files and folders") {
  listing of = at("/");
  of.entries.add({.name = "sub",
                  .is = folder_entry::kind::folder,
                  .has_details = true,
                  .modified = 784'111'777});
  of.entries.add({.name = "a.txt", .has_details = true, .size = 5, .modified = 0});
  of.entries.add({.name = "closed"});
  CHECK(
      written(of)["entries"] ==
      json::array({json{{"name", "sub"}, {"type", "folder"}, {"modified", "1994-11-06T08:49:37Z"}},
                   json{{"name", "a.txt"},
                        {"type", "file"},
                        {"size", 5},
                        {"modified", "1970-01-01T00:00:00Z"}},
                   json{{"name", "closed"}, {"type", "file"}}}));
}

TEST_CASE("any name makes JSON, and its bytes can be had") {
  listing of = at("/\xff/");
  of.entries.add({.name = "caf\xe9 1"});
  of.entries.add({.name = "na\xc3\xafve \"<\n"});
  const json made = written(of);
  CHECK(made["path"] == "/\xef\xbf\xbd/");
  CHECK(made["entries"][0]["name"] == "caf\xef\xbf\xbd 1");
  CHECK(made["entries"][0]["encoded_name"] == "caf%E9%201");
  CHECK(made["entries"][1] == json{{"name", "na\xc3\xafve \"<\n"}, {"type", "file"}});
  for (int c = 1; c < 256; ++c) of.entries.add({.name = std::string(3, static_cast<char>(c))});
  CHECK(written(of)["entries"].size() == 257);
}

TEST_CASE("a list that is cut says so") {
  listing of = at("/");
  while (of.entries.add({.name = std::string(255, 'a')})) {
  }
  CHECK(written(of)["truncated"] == true);
}
