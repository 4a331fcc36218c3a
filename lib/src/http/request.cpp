// SPDX-License-Identifier: BSL-1.0
//
// The request object: accessors, and requests that are made by hand.

#include <asio_httpd/request.hpp>
#include <asio_httpd/status_report.hpp>
#include <asio_httpd/url.hpp>

#include "http/path.hpp"
#include "http/request_access.hpp"
#include "http/target.hpp"

#include <algorithm>
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

namespace {

// As application/x-www-form-urlencoded has it: '+' is a space. Malformed escapes stay as they are.
std::string decode_form(std::string_view text) {
  std::string spaced(text);
  std::replace(spaced.begin(), spaced.end(), '+', ' ');
  std::string decoded;
  return percent_decode(spaced, decoded) ? decoded : spaced;
}

}  // namespace

std::optional<std::string> request::query(std::string_view name) const {
  std::string_view rest = query_;
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    if (decode_form(pair.substr(0, equals)) != name) continue;
    return decode_form(pair.substr(std::min(equals + 1, pair.size())));
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

std::chrono::steady_clock::time_point request::arrival() const noexcept {
  return peer_ ? peer_->arrival() : std::chrono::steady_clock::now();
}

std::chrono::steady_clock::time_point peer::arrival() const noexcept {
  return std::chrono::steady_clock::now();
}

asio_httpd::status_report request::server_status() const {
  return peer_ ? peer_->server_status() : asio_httpd::status_report();
}

}  // namespace asio_httpd
