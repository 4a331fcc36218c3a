// SPDX-License-Identifier: BSL-1.0
//
// What callgrind counts the instructions of: `instructions_fixture OPERATION TIMES` does one
// operation over and over, after a warm-up that is the same whatever TIMES is. Without arguments it
// prints the compiler, then the names of the operations.
//
// Exit code 3: this processor lacks the instructions that the operation names.

#include "http/common_fields.hpp"
#include "http/path.hpp"
#include "http1/head_parser.hpp"
#include "http1/scan.hpp"
#include "http1/serializer.hpp"
#include "http2/engine.hpp"
#include "http2/session.hpp"
#include "routing/tree.hpp"

#include "support/http2_feed.hpp"
#include "support/http2_wire.hpp"
#include "support/sample_requests.hpp"
#include "support/sample_routes.hpp"

#include <asio_httpd/response.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace asio_httpd;
namespace wire = test_support::http2;
using operation = std::function<void()>;

// The compiler must take it that somebody looks.
template <class T>
void use(const T& value) {
  asm volatile("" : : "r"(&value) : "memory");
}

// --- head parse ----------------------------------------------------------------------------------

operation parse_head(std::string_view request, http1::instruction_set set) {
  auto* const parse = http1::parse_head_with(set);
  if (parse == nullptr) std::exit(3);
  std::string bytes(request);
  bytes.resize(bytes.size() + http1::scan_reach);
  return [=, size = request.size(), fields = asio_httpd::fields()]() mutable {
    http1::head head;
    http1::field_sink::clear(fields);
    if (parse(bytes.data(), size, {}, head, fields) != http1::parse_state::done) std::abort();
    use(fields);
  };
}

// --- route match ---------------------------------------------------------------------------------

constexpr std::size_t route_count = 1000;

struct known_path {
  std::string target;  // the path refers to it
  http::path path;
};

struct service {
  routing::tree routes;
  std::vector<std::unique_ptr<known_path>> paths;  // one for each route
};

std::shared_ptr<const service> make_service() {
  auto made = std::make_shared<service>();
  for (std::size_t i = 0; i < route_count; ++i) {
    test_support::route_text r = test_support::make_route(i);
    made->routes.insert({}, method::get, r.pattern, static_cast<std::uint32_t>(i));
    auto& known = *made->paths.emplace_back(std::make_unique<known_path>());
    known.target = std::move(r.example);
    if (known.path.parse(known.target) != http::path_error::none) std::abort();
  }
  made->routes.compile();
  return made;
}

// Each in its turn: a thousand times are each of them once.
operation match_route() {
  return [s = make_service(), values = routing::parameters(), i = std::size_t{0}]() mutable {
    const std::size_t wanted = i++ % route_count;
    const auto found = s->routes.find("example.com", method::get, s->paths[wanted]->path, values);
    if (found.outcome != routing::match_outcome::found || found.route != wanted) std::abort();
    use(values);
  };
}

// --- serialise -----------------------------------------------------------------------------------

response make_answer() {
  response made(status::ok, std::string(1024, 'x'), "text/html");
  made.set(field::etag, "\"5f3c1b2a9d8e7f60\"").set(field::cache_control, "max-age=3600");
  return made;
}

operation serialize_head() {
  auto answer = std::make_shared<response>(make_answer());
  auto common = std::make_shared<http::common_fields>("asio_httpd");
  auto bytes = std::make_shared<base::byte_buffer>();
  return [=, lines = common->at(1714732800)] {
    bytes->clear();
    http1::serialize_head(*answer, {.common = lines.lines}, *bytes);
    use(bytes->view());
  };
}

// --- HTTP/2 --------------------------------------------------------------------------------------

// A client's bytes go in, one request on a stream after the other, and answers come out. Much of
// this is nghttp2's, as it is in Debian 12.
class http2_exchange {
 public:
  http2_exchange() {
    session_.receive(std::string(wire::preface) + wire::settings({}) +
                         wire::window_update(0, wire::largest_window - wire::default_window),
                     {});
    session_.pump();
  }

  void operator()() {
    name_stream();
    wire::feed(session_, request_, [this](auto stream) { answer(*stream); });
    if (session_.output().size() < answer_.text().size()) std::abort();
    session_.output().clear();
  }

 private:
  // In the head of the frame (RFC 9113 section 4.1).
  void name_stream() {
    const std::string number = wire::big_endian(next_stream_, 4);
    std::copy(number.begin(), number.end(), request_.begin() + 5);
    next_stream_ += 2;
  }

  void answer(http2::stream& s) {
    engine_.begin(s);
    if (engine_.next() != http::action::head) std::abort();
    engine_.accept_body(0);
    if (engine_.next() != http::action::dispatch) std::abort();
    engine_.respond(answer_, lines_, false);
  }

  http2::session session_{{}};
  http2::engine engine_;
  response answer_ = make_answer();
  http::common_fields common_{"asio_httpd"};
  http::common_lines lines_ = common_.at(1714732800);
  std::uint32_t next_stream_ = 1;
  std::string request_ = wire::get(
      1, "/index.html",
      {{"user-agent", "Mozilla/5.0 (X11; Linux x86_64)"}, {"accept", "*/*"}, {"dnt", "1"}});
};

operation exchange_over_http2() {
  return [e = std::make_shared<http2_exchange>()] { (*e)(); };
}

// --- the program ---------------------------------------------------------------------------------

struct named_operation {
  const char* name;
  std::function<operation()> make;
};

const std::vector<named_operation>& operations() {
  using set = http1::instruction_set;
  static const std::vector<named_operation> all = {
      {"parse_head/76_bytes/portable",
       [] { return parse_head(test_support::wrk_request, set::portable); }},
      {"parse_head/76_bytes/sse42",
       [] { return parse_head(test_support::wrk_request, set::sse42); }},
      {"parse_head/76_bytes/avx2", [] { return parse_head(test_support::wrk_request, set::avx2); }},
      {"parse_head/700_bytes/portable",
       [] { return parse_head(test_support::browser_request, set::portable); }},
      {"parse_head/700_bytes/sse42",
       [] { return parse_head(test_support::browser_request, set::sse42); }},
      {"parse_head/700_bytes/avx2",
       [] { return parse_head(test_support::browser_request, set::avx2); }},
      {"match_route/1000_routes", match_route},
      {"serialize_head", serialize_head},
      {"http2_exchange", exchange_over_http2},
  };
  return all;
}

void print_operations() {
#if defined(__clang__)
  std::printf("clang %d\n", __clang_major__);
#else
  std::printf("g++ %d\n", __GNUC__);
#endif
  for (const auto& o : operations()) std::printf("%s\n", o.name);
}

int run(std::string_view name, long times) {
  for (const auto& o : operations()) {
    if (name != o.name) continue;
    const operation once = o.make();
    for (std::size_t i = 0; i < route_count; ++i) once();
    for (long i = 0; i < times; ++i) once();
    return 0;
  }
  std::fprintf(stderr, "there is no operation %s\n", std::string(name).c_str());
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 1) {
    print_operations();
    return 0;
  }
  if (argc == 3) return run(argv[1], std::atol(argv[2]));
  std::fprintf(stderr, "usage: instructions_fixture [OPERATION TIMES]\n");
  return 2;
}
