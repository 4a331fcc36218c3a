// SPDX-License-Identifier: BSL-1.0
//
// A chat: a page, a WebSocket for each who looks at it, and a topic that tells all of them.
//
//   09_chat [PORT]        then open http://localhost:8080 in two windows

#include <asio_httpd/asio_httpd.hpp>

#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace asio_httpd;

constexpr std::string_view page = R"(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Chat</title>
<style>
  :root { color-scheme: light dark; font: 1.1rem/1.5 system-ui, sans-serif }
  body { max-width: 36rem; margin: 2rem auto; padding: 0 1rem }
  ol { list-style: none; padding: 0; min-height: 12rem }
  li { padding: .2rem 0; border-bottom: 1px solid #8884 }
  form { display: flex; gap: .5rem }
  input { flex: 1; font: inherit; padding: .4rem }
  button { font: inherit; padding: .4rem 1rem }
</style>
<h1>Chat</h1>
<ol id="said"></ol>
<form id="say"><input id="text" autocomplete="off" autofocus maxlength="500" placeholder="Say something"><button>Send</button></form>
<script>
  const said = document.getElementById("said"), text = document.getElementById("text");
  const show = line => { const item = document.createElement("li"); item.textContent = line; said.append(item); };
  const socket = new WebSocket(location.origin.replace("http", "ws") + "/chat");
  socket.onmessage = event => show(event.data);
  socket.onclose = event => show("The connection is closed (" + event.code + ").");
  document.getElementById("say").onsubmit = event => {
    event.preventDefault();
    if (text.value) socket.send(text.value);
    text.value = "";
  };
</script>
</html>
)";

// What one says is sent to all, by one frame for all of them. Who takes too little misses some.
router make_routes(topic& everybody) {
  router routes;
  routes.get("/", [] { return html(std::string(page)); });
  routes.websocket("/chat",
                   [&everybody](websocket socket) -> boost::asio::awaitable<void> {
                     everybody.subscribe(socket);
                     everybody.publish("Somebody came.");
                     while (auto message = co_await socket.receive())
                       everybody.publish(prepared_message(*message));
                   },
                   {.message_limit = 2000, .policy = slow_consumer::drop_oldest});
  return routes;
}

}  // namespace

int main(int argc, char** argv) {
  const int port = argc > 1 ? std::atoi(argv[1]) : 8080;
  topic everybody;
  return run(make_routes(everybody), {.port = static_cast<std::uint16_t>(port)});
}
