// SPDX-License-Identifier: BSL-1.0
//
// The program asio_httpd: command line, configuration, server, signals, in this order. Exit code 0
// after an orderly stop, 2 where it cannot start; then every reason is on standard error, a
// sentence each, and nothing is left half started.

#include <asio_httpd/server.hpp>

#include <sys/resource.h>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <iostream>
#include <string>
#include <system_error>
#include <utility>

#include "announce.hpp"
#include "build_app.hpp"
#include "check_config.hpp"
#include "options.hpp"
#include "print_config.hpp"
#include "problems.hpp"
#include "signals.hpp"

namespace {

using namespace asio_httpd;
using namespace asio_httpd::app;

constexpr int cannot_start = 2;

// Each connection is a descriptor, and the soft limit is often 1,024. Some systems have a hard
// limit of a thousand million, which nobody needs and which is slow to fill with.
void raise_descriptor_limit() {
  constexpr rlim_t enough = 1 << 20;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  const rlim_t wanted = std::min(limit.rlim_max, enough);
  if (limit.rlim_cur >= wanted) return;
  limit.rlim_cur = wanted;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

int give_up(const problems& found) {
  std::cerr << found;
  return cannot_start;
}

int print(const config& c) {
  using json = nlohmann::ordered_json;
  std::cout << to_json(c).dump(2, ' ', false, json::error_handler_t::replace) << '\n';
  return 0;
}

int check(const config& c) {
  problems found;
  build_routes(c, found);
  check_certificates(c, found);
  if (!found.empty()) return give_up(found);
  std::cout << "configuration is valid\n";
  return 0;
}

void announce_start(const config& c, const server& s, const std::string& self_signed) {
  if (c.log_level > log_level::info) return;
  std::error_code ignored;
  const std::string here = std::filesystem::current_path(ignored).string();
  for (const std::string& line : start_lines(c, s.listeners(), s.report().threads, here)) {
    std::cerr << line << '\n';
  }
  if (!self_signed.empty()) std::cerr << self_signed_line(self_signed) << '\n';
}

void announce_stop(const config& c, const server& s, const stop_report& stop) {
  if (c.log_level <= log_level::info) std::cerr << stop_line(s.report(), stop) << '\n';
}

void reopen(const asio_httpd::app::app& a) {
  if (!a.access_log) {
    a.options.log(log_level::info, "SIGUSR1: there is no access log to open anew");
  } else if (a.access_log->reopen()) {
    a.options.log(log_level::info, "the access log was opened anew");
  } else {
    a.options.log(log_level::error, "the access log cannot be opened anew; the old one stays");
  }
}

int serve(const config& c, const asio_httpd::app::app& a) {
  signal_loop signals(a.options.log);
  server s(a.routes, a.options);
  s.start();
  announce_start(c, s, a.self_signed);
  const stop_report stop = signals.run(s, c.drain, [&] { reopen(a); });
  announce_stop(c, s, stop);
  return 0;
}

int run_with(const options& given) {
  problems found;
  const config c = effective_config(given, found);
  if (!found.empty()) return give_up(found);
  check_config(c, found);
  if (!found.empty()) return give_up(found);
  if (given.print_config) return print(c);
  if (given.check) return check(c);
  raise_descriptor_limit();
  const asio_httpd::app::app a = build_app(c, found);
  return found.empty() ? serve(c, a) : give_up(found);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const command_line typed = parse_command_line(argc, argv);
    std::cout << typed.output;
    std::cerr << typed.error;
    return typed.exit_code ? *typed.exit_code : run_with(typed.given);
  } catch (const std::exception& e) {  // a port that is taken, memory
    std::cerr << "asio_httpd: " << e.what() << '\n';
    return cannot_start;
  }
}
