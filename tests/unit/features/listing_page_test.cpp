// SPDX-License-Identifier: BSL-1.0
//
// The page that lists a folder: what it shows, where its links lead, and that no name is markup.

#include "features/listing.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

using namespace asio_httpd::features;
using key = listing_order::key;

namespace {

std::string written(const listing& of) {
  std::string text;
  html_listing.begin(text, of);
  for (std::size_t i = 0; i < of.entries.size(); ++i) html_listing.entry(text, of, i);
  html_listing.end(text, of);
  return text;
}

listing at(std::string path, std::size_t depth = 0) {
  return {
      .path = std::move(path), .depth = depth, .order = {}, .offers_archive = false, .entries = {}};
}

bool has(const std::string& page, std::string_view what) {
  return page.find(what) != std::string::npos;
}

std::string between(const std::string& page, std::string_view begin, std::string_view end) {
  const std::size_t found = page.find(begin);
  if (found == page.npos) return "";
  const std::size_t from = found + begin.size();
  return page.substr(from, page.find(end, from) - from);
}

std::string crumbs_of(const listing& of) {
  return between(written(of), "<h1>", "</h1>");
}

// The cell of the only entry.
std::string name_cell(std::string_view name, bool folder = false) {
  listing of = at("/");
  of.entries.add(
      {.name = name, .is = folder ? folder_entry::kind::folder : folder_entry::kind::file});
  return between(written(of), "\"><td>", "</td>");
}

// The text of the size of the only entry.
std::string size_cell(std::uint64_t size) {
  listing of = at("/");
  of.entries.add({.name = "a", .has_details = true, .size = size});
  return between(written(of), "</td><td>", "</td>");
}

std::vector<std::string> links_of(const std::string& page) {
  static const std::regex link("href=\"([^\"]*)\"");
  std::vector<std::string> made;
  for (std::sregex_iterator i(page.begin(), page.end(), link), end; i != end; ++i) {
    made.push_back((*i)[1]);
  }
  return made;
}

}  // namespace

// ---- the path -----------------------------------------------------------------------------------

TEST_CASE("the path is links to the folders above, down from the root of the files") {
  CHECK(crumbs_of(at("/")) == "<b aria-current=\"page\"><bdi>/</bdi></b>");
  CHECK(crumbs_of(at("/static/")) == "<b aria-current=\"page\"><bdi>/static</bdi></b><i>/</i>");
  CHECK(crumbs_of(at("/x/static/", 0)) ==
        "<b aria-current=\"page\"><bdi>/x/static</bdi></b><i>/</i>");
  CHECK(crumbs_of(at("/a/", 1)) ==
        "<a href=\"../\"><bdi>/</bdi></a><b aria-current=\"page\"><bdi>a</bdi></b><i>/</i>");
  CHECK(crumbs_of(at("/x/static/a/b/", 2)) ==
        "<a href=\"../../\"><bdi>/x/static</bdi></a><i>/</i>"
        "<a href=\"../\"><bdi>a</bdi></a><i>/</i>"
        "<b aria-current=\"page\"><bdi>b</bdi></b><i>/</i>");
}

TEST_CASE("below the root there is a way up") {
  CHECK_FALSE(has(written(at("/static/")), "Parent folder"));
  CHECK(has(written(at("/static/a/", 1)), "<a href=\"../\">Parent folder</a>"));
}

TEST_CASE("the path is no markup") {
  const std::string page = written(at("/<b>&\"/", 1));
  CHECK(has(page, "<title>/&lt;b&gt;&amp;&quot;/</title>"));
  CHECK(has(page, "<bdi>&lt;b&gt;&amp;&quot;</bdi>"));
  CHECK_FALSE(has(page, "<b>&"));
}

// ---- names --------------------------------------------------------------------------------------

TEST_CASE("names of files and folders are links") {
  CHECK(name_cell("a.txt") == "<a href=\"a.txt\"><bdi>a.txt</bdi></a>");
  CHECK(name_cell("sub", true) == "<a href=\"sub/\"><bdi>sub</bdi>/</a>");
}

TEST_CASE("links lead to the bytes of the name, whatever they are") {
  CHECK(name_cell("a b") == "<a href=\"a%20b\"><bdi>a b</bdi></a>");
  CHECK(name_cell("100%.txt") == "<a href=\"100%25.txt\"><bdi>100%.txt</bdi></a>");
  CHECK(name_cell("%2e%2e") == "<a href=\"%252e%252e\"><bdi>%2e%2e</bdi></a>");
  CHECK(name_cell("#1?x=2") == "<a href=\"%231%3Fx=2\"><bdi>#1?x=2</bdi></a>");
  CHECK(name_cell("a:b") == "<a href=\"./a:b\"><bdi>a:b</bdi></a>");
  CHECK(name_cell("javascript:alert(1)") ==
        "<a href=\"./javascript:alert(1)\"><bdi>javascript:alert(1)</bdi></a>");
  CHECK(name_cell("\\\\host") == "<a href=\"%5C%5Chost\"><bdi>\\\\host</bdi></a>");
  CHECK(name_cell("caf\xe9") == "<a href=\"caf%E9\"><bdi>caf\xef\xbf\xbd</bdi></a>");
  CHECK(name_cell("\xc3\xa9") == "<a href=\"%C3%A9\"><bdi>\xc3\xa9</bdi></a>");
}

TEST_CASE("no name is markup") {
  CHECK(name_cell("<script>&amp;") ==
        "<a href=\"%3Cscript%3E&amp;amp;\"><bdi>&lt;script&gt;&amp;amp;</bdi></a>");
  CHECK(name_cell("'\" onclick=x") ==
        "<a href=\"&#39;%22%20onclick=x\"><bdi>&#39;&quot; onclick=x</bdi></a>");
  for (int c = 1; c < 256; ++c) {
    const std::string cell = name_cell(std::string("x") + static_cast<char>(c));
    CAPTURE(cell);
    const std::string inside = between(cell, "<bdi>", "</bdi>");
    CHECK(inside.find_first_of("<>\"'") == std::string::npos);
  }
}

TEST_CASE("a name that no request can have is shown as it is, and is no link") {
  CHECK(name_cell("two\nlines") ==
        "<span title=\"No address can have this name\"><bdi>two\xe2\x90\x8alines</bdi></span>");
  CHECK(has(name_cell("\x7f\x1b"), "<bdi>\xe2\x90\xa1\xe2\x90\x9b</bdi></span>"));
}

TEST_CASE("text of either direction stays, what turns it around does not") {
  CHECK(has(name_cell("\xd7\xa9\xe2\x80\x8f.txt"), "<bdi>\xd7\xa9\xe2\x80\x8f.txt</bdi>"));
  const std::string bad = "\xef\xbf\xbd";
  for (const std::string turn : {"\xe2\x80\xaa", "\xe2\x80\xae", "\xe2\x81\xa6", "\xe2\x81\xa9"}) {
    CHECK(has(name_cell("gpj." + turn + "exe"), "<bdi>gpj." + bad + "exe</bdi>"));
  }
  for (const std::string plain :
       {"\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\xa5", "\xe2\x81\xaa", "\xe2\x82\xac"}) {
    CHECK(has(name_cell(plain), "<bdi>" + plain + "</bdi>"));
  }
}

// ---- numbers ------------------------------------------------------------------------------------

TEST_CASE("sizes for people, and to the byte") {
  CHECK(size_cell(0) == "<data value=\"0\" title=\"0 bytes\">0 B</data>");
  CHECK(size_cell(1) == "<data value=\"1\" title=\"1 byte\">1 B</data>");
  CHECK(size_cell(1023) == "<data value=\"1023\" title=\"1,023 bytes\">1023 B</data>");
  CHECK(has(size_cell(1024), ">1.0 KiB<"));
  CHECK(has(size_cell(10'137), ">9.9 KiB<"));
  CHECK(has(size_cell(10'220), ">10 KiB<"));
  CHECK(has(size_cell(1'048'063), ">1023 KiB<"));
  CHECK(has(size_cell(1'048'575), ">1.0 MiB<"));
  CHECK(has(size_cell(1'234'567), "title=\"1,234,567 bytes\">1.2 MiB<"));
  CHECK(has(size_cell(std::uint64_t{5} << 30U), ">5.0 GiB<"));
  CHECK(has(size_cell(UINT64_MAX), ">16 EiB<"));
}

TEST_CASE("times are dates of UTC") {
  listing of = at("/");
  of.entries.add({.name = "a", .has_details = true, .modified = 784'111'777});
  CHECK(has(written(of),
            "<time datetime=\"1994-11-06T08:49:37Z\" title=\"1994-11-06T08:49:37Z\">"
            "1994-11-06 08:49</time>"));
}

TEST_CASE("what is not known is not shown") {
  listing of = at("/");
  of.entries.add({.name = "a"});
  CHECK(has(written(of), "</a></td><td></td><td></td></tr>"));
}

TEST_CASE("how many there are") {
  listing of = at("/");
  CHECK(has(written(of), "<p>0 folders, 0 files</p>"));
  CHECK(has(written(of), "This folder is empty"));
  of.entries.add({.name = "x", .is = folder_entry::kind::folder, .has_details = true});
  of.entries.add({.name = "a", .has_details = true, .size = 700});
  of.entries.add({.name = "b", .has_details = true, .size = 800});
  CHECK(has(written(of),
            "<p>1 folder, 2 files, <data value=\"1500\" title=\"1,500 bytes\">1.5 KiB</data></p>"));
  CHECK_FALSE(has(written(of), "empty"));
  CHECK_FALSE(has(written(of), "There is more"));
}

TEST_CASE("a list that is cut says so") {
  listing of = at("/");
  while (of.entries.add({.name = std::string(255, 'a')})) {
  }
  CHECK(has(written(of), "There is more in this folder: only 32,896 entries are shown."));
}

// ---- the order ----------------------------------------------------------------------------------

TEST_CASE("columns are sorted by links, and the order is shown") {
  const std::string by_name = written(at("/"));
  CHECK(has(by_name,
            "<th scope=\"col\" aria-sort=\"ascending\">"
            "<a href=\"?sort=name&amp;order=desc\">Name</a></th>"));
  CHECK(has(by_name, "<th scope=\"col\"><a href=\"?sort=size&amp;order=desc\">Size</a></th>"));
  CHECK(has(by_name, "<th scope=\"col\"><a href=\"?sort=modified&amp;order=desc\">Modified"));
  listing of = at("/");
  of.order = {key::size, true};
  const std::string by_size = written(of);
  CHECK(has(by_size, "<th scope=\"col\"><a href=\"?sort=name&amp;order=asc\">Name</a></th>"));
  CHECK(has(by_size,
            "<th scope=\"col\" aria-sort=\"descending\">"
            "<a href=\"?sort=size&amp;order=asc\">Size</a></th>"));
}

TEST_CASE("the order is kept from folder to folder") {
  listing of = at("/static/a/", 1);
  of.order = {key::modified, false};
  of.entries.add({.name = "sub", .is = folder_entry::kind::folder});
  of.entries.add({.name = "file"});
  const std::string page = written(of);
  CHECK(has(page, "<a href=\"../?sort=modified&amp;order=asc\"><bdi>/static</bdi></a>"));
  CHECK(has(page, "<a href=\"../?sort=modified&amp;order=asc\">Parent folder</a>"));
  CHECK(has(page, "<a href=\"sub/?sort=modified&amp;order=asc\"><bdi>sub</bdi>/</a>"));
  CHECK(has(page, "<a href=\"file\"><bdi>file</bdi></a>"));
}

// ---- the page -----------------------------------------------------------------------------------

TEST_CASE("an archive is offered where there is one") {
  listing of = at("/");
  CHECK_FALSE(has(written(of), "?archive=tar"));
  of.offers_archive = true;
  CHECK(has(written(of), "href=\"?archive=tar\""));
}

TEST_CASE("all links are relative, and nothing is loaded or run") {
  listing of = at("/static/a/", 1);
  of.offers_archive = true;
  of.entries.add({.name = "http:x", .is = folder_entry::kind::folder});
  of.entries.add({.name = "x.svg"});
  const std::string page = written(of);
  for (const std::string& link : links_of(page)) {
    CAPTURE(link);
    CHECK_FALSE(link.starts_with('/'));
    CHECK(link.find("://") == std::string::npos);
  }
  CHECK_FALSE(has(page, "<script"));
  CHECK_FALSE(has(page, " src="));
  CHECK_FALSE(has(page, "@import"));
  CHECK_FALSE(has(page, "<link"));
}
