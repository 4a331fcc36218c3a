// SPDX-License-Identifier: BSL-1.0
//
// What it costs to find a route: 1,000 routes (half of them literal, half with one to three
// parameters), requests for random ones of them, with and without taking the path apart.

#include <benchmark/benchmark.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "http/path.hpp"
#include "routing/tree.hpp"
#include "support/sample_routes.hpp"

namespace {

using asio_httpd::method;
using asio_httpd::http::path;
using asio_httpd::http::path_error;
using asio_httpd::routing::match_outcome;
using asio_httpd::routing::parameters;
using asio_httpd::routing::tree;

constexpr std::size_t route_count = 1000;
constexpr std::size_t request_count = 4096;

using test_support::make_route;

struct workload {
  tree routes;
  std::vector<std::string> targets;
  std::vector<std::unique_ptr<path>> paths;
};

const workload& the_workload() {
  static const std::unique_ptr<workload> made = [] {
    auto result = std::make_unique<workload>();
    for (std::size_t i = 0; i < route_count; ++i) {
      result->routes.insert({}, method::get, make_route(i).pattern, static_cast<std::uint32_t>(i));
    }
    result->routes.compile();
    std::mt19937 random(20240501);
    result->targets.reserve(request_count);
    for (std::size_t i = 0; i < request_count; ++i) {
      result->targets.push_back(make_route(random() % route_count).example);
      result->paths.push_back(std::make_unique<path>());
      if (result->paths.back()->parse(result->targets.back()) != path_error::none) std::abort();
    }
    return result;
  }();
  return *made;
}

void match_only(benchmark::State& state) {
  const workload& load = the_workload();
  parameters values;
  std::size_t i = 0;
  for (auto _ : state) {
    const auto result =
        load.routes.find("example.com", method::get, *load.paths[i++ % request_count], values);
    if (result.outcome != match_outcome::found) state.SkipWithError("no route");
    benchmark::DoNotOptimize(result.route);
  }
}
BENCHMARK(match_only);

void parse_and_match(benchmark::State& state) {
  const workload& load = the_workload();
  parameters values;
  path taken_apart;
  std::size_t i = 0;
  for (auto _ : state) {
    if (taken_apart.parse(load.targets[i++ % request_count]) != path_error::none) std::abort();
    const auto result = load.routes.find("example.com", method::get, taken_apart, values);
    if (result.outcome != match_outcome::found) state.SkipWithError("no route");
    benchmark::DoNotOptimize(result.route);
  }
}
BENCHMARK(parse_and_match);

void parse_only(benchmark::State& state) {
  const workload& load = the_workload();
  path taken_apart;
  std::size_t i = 0;
  for (auto _ : state) {
    if (taken_apart.parse(load.targets[i++ % request_count]) != path_error::none) std::abort();
    benchmark::DoNotOptimize(taken_apart.size());
  }
}
BENCHMARK(parse_only);

void parse_encoded(benchmark::State& state) {
  path taken_apart;
  for (auto _ : state) {
    if (taken_apart.parse("/files/a%20holiday/./pictures/../p%C3%B6rt.png") != path_error::none) {
      std::abort();
    }
    benchmark::DoNotOptimize(taken_apart.size());
  }
}
BENCHMARK(parse_encoded);

void no_route(benchmark::State& state) {
  const workload& load = the_workload();
  parameters values;
  path unknown;
  if (unknown.parse("/api/v1/users5/12x/nothing/here") != path_error::none) std::abort();
  for (auto _ : state) {
    benchmark::DoNotOptimize(load.routes.find("example.com", method::get, unknown, values).outcome);
  }
}
BENCHMARK(no_route);

}  // namespace
