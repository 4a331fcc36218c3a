// SPDX-License-Identifier: BSL-1.0
//
// A small JSON API: notes in memory, shared by all threads behind a mutex of the program's own.
//
//   curl -H 'Content-Type: application/json' -d '{"text":"buy milk"}' localhost:8080/notes
//   curl localhost:8080/notes          curl localhost:8080/notes/1
//   curl -X DELETE localhost:8080/notes/1

#include <asio_httpd/asio_httpd.hpp>
#include <asio_httpd/json.hpp>

#include <map>
#include <mutex>
#include <optional>

using asio_httpd::http_error;
using asio_httpd::request;
using asio_httpd::response;
using asio_httpd::status;
using nlohmann::json;

namespace {

class notes {
 public:
  int add(std::string text) {
    const std::lock_guard lock(mutex_);
    texts_.emplace(++last_, std::move(text));
    return last_;
  }
  std::optional<json> find(int id) const {
    const std::lock_guard lock(mutex_);
    const auto at = texts_.find(id);
    if (at == texts_.end()) return std::nullopt;
    return json{{"id", id}, {"text", at->second}};
  }
  json all() const {
    const std::lock_guard lock(mutex_);
    json list = json::array();
    for (const auto& [id, text] : texts_) list.push_back({{"id", id}, {"text", text}});
    return list;
  }
  bool erase(int id) {
    const std::lock_guard lock(mutex_);
    return texts_.erase(id) != 0;
  }

 private:
  mutable std::mutex mutex_;
  std::map<int, std::string> texts_;
  int last_ = 0;
};

response create(notes& all, const request& r) {
  const json body = asio_httpd::read_json(r);
  if (!body.is_object() || !body.contains("text") || !body["text"].is_string()) {
    throw http_error(status::unprocessable_content, "expected {\"text\": \"...\"}\n");
  }
  const int id = all.add(body["text"]);
  response made = asio_httpd::json(*all.find(id), status::created);
  made.set(asio_httpd::field::location, "/notes/" + std::to_string(id));
  return made;
}

}  // namespace

int main() {
  notes all;
  asio_httpd::router routes;
  routes.get("/notes", [&all] { return all.all(); });
  routes.get("/notes/{id}", [&all](int id) { return all.find(id); });
  routes.post("/notes", [&all](const request& r) { return create(all, r); }).body_limit(16 * 1024);
  routes.delete_("/notes/{id}",
                 [&all](int id) { return all.erase(id) ? status::no_content : status::not_found; });
  routes.status();
  return asio_httpd::run(routes, {.port = 8080});
}
