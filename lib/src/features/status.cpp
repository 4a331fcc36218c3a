// SPDX-License-Identifier: BSL-1.0
//
// The status endpoint: a GET route that shows the server's report as JSON.
//
// It answers peers on this machine only, unless it was opened to everyone. A request that a proxy
// passed on is not from this machine, even where the proxy is: whoever sits behind it must not read
// the status because somebody put nginx in front.

#include <asio_httpd/request.hpp>
#include <asio_httpd/router.hpp>
#include <asio_httpd/status_report.hpp>

#include "features/status_json.hpp"

namespace asio_httpd {

namespace {

constexpr std::string_view how_to_open =
    "The status is shown on this machine only; status_options{.to_everyone = true}, or "
    "\"status_to_everyone\": true in the configuration of asio_httpd, opens it.\n";

bool came_through_proxy(const request& r) {
  const fields& f = r.fields();
  return f.contains(field::forwarded) || f.contains(field::x_forwarded_for) ||
         f.contains(field::via) || f.contains("x-real-ip");
}

bool may_see(const request& r, const status_options& options) {
  return options.to_everyone || (r.from_this_machine() && !came_through_proxy(r));
}

response refusal() {
  response made(status::forbidden, std::string(how_to_open), "text/plain; charset=utf-8");
  made.set(field::cache_control, "no-store");
  return made;
}

response render(const status_report& report) {
  using error_handler = nlohmann::ordered_json::error_handler_t;
  std::string text = features::to_json(report).dump(2, ' ', false, error_handler::replace);
  text += '\n';
  response made(status::ok, std::move(text), "application/json");
  made.set(field::cache_control, "no-store");
  return made;
}

}  // namespace

route& router::status(std::string_view path, status_options options) {
  return get(runtime_pattern{std::string(path)}, [options](const request& r) {
    return may_see(r, options) ? render(r.server_status()) : refusal();
  });
}

}  // namespace asio_httpd
