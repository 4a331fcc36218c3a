// SPDX-License-Identifier: BSL-1.0
//
// The JSON, its schema and its page say the same.

#include "features/status_json.hpp"

#include <asio_httpd/close_reason.hpp>
#include <asio_httpd/method.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "http/rule.hpp"
#include "support/json_schema.hpp"
#include "support/scratch_folder.hpp"
#include "support/source_tree.hpp"

using namespace asio_httpd;
using nlohmann::json;
using test_support::schema_errors;
using test_support::source_tree;

namespace {

json schema() {
  return json::parse(test_support::read_file(source_tree() / "docs/reference/status.schema.json"));
}

std::vector<named_count> one_for_each_reason() {
  std::vector<named_count> all;
  for (std::size_t i = 1; i < close_reason_count; ++i) {
    all.push_back({std::string(to_string(static_cast<close_reason>(i))), i});
  }
  return all;
}

std::vector<named_count> one_for_each_rule() {
  std::vector<named_count> all;
  for (std::size_t i = 1; i < http::rule_count; ++i) {
    all.push_back({std::string(to_string(static_cast<http::rule>(i))), i});
  }
  return all;
}

std::vector<named_count> one_for_each_method() {
  std::vector<named_count> all;
  for (std::size_t i = 0; i < method_count; ++i) {
    all.push_back({std::string(to_string(static_cast<method>(i))), i});
  }
  return all;
}

// Every field has a value of its own.
status_report filled_report() {
  using namespace std::chrono_literals;
  status_report r;
  r.version = "1.2.3";
  r.started_unix_time = 784'111'777;
  r.uptime = 12'345ms;
  r.pid = 42;
  r.threads = 2;
  r.listeners = {"127.0.0.1:8080", "unix:/run/x.sock"};
  r.connections.accepted = 101;
  r.connections.open = 102;
  r.connections.idle = 103;
  r.connections.refused = 104;
  r.connections.accept_errors = 105;
  r.connections.limit = 106;
  r.connections.closed = one_for_each_reason();
  r.requests.total = 201;
  r.requests.handler_errors = 202;
  r.requests.slow_handler_turns = 207;
  r.requests.by_method = one_for_each_method();
  r.requests.by_status_class = {300, 301, 302, 303, 304, 305};
  r.requests.by_route = {{"", "GET", "/flag", 203}, {"example.org", "*", "/{rest...}", 204}};
  r.requests.without_route = 205;
  r.requests.latency = {206, 1us, 2us, 3us, 4us, 5500ns, 6us};
  r.bytes.received = 401;
  r.bytes.sent = 402;
  r.parse_errors = one_for_each_rule();
  r.process.resident_memory_bytes = 501;
  r.process.open_descriptors = 502;
  r.process.descriptor_limit = 503;
  r.file_cache.memory_bytes = 601;
  r.file_cache.memory_limit_bytes = 602;
  r.file_cache.descriptors = 603;
  r.file_cache.descriptor_limit = 604;
  return r;
}

json rendered(const status_report& r) {
  return json::parse(features::to_json(r).dump());
}

std::string join(const std::vector<std::string>& lines) {
  std::string all;
  for (const std::string& line : lines) all += line + '\n';
  return all;
}

const json& resolved(const json& root, const json& node) {
  if (!node.contains("$ref")) return node;
  return root.at(json::json_pointer(node.at("$ref").get<std::string>().substr(1)));
}

// "connections.closed.drained", "requests.by_route[].host", ...
void collect_paths(const json& root, const json& node, const std::string& path,
                   std::set<std::string>& to) {
  const json& n = resolved(root, node);
  if (n.contains("items") && resolved(root, n.at("items")).contains("properties")) {
    collect_paths(root, n.at("items"), path + "[]", to);
  }
  if (!n.contains("properties")) return;
  for (const auto& [name, child] : n.at("properties").items()) {
    const std::string below = path.empty() ? name : path + '.' + name;
    to.insert(below);
    collect_paths(root, child, below, to);
  }
}

std::set<std::string> schema_paths() {
  std::set<std::string> paths;
  const json root = schema();
  collect_paths(root, root, "", paths);
  return paths;
}

// The first column of every table of the page.
std::set<std::string> documented_paths() {
  std::set<std::string> paths;
  std::istringstream page(test_support::read_file(source_tree() / "docs/reference/status.md"));
  for (std::string line; std::getline(page, line);) {
    if (!line.starts_with("| `")) continue;
    paths.insert(line.substr(3, line.find('`', 3) - 3));
  }
  return paths;
}

// `requests.by_method.*` stands for all the methods.
bool covers(const std::set<std::string>& documented, const std::string& path) {
  const std::string star = path.substr(0, path.rfind('.') + 1) + '*';
  return documented.contains(path) || documented.contains(star);
}

}  // namespace

TEST_CASE("a full report is valid") {
  CHECK(join(schema_errors(schema(), rendered(filled_report()))) == "");
}

TEST_CASE("each value stands under its name") {
  const json j = rendered(filled_report());
  CHECK(j["version"] == "1.2.3");
  CHECK(j["pid"] == 42);
  CHECK(j["started"] == "1994-11-06T08:49:37Z");
  CHECK(j["uptime_seconds"] == 12.345);
  CHECK(j["threads"] == 2);
  CHECK(j["draining"] == false);
  CHECK(j["listeners"] == json{"127.0.0.1:8080", "unix:/run/x.sock"});
  CHECK(j["connections"]["accepted"] == 101);
  CHECK(j["connections"]["open"] == 102);
  CHECK(j["connections"]["idle"] == 103);
  CHECK(j["connections"]["refused"] == 104);
  CHECK(j["connections"]["accept_errors"] == 105);
  CHECK(j["connections"]["limit"] == 106);
  CHECK(j["connections"]["closed"]["client_done"] == 1);
  CHECK(j["connections"]["closed"]["internal_error"] == 18);
  CHECK(j["requests"]["total"] == 201);
  CHECK(j["requests"]["handler_errors"] == 202);
  CHECK(j["requests"]["slow_handler_turns"] == 207);
  CHECK(j["requests"]["by_method"]["HEAD"] == 1);
  CHECK(j["requests"]["by_status_class"]["2xx"] == 302);
  CHECK(j["requests"]["by_status_class"]["other"] == 300);
  CHECK(j["requests"]["by_route"][0] ==
        json{{"host", "*"}, {"method", "GET"}, {"pattern", "/flag"}, {"requests", 203}});
  CHECK(j["requests"]["by_route"][1]["host"] == "example.org");
  CHECK(j["requests"]["without_route"] == 205);
  CHECK(j["requests"]["latency_us"]["count"] == 206);
  CHECK(j["requests"]["latency_us"]["p50"] == 1.0);
  CHECK(j["requests"]["latency_us"]["p90"] == 2.0);
  CHECK(j["requests"]["latency_us"]["p99"] == 3.0);
  CHECK(j["requests"]["latency_us"]["p999"] == 4.0);
  CHECK(j["requests"]["latency_us"]["max"] == 5.5);
  CHECK(j["requests"]["latency_us"]["mean"] == 6.0);
  CHECK(j["bytes"] == json{{"received", 401}, {"sent", 402}});
  CHECK(j["parse_errors"]["empty_lines"] == 1);
  CHECK(j["process"]["resident_memory_bytes"] == 501);
  CHECK(j["process"]["open_descriptors"] == 502);
  CHECK(j["process"]["descriptor_limit"] == 503);
  CHECK(j["file_cache"]["memory_bytes"] == 601);
  CHECK(j["file_cache"]["memory_limit_bytes"] == 602);
  CHECK(j["file_cache"]["descriptors"] == 603);
  CHECK(j["file_cache"]["descriptor_limit"] == 604);
}

TEST_CASE("a wrong document is not valid") {
  const json good = rendered(filled_report());
  const auto is_wrong = [&](const char* pointer, const json& value) {
    json wrong = good;
    wrong[json::json_pointer(pointer)] = value;
    return !schema_errors(schema(), wrong).empty();
  };
  CHECK(is_wrong("/threads", "2"));
  CHECK(is_wrong("/pid", 0));
  CHECK(is_wrong("/connections/open", -1));
  CHECK(is_wrong("/connections/closed/somehow", 1));
  CHECK(is_wrong("/requests/by_method/get", 1));
  CHECK(is_wrong("/requests/by_route/0/method", "BREW"));
  CHECK(is_wrong("/requests/by_route/0/extra", 1));
  CHECK(is_wrong("/listeners/0", ""));
  CHECK(is_wrong("/extra", true));
  CHECK_FALSE(is_wrong("/threads", 3));
}

TEST_CASE("a document that lacks a field is not valid") {
  const json good = rendered(filled_report());
  for (const auto& member : good.items()) {
    const std::string& name = member.key();
    CAPTURE(name);
    json lacking = good;
    lacking.erase(name);
    CHECK(schema_errors(schema(), lacking).size() == 1);
  }
}

TEST_CASE("a schema with a keyword that is not checked is refused") {
  CHECK_FALSE(schema_errors(json{{"pattern", "x"}}, "y").empty());
  CHECK_FALSE(schema_errors(json{{"additionalProperties", true}, {"properties", json::object()}},
                            json::object())
                  .empty());
}

TEST_CASE("every object of the schema is closed") {
  const json root = schema();
  std::vector<const json*> open = {&root};
  while (!open.empty()) {
    const json& node = *open.back();
    open.pop_back();
    if (!node.is_object()) continue;
    if (node.value("type", json()) == "object") CHECK(node.at("additionalProperties") == false);
    for (const json& child : node) open.push_back(&child);
  }
}

TEST_CASE("every field of the schema is explained in status.md") {
  const std::set<std::string> documented = documented_paths();
  for (const std::string& path : schema_paths()) {
    CAPTURE(path);
    CHECK(covers(documented, path));
  }
}

TEST_CASE("status.md explains nothing that is not in the schema") {
  std::set<std::string> known = schema_paths();
  known.insert("requests.by_method.*");
  for (const std::string& path : documented_paths()) {
    CAPTURE(path);
    CHECK(known.contains(path));
  }
}
