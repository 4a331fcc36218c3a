// SPDX-License-Identifier: BSL-1.0
//
// The request object: accessors, and requests that are made by hand.

#include <asio_httpd/request.hpp>
#include <asio_httpd/status_report.hpp>
#include <asio_httpd/url.hpp>

#include "http/path.hpp"
#include "http/request_access.hpp"
#include "http/target.hpp"
#include "http/urlencoded.hpp"

#include <stdexcept>

namespace asio_httpd {

// What a request made by hand owns.
struct request::owned {
  std::string target;
  std::string body;
  http::path path;
};

request::request() = default;
request::~request() = default;

request::request(asio_httpd::method m, std::string target, asio_httpd::fields f, std::string body)
    : method_(m), fields_(std::move(f)), owned_(std::make_unique<owned>()) {
  owned_->target = std::move(target);
  owned_->body = std::move(body);
  http::target parsed;
  if (http::parse_target(owned_->target, m, parsed) != http::target_error::none ||
      (parsed.kind != http::target::form::asterisk &&
       owned_->path.parse(parsed.path) != http::path_error::none)) {
    throw std::invalid_argument("asio_httpd: \"" + owned_->target + "\" is no request target");
  }
  target_ = owned_->target;
  path_ = parsed.kind == http::target::form::asterisk ? "*" : owned_->path.text();
  query_ = parsed.query;
  host_ = http::host_without_port(parsed.authority.empty() ? fields_.get(field::host)
                                                           : parsed.authority);
  body_ = owned_->body;
}

const http::path* request_access::own_path(const request& r) noexcept {
  return r.owned_ ? &r.owned_->path : nullptr;
}

std::optional<std::string> request::query(std::string_view name) const {
  http::urlencoded_pair pair;
  for (std::string_view rest = query_; http::take_pair(rest, pair);) {
    if (decode_urlencoded(pair.name) == name) return decode_urlencoded(pair.value);
  }
  return std::nullopt;
}

std::string_view request::param(std::string_view name) const noexcept {
  const pattern_info info = inspect_pattern(pattern_);
  for (std::size_t i = 0; i < info.parameter_count; ++i) {
    if (info.names[i] == name) return param(i);
  }
  return {};
}

std::string_view request::param(std::size_t index) const noexcept {
  return index < parameter_count_ ? parameters_[index] : std::string_view{};
}

std::string request::remote_address() const {
  return peer_ ? peer_->address() : std::string();
}
std::uint16_t request::remote_port() const noexcept {
  return peer_ ? peer_->port() : 0;
}
bool request::from_this_machine() const noexcept {
  return peer_ && peer_->is_local();
}

void request::inform(asio_httpd::status s, const asio_httpd::fields& f) const {
  if (peer_) peer_->inform(s, f);
}

bool request::is_secure() const noexcept {
  return peer_ && peer_->is_secure();
}
std::optional<tls_info> request::tls() const {
  return peer_ ? peer_->tls() : std::nullopt;
}

std::chrono::steady_clock::time_point request::arrival() const noexcept {
  return peer_ ? peer_->arrival() : std::chrono::steady_clock::now();
}

std::chrono::steady_clock::time_point peer::arrival() const noexcept {
  return std::chrono::steady_clock::now();
}

asio_httpd::status_report request::server_status() const {
  return peer_ ? peer_->server_status() : asio_httpd::status_report();
}
bool request::server_is_ready() const noexcept {
  return !peer_ || peer_->is_ready();
}

}  // namespace asio_httpd
