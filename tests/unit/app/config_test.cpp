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

#include "print_config.hpp"
#include "read_config.hpp"
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
  CHECK(c.listen == std::vector<std::string>{"localhost:8080", "[::1]:0", "unix:@name", "8081"});
  REQUIRE(c.directory);
  CHECK(c.directory->directory == "/srv/www");
  REQUIRE(c.files.size() == 2);
  CHECK(c.files[0].path == "/flag");
  CHECK(c.files[0].file == "/flag");
  CHECK(c.files[0].hosts.empty());
  CHECK(c.files[0].said_at.text() == "x:6");
  CHECK(c.files[1].path == "/users/{id}");
  CHECK(c.files[1].file == "/srv/user.html");
  CHECK(c.files[1].hosts == std::vector<std::string>{"example.org"});
  REQUIRE(c.folders.size() == 1);
  CHECK(c.folders[0].prefix == "/static");
  CHECK(c.folders[0].directory == "/srv/static");
  CHECK(c.folders[0].options.index == "");
  CHECK(c.folders[0].options.dotfiles);
  CHECK(c.folders[0].hosts == std::vector<std::string>{"*.example.org"});
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
  CHECK(c.listen.at(0) == "unix:" + (folder / "x.sock"));
  CHECK(c.access_log == "-");
}

TEST_CASE("what is printed is read again, and is the same") {
  problems found;
  config c;
  read_config_text(read_file(cases / "everything_said.json"), "x", "/srv", c, found);
  for (const config& each : {c, read_valid("{}"), read_valid(R"({"status": false})")}) {
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
