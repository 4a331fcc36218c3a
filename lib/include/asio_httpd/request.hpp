// SPDX-License-Identifier: BSL-1.0
//
// A request as a handler sees it: method, target, fields, body, path parameters and the peer.
//
// Views that are returned point into the connection's receive buffer. They are valid until the
// response is complete: through the whole of a plain handler, and through the whole of a coroutine
// handler including everything it awaits. Copy what has to live longer.
//
// A request is made by the server, or by hand for tests and for using the router alone:
// `request r{method::get, "/users/7?full=1"};`. Immutable for handlers; not copyable.

#pragma once

#include <asio_httpd/attributes.hpp>
#include <asio_httpd/fields.hpp>
#include <asio_httpd/http_version.hpp>
#include <asio_httpd/method.hpp>
#include <asio_httpd/pattern.hpp>
#include <asio_httpd/status.hpp>
#include <asio_httpd/tls.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace asio_httpd {

class peer;
class request_body;
struct body_source;
struct request_access;
struct status_report;

class request {
 public:
  // Takes ownership of the texts. Throws std::invalid_argument where `target` is none.
  explicit request(asio_httpd::method m, std::string target = "/", asio_httpd::fields f = {},
                   std::string body = {});
  request();
  ~request();
  request(request&&) = delete;
  request& operator=(request&&) = delete;

  asio_httpd::method method() const noexcept { return method_; }
  // The version of HTTP that the peer speaks.
  http_version version() const noexcept { return version_; }
  // The request target as it was sent (RFC 9112 section 3.2); of HTTP/2, the :path.
  std::string_view target() const noexcept { return target_; }
  // The path, percent-decoded once and with dot segments resolved. Begins with '/'.
  std::string_view path() const noexcept { return path_; }
  // What follows '?', as it was sent; "" where there is none.
  std::string_view query() const noexcept { return query_; }
  // The first value of a query parameter, decoded as a form does ('+' is a space).
  std::optional<std::string> query(std::string_view name) const;
  // The authority's host without the port, or "" (RFC 9110 section 7.2). As it was sent.
  std::string_view host() const noexcept { return host_; }

  const asio_httpd::fields& fields() const noexcept { return fields_; }
  std::string_view get(field id) const noexcept { return fields_.get(id); }
  std::string_view get(std::string_view name) const noexcept { return fields_.get(name); }

  // The whole content, after the transfer coding is taken off.
  std::string_view body() const noexcept { return body_; }
  // Trailer fields of a chunked body, kept apart from the header (RFC 9110 section 6.5).
  const asio_httpd::fields& trailers() const noexcept { return trailers_; }
  // For handlers that read the content themselves: the same as their argument `request_body`. Of a
  // request whose content is here already, that content.
  request_body open_body() const;

  // A path parameter by name or by position, decoded; "" where there is none.
  std::string_view param(std::string_view name) const noexcept;
  std::string_view param(std::size_t index) const noexcept;

  // Sends an interim response ahead of the answer, where the peer knows these (not HTTP/1.0) and
  // the answer has not begun: 103 Early Hints with Link fields (RFC 8297), 102. From the handler's
  // own thread. Throws std::invalid_argument for a status that is not 1xx, and for 100 and 101,
  // which are the server's.
  void inform(asio_httpd::status s, const asio_httpd::fields& f) const;

  // What middleware has to say about it; no part of the message, and so not constant.
  asio_httpd::attributes& attributes() const noexcept { return attributes_; }
  // When its head was whole, by the server's clock. Of a request made by hand: now.
  std::chrono::steady_clock::time_point arrival() const noexcept;

  // Who sent it: "192.0.2.1", "2001:db8::1", or "unix". Made on each call.
  std::string remote_address() const;
  std::uint16_t remote_port() const noexcept;
  // True for 127.0.0.0/8, ::1 and Unix sockets, that is, for peers on this machine.
  bool from_this_machine() const noexcept;
  // Whether it came by TLS, and then how. Made on each call.
  bool is_secure() const noexcept;
  std::optional<tls_info> tls() const;
  // What the server that received this request knows of itself. Costs microseconds to milliseconds.
  asio_httpd::status_report server_status() const;
  // False once a stop is under way.
  bool server_is_ready() const noexcept;

 private:
  friend struct request_access;
  struct owned;

  asio_httpd::method method_ = asio_httpd::method::get;
  http_version version_ = http_version::http_1_1;
  std::string_view target_;
  std::string_view path_ = "/";
  std::string_view query_;
  std::string_view host_;
  std::string_view body_;
  asio_httpd::fields fields_;
  asio_httpd::fields trailers_;
  std::array<std::string_view, max_parameters> parameters_;
  std::size_t parameter_count_ = 0;
  std::string_view pattern_;  // of the route that matched; names the parameters
  asio_httpd::peer* peer_ = nullptr;
  mutable asio_httpd::attributes attributes_;
  std::unique_ptr<owned> owned_;
};

// The connection that a request came on. Implemented by the server.
class peer {
 public:
  virtual ~peer() = default;
  virtual std::string address() const = 0;
  virtual std::uint16_t port() const noexcept = 0;
  virtual bool is_local() const noexcept = 0;
  virtual bool is_secure() const noexcept { return false; }
  virtual std::optional<tls_info> tls() const { return std::nullopt; }
  virtual asio_httpd::status_report server_status() const = 0;
  virtual bool is_ready() const noexcept { return true; }
  // When the head of its request was whole.
  virtual std::chrono::steady_clock::time_point arrival() const noexcept;
  // Null where the content of its request is not read while it comes in.
  virtual std::shared_ptr<body_source> open_body() = 0;
  virtual void inform(asio_httpd::status, const asio_httpd::fields&) {}
};

}  // namespace asio_httpd
