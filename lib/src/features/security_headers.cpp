// SPDX-License-Identifier: BSL-1.0
//
// The fields are made once; a response gets those that it has not.

#include <asio_httpd/security_headers.hpp>

#include <stdexcept>
#include <string_view>
#include <utility>

namespace asio_httpd {
namespace {

using frames = security_headers_options::frames;

std::string policy_of(const security_headers_options& o) {
  std::string policy = o.content_security_policy;
  if (o.framed_by == frames::any || policy.find("frame-ancestors") != std::string_view::npos)
    return policy;
  if (!policy.empty()) policy += "; ";
  return policy +=
         o.framed_by == frames::none ? "frame-ancestors 'none'" : "frame-ancestors 'self'";
}

std::string value_of(const transport_security& t) {
  if (t.max_age.count() < 0) {
    throw std::invalid_argument("asio_httpd: security_headers: the max_age is negative");
  }
  std::string value = "max-age=" + std::to_string(t.max_age.count());
  if (t.include_subdomains) value += "; includeSubDomains";
  if (t.preload) value += "; preload";
  return value;
}

fields fields_of(const security_headers_options& o) {
  fields made;
  const auto set = [&](field name, std::string_view value) {
    if (!value.empty()) made.set(name, value);
  };
  set(field::x_content_type_options, "nosniff");
  if (o.framed_by != frames::any) {
    set(field::x_frame_options, o.framed_by == frames::none ? "DENY" : "SAMEORIGIN");
  }
  set(field::referrer_policy, o.referrer_policy);
  set(field::content_security_policy, policy_of(o));
  if (o.transport_security) set(field::strict_transport_security, value_of(*o.transport_security));
  return made;
}

}  // namespace

middleware security_headers(security_headers_options options) {
  return after([wanted = fields_of(options)](const request&, response& to) {
    for (const auto& line : wanted) {
      if (!to.fields().contains(line.id)) to.set(line.id, line.value);
    }
  });
}

}  // namespace asio_httpd
