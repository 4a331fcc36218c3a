// SPDX-License-Identifier: BSL-1.0
//
// Routes found, and the answers that are not a handler's.

#include "server/exchange.hpp"

#include "routing/router_access.hpp"

#include <asio_httpd/problem.hpp>
#include <asio_httpd/vary.hpp>

#include <utility>

#include <sys/stat.h>

namespace asio_httpd::serving {

namespace {

bool admit(const core& c, workspace& w, const exchange_state& state) {
  const running_handler holds(c.metrics.local().turn, c.watched(state.route));
  return state.hooks->admit(w.engine.request(), w.response);
}

}  // namespace

bool find_route(const core& c, workspace& w, exchange_state& state) {
  http::engine& e = w.engine;
  const bool has_path = !e.targets_server() && !e.targets_nothing();
  const auto found =
      has_path ? router_access::find(c.routes, e.request(), e.path()) : router::match();
  if (found.result == router::match::outcome::found) {
    state.route_index = found.route;
    state.route = &c.routes[found.route];
    state.hooks = router_access::hooks_of(c.routes, found.route);
  } else {
    state.route = nullptr;
    state.hooks = router_access::hooks_without_route(c.routes, e.request().host(),
                                                     has_path ? &e.path() : nullptr);
  }
  if (state.hooks != nullptr && !admit(c, w, state)) return false;
  if (state.route != nullptr) return true;
  if (e.targets_server()) {  // OPTIONS *
    w.response.status(status::no_content).set(field::allow, c.allow_all);
  } else {
    routing::answer_without_route(found, w.response);
  }
  return false;
}

void check_final(const http::engine& e, response& r) {
  if (r.upgrade_handler()) {
    const std::string protocol(r.fields().get(field::upgrade));
    if (e.offers(protocol)) return;
    r = error_response(status::upgrade_required);
    r.set(field::upgrade, protocol);
  } else if (e.must_upgrade() && status_class(r.status()) == 2) {
    r = error_response(status::not_implemented);
  } else if (to_integer(r.status()) < 200 || to_integer(r.status()) > 999) {
    r = error_response(status::internal_server_error);
  }
}

void negotiate_error(const request& q, response& r, std::string_view detail) {
  if (to_integer(r.status()) < 400 || r.kind() != response::content::text) return;
  const bool is_plain = r.text() == error_response(r.status()).text();
  if (!is_plain && detail.empty()) return;
  vary_by("Accept", r.fields());
  response page = error_page(q, r.status(), is_plain ? std::string_view() : detail);
  if (page.fields().get(field::content_type).starts_with("text/plain")) return;
  page.fields().erase(field::vary);
  for (const field about : {field::etag, field::last_modified, field::content_encoding}) {
    r.fields().erase(about);  // of the text that there was
  }
  for (auto [id, name, value] : page.fields()) r.fields().set(name, value);
  r.body(page.release_text());
}

handler_failure answer_exception(std::exception_ptr error) {
  try {
    std::rethrow_exception(error);
  } catch (const http_error& e) {
    return {text(e.what(), e.status()), {}};
  } catch (const std::exception& e) {
    const std::string what = e.what();
    return {error_response(status::internal_server_error), what.empty() ? "no text" : what};
  } catch (...) {
    return {error_response(status::internal_server_error), "an exception of unknown type"};
  }
}

void answer_broken_rule(http::rule r, response& to) {
  to = error_response(http::answer_to(r));
}

void count_exchange(thread_counters& counters, workspace& w, const exchange_state& state) noexcept {
  counters.requests.add(1);
  counters.by_status_class[status_class(w.response.status())].add(1);
  counters.by_version[static_cast<std::size_t>(w.engine.request().version())].add(1);
  if (w.engine.knows_method()) {
    counters.by_method[static_cast<std::size_t>(w.engine.request().method())].add(1);
  }
  if (state.route == nullptr) return counters.without_route.add(1);
  counters.by_route[state.route_index].add(1);
}

void log_exchange(const core& c, workspace& w, const exchange_end& end) {
  exchange e{};
  e.request = w.engine.knows_method() ? &w.engine.request() : nullptr;
  e.response = &w.response;
  e.remote_address = end.remote_address;
  e.remote_port = end.remote_port;
  e.bytes_sent = end.content_size;
  e.duration = end.took;
  e.unix_time = c.clock().unix_time();
  e.reason = end.reason;
  c.options.access_log->write(e);
}

file_stamp file_stamp::of(const file& f) noexcept {
  struct stat info {};
  ::fstat(f.descriptor(), &info);
  return {info.st_size, info.st_mtim.tv_sec, info.st_mtim.tv_nsec};
}

}  // namespace asio_httpd::serving
