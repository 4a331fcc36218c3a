// SPDX-License-Identifier: BSL-1.0
//
// What it costs to read the head of a request: a browser's of 700 bytes and a load generator's of
// 76.
//
//   parse_head/<instructions>   the head parser alone, into a field table that is used again
//   engine/head                 bytes in, `action::head` out: and also what the fields mean,
//                               the target, the path
//   beast                       Boost.Beast's request_parser, as its servers use it, in the same
//   run

#include <benchmark/benchmark.h>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/byte_buffer.hpp"
#include "http1/engine.hpp"
#include "http1/head_parser.hpp"
#include "support/sample_requests.hpp"

namespace {

namespace http1 = asio_httpd::http1;
namespace beast = boost::beast;

using test_support::browser_request;
using test_support::wrk_request;

void parse_with(benchmark::State& state, http1::parse_head_function* parse,
                std::string_view request) {
  if (parse == nullptr) return state.SkipWithError("this processor lacks the instructions");
  asio_httpd::base::byte_buffer input;
  input.append(request);
  const http1::head_limits limits;
  asio_httpd::fields fields;
  for (auto _ : state) {
    http1::head head;
    http1::field_sink::clear(fields);
    if (parse(input.data(), input.size(), limits, head, fields) != http1::parse_state::done) {
      std::abort();
    }
    benchmark::DoNotOptimize(fields.size());
    benchmark::ClobberMemory();
  }
}

// The bytes are put back each time, as read() would.
void engine_to_head(benchmark::State& state, std::string_view request) {
  const auto engine = std::make_unique<http1::engine>();
  const http1::head_limits limits;
  for (auto _ : state) {
    engine->reset(limits);
    engine->input().append(request);
    if (engine->next() != http1::action::head) std::abort();
    benchmark::ClobberMemory();
  }
}

void beast_parser(benchmark::State& state, std::string_view request) {
  for (auto _ : state) {
    beast::http::request_parser<beast::http::empty_body> parser;
    beast::error_code ec;
    parser.put(boost::asio::buffer(request), ec);
    if (ec || !parser.is_header_done()) std::abort();
    benchmark::DoNotOptimize(parser.get());
    benchmark::ClobberMemory();
  }
}

using http1::instruction_set;
using http1::parse_head_with;

// What stands behind the slash is the request; what has the same request can be compared.
void register_all(std::string_view request, const std::string& suffix) {
  const auto add = [&](const std::string& name, auto run) {
    benchmark::RegisterBenchmark((name + "/" + suffix).c_str(), run);
  };
  const auto parse = [&](http1::parse_head_function* f) {
    return [f, request](benchmark::State& state) { parse_with(state, f, request); };
  };
  add("parse_head", parse(http1::parse_head));
  add("parse_head_avx2", parse(parse_head_with(instruction_set::avx2)));
  add("parse_head_sse42", parse(parse_head_with(instruction_set::sse42)));
  add("parse_head_portable", parse(parse_head_with(instruction_set::portable)));
  add("engine", [request](benchmark::State& state) { engine_to_head(state, request); });
  add("beast", [request](benchmark::State& state) { beast_parser(state, request); });
}

const bool registered = [] {
  register_all(browser_request, "browser");
  register_all(wrk_request, "wrk");
  return true;
}();

}  // namespace
