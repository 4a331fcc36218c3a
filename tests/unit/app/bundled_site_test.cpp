// SPDX-License-Identifier: BSL-1.0

#include "bundled_site.hpp"

#include <asio_httpd/request.hpp>

#include <doctest/doctest.h>

#include <filesystem>
#include <set>

#include "support/scratch_folder.hpp"
#include "support/source_tree.hpp"

using namespace asio_httpd;
using namespace asio_httpd::app;

namespace {

const std::filesystem::path sources = test_support::source_tree() / "apps/asio_httpd/site";

response get(std::string target, fields f = {}, std::optional<std::string> status = "/status") {
  router routes;
  add_bundled_site(routes, status);
  request r{method::get, std::move(target), std::move(f)};
  return routes.handle(r);
}

fields if_none_match(std::string_view tag) {
  fields f;
  f.set(field::if_none_match, tag);
  return f;
}

}  // namespace

TEST_CASE("every file of the folder is in the program, byte for byte") {
  std::set<std::string> there, embedded;
  for (const auto& entry : std::filesystem::directory_iterator(sources)) {
    there.insert(entry.path().filename().string());
  }
  for (const embedded_file& file : embedded_files()) {
    embedded.emplace(file.name);
    CHECK(file.content == test_support::read_file(sources / file.name));
  }
  CHECK(there == embedded);
}

TEST_CASE("pages have type, tag and policy") {
  const response page = get("/");
  CHECK(page.status() == status::ok);
  CHECK(page.fields().get(field::content_type) == "text/html; charset=utf-8");
  CHECK(page.fields().get(field::content_security_policy).starts_with("default-src 'none';"));
  CHECK(page.fields().contains(field::etag));
  CHECK(get("/index.html").text() == page.text());
  CHECK(get("/style.css").fields().get(field::content_type).starts_with("text/css"));
  CHECK(get("/app.js").fields().get(field::content_type).starts_with("text/javascript"));
  CHECK(get("/favicon.svg").fields().get(field::content_type).starts_with("image/svg+xml"));
}

TEST_CASE("the flag is text") {
  const response flag = get("/flag");
  CHECK(flag.text() == "flag{asio_httpd}\n");
  CHECK(flag.fields().get(field::content_type) == "text/plain; charset=utf-8");
  CHECK(get("/flag.html").status() == status::ok);
}

TEST_CASE("who has it already gets 304") {
  const std::string tag(get("/").fields().get(field::etag));
  CHECK(get("/", if_none_match(tag)).status() == status::not_modified);
  CHECK(get("/", if_none_match("\"x\", W/" + tag)).status() == status::not_modified);
  CHECK(get("/", if_none_match("*")).status() == status::not_modified);
  CHECK(get("/", if_none_match("\"x\"")).status() == status::ok);
  CHECK(get("/style.css", if_none_match(tag)).status() == status::ok);
  CHECK(get("/", if_none_match(tag)).kind() == response::content::none);
}

TEST_CASE("the pages know where the status is") {
  CHECK(get("/", {}, "/status").text().find("data-status=\"/status\"") != std::string_view::npos);
  CHECK(get("/flag.html", {}, "/x&\"<y").text().find("data-status=\"/x&amp;&quot;&lt;y\"") !=
        std::string_view::npos);
  CHECK(get("/", {}, std::nullopt).text().find("data-status=\"\"") != std::string_view::npos);
}

TEST_CASE("the pages hold nothing that their policy forbids") {
  for (const embedded_file& file : embedded_files()) {
    CAPTURE(file.name);
    CHECK(file.content.find("style=\"") == std::string_view::npos);
    CHECK(file.content.find("onclick") == std::string_view::npos);
    CHECK(file.content.find("//cdn") == std::string_view::npos);
    if (!file.name.ends_with(".html")) continue;
    CHECK(file.content.find("<style") == std::string_view::npos);
    CHECK(file.content.find("<script>") == std::string_view::npos);
    CHECK(file.content.find("http://") == std::string_view::npos);
    CHECK(file.content.find("https://") == std::string_view::npos);
  }
}
