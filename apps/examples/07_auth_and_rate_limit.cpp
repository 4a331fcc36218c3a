// SPDX-License-Identifier: BSL-1.0
//
// What several routes have in common, said once: ids and careful fields for all of the site, and a
// part of it that asks for a password and counts who asks too often.
//
//   curl -i localhost:8080/                           curl -i localhost:8080/notes/      (401)
//   curl -i -u ada:engine localhost:8080/notes/       the sixth time in a row: 429
//   curl -u ada:engine -d 'buy milk' localhost:8080/notes/

#include <asio_httpd/asio_httpd.hpp>
#include <asio_httpd/basic_auth.hpp>
#include <asio_httpd/etag.hpp>
#include <asio_httpd/rate_limit.hpp>
#include <asio_httpd/request_id.hpp>
#include <asio_httpd/security_headers.hpp>

#include <map>
#include <mutex>

using namespace asio_httpd;

namespace {

// One text for each user.
class notes {
 public:
  std::string of(std::string_view user) const {
    const std::lock_guard lock(mutex_);
    const auto found = texts_.find(user);
    return found == texts_.end() ? "nothing yet\n" : found->second;
  }
  void add(std::string_view user, std::string_view line) {
    const std::lock_guard lock(mutex_);
    std::string& text = texts_[std::string(user)];
    if (text.size() + line.size() > 4096) throw http_error(status::conflict, "enough\n");
    text.append(line).append("\n");
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::string, std::less<>> texts_;
};

router private_part(notes& all) {
  router routes;
  routes.use(rate_limit({.requests = 5, .per = std::chrono::minutes(1)}));  // before the password
  routes.use(basic_auth("notes", {{"ada", "engine"}, {"grace", "compiler"}}));
  routes.use(etag());
  routes.get("/", [&all](const request& r) { return all.of(basic_auth_user(r)); });
  routes.post("/", [&all](const request& r) { all.add(basic_auth_user(r), r.body()); })
      .body_limit(256);
  return routes;
}

// Each answer says how long it took to make, a thing of one's own in a few lines.
struct server_timing {
  void after(const request& r, response& to) const {
    const auto took = std::chrono::steady_clock::now() - r.arrival();
    const auto us = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
    to.set(field::server_timing, "app;dur=" + std::to_string(static_cast<double>(us) / 1000));
  }
};

}  // namespace

int main() {
  notes all;
  router routes;
  routes.use(request_id());
  routes.use(security_headers());
  routes.mount("/notes", private_part(all));
  routes
      .get("/",
           [](const request& r) {
             return "this is request " + std::string(request_id_of(r)) + "\n";
           })
      .use(server_timing());
  return run(routes, {.port = 8080});
}
