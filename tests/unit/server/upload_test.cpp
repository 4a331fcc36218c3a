// SPDX-License-Identifier: BSL-1.0
//
// Uploads on the real loop: content into files, forms while they come in, and what is left of both
// where the client is.

#include "support/carried.hpp"
#include "support/scratch_folder.hpp"

#include <asio_httpd/asio_httpd.hpp>
#include <asio_httpd/json.hpp>
#include <asio_httpd/testing.hpp>

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <string_view>

using namespace asio_httpd;
using boost::asio::awaitable;
using test_support::read_file;
using test_support::scratch_folder;

namespace {

constexpr std::string_view type = "multipart/form-data; boundary=b";

std::string part(std::string_view name, std::string_view filename, std::string_view content) {
  return "--b\r\nContent-Disposition: form-data; name=\"" + std::string(name) + "\"; filename=\"" +
         std::string(filename) + "\"\r\n\r\n" + std::string(content) + "\r\n";
}

testing::client_request form_of(std::string body) {
  return {.method = method::post,
          .target = "/form",
          .fields = {{"Content-Type", std::string(type)}},
          .body = std::move(body)};
}

// PUT /a saves; POST /form saves all that is a photo, and says the names of the parts; POST /json.
router make_routes(const scratch_folder& folder) {
  router routes;
  routes.put("/a", [&folder](request_body body) -> awaitable<std::string> {
    saved_file file = co_await body.save(folder.path().string());
    file.keep_as(folder / "a");
    co_return std::to_string(file.size());
  });
  routes.post("/form", [&folder](const request& r, request_body body) -> awaitable<std::string> {
    std::string names;
    multipart_reader parts(r, body);
    while (auto* part = co_await parts.next()) {
      names += part->name + " ";
      if (part->name != "photo") continue;
      saved_file photo = co_await part->save(folder.path().string());
      photo.keep_as(folder / safe_filename(part->filename.value()).value());
    }
    co_return names;
  });
  routes.post("/json", [](const request& r, request_body body) -> awaitable<nlohmann::json> {
    co_return co_await read_json(r, body, 100);
  });
  return routes;
}

}  // namespace

TEST_CASE("an upload has its name once it is whole") {
  const scratch_folder folder;
  testing::server s(make_routes(folder));
  auto c = s.connect();
  c.send("PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nabc");
  CHECK_FALSE(c.has_answer());
  CHECK(std::filesystem::is_empty(folder.path()));
  c.send("def");
  CHECK(c.receive_answer().text() == "6");
  CHECK(read_file(folder / "a") == "abcdef");
  CHECK(s.put("/a", "again").status() == status::internal_server_error);
  CHECK(s.log().back().find("/a\": File exists") != std::string::npos);
  CHECK(read_file(folder / "a") == "abcdef");
}

TEST_CASE("an upload whose client leaves leaves nothing behind") {
  for (const std::string_view framing :
       {"Content-Length: 6\r\n\r\nabc", "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"}) {
    for (const bool reset : {false, true}) {
      const scratch_folder folder;
      testing::server s(make_routes(folder));
      auto c = s.connect();
      c.send("PUT /a HTTP/1.1\r\nHost: x\r\n" + std::string(framing));
      reset ? c.reset() : c.shutdown_send();
      s.poll();
      CHECK(std::filesystem::is_empty(folder.path()));
      CHECK(test_support::end_of(s) ==
            (reset ? "client_aborted" : test_support::cut_as("client_aborted")));
    }
  }
}

TEST_CASE("a form comes in byte by byte") {
  const scratch_folder folder;
  testing::server s(make_routes(folder));
  auto c = s.connect();
  const std::string form = part("note", "", "skipped\r\n--c") + part("photo", "../b.jpg", "\r\n-") +
                           part("rest", "", "") + "--b--\r\n";
  for (const char byte : testing::to_bytes(form_of(form))) c.send({&byte, 1});
  CHECK(c.receive_answer().text() == "note photo rest ");
  CHECK(read_file(folder / "b.jpg") == "\r\n-");
  CHECK(c.request({.target = "/none"}).status() == status::not_found);  // the connection goes on
}

TEST_CASE("a form of a megabyte in large pieces") {
  const scratch_folder folder;
  testing::server s(make_routes(folder));
  std::string content;
  while (content.size() < 1'000'000) content += "\r\n--" + std::to_string(content.size());
  const auto answer = s.request(form_of(part("photo", "c", content) + "--b--"));
  CHECK(answer.text() == "photo ");
  CHECK(read_file(folder / "c") == content);
}

TEST_CASE("a form that is broken is answered with the rule; what it is no form of, at its head") {
  const scratch_folder folder;
  testing::server s(make_routes(folder));
  const auto broken = s.request(form_of(part("photo", "d", "x") + "--b-"));
  CHECK(broken.status() == status::bad_request);
  CHECK(broken.text() == "The form ends before its last boundary\n");
  CHECK(read_file(folder / "d") == "x");  // was good by itself
  auto c = s.connect();
  c.send("POST /form HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n");
  const auto refused = c.receive_answer();
  CHECK(refused.status() == status::unsupported_media_type);
  CHECK(refused.interim().empty());
}

TEST_CASE("a client that leaves in the middle of a file of a form leaves no file") {
  const scratch_folder folder;
  testing::server s(make_routes(folder));
  auto c = s.connect();
  const std::string bytes = testing::to_bytes(form_of(part("photo", "e", "content") + "--b--\r\n"));
  c.send(bytes.substr(0, bytes.size() - 10));
  CHECK(std::filesystem::is_empty(folder.path()));
  c.reset();
  s.poll();
  CHECK(std::filesystem::is_empty(folder.path()));
  CHECK(s.ends() == "client_aborted");
}

TEST_CASE("JSON is read by the handler, and what is none is answered") {
  const scratch_folder folder;
  testing::server s(make_routes(folder));
  const testing::field_lines json = {{"Content-Type", "application/json"}};
  CHECK(s.post("/json", "{\"a\": 1}", json).text() == "{\"a\":1}");
  CHECK(s.post("/json", "{\"a\": 1", json).status() == status::bad_request);
  CHECK(s.post("/json", std::string(101, '1'), json).status() == status::content_too_large);
  CHECK(s.post("/json", "{}", {{"Content-Type", "text/csv"}}).status() ==
        status::unsupported_media_type);
}
