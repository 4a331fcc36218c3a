// SPDX-License-Identifier: BSL-1.0
//
// The harness, and answers taken apart.

#include "support/server_harness.hpp"

#include "server/server_access.hpp"

#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace test_support {

using namespace asio_httpd;

namespace {

net::endpoint loopback() {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(40000);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return net::endpoint::from(reinterpret_cast<const sockaddr*>(&address));
}

bool same_letters(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return (x | 0x20) == (y | 0x20); });
}

}  // namespace

server_harness::server_harness(router routes, server_options options) {
  server_.emplace(context_.get_executor(), std::move(routes), prepared(std::move(options)));
  server_access::start_without_listeners(*server_);
}

server_harness::server_harness(stream_handler protocol, server_options options) {
  server_.emplace(context_.get_executor(), std::move(protocol), prepared(std::move(options)));
  server_access::start_without_listeners(*server_);
}

server_harness::~server_harness() {
  stop(std::chrono::hours(1));
  server_->cut();
  poll();
}

server_options server_harness::prepared(server_options options) {
  options.clock = clock_;
  if (!options.log) {
    options.log = [this](log_level level, std::string_view message) {
      log_.push_back(std::string(to_string(level)).append(": ").append(message));
    };
  }
  return options;
}

net::memory_peer server_harness::connect() {
  auto made = net::make_memory_connection(context_.get_executor(), loopback());
  server_access::adopt(*server_, std::move(made.server_end));
  poll();
  return made.peer;
}

void server_harness::poll() {
  do {
    context_.restart();
  } while (context_.poll() != 0);
}

std::string server_harness::ask(net::memory_peer& c, std::string_view bytes) {
  c.send(bytes);
  return receive(c);
}

std::string server_harness::receive(net::memory_peer& c) {
  std::string all;
  for (;;) {
    poll();
    const std::string piece = c.receive();
    if (piece.empty()) return all;
    all += piece;
  }
}

void server_harness::advance(std::chrono::nanoseconds d) {
  clock_->advance(std::chrono::duration_cast<asio_httpd::clock::duration>(d));
  poll();
}

std::uint64_t server_harness::closed(std::string_view reason) const {
  for (const auto& [name, count] : report().connections.closed) {
    if (name == reason) return count;
  }
  return 0;
}

std::string server_harness::ends() const {
  std::string text;
  for (const auto& [name, count] : report().connections.closed) {
    if (count == 0) continue;
    if (!text.empty()) text += ", ";
    text += name;
    if (count != 1) text += " " + std::to_string(count);
  }
  return text;
}

void server_harness::stop(std::chrono::milliseconds grace) {
  server_->async_stop(grace, [this](const stop_report& r) { stopped_ = r; });
  poll();
}

// --- answers -------------------------------------------------------------------------------------

std::string reply::field(std::string_view name) const {
  for (std::size_t at = head.find("\r\n"); at != std::string::npos;) {
    const std::size_t end = head.find("\r\n", at + 2);
    const std::string_view line = std::string_view(head).substr(at + 2, end - at - 2);
    const std::size_t colon = line.find(": ");
    if (colon != std::string_view::npos && same_letters(line.substr(0, colon), name)) {
      return std::string(line.substr(colon + 2));
    }
    at = end;
  }
  return {};
}

std::vector<reply> replies_in(std::string_view bytes, bool head_only) {
  std::vector<reply> found;
  while (!bytes.empty()) {
    reply r;
    const std::size_t end = bytes.find("\r\n\r\n");
    if (end == std::string_view::npos || !bytes.starts_with("HTTP/1.1 ")) {
      r.head = bytes;
      found.push_back(std::move(r));
      break;
    }
    r.head = bytes.substr(0, end);
    std::from_chars(bytes.data() + 9, bytes.data() + 12, r.status);
    std::size_t size = 0;
    const std::string length = r.field("Content-Length");
    std::from_chars(length.data(), length.data() + length.size(), size);
    if (head_only) size = 0;
    const std::string_view rest = bytes.substr(end + 4);
    if (rest.size() < size) r.status = 0;
    r.body = rest.substr(0, size);
    found.push_back(std::move(r));
    bytes = rest.substr(std::min(size, rest.size()));
  }
  return found;
}

std::string statuses_in(std::string_view bytes, bool head_only) {
  std::string text;
  for (const reply& r : replies_in(bytes, head_only)) {
    if (!text.empty()) text += ' ';
    text += r.status == 0 ? "?" : std::to_string(r.status);
  }
  return text;
}

std::string get(std::string_view path, std::string_view lines) {
  return request_text("GET " + std::string(path) + " HTTP/1.1", lines);
}

std::string request_text(std::string_view request_line, std::string_view lines,
                         std::string_view body) {
  return std::string(request_line)
      .append("\r\nHost: test\r\n")
      .append(lines)
      .append("\r\n")
      .append(body);
}

}  // namespace test_support
