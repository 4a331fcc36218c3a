// SPDX-License-Identifier: BSL-1.0
//
// Configurations and what is said about them: cases/NAME.json, and in cases/NAME.expected the lines
// of complaint, none where it is valid. A new case needs no C++.
//
// Then: what a valid one means, that printing and reading agree, and that each key is documented.

#include "config.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>

#include "listen_settings.hpp"
#include "print_config.hpp"
#include "read_config.hpp"
#include "route_settings.hpp"
#include "settings.hpp"
#include "support/scratch_folder.hpp"
#include "support/source_tree.hpp"

using namespace asio_httpd;
using namespace asio_httpd::app;
using namespace std::chrono_literals;
using test_support::read_file;
namespace fs = std::filesystem;

namespace {

const fs::path cases = test_support::source_tree() / "tests/unit/app/cases";

std::string printed(const problems& found) {
  std::ostringstream out;
  out << found;
  return out.str();
}

config read(std::string_view text, problems& found) {
  config c;
  read_config_text(text, "site.json", "/srv", c, found);
  return c;
}

config read_valid(std::string_view text) {
  problems found;
  config c = read(text, found);
  CHECK(printed(found) == "");
  return c;
}

std::string complaint_about(std::string_view text) {
  problems found;
  read(text, found);
  return printed(found);
}

std::set<std::string> case_names(const std::string& extension) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(cases)) {
    if (entry.path().extension() == extension) names.insert(entry.path().stem().string());
  }
  return names;
}

// A row of a table of docs/reference/configuration.md.
struct documented {
  std::string initial;   // second column
  std::string expected;  // third column
};

std::vector<std::string> columns_of(const std::string& row) {
  std::vector<std::string> columns;
  std::istringstream in(row);
  for (std::string column; std::getline(in, column, '|');) {
    const std::size_t begin = column.find_first_not_of(' ');
    const std::size_t end = column.find_last_not_of(' ');
    columns.push_back(begin == std::string::npos ? "" : column.substr(begin, end - begin + 1));
  }
  return columns;
}

std::map<std::string, documented> documentation() {
  std::map<std::string, documented> found;
  const fs::path page = test_support::source_tree() / "docs/reference/configuration.md";
  std::istringstream in(read_file(page));
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with("| `")) continue;
    const std::vector<std::string> columns = columns_of(line);
    REQUIRE(columns.size() >= 5);
    std::string key = columns[1];
    std::erase(key, '`');
    found[key] = {columns[2], columns[3]};
  }
  return found;
}

}  // namespace

TEST_CASE("each case has its expectation") {
  CHECK(case_names(".json") == case_names(".expected"));
  CHECK(case_names(".json").size() >= 15);
}

TEST_CASE("the complaints of each case") {
  for (const std::string& name : case_names(".json")) {
    CAPTURE(name);
    problems found;
    config c;
    const std::string file = name + ".json";
    read_config_text(read_file(cases / file), file, "/srv", c, found);
    CHECK(printed(found) == read_file(cases / (name + ".expected")));
  }
}

TEST_CASE("what is not said has its default") {
  const config c = read_valid("{}");
  const server_options defaults;
  CHECK(c.listen.empty());
  CHECK(c.status == "/status");
  CHECK_FALSE(c.status_to_everyone);
  CHECK_FALSE(c.access_log);
  CHECK(c.drain == defaults.drain);
  CHECK(c.limits.head == defaults.limits.head);
  CHECK(c.deadlines.idle == defaults.deadlines.idle);
  CHECK(c.sockets.backlog == defaults.sockets.backlog);
  CHECK(c.serves_nothing());
}

TEST_CASE("everything that can be said arrives") {
  problems found;
  config c;
  read_config_text(read_file(cases / "everything_said.json"), "x", "/srv", c, found);
  REQUIRE(c.listen.size() == 5);
  for (std::size_t i = 0; i < 4; ++i) CHECK_FALSE(c.listen[i].tls);
  CHECK(c.listen[0].address == "localhost:8080");
  CHECK(c.listen[1].address == "[::1]:0");
  CHECK(c.listen[2].address == "unix:@name");
  CHECK(c.listen[3].address == "8081");
  CHECK(c.listen[4].address == "*:8443");
  REQUIRE(c.listen[4].tls);
  const tls_options& tls = c.listen[4].tls->options;
  CHECK(tls.certificates == std::vector<tls_certificate>{
                                {"/srv/a.pem", "/srv/a.key", "/srv/a.ocsp"},
                                {"/etc/b.pem", "/etc/b.key"},
                            });
  CHECK(tls.minimum == tls_version::tls_1_3);
  CHECK_FALSE(tls.http2);
  CHECK(tls.clients == client_certificates::optional);
  CHECK(tls.client_ca == "/srv/ca.pem");
  CHECK_FALSE(tls.session_tickets);
  CHECK_FALSE(tls.kernel_tls);
  CHECK_FALSE(c.listen[4].tls->self_signed);
  CHECK(c.listen[4].tls->certificates_said_at[1].text() == "x:5");
  REQUIRE(c.https_redirect);
  CHECK(c.https_redirect->said == 443);
  CHECK(redirect_port(c) == 443);
  REQUIRE(c.hsts);
  CHECK(c.hsts->max_age == std::chrono::hours(1));
  CHECK(c.hsts->include_subdomains);
  CHECK(c.hsts->preload);
  CHECK(c.hsts->behind_proxy);
  REQUIRE(c.directory);
  CHECK(c.directory->directory == "/srv/www");
  CHECK(c.directory->prefix == "/");
  CHECK(c.directory->said_at.text() == "x:10");
  CHECK(c.directory->said("error_pages").text() == "x:17");
  const file_options& o = c.directory->options;
  CHECK(o.index == "home.html");
  CHECK(o.listing);
  CHECK(o.archive);
  CHECK(o.clean_urls);
  CHECK(o.fallback == "app.html");
  CHECK(o.error_pages == std::map<status, std::string>{{status::forbidden, "errors/403.html"},
                                                       {status::not_found, "404.html"}});
  CHECK_FALSE(o.dotfiles);
  CHECK(o.hidden == std::vector<std::string>{"*~", "private/**"});
  CHECK(o.symlinks == symlink_policy::never);
  REQUIRE(o.cache_control.size() == 2);
  CHECK(o.cache_control[0].pattern == "*.{hash}.*");
  CHECK(o.cache_control[0].value == "public, max-age=31536000, immutable");
  CHECK(o.cache_control[1].pattern == "*");
  CHECK(o.attachments == std::vector<std::string>{"*.zip"});
  CHECK(o.media_types.at("foo") == "application/foo");
  CHECK_FALSE(o.precompressed);
  CHECK_FALSE(o.compression.zstd);
  CHECK(o.compression.brotli);
  CHECK(o.compression.gzip);
  CHECK(o.compression.min_size == 2048);
  CHECK_FALSE(o.cache);
  REQUIRE(c.directory->uploads);
  CHECK(c.directory->uploads->users == std::map<std::string, std::string>{{"ann", "secret"}});
  const upload_options& u = c.directory->uploads->options;
  CHECK_FALSE(u.replace);
  CHECK(u.remove);
  CHECK(u.make_folders);
  CHECK(u.cross_site);
  CHECK_FALSE(u.forms);
  CHECK(u.resumable_for == std::chrono::hours(1));
  CHECK(u.durable);
  CHECK(u.permissions == 0600);
  CHECK(u.file_limit == 10 * 1024 * 1024);
  CHECK(u.quota == 1024 * 1024 * 1024);
  CHECK(u.at_once == 8);
  CHECK(u.files_in_form == 5);
  CHECK(u.unfinished == 10);
  REQUIRE(c.files.size() == 2);
  CHECK(c.files[0].path == "/flag");
  CHECK(c.files[0].file == "/flag");
  CHECK(c.files[0].hosts.empty());
  CHECK(c.files[0].said_at.text() == "x:33");
  CHECK(c.files[1].path == "/users/{id}");
  CHECK(c.files[1].file == "/srv/user.html");
  CHECK(c.files[1].hosts == std::vector<std::string>{"example.org"});
  REQUIRE(c.folders.size() == 1);
  CHECK(c.folders[0].prefix == "/static");
  CHECK(c.folders[0].directory == "/srv/static");
  CHECK(c.folders[0].options.index == "");
  CHECK(c.folders[0].options.dotfiles);
  CHECK(c.folders[0].hosts == std::vector<std::string>{"*.example.org"});
  CHECK(c.folders[0].options.compression.min_size == 0);
  CHECK_FALSE(c.folders[0].options.compression.gzip);
  REQUIRE(c.redirects.size() == 2);
  CHECK(c.redirects[0].path == "/old/{rest...}");
  CHECK(c.redirects[0].to == "/new/{rest}");
  CHECK(c.redirects[0].status == status::temporary_redirect);
  CHECK(c.redirects[0].hosts.empty());
  CHECK(c.redirects[1].status == status::permanent_redirect);
  CHECK(c.redirects[1].hosts == std::vector<std::string>{"www.example.org", "www.example.com"});
  REQUIRE(c.answers.size() == 3);
  CHECK(c.answers[0].path == "/ping");
  CHECK(c.answers[0].text == "pong\n");
  CHECK(c.answers[0].status == status::ok);
  CHECK(c.answers[0].content_type == "text/plain; charset=utf-8");
  CHECK(to_integer(c.answers[1].status) == 418);
  CHECK(c.answers[1].content_type == "text/html");
  CHECK(c.answers[1].fields ==
        std::vector<answer_route::named_value>{{"X-Pot", "tea"}, {"Cache-Control", "no-store"}});
  CHECK(c.answers[2].status == status::no_content);
  CHECK(c.threads == 2);
  CHECK(c.status == "/internal/status");
  CHECK(c.status_to_everyone);
  CHECK(c.access_log == "/srv/access.log");
  CHECK(c.access_log_format == access_log_format::json);
  CHECK(c.log_level == log_level::warning);
  CHECK(c.server_name == "");
  CHECK(c.drain == 1500ms);
  CHECK(c.limits.head == 32 * 1024);
  CHECK(c.limits.fields == 50);
  CHECK(c.limits.target == 4096);
  CHECK(c.limits.body == 10 * 1024 * 1024);
  CHECK(c.limits.connections == 1000);
  CHECK(c.limits.pending_output == 1024 * 1024);
  CHECK(c.limits.requests_per_connection == 100);
  CHECK(c.limits.streams == 10);
  CHECK(c.limits.stream_window == 65535);
  CHECK(c.limits.connection_window == 2 * 1024 * 1024);
  CHECK(c.deadlines.head == 5s);
  CHECK(c.deadlines.body == 7500ms);
  CHECK(c.deadlines.body_rate == 1024);
  CHECK(c.deadlines.idle == 2min);
  CHECK(c.deadlines.write == 500ms);
  CHECK(c.deadlines.write_rate == 100);
  CHECK(c.deadlines.handler == 1h);
  CHECK(c.deadlines.linger == 0s);
  CHECK(c.deadlines.handler_turn == 250ms);
  CHECK(c.sockets.backlog == 128);
  CHECK_FALSE(c.sockets.reuse_address);
  CHECK(c.sockets.reuse_port);
  CHECK(c.sockets.keep_alive);
  CHECK_FALSE(c.sockets.no_delay);
  CHECK(c.sockets.defer_accept == 3s);
  CHECK(c.sockets.v6_only);
  CHECK(c.sockets.unix_mode == 0660);
}

TEST_CASE("TLS by a certificate of the program's own, and one certificate without a list") {
  const config c = read_valid(R"({"listen": [
    {"address": 8443, "tls": {"self_signed": true}},
    {"address": "8444", "tls": {"certificates": {"certificate": "a.pem", "key": "a.key"}}},
    {"address": "8445"}], "https_redirect": true, "hsts": true})");
  CHECK(c.listen[0].address == "8443");
  CHECK(c.listen[0].tls->self_signed);
  CHECK(c.listen[0].tls->options == tls_options{});
  CHECK(c.listen[1].tls->options.certificates ==
        std::vector<tls_certificate>{{"/srv/a.pem", "/srv/a.key"}});
  CHECK(c.listen[2] == listener("8445"));
  CHECK(redirect_port(c) == 8443);
  CHECK(c.hsts->max_age == transport_security{}.max_age);
}

TEST_CASE("the port that the redirect leads to") {
  const auto port = [](const std::string& listen) {
    return redirect_port(read_valid(R"({"https_redirect": true, "listen": )" + listen + '}'));
  };
  CHECK(port(R"(["80", {"address": "unix:x", "tls": {}}, {"address": "[::1]:444", "tls": {}}])") ==
        444);
  CHECK(port(R"(["80", {"address": "localhost:0", "tls": {}}])") == 0);
  CHECK(port(R"("80")") == 0);
  CHECK(redirect_port(read_valid(R"({"https_redirect": false})")) == 0);
}

TEST_CASE("status and access log can be switched off") {
  const config c = read_valid(R"({"status": false, "access_log": "off"})");
  CHECK_FALSE(c.status);
  CHECK_FALSE(c.access_log);
}

TEST_CASE("a file that cannot be read is one problem") {
  problems found;
  config c;
  read_config_file("/nowhere/site.json", c, found);
  CHECK(printed(found) ==
        "asio_httpd: /nowhere/site.json: cannot read this file: No such file or directory\n");
}

TEST_CASE("a folder is no configuration") {
  const test_support::scratch_folder folder;
  problems found;
  config c;
  read_config_file(folder.path().string(), c, found);
  CHECK(printed(found).find("cannot read this file: Is a directory") != std::string::npos);
}

TEST_CASE("paths are relative to the folder of the file") {
  const test_support::scratch_folder folder;
  const std::string file = folder.write(
      "site.json", R"({"directory": "./www", "listen": "unix:x.sock", "access_log": "-"})");
  problems found;
  config c;
  read_config_file(file, c, found);
  CHECK(printed(found) == "");
  CHECK(c.directory->directory == folder / "www");
  CHECK(c.listen.at(0).address == "unix:" + (folder / "x.sock"));
  CHECK(c.access_log == "-");
}

TEST_CASE("what is printed is read again, and is the same") {
  problems found;
  config c;
  read_config_text(read_file(cases / "everything_said.json"), "x", "/srv", c, found);
  for (const config& each :
       {c, read_valid("{}"), read_valid(R"({"status": false})"),
        read_valid(R"({"listen": {"address": "1", "tls": {"self_signed": true}},
                       "https_redirect": true, "hsts": true})"),
        read_valid(R"({"hsts": {"max_age": 60}, "https_redirect": 8443})")}) {
    const std::string once = to_json(each).dump(2);
    CHECK(to_json(read_valid(once)).dump(2) == once);
  }
}

TEST_CASE("each setting complains about a value of no type") {
  for (const setting& s : settings()) {
    CAPTURE(s.name());
    nlohmann::ordered_json wrong;
    auto& at = s.section.empty() ? wrong : wrong[std::string(s.section)];
    at[std::string(s.key)] = nlohmann::ordered_json::array();
    CHECK(complaint_about(wrong.dump()) ==
          "asio_httpd: site.json:1: \"" + s.name() + "\" must be " + s.expected + ", not a list\n");
  }
}

template <class Route>
void check_route_settings() {
  const route_kind<Route>& kind = kind_of<Route>();
  for (const setting_of<Route>& s : kind.settings) {
    CAPTURE(kind.name);
    CAPTURE(s.key);
    nlohmann::ordered_json route;
    for (std::string_view needed : kind.needed) route[std::string(needed)] = "/x";
    if (kind.name == "a fixed answer") route["text"] = "";
    route[std::string(s.key)] = nullptr;
    const nlohmann::ordered_json site = {{"routes", {route}}};
    CHECK(complaint_about(site.dump()) == "asio_httpd: site.json:1: \"" + std::string(s.key) +
                                              "\" must be " + s.expected + ", not null\n");
  }
}

TEST_CASE("each setting of a route complains about a value of no type") {
  check_route_settings<file_route>();
  check_route_settings<folder_route>();
  check_route_settings<redirect_route>();
  check_route_settings<answer_route>();
}

TEST_CASE("the folder at / may be an object, and keeps nothing of an earlier one") {
  const config c = read_valid(R"({"directory": {"directory": "www", "prefix": "/a"}})");
  CHECK(c.directory->directory == "/srv/www");
  CHECK(c.directory->prefix == "/a");
  CHECK(c.directory->options.index == "index.html");
  CHECK(c.directory->said("index").text() == "site.json:1");
}

TEST_CASE("compression as one word, and as an object") {
  const auto options = [](const std::string& value) {
    return read_valid(R"({"directory": {"directory": "www", "compression": )" + value + "}}")
        .directory->options.compression;
  };
  CHECK(options("true").zstd);
  CHECK(options("true").min_size == 1024);
  CHECK_FALSE(options("false").zstd);
  CHECK(options(R"({"min_size": 7})").gzip);
  CHECK(options(R"({"min_size": 7})").min_size == 7);
  CHECK_FALSE(options(R"({"codings": ["br"]})").gzip);
  CHECK_FALSE(options(R"({"codings": []})").brotli);
}

TEST_CASE("the examples of the page are valid") {
  const std::string page =
      read_file(test_support::source_tree() / "docs/reference/configuration.md");
  std::size_t shown = 0;
  constexpr std::string_view begin = "```json\n";
  for (std::size_t at = 0; (at = page.find(begin, at)) != std::string::npos; ++shown) {
    at += begin.size();
    read_valid(std::string_view(page).substr(at, page.find("```", at) - at));
  }
  CHECK(shown >= 4);
}

TEST_CASE("each key is documented, and no other") {
  const std::map<std::string, documented> page = documentation();
  const std::vector<std::string> keys = config_keys();
  for (const std::string& key : keys) {
    CAPTURE(key);
    CHECK(page.contains(key));
  }
  for (const auto& row : page) {
    const std::string& key = row.first;
    CAPTURE(key);
    CHECK(std::find(keys.begin(), keys.end(), key) != keys.end());
  }
}

TEST_CASE("defaults and ranges are documented as they are") {
  const std::map<std::string, documented> page = documentation();
  for (const setting& s : settings()) {
    CAPTURE(s.name());
    const auto row = page.find(s.name());
    REQUIRE(row != page.end());
    CHECK(row->second.initial == '`' + s.write(config{}).dump() + '`');
    CHECK(row->second.expected == s.expected);
  }
}

template <class Route>
void check_documented_route(const std::map<std::string, documented>& page) {
  for (const setting_of<Route>& s : kind_of<Route>().settings) {
    CAPTURE(s.key);
    const auto row = page.find("routes[]." + std::string(s.key));
    REQUIRE(row != page.end());
    if (s.key != "status") CHECK(row->second.expected == s.expected);
    const auto initial = s.write(Route{});
    const bool needed =
        std::count(kind_of<Route>().needed.begin(), kind_of<Route>().needed.end(), s.key) != 0;
    if (!needed && !initial.is_null() && s.key != "status") {
      CHECK(row->second.initial == '`' + initial.dump() + '`');
    }
  }
}

template <class T>
void check_documented_listener(std::span<const setting_of<T>> known, const std::string& before) {
  const std::map<std::string, documented> page = documentation();
  for (const setting_of<T>& s : known) {
    CAPTURE(s.key);
    const auto row = page.find(before + std::string(s.key));
    REQUIRE(row != page.end());
    CHECK(row->second.expected == s.expected);
    const std::string initial = s.write(T{}).dump();
    const bool has_default = initial != "null" && s.key != "address" && s.key != "certificate" &&
                             s.key != "key" && s.key != "certificates";
    CHECK(row->second.initial == (has_default ? '`' + initial + '`' : ""));
  }
}

TEST_CASE("and those of listeners") {
  check_documented_listener(listener_settings(), "listen[].");
  check_documented_listener(tls_setting_table(), "listen[].tls.");
  check_documented_listener(certificate_settings(), "listen[].tls.certificates[].");
  check_documented_listener(hsts_settings(), "hsts.");
}

TEST_CASE("and so are those of routes") {
  const std::map<std::string, documented> page = documentation();
  check_documented_route<file_route>(page);
  check_documented_route<folder_route>(page);
  check_documented_route<redirect_route>(page);
  check_documented_route<answer_route>(page);
}
