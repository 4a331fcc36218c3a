// SPDX-License-Identifier: BSL-1.0

#include <asio_httpd/events.hpp>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <stdexcept>
#include <utility>

namespace asio_httpd {
namespace {

namespace asio = boost::asio;

constexpr std::string_view beat = ":\n\n";

// Three line ends count: CRLF, LF, CR.
std::string_view take_line(std::string_view& rest) noexcept {
  const std::size_t end = std::min(rest.find_first_of("\r\n"), rest.size());
  const std::string_view line = rest.substr(0, end);
  const bool pair = rest.substr(end).starts_with("\r\n");
  rest.remove_prefix(std::min(end + (pair ? 2 : 1), rest.size()));
  return line;
}

void append_lines(std::string_view name, std::string_view text, std::string& to) {
  bool ends_with_line = false;
  do {
    ends_with_line = text.ends_with('\n') || text.ends_with('\r');
    to.append(name).append(take_line(text)).append("\n");
  } while (!text.empty());
  if (ends_with_line) to.append(name).append("\n");
}

void append_field(std::string_view name, std::string_view value, std::string& to) {
  if (value.empty()) return;
  if (value.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos) {
    throw std::invalid_argument("asio_httpd: the type and the id of an event are one line each");
  }
  to.append(name).append(value).append("\n");
}

std::string retry_line(std::chrono::milliseconds after) {
  return "retry: " + std::to_string(after.count()) + "\n";
}

// Between one and two times as long, and different for neighbours: the golden ratio's multiples lie
// far from each other.
std::chrono::milliseconds spread(std::chrono::milliseconds least) {
  static std::atomic<std::uint32_t> number{0};
  const std::uint64_t part = number.fetch_add(1, std::memory_order_relaxed) * 0x9e3779b9u;
  const auto more = (static_cast<std::uint64_t>(least.count()) * (part & 0xffffffffu)) >> 32;
  return least + std::chrono::milliseconds(more);
}

asio::awaitable<void> write(body_writer to, std::string text) {
  co_await to.write(text);
}

}  // namespace

std::string to_text(const event& e) {
  std::string text;
  append_field("event: ", e.type, text);
  append_field("id: ", e.id, text);
  if (e.retry) text += retry_line(*e.retry);
  append_lines("data: ", e.data, text);
  return text += "\n";
}

event_sender::event_sender(body_writer out, std::string last_event_id) noexcept
    : out_(std::move(out)), last_event_id_(std::move(last_event_id)) {}

// Put into text before anything waits, so that views in the event need not hold for longer.
asio::awaitable<void> event_sender::send(const event& e) {
  return write(out_, to_text(e));
}

asio::awaitable<void> event_sender::comment(std::string_view text) {
  std::string lines;
  append_lines(": ", text, lines);
  return write(out_, lines += "\n");
}

asio::awaitable<void> event_sender::retry(std::chrono::milliseconds after) {
  return write(out_, retry_line(after) + "\n");
}

// Caches and proxies must not keep events back.
response events(const request& r, std::function<asio::awaitable<void>(event_sender)> f,
                event_options options) {
  auto run = [f = std::move(f), options, last = std::string(r.get("Last-Event-ID"))](
                 body_writer out) -> asio::awaitable<void> {
    if (options.heartbeat.count() > 0) out.heartbeat(std::string(beat), options.heartbeat);
    out.farewell(retry_line(spread(options.retry)) + "\n");
    co_await f(event_sender(out, last));
  };
  response made = streaming("text/event-stream", std::move(run));
  made.set(field::cache_control, "no-cache").set("X-Accel-Buffering", "no");
  return made;
}

}  // namespace asio_httpd
