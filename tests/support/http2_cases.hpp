// SPDX-License-Identifier: BSL-1.0
//
// Tables of what is sent to an HTTP/2 server, and what may come of it.
//
// The rows with an id such as "http2/5.1/1" are those of h2spec, by its sections and numbers, read
// again with RFC 9113; "ours" are more of the same. Each is played on a connection of its own, to a
// server in memory, or to the one that ASIO_HTTPD_HTTP2_PEER=127.0.0.1:8080 names, which has to
// answer GET / with five octets or more.

#pragma once

#include "support/http2_client.hpp"

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace test_support::http2 {

// What is sent, in stages: the next one goes out when the server has done all that the last one
// asks for.
class script {
 public:
  using stages = std::vector<std::string>;
  script(std::initializer_list<std::string> s)
      : of_([list = stages(s)](const client&) { return list; }) {}
  // Where it depends on the server's SETTINGS.
  script(std::function<stages(const client&)> f) : of_(std::move(f)) {}
  stages operator()(const client& c) const { return of_(c); }

 private:
  std::function<stages(const client&)> of_;
};

struct expectation {
  std::string text;
  std::function<bool(client&)> holds;
  bool unserved = false;  // ... and no handler is called
};

expectation operator||(expectation a, expectation b);

// GOAWAY with one of these codes, and the end of the connection (section 5.4.1).
expectation connection_error(std::initializer_list<error_code> codes);
// RST_STREAM with one of these codes, or a connection error with one of them (section 5.4.2).
expectation stream_error(std::initializer_list<error_code> codes, std::uint32_t stream = 1);
// A request that is malformed: PROTOCOL_ERROR of its stream, or 400 (section 8.1.1); and the
// connection lives.
expectation malformed(std::uint32_t stream = 1);
// The connection ends, in whatever way.
expectation closes();
expectation answered(std::uint32_t stream = 1);
expectation answered_with(int status, std::uint32_t stream = 1);
// The server sees all that was sent, and goes on as if it were not there.
expectation goes_on();
expectation settings_acknowledged(std::size_t how_often);
// The first DATA has so many octets.
expectation first_data(std::size_t size);
// So many octets came in all, and no more.
expectation all_data(std::size_t size);

struct conformance_case {
  std::string id;
  std::string section;  // of RFC 9113, where it says nothing else
  std::string what;
  script sends;
  expectation wanted;
  bool has_preface = false;  // what is sent begins the connection
  bool is_http1 = false;     // ... and what comes is no HTTP/2
};
using conformance_cases = std::vector<conformance_case>;

// A stage that is no bytes: waits for the end of stream 1.
inline const std::string end_of_stream_1 = "end of stream 1";

void check(const conformance_cases& rows);

// The tables, by the files that hold them: tests/conformance/http2_<name>_test.cpp.
conformance_cases framing_cases();
conformance_cases stream_cases();
conformance_cases settings_cases();
conformance_cases connection_cases();
conformance_cases message_cases();
conformance_cases continuation_cases();
conformance_cases hpack_cases();

}  // namespace test_support::http2
