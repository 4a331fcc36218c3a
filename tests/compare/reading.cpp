// SPDX-License-Identifier: BSL-1.0
//
// The two drivers. A request that is accepted is answered by nothing, and the next is read, as a
// server would.

#include "reading.hpp"

#include "http1/engine.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <iterator>
#include <memory>
#include <ostream>

namespace compare {
namespace {

namespace http1 = asio_httpd::http1;
namespace beast = boost::beast;

constexpr std::size_t head_limit = 16 * 1024;
constexpr std::size_t body_limit = 1024 * 1024;

std::string_view to_string(ending e) {
  switch (e) {
    case ending::between:
      return "between requests";
    case ending::closed:
      return "closed";
    case ending::needs_more:
      return "needs more";
    case ending::refused:
      return "refused";
  }
  return "";
}

message message_of(http1::engine& engine) {
  const auto& r = engine.request();
  return {std::string(asio_httpd::to_string(r.method())), std::string(r.target()),
          r.fields().size(), std::string(r.body()), engine.framing().keep_alive};
}

using beast_parser = beast::http::request_parser<beast::http::string_body>;

message message_of(const beast_parser& parser) {
  const auto& r = parser.get();
  const auto count = std::distance(r.begin(), r.end());
  return {std::string(r.method_string()), std::string(r.target()), static_cast<std::size_t>(count),
          r.body(), parser.keep_alive()};
}

}  // namespace

reading read_with_ours(std::string_view stream) {
  reading result;
  const auto engine = std::make_unique<http1::engine>();
  engine->reset({.size = head_limit, .fields = 1000});
  engine->input().append(stream);
  for (;;) {
    switch (engine->next()) {
      case http1::action::read:
        engine->output().clear();  // "100 Continue"
        result.end = engine->is_idle() ? ending::between : ending::needs_more;
        return result;
      case http1::action::head:
        engine->accept_body(body_limit);
        break;
      case http1::action::dispatch: {
        result.messages.push_back(message_of(*engine));
        asio_httpd::response nothing(asio_httpd::status::no_content);
        engine->respond(nothing, "", false);
        engine->output().clear();
        break;
      }
      case http1::action::refuse:
      case http1::action::http2:
        result.end = ending::refused;
        result.broken = engine->broken();
        return result;
      case http1::action::stream:
      case http1::action::upgrade:
      case http1::action::close:
        result.end = ending::closed;
        return result;
    }
  }
}

reading read_with_beast(std::string_view stream) {
  reading result;
  while (result.rest != stream.size()) {
    beast_parser parser;
    parser.eager(true);
    parser.header_limit(head_limit);
    parser.body_limit(body_limit);
    beast::error_code ec;
    const std::string_view rest = stream.substr(result.rest);
    const std::size_t used = parser.put(boost::asio::buffer(rest), ec);
    if (ec && ec != beast::http::error::need_more) {
      result.end = ending::refused;
      result.error = static_cast<beast::http::error>(ec.value());
      return result;
    }
    if (!parser.is_done()) {
      result.end = ending::needs_more;
      return result;
    }
    result.messages.push_back(message_of(parser));
    result.rest += used;
    if (!parser.keep_alive()) {
      result.end = ending::closed;
      return result;
    }
  }
  return result;
}

std::ostream& operator<<(std::ostream& out, const reading& r) {
  for (const message& m : r.messages) {
    out << m.method << ' ' << m.target << ' ' << m.fields << " fields, " << m.body.size()
        << " bytes" << (m.keeps_connection ? "" : ", close") << "; ";
  }
  out << to_string(r.end);
  if (r.broken != http1::rule::none) out << ": " << to_string(r.broken);
  if (r.error != beast::http::error{}) {
    out << ": " << beast::http::make_error_code(r.error).message();
  }
  return out;
}

}  // namespace compare
