// SPDX-License-Identifier: BSL-1.0
//
// Server-Sent Events: a clock that ticks in the browser. Stop the program and start it again: the
// page goes on counting where it was, because it says which event it saw last.
//
//   10_events [PORT]      then open http://localhost:8080

#include <asio_httpd/asio_httpd.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <charconv>
#include <chrono>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace asio_httpd;

constexpr std::string_view page = R"(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Clock</title>
<style>
  :root { color-scheme: light dark; font: 1.1rem/1.5 system-ui, sans-serif }
  body { display: grid; place-content: center; min-height: 90vh; text-align: center }
  output { font-size: 5rem; font-variant-numeric: tabular-nums }
</style>
<output id="tick">…</output>
<p id="state">connecting</p>
<script>
  const tick = document.getElementById("tick"), state = document.getElementById("state");
  const source = new EventSource("/ticks");
  source.onopen = () => state.textContent = "connected";
  source.onerror = () => state.textContent = "lost; trying again";
  source.onmessage = event => tick.textContent = event.data;
</script>
</html>
)";

int number_in(std::string_view text) {
  int number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

boost::asio::awaitable<void> tick(event_sender to) {
  boost::asio::steady_timer timer(to.get_executor());
  co_await to.retry(std::chrono::milliseconds(500));
  for (int number = number_in(to.last_event_id()) + 1;; ++number) {
    const std::string text = std::to_string(number);
    co_await to.send({.data = text, .id = text});
    timer.expires_after(std::chrono::seconds(1));
    co_await timer.async_wait(boost::asio::use_awaitable);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const int port = argc > 1 ? std::atoi(argv[1]) : 8080;
  router routes;
  routes.get("/", [] { return html(std::string(page)); });
  routes.get("/ticks", [](const request& r) { return events(r, tick); });
  return run(std::move(routes), {.port = static_cast<std::uint16_t>(port)});
}
