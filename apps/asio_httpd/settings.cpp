// SPDX-License-Identifier: BSL-1.0
//
// One line for each setting.

#include "settings.hpp"

#include <chrono>
#include <cstdint>
#include <vector>

#include "listen_settings.hpp"

namespace asio_httpd::app {

namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kib = 1024, mib = 1024 * kib, gib = 1024 * mib;
constexpr std::uint64_t largest_window = 2'147'483'647;  // RFC 9113 section 6.9.1

const names_of<access_log_format> format_names = {{"common", access_log_format::common},
                                                  {"combined", access_log_format::combined},
                                                  {"json", access_log_format::json}};

const names_of<log_level> level_names = {{"debug", log_level::debug},
                                         {"info", log_level::info},
                                         {"warning", log_level::warning},
                                         {"error", log_level::error}};

std::vector<setting> make_settings() {
  return {
      {"https_redirect", of(&config::https_redirect), https_redirect_port()},
      {"hsts", of(&config::hsts), hsts()},
      {"threads", of(&config::threads), whole_number(0, 1024)},
      {"status_to_everyone", of(&config::status_to_everyone), flag()},
      {"access_log_format", of(&config::access_log_format),
       choice<access_log_format>(format_names)},
      {"log_level", of(&config::log_level), choice<log_level>(level_names)},
      {"drain", of(&config::drain), duration(0s, 1h)},
      {"drain_notice", of(&config::drain_notice), duration(0s, 1h)},
      {"server_name", of(&config::server_name), field_text(100)},

      {"limits", "head", of(&config::limits, &limits::head), size(256, mib)},
      {"limits", "fields", of(&config::limits, &limits::fields), whole_number(1, 65535)},
      {"limits", "target", of(&config::limits, &limits::target), size(64, mib)},
      {"limits", "body", of(&config::limits, &limits::body), size(0, 1024 * gib)},
      {"limits", "connections", of(&config::limits, &limits::connections),
       whole_number(0, 10'000'000)},
      {"limits", "pending_output", of(&config::limits, &limits::pending_output), size(kib, gib)},
      {"limits", "requests_per_connection", of(&config::limits, &limits::requests_per_connection),
       whole_number(0, 1'000'000'000)},
      {"limits", "streams", of(&config::limits, &limits::streams), whole_number(1, 65535)},
      {"limits", "stream_window", of(&config::limits, &limits::stream_window),
       size(65535, largest_window)},
      {"limits", "connection_window", of(&config::limits, &limits::connection_window),
       size(65535, largest_window)},

      {"deadlines", "head", of(&config::deadlines, &deadlines::head), duration(1ms, 24h)},
      {"deadlines", "body", of(&config::deadlines, &deadlines::body), duration(1ms, 24h)},
      {"deadlines", "body_rate", of(&config::deadlines, &deadlines::body_rate), size(1, gib)},
      {"deadlines", "idle", of(&config::deadlines, &deadlines::idle), duration(1ms, 24h)},
      {"deadlines", "write", of(&config::deadlines, &deadlines::write), duration(1ms, 24h)},
      {"deadlines", "write_rate", of(&config::deadlines, &deadlines::write_rate), size(1, gib)},
      {"deadlines", "handler", of(&config::deadlines, &deadlines::handler), duration(1ms, 24h)},
      {"deadlines", "linger", of(&config::deadlines, &deadlines::linger), duration(0s, 1h)},
      {"deadlines", "handler_turn", of(&config::deadlines, &deadlines::handler_turn),
       duration(0s, 24h)},

      {"sockets", "backlog", of(&config::sockets, &socket_options::backlog),
       whole_number(1, 65535)},
      {"sockets", "reuse_address", of(&config::sockets, &socket_options::reuse_address), flag()},
      {"sockets", "reuse_port", of(&config::sockets, &socket_options::reuse_port), flag()},
      {"sockets", "keep_alive", of(&config::sockets, &socket_options::keep_alive), flag()},
      {"sockets", "no_delay", of(&config::sockets, &socket_options::no_delay), flag()},
      {"sockets", "defer_accept", of(&config::sockets, &socket_options::defer_accept),
       duration(0s, 1h)},
      {"sockets", "v6_only", of(&config::sockets, &socket_options::v6_only), flag()},
      {"sockets", "unix_mode", of(&config::sockets, &socket_options::unix_mode), file_mode()},
  };
}

}  // namespace

std::span<const setting> settings() {
  static const std::vector<setting> all = make_settings();
  return all;
}

bool is_section(std::string_view name) {
  const std::span<const setting> all = settings();
  return !name.empty() &&
         std::any_of(all.begin(), all.end(), [&](const setting& s) { return s.section == name; });
}

}  // namespace asio_httpd::app
