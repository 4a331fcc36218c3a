// SPDX-License-Identifier: BSL-1.0

#include "check_config.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sstream>

#include "support/scratch_folder.hpp"

using namespace asio_httpd;
using namespace asio_httpd::app;
using test_support::scratch_folder;

namespace {

std::string complaints(const config& c) {
  problems found;
  check_config(c, found);
  std::ostringstream out;
  out << found;
  return out.str();
}

config with_file(std::string path, std::string file, place where = {"site.json", 3}) {
  config c;
  c.files.push_back(
      {.path = std::move(path), .file = std::move(file), .said_at = std::move(where)});
  return c;
}

config with_directory(std::string directory) {
  config c;
  c.directory = folder_route{.directory = std::move(directory), .said_at = {"www"}};
  return c;
}

}  // namespace

TEST_CASE("what is there is fine") {
  const scratch_folder folder;
  config c = with_file("/flag", folder.write("flag", "x"));
  c.directory = folder_route{.directory = folder.path().string()};
  c.folders.push_back({.prefix = "/a", .directory = folder.path().string()});
  c.access_log = folder / "new.log";
  CHECK(complaints(c) == "");
  CHECK_FALSE(std::filesystem::exists(folder / "new.log"));  // looking changes nothing
}

TEST_CASE("missing, and of the wrong kind") {
  const scratch_folder folder;
  const std::string file = folder.write("flag", "x");
  CHECK(complaints(with_file("/flag", "/nowhere/flag")) ==
        "asio_httpd: site.json:3: cannot read the file \"/nowhere/flag\": No such file or "
        "directory\n");
  CHECK(complaints(with_file("/flag", folder.path().string())) ==
        "asio_httpd: site.json:3: \"" + folder.path().string() + "\" is a folder, not a file\n");
  CHECK(complaints(with_file("/flag", "/dev/null")) ==
        "asio_httpd: site.json:3: \"/dev/null\" is not a regular file\n");
  CHECK(complaints(with_directory("/nowhere")) ==
        "asio_httpd: www: cannot read the folder \"/nowhere\": No such file or directory\n");
  CHECK(complaints(with_directory(file)).find("is a file, not a folder") != std::string::npos);
}

TEST_CASE("what may not be read" * doctest::skip(::geteuid() == 0)) {
  const scratch_folder folder;
  const std::string file = folder.write("inner/flag", "x");
  ::chmod(file.c_str(), 0);
  CHECK(complaints(with_file("/flag", file)).find("Permission denied") != std::string::npos);
  ::chmod((folder / "inner").c_str(), 0);
  CHECK(complaints(with_directory(folder / "inner")).find("Permission denied") !=
        std::string::npos);
  ::chmod((folder / "inner").c_str(), 0700);
}

TEST_CASE("an access log that cannot be written") {
  const scratch_folder folder;
  config c;
  c.access_log_said_at = {"--access-log"};
  c.access_log = "/nowhere/access.log";
  CHECK(complaints(c) ==
        "asio_httpd: --access-log: cannot write the access log \"/nowhere/access.log\": No such "
        "file or directory\n");
  c.access_log = folder.path().string();
  CHECK(complaints(c).find("is a folder, not a file") != std::string::npos);
  c.access_log = "-";
  CHECK(complaints(c) == "");
}

TEST_CASE("routes that stand there twice") {
  const scratch_folder folder;
  const std::string file = folder.write("flag", "x");
  config c = with_file("/flag", file);
  c.files.push_back({.path = "/flag", .file = file, .said_at = {"site.json", 9}});
  CHECK(complaints(c) ==
        "asio_httpd: site.json:9: the route \"/flag\" is there already (line 3)\n");

  c.files[1].hosts = {"example.org"};
  CHECK(complaints(c) == "");

  CHECK(complaints(with_file("/status", file)) ==
        "asio_httpd: site.json:3: the route \"/status\" is there already (the status)\n");

  config folders = with_directory(folder.path().string());
  folders.folders.push_back(
      {.prefix = "/", .directory = folder.path().string(), .said_at = {"site.json", 4}});
  CHECK(complaints(folders).find("is there already (www)") != std::string::npos);
}

TEST_CASE("an address twice") {
  config c;
  c.listen = {"8080", "8081", "8080"};
  CHECK(complaints(c) == "asio_httpd: listens on 8080 twice\n");
  c.listen = {"localhost:0", "localhost:0", "0", "0"};
  CHECK(complaints(c) == "");
  c.listen = {"unix:x", "unix:x"};
  CHECK(complaints(c) == "asio_httpd: listens on unix:x twice\n");
}

TEST_CASE("all that is wrong is told") {
  config c = with_file("/a", "/nowhere/a");
  c.files.push_back({.path = "/b", .file = "/nowhere/b", .said_at = {"site.json", 4}});
  c.directory = folder_route{.directory = "/nowhere"};
  problems found;
  check_config(c, found);
  CHECK(found.all().size() == 3);
}

TEST_CASE("what a folder answers with is in it") {
  const scratch_folder folder;
  folder.write("404.html", "x");
  config c = with_directory(folder.path().string());
  c.directory->options.fallback = "app.html";
  c.directory->options.error_pages = {{status::not_found, "404.html"},
                                      {status::forbidden, "errors/403.html"}};
  c.directory->keys_said_at = {{"fallback", {"site.json", 7}}};
  const std::string missing = "\": No such file or directory\n";
  CHECK(complaints(c) == "asio_httpd: www: cannot read the file \"" + (folder / "errors/403.html") +
                             missing + "asio_httpd: site.json:7: cannot read the file \"" +
                             (folder / "app.html") + missing);
  c.directory->directory = "/nowhere";  // then nothing else is worth saying
  CHECK(complaints(c) == "asio_httpd: www: cannot read the folder \"/nowhere" + missing);
}

TEST_CASE("a redirect to itself") {
  const auto leads = [](std::string path, std::string to) {
    config c;
    c.redirects.push_back({.path = std::move(path), .to = std::move(to), .said_at = {"x", 1}});
    return complaints(c);
  };
  CHECK(leads("/a", "/a") == "asio_httpd: x:1: the route \"/a\" leads to itself\n");
  CHECK(leads("/a", "/a?b#c") != "");
  CHECK(leads("/{id:int}/{rest...}", "/{id}/{rest}") != "");
  CHECK(leads("/a", "/a/") == "");
  CHECK(leads("/{rest...}", "https://example.org/{rest}") == "");
}

TEST_CASE("content with a status that has none") {
  config c;
  c.answers.push_back(
      {.path = "/a", .text = "x", .status = status::no_content, .said_at = {"x", 1}});
  CHECK(complaints(c) ==
        "asio_httpd: x:1: an answer with the status 204 has no content, so leave \"text\" away\n");
  c.answers[0].text.clear();
  CHECK(complaints(c) == "");
}

TEST_CASE("TLS that lacks something, and what does not go together") {
  const scratch_folder folder;
  const std::string file = folder.write("a.pem", "x");
  const auto complaint = [](tls_settings tls) {
    config c;
    c.listen = {{"8443", std::move(tls), {"site.json", 3}}};
    return complaints(c);
  };
  const std::string at = "asio_httpd: site.json:3: ";
  tls_settings tls;
  CHECK(complaint(tls) == at + "\"tls\" needs \"certificates\", or \"self_signed\": true\n");
  tls.self_signed = true;
  CHECK(complaint(tls) == "");
  tls.options.certificates = {{file, file}};
  CHECK(complaint(tls) == at + "a certificate that is self-signed, and others: one or the other\n");
  tls.self_signed = false;
  CHECK(complaint(tls) == "");
  tls.options.clients = client_certificates::required;
  CHECK(complaint(tls).find("\"clients\" needs \"client_ca\"") != std::string::npos);
  tls.options.client_ca = file;
  CHECK(complaint(tls) == "");
  tls.options.clients = client_certificates::off;
  CHECK(complaint(tls).find("\"client_ca\" is of no use") != std::string::npos);
}

TEST_CASE("files of TLS that are not there, each where it was said") {
  const scratch_folder folder;
  const std::string file = folder.write("a.pem", "x");
  config c;
  tls_settings tls;
  tls.options.certificates = {{file, "/none/k"}, {"/none/c", file, "/none/o"}};
  tls.certificates_said_at = {{"site.json", 4}, {"site.json", 5}};
  tls.options.clients = client_certificates::required;
  tls.options.client_ca = "/none/ca";
  c.listen = {{"8443", tls, {"site.json", 3}}};
  const auto gone = [](int line, const char* name) {
    return "asio_httpd: site.json:" + std::to_string(line) + ": cannot read the file \"/none/" +
           name + "\": No such file or directory\n";
  };
  CHECK(complaints(c) == gone(3, "ca") + gone(4, "k") + gone(5, "c") + gone(5, "o"));
}

TEST_CASE("a redirect to TLS that is nowhere") {
  config c;
  c.listen = {"8080"};
  c.https_redirect = https_port{};
  CHECK(complaints(c).find("can be led nowhere") != std::string::npos);
  c.https_redirect = https_port{443};
  CHECK(complaints(c) == "");
}

TEST_CASE("one route for a host of two, and another kind of route at the same path") {
  config c;
  c.redirects.push_back(
      {.hosts = {"a.org", "b.org"}, .path = "/x", .to = "/y", .said_at = {"site.json", 3}});
  c.answers.push_back({.hosts = {"b.org", "c.org"}, .path = "/x", .said_at = {"site.json", 4}});
  CHECK(complaints(c) ==
        "asio_httpd: site.json:4: the route \"b.org/x\" is there already (line 3)\n");
}
