// SPDX-License-Identifier: BSL-1.0

#include "features/access_log_line.hpp"

#include <asio_httpd/request.hpp>
#include <asio_httpd/response.hpp>

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "support/allocation_counter.hpp"
#include "support/ask_router.hpp"

using namespace asio_httpd;
using features::access_log_line;

namespace {

constexpr std::int64_t the_time = 784'111'777;  // Sun, 06 Nov 1994 08:49:37 GMT

fields browser_fields() {
  fields f;
  f.set(field::host, "example.org:8080");
  f.set(field::referer, "http://example.org/");
  f.set(field::user_agent, "Mozilla/5.0");
  return f;
}

exchange exchange_of(const request* r, const response& answer) {
  return {.request = r,
          .response = &answer,
          .remote_address = "192.0.2.1",
          .remote_port = 40000,
          .bytes_sent = 17,
          .duration = std::chrono::microseconds(1234),
          .unix_time = the_time,
          .reason = close_reason::none};
}

std::string line(access_log_format format, const exchange& e) {
  std::string to;
  access_log_line(format).append(to, e);
  return to;
}

}  // namespace

TEST_CASE("common") {
  const request r{method::get, "/flag?x=1", browser_fields()};
  const response answer;
  CHECK(line(access_log_format::common, exchange_of(&r, answer)) ==
        "192.0.2.1 - - [06/Nov/1994:08:49:37 +0000] \"GET /flag?x=1 HTTP/1.1\" 200 17\n");
}

TEST_CASE("combined") {
  const request r{method::delete_, "/flag", browser_fields()};
  const response answer{status::not_found};
  CHECK(line(access_log_format::combined, exchange_of(&r, answer)) ==
        "192.0.2.1 - - [06/Nov/1994:08:49:37 +0000] \"DELETE /flag HTTP/1.1\" 404 17 "
        "\"http://example.org/\" \"Mozilla/5.0\"\n");
}

TEST_CASE("json") {
  const request r{method::get, "/flag", browser_fields()};
  const response answer;
  CHECK(line(access_log_format::json, exchange_of(&r, answer)) ==
        R"({"time":"1994-11-06T08:49:37Z","remote":"192.0.2.1","port":40000,"method":"GET",)"
        R"("target":"/flag","protocol":"HTTP/1.1","status":200,"bytes":17,"duration_us":1234,)"
        R"("referer":"http://example.org/","user_agent":"Mozilla/5.0",)"
        R"("host":"example.org:8080"})"
        "\n");
}

TEST_CASE("json names the request where the response does") {
  const request r{method::get, "/"};
  response answer;
  CHECK_FALSE(nlohmann::json::parse(line(access_log_format::json, exchange_of(&r, answer)))
                  .contains("request_id"));
  answer.set(field::x_request_id, "an \"id\"");
  CHECK(nlohmann::json::parse(line(access_log_format::json, exchange_of(&r, answer)))
            .at("request_id") == "an \"id\"");
}

TEST_CASE("json tells of TLS where the request came by it") {
  test_support::made_up_peer from = test_support::secure_peer({.version = tls_version::tls_1_3,
                                                               .cipher = "TLS_AES_128_GCM_SHA256",
                                                               .server_name = "a\"b.test",
                                                               .protocol = "h2",
                                                               .resumed = true,
                                                               .client_subject = "CN=alice"});
  request r{method::get, "/"};
  request_access::peer(r, &from);
  request_access::version(r, http_version::http_2);
  const response answer;
  const std::string text = line(access_log_format::json, exchange_of(&r, answer));
  CHECK(text.find(R"("host":null,"tls":{"version":"TLSv1.3","cipher":"TLS_AES_128_GCM_SHA256",)"
                  R"("server_name":"a\"b.test","protocol":"h2","resumed":true,)"
                  R"("client":"CN=alice"}})") != std::string::npos);
  CHECK(nlohmann::json::parse(text).at("protocol") == "HTTP/2.0");
  CHECK(line(access_log_format::common, exchange_of(&r, answer)) ==
        "192.0.2.1 - - [06/Nov/1994:08:49:37 +0000] \"GET / HTTP/2.0\" 200 17\n");
}

TEST_CASE("what is not known of TLS is null") {
  tls_info known;
  known.version = tls_version::tls_1_2;
  test_support::made_up_peer from = test_support::secure_peer(known);
  request r{method::get, "/"};
  request_access::peer(r, &from);
  const response answer;
  const auto tls =
      nlohmann::json::parse(line(access_log_format::json, exchange_of(&r, answer))).at("tls");
  CHECK(tls.at("version") == "TLSv1.2");
  CHECK(tls.at("resumed") == false);
  for (auto name : {"server_name", "protocol", "client"}) CHECK(tls.at(name).is_null());
}

TEST_CASE("json names the reason of a close") {
  const request r{method::get, "/"};
  const response answer;
  exchange e = exchange_of(&r, answer);
  e.reason = close_reason::client_requested;
  const auto parsed = nlohmann::json::parse(line(access_log_format::json, e));
  CHECK(parsed.at("close") == "client_requested");
}

TEST_CASE("what is not there is a dash, or null") {
  const request r{method::get, "/"};
  const response answer;
  exchange e = exchange_of(&r, answer);
  e.bytes_sent = 0;
  CHECK(line(access_log_format::combined, e) ==
        "192.0.2.1 - - [06/Nov/1994:08:49:37 +0000] \"GET / HTTP/1.1\" 200 - \"-\" \"-\"\n");
  const auto parsed = nlohmann::json::parse(line(access_log_format::json, e));
  CHECK(parsed.at("bytes") == 0);
  CHECK(parsed.at("referer").is_null());
  CHECK(parsed.at("user_agent").is_null());
  CHECK(parsed.at("host").is_null());
  CHECK_FALSE(parsed.contains("close"));
}

TEST_CASE("a request that could not be read") {
  const response answer{status::bad_request};
  const exchange e = exchange_of(nullptr, answer);
  CHECK(line(access_log_format::common, e) ==
        "192.0.2.1 - - [06/Nov/1994:08:49:37 +0000] \"-\" 400 17\n");
  const auto parsed = nlohmann::json::parse(line(access_log_format::json, e));
  CHECK(parsed.at("status") == 400);
  CHECK(parsed.at("method").is_null());
  CHECK(parsed.at("target").is_null());
  CHECK(parsed.at("protocol").is_null());
}

TEST_CASE("log injection: fields from the network stay inside of their quotes") {
  fields f;
  f.set(field::user_agent, "x\" 200 1\\ \xff");
  f.set(field::referer, "\"");
  const request r{method::get, "/a\"b", f};
  const response answer;
  CHECK(line(access_log_format::combined, exchange_of(&r, answer)) ==
        "192.0.2.1 - - [06/Nov/1994:08:49:37 +0000] \"GET /a\\x22b HTTP/1.1\" 200 17 "
        "\"\\x22\" \"x\\x22 200 1\\x5c \\xff\"\n");
  const auto parsed = nlohmann::json::parse(line(access_log_format::json, exchange_of(&r, answer)));
  CHECK(parsed.at("target") == "/a\"b");
  CHECK(parsed.at("user_agent") == "x\" 200 1\\ \xef\xbf\xbd");
}

TEST_CASE("the time follows the exchange, forwards and backwards") {
  const response answer;
  exchange e = exchange_of(nullptr, answer);
  access_log_line format(access_log_format::json);
  for (auto [time, text] : {std::pair<std::int64_t, const char*>{0, "1970-01-01T00:00:00Z"},
                            {the_time, "1994-11-06T08:49:37Z"},
                            {the_time, "1994-11-06T08:49:37Z"},
                            {951'782'400, "2000-02-29T00:00:00Z"},
                            {-1, "1969-12-31T23:59:59Z"},
                            {INT64_MAX, "9999-12-31T23:59:59Z"},
                            {INT64_MIN, "0000-01-01T00:00:00Z"}}) {
    std::string to;
    e.unix_time = time;
    format.append(to, e);
    CHECK(nlohmann::json::parse(to).at("time") == text);
  }
}

TEST_CASE("a line is bounded whatever was sent") {
  fields f;
  f.set(field::user_agent, std::string(100'000, '\xff'));
  f.set(field::referer, std::string(100'000, '\xff'));
  f.set(field::host, std::string(100'000, '\xff'));
  const request r{method::get, '/' + std::string(20'000, '"'), f};
  const response answer;
  for (auto format :
       {access_log_format::common, access_log_format::combined, access_log_format::json}) {
    CHECK(line(format, exchange_of(&r, answer)).size() < 100'000);
  }
}

TEST_CASE("a line allocates nothing once the buffer has its size") {
  const request r{method::get, "/flag", browser_fields()};
  const response answer;
  exchange e = exchange_of(&r, answer);
  for (auto format :
       {access_log_format::common, access_log_format::combined, access_log_format::json}) {
    access_log_line lines(format);
    std::string to;
    lines.append(to, e);
    to.clear();
    const std::size_t before = test_support::allocations_of_this_thread();
    ++e.unix_time;
    lines.append(to, e);
    CHECK(test_support::allocations_of_this_thread() == before);
  }
}
