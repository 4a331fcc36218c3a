// SPDX-License-Identifier: BSL-1.0
//
// The options are turned into field values once. A preflight is answered before the handler with
// what is allowed; that the origin is allowed is said on every response alike, after it.

#include <asio_httpd/cors.hpp>

#include <asio_httpd/vary.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace asio_httpd {
namespace {

constexpr std::string_view any = "*";

bool contains(const std::vector<std::string>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

// ---- the options --------------------------------------------------------------------------------

[[noreturn]] void refuse(std::string_view what) {
  throw std::invalid_argument("asio_httpd: cors: " + std::string(what));
}

// Browsers write scheme and host in lower case, no user, no path, and no slash at the end.
bool is_origin(std::string_view text) {
  const std::size_t scheme = text.find("://");
  if (scheme == std::string_view::npos || scheme == 0) return false;
  std::string_view host = text.substr(scheme + 3);
  if (host.starts_with("*.")) host.remove_prefix(2);
  const auto is_bad = [](char c) {
    return c <= ' ' || c >= 0x7f || (c >= 'A' && c <= 'Z') ||
           std::string_view("/?#@*,").find(c) != std::string_view::npos;
  };
  const auto has_bad = [&](std::string_view part) {
    return std::any_of(part.begin(), part.end(), is_bad);
  };
  return !host.empty() && !has_bad(host) && !has_bad(text.substr(0, scheme));
}

void check(const cors_options& o) {
  for (const std::string& origin : o.origins) {
    if (origin != any && origin != "null" && !is_origin(origin)) {
      refuse("\"" + origin +
             "\" is no origin: write scheme and host as browsers send them, "
             "\"https://app.example.org\" or \"https://*.example.org:8443\"");
    }
  }
  if (o.origins.empty() && !o.allows) refuse("it allows no origin; give `origins` or `allows`");
  if (o.credentials && contains(o.origins, any)) {
    refuse("credentials for every origin would open the site to all others; list the origins");
  }
  if (o.credentials && contains(o.request_fields, any)) {
    refuse("with credentials, list the request fields instead of \"*\"");
  }
  if (o.max_age && o.max_age->count() < 0) refuse("max_age is negative");
}

template <class List, class ToText>
std::string joined(const List& list, ToText to_text) {
  std::string text;
  for (const auto& item : list) {
    if (!text.empty()) text += ", ";
    text += to_text(item);
  }
  return text;
}

// The same as a field of that name would be: a token, or std::invalid_argument.
std::string joined_names(const std::vector<std::string>& names) {
  return joined(names, [](const std::string& name) {
    fields().set(name, "");
    return name;
  });
}

// ---- the policy ---------------------------------------------------------------------------------

bool is_preflight(const request& r) {
  return r.method() == method::options && r.fields().contains(field::origin) &&
         r.fields().contains(field::access_control_request_method);
}

// "https://*.example.org" covers "https://a.b.example.org".
bool covers(std::string_view allowed, std::string_view origin) {
  const std::size_t star = allowed.find('*');
  if (star == std::string_view::npos) return allowed == origin;
  const std::string_view behind = allowed.substr(star + 1);
  if (origin.size() < allowed.size() || !origin.starts_with(allowed.substr(0, star)) ||
      !origin.ends_with(behind)) {
    return false;
  }
  const std::string_view name = origin.substr(star, origin.size() - allowed.size() + 1);
  return name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-._") ==
         std::string_view::npos;
}

// A cache must not give one origin what another was allowed (Fetch, "CORS protocol and HTTP
// caches").
class policy {
 public:
  explicit policy(cors_options o)
      : options_(std::move(o)),
        any_origin_(contains(options_.origins, any)),
        any_field_(contains(options_.request_fields, any)),
        methods_(joined(options_.methods, [](method m) { return to_string(m); })),
        request_fields_(any_field_ ? "" : joined_names(options_.request_fields)),
        exposed_fields_(joined_names(options_.exposed_fields)),
        max_age_(options_.max_age ? std::to_string(options_.max_age->count()) : "") {}

  std::optional<response> before(const request& r) const {
    if (!is_preflight(r)) return std::nullopt;
    if (!is_allowed(r)) return refusal();
    response made(status::no_content);
    set(made, field::access_control_allow_methods, methods_);
    set(made, field::access_control_allow_headers,
        any_field_ ? r.get(field::access_control_request_headers) : request_fields_);
    set(made, field::access_control_max_age, max_age_);
    return made;
  }

  void after(const request& r, response& to) const {
    if (!any_origin_) vary_by("Origin", to.fields());
    if (is_preflight(r) && any_field_) vary_by("Access-Control-Request-Headers", to.fields());
    if (!is_allowed(r)) return;
    if (!is_preflight(r)) set(to, field::access_control_expose_headers, exposed_fields_);
    to.set(field::access_control_allow_origin, any_origin_ ? any : r.get(field::origin));
    if (options_.credentials) to.set(field::access_control_allow_credentials, "true");
  }

 private:
  static void set(response& to, field name, std::string_view value) {
    if (!value.empty()) to.set(name, value);
  }
  static response refusal() {
    return text("CORS: this origin is not allowed\n", status::forbidden);
  }

  bool is_allowed(const request& r) const {
    if (r.fields().count(field::origin) != 1) return false;
    const std::string_view origin = r.get(field::origin);
    const auto is_listed = [&](const std::string& allowed) { return covers(allowed, origin); };
    return any_origin_ ||
           std::any_of(options_.origins.begin(), options_.origins.end(), is_listed) ||
           (options_.allows && options_.allows(origin));
  }

  cors_options options_;
  bool any_origin_;
  bool any_field_;
  std::string methods_;
  std::string request_fields_;
  std::string exposed_fields_;
  std::string max_age_;
};

}  // namespace

middleware cors(cors_options options) {
  check(options);
  return policy(std::move(options));
}

}  // namespace asio_httpd
