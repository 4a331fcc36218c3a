// SPDX-License-Identifier: BSL-1.0
//
// The one way into a request for those who make one: the engine, the router and the connection.

#pragma once

#include <asio_httpd/request.hpp>

#include <cstddef>
#include <string_view>

namespace asio_httpd {

namespace http {
class path;
}

struct request_access {
  static void method(request& r, asio_httpd::method m) noexcept { r.method_ = m; }
  static void version(request& r, http_version v) noexcept { r.version_ = v; }
  static void target(request& r, std::string_view raw, std::string_view query,
                     std::string_view host) noexcept {
    r.target_ = raw;
    r.query_ = query;
    r.host_ = host;
  }
  static void path(request& r, std::string_view decoded) noexcept { r.path_ = decoded; }
  static void body(request& r, std::string_view b) noexcept { r.body_ = b; }
  static void pattern(request& r, std::string_view p) noexcept { r.pattern_ = p; }
  static void peer(request& r, asio_httpd::peer* p) noexcept { r.peer_ = p; }
  // At most `max_parameters`, in the order of the pattern.
  template <class Values>
  static void parameters(request& r, const Values& values) noexcept {
    r.parameter_count_ = 0;
    for (std::string_view value : values) r.parameters_[r.parameter_count_++] = value;
  }
  static asio_httpd::fields& fields(request& r) noexcept { return r.fields_; }
  static asio_httpd::fields& trailers(request& r) noexcept { return r.trailers_; }

  // Of a request made by hand; null for one that the engine made.
  static const http::path* own_path(const request& r) noexcept;

  // Back to an empty GET, keeping memory.
  static void clear(request& r) noexcept {
    r.method_ = asio_httpd::method::get;
    r.version_ = http_version::http_1_1;
    r.target_ = r.query_ = r.host_ = r.body_ = r.pattern_ = {};
    r.path_ = "/";
    r.fields_.clear();
    r.trailers_.clear();
    r.parameter_count_ = 0;
    r.attributes_.clear();
  }
};

}  // namespace asio_httpd
