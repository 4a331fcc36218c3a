// SPDX-License-Identifier: BSL-1.0
//
// Lists of folders, asked for by requests: the choice of the form, errors, and long ones.

#include "features/folder_listing.hpp"

#include <asio_httpd/asio_httpd.hpp>
#include <asio_httpd/testing.hpp>
#include <asio_httpd/testing/json.hpp>

#include <doctest/doctest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "support/scratch_folder.hpp"
#include "support/unprivileged.hpp"

using namespace asio_httpd;
using namespace asio_httpd::features;
using test_support::scratch_folder;
namespace fs = std::filesystem;

namespace {

struct site {
  scratch_folder scratch;
  std::string root = scratch / "root";

  site() {
    scratch.write("root/a.txt", "12345");
    scratch.write("root/sub/b.txt", "b");
    scratch.write("root/.hidden", "");
    fs::permissions(scratch.path(), fs::perms(0755));
  }

  router routes(bool archive = false) const {
    const served_folder at{std::make_shared<const static_root>(root),
                           std::make_shared<const name_policy>(false, std::vector<std::string>()),
                           ""};
    router made;
    made.get("/static/{rest...}", [at, archive](const request& r) {
      served_folder where = at;
      where.path = r.param("rest");
      while (where.path.ends_with('/')) where.path.pop_back();
      response to;
      answer_listing(r, std::move(where), archive, to);
      return to;
    });
    return made;
  }
};

std::string names_in(const testing::answer& a) {
  std::string made;
  const auto listed = a.json();
  for (const auto& e : listed["entries"]) made += e["name"].get<std::string>() + " ";
  return made;
}

const testing::field_lines as_json = {{"Accept", "application/json"}};

}  // namespace

TEST_CASE("a page for people, JSON for programs") {
  const site s;
  testing::server server(s.routes());
  struct row {
    const char* accept;
    const char* type;
  };
  const row rows[] = {
      {"text/html,application/xhtml+xml,*/*;q=0.8", "text/html; charset=utf-8"},
      {"*/*", "text/html; charset=utf-8"},
      {"application/json", "application/json"},
      {"application/json, text/html;q=0.9", "application/json"},
      {"image/png", "text/html; charset=utf-8"},
  };
  for (const row& r : rows) {
    CAPTURE(r.accept);
    const auto got = server.get("/static/", {{"Accept", r.accept}});
    CHECK(got.status() == status::ok);
    CHECK(got.get(field::content_type) == r.type);
    CHECK(got.get(field::vary) == "Accept");
    CHECK(got.get(field::cache_control) == "no-cache");
    CHECK(got.get(field::x_content_type_options) == "nosniff");
    CHECK(got.get(field::content_security_policy).starts_with("default-src 'none'; "));
    CHECK(got.get(field::content_security_policy).find("script") == std::string_view::npos);
    CHECK(got.text().find("a.txt") != std::string::npos);
    CHECK(got.text().find(".hidden") == std::string::npos);
  }
}

TEST_CASE("HEAD has the same fields") {
  const site s;
  testing::server server(s.routes());
  const auto head = server.head("/static/", as_json);
  CHECK(head.status() == status::ok);
  CHECK(head.get(field::content_type) == "application/json");
  CHECK(head.text().empty());
}

TEST_CASE("entries are sorted as the query says") {
  const site s;
  s.scratch.write("root/z10.txt", "");
  s.scratch.write("root/Z9.txt", "1234567");
  testing::server server(s.routes());
  CHECK(names_in(server.get("/static/", as_json)) == "sub a.txt Z9.txt z10.txt ");
  CHECK(names_in(server.get("/static/?sort=name&order=desc", as_json)) ==
        "sub z10.txt Z9.txt a.txt ");
  CHECK(names_in(server.get("/static/?order=desc&sort=size", as_json)) ==
        "sub Z9.txt a.txt z10.txt ");
  CHECK(names_in(server.get("/static/?sort=color&order=up", as_json)) ==
        "sub a.txt Z9.txt z10.txt ");
}

TEST_CASE("the path is the request's, the depth that below the root") {
  const site s;
  testing::server server(s.routes(true));
  CHECK(server.get("/static/sub/", as_json).json()["path"] == "/static/sub/");
  CHECK(server.get("/static/sub//", as_json).json()["path"] == "/static/sub/");
  const auto page = server.get("/static/sub/").text();
  CHECK(page.find("<a href=\"../\"><bdi>/static</bdi></a>") != std::string::npos);
  CHECK(page.find("Parent folder") != std::string::npos);
  CHECK(page.find("?archive=tar") != std::string::npos);
  const auto top = server.get("/static/").text();
  CHECK(top.find("Parent folder") == std::string::npos);
}

TEST_CASE("what is wrong with the folder is a status") {
  const site s;
  fs::permissions(s.root + "/sub", fs::perms(0711));
  testing::server server(s.routes());
  CHECK(server.get("/static/none/").status() == status::not_found);
  CHECK(server.get("/static/a.txt").status() == status::not_found);
  const test_support::unprivileged nobody;
  CHECK(server.get("/static/sub/").status() == status::forbidden);
  CHECK(server.get("/static/").status() == status::ok);
}

TEST_CASE("a long list comes whole, in pieces") {
  const site s;
  for (int i = 0; i < 5000; ++i) s.scratch.write("root/many/file" + std::to_string(i), "");
  testing::server server(s.routes());
  const auto got = server.get("/static/many/", as_json);
  CHECK(got.framed_by() == testing::framing::chunked);
  const auto listed = got.json();
  REQUIRE(listed["entries"].size() == 5000);
  for (std::size_t i = 0; i < 5000; ++i) {
    CHECK(listed["entries"][i]["name"] == "file" + std::to_string(i));
  }
  auto c = server.connect();
  c.send({.target = "/static/many/"});
  CHECK(c.receive_answer().text().ends_with("</html>\n"));
}

TEST_CASE("a client that leaves ends it") {
  const site s;
  for (int i = 0; i < 5000; ++i) s.scratch.write("root/many/file" + std::to_string(i), "");
  testing::server server(s.routes());
  auto c = server.connect();
  c.stall();
  c.send({.target = "/static/many/"});
  c.accept(3000);
  CHECK(c.receive_head().status() == status::ok);
  c.reset();
  CHECK(server.run_until([&] { return server.report().connections.open == 0; }));
  CHECK(server.get("/static/").status() == status::ok);
}
