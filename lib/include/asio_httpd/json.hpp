// SPDX-License-Identifier: BSL-1.0
//
// JSON with nlohmann_json. The only header that includes it; needs nlohmann-json3-dev.
//
//   routes.get("/sum/{a}/{b}", [](int a, int b) { return nlohmann::json{{"sum", a + b}}; });
//   routes.post("/users", [](const request& r) { auto user = read_json(r); ... });
//   routes.post("/users", [](const request& r, request_body body) -> boost::asio::awaitable<...> {
//     auto user = co_await read_json(r, body, 16 * 1024);
//     ...
//   });

#pragma once

#include <asio_httpd/handler.hpp>

#include <boost/asio/awaitable.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace asio_httpd {

// A handler may return a nlohmann::json. Text that is not UTF-8 is shown with U+FFFD.
template <>
struct into_response<nlohmann::json> {
  static void write(const nlohmann::json& from, const request&, response& to) {
    to.fields().set(field::content_type, "application/json");
    to.body(from.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  }
};

inline response json(const nlohmann::json& value, status s = status::ok) {
  response made(s);
  made.fields().set(field::content_type, "application/json");
  made.body(value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  return made;
}

namespace detail {
// nlohmann's parser keeps its own stack, but values of that depth are destroyed recursively.
inline bool deeper_than(std::string_view text, int limit) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++depth > limit) return true;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return false;
}

inline void check_json_type(const request& r) {
  std::string_view type = r.get(field::content_type);
  std::string_view essence = type.substr(0, type.find(';'));
  if (!type.empty() && essence.find("json") == std::string_view::npos) {
    throw http_error(status::unsupported_media_type, "Content-Type must be application/json\n");
  }
}

inline nlohmann::json parse_json(std::string_view text, int depth) {
  if (deeper_than(text, depth)) {
    throw http_error(status::bad_request, "JSON is nested too deep\n");
  }
  auto value = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (value.is_discarded()) throw http_error(status::bad_request, "The body is not JSON\n");
  return value;
}
}  // namespace detail

// The body as JSON. Throws http_error: 415 where Content-Type says something else, 400 where it
// is no JSON or is nested deeper than `depth`.
inline nlohmann::json read_json(const request& r, int depth = 64) {
  detail::check_json_type(r);
  return detail::parse_json(r.body(), depth);
}

// The same of content that the handler reads, which is only asked for where its type is right.
// 413 above `limit` bytes. Throws what request_body::read throws, too.
inline boost::asio::awaitable<nlohmann::json> read_json(const request& r, request_body body,
                                                        std::size_t limit, int depth = 64) {
  detail::check_json_type(r);
  const std::string text = co_await body.read_all(limit);
  co_return detail::parse_json(text, depth);
}

}  // namespace asio_httpd
