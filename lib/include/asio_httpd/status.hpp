// SPDX-License-Identifier: BSL-1.0
//
// Status codes (RFC 9110 section 15 and the IANA registry). Any value from 100 to 999 is a valid
// `status`; the enumerators are the registered ones.

#pragma once

#include <cstdint>
#include <string_view>

namespace asio_httpd {

enum class status : std::uint16_t {
  continue_ = 100,
  switching_protocols = 101,
  early_hints = 103,
  ok = 200,
  created = 201,
  accepted = 202,
  non_authoritative_information = 203,
  no_content = 204,
  reset_content = 205,
  partial_content = 206,
  multiple_choices = 300,
  moved_permanently = 301,
  found = 302,
  see_other = 303,
  not_modified = 304,
  temporary_redirect = 307,
  permanent_redirect = 308,
  bad_request = 400,
  unauthorized = 401,
  payment_required = 402,
  forbidden = 403,
  not_found = 404,
  method_not_allowed = 405,
  not_acceptable = 406,
  proxy_authentication_required = 407,
  request_timeout = 408,
  conflict = 409,
  gone = 410,
  length_required = 411,
  precondition_failed = 412,
  content_too_large = 413,
  uri_too_long = 414,
  unsupported_media_type = 415,
  range_not_satisfiable = 416,
  expectation_failed = 417,
  misdirected_request = 421,
  unprocessable_content = 422,
  locked = 423,
  failed_dependency = 424,
  too_early = 425,
  upgrade_required = 426,
  precondition_required = 428,
  too_many_requests = 429,
  request_header_fields_too_large = 431,
  unavailable_for_legal_reasons = 451,
  internal_server_error = 500,
  not_implemented = 501,
  bad_gateway = 502,
  service_unavailable = 503,
  gateway_timeout = 504,
  http_version_not_supported = 505,
  variant_also_negotiates = 506,
  insufficient_storage = 507,
  loop_detected = 508,
  network_authentication_required = 511,
};

// The registered reason phrase, or "" for a code that has none. Static storage.
std::string_view reason_phrase(status s) noexcept;

constexpr unsigned to_integer(status s) noexcept {
  return static_cast<unsigned>(s);
}

// 1 for 1xx to 5 for 5xx; 0 for anything else.
constexpr unsigned status_class(status s) noexcept {
  unsigned c = to_integer(s) / 100;
  return c <= 5 ? c : 0;
}

// Responses that never carry content, whatever their fields say (RFC 9112 section 6.3).
constexpr bool forbids_content(status s) noexcept {
  return status_class(s) == 1 || s == status::no_content || s == status::not_modified;
}

}  // namespace asio_httpd
