// SPDX-License-Identifier: BSL-1.0
//
// Well-known field names as small integers (RFC 9110, 9111, 9112 and the IANA registry), so that
// a look-up of `host` or `content-length` compares an integer. A name that is not listed here has
// the id `field::unknown` and is compared as case-insensitive text.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace asio_httpd {

enum class field : std::uint8_t {
  unknown,
  accept,
  accept_charset,
  accept_encoding,
  accept_language,
  accept_ranges,
  access_control_allow_credentials,
  access_control_allow_headers,
  access_control_allow_methods,
  access_control_allow_origin,
  access_control_expose_headers,
  access_control_max_age,
  access_control_request_headers,
  access_control_request_method,
  age,
  allow,
  alt_svc,
  authorization,
  cache_control,
  connection,
  content_disposition,
  content_encoding,
  content_language,
  content_length,
  content_location,
  content_range,
  content_security_policy,
  content_type,
  cookie,
  date,
  dnt,
  etag,
  expect,
  expires,
  forwarded,
  from,
  host,
  http2_settings,
  if_match,
  if_modified_since,
  if_none_match,
  if_range,
  if_unmodified_since,
  keep_alive,
  last_event_id,
  last_modified,
  link,
  location,
  max_forwards,
  origin,
  pragma,
  priority,
  proxy_authenticate,
  proxy_authorization,
  proxy_connection,
  range,
  referer,
  referrer_policy,
  retry_after,
  sec_ch_ua,
  sec_ch_ua_mobile,
  sec_ch_ua_platform,
  sec_fetch_dest,
  sec_fetch_mode,
  sec_fetch_site,
  sec_fetch_user,
  sec_gpc,
  sec_websocket_accept,
  sec_websocket_extensions,
  sec_websocket_key,
  sec_websocket_protocol,
  sec_websocket_version,
  server,
  server_timing,
  set_cookie,
  strict_transport_security,
  te,
  traceparent,
  trailer,
  transfer_encoding,
  upgrade,
  upgrade_insecure_requests,
  user_agent,
  vary,
  via,
  www_authenticate,
  x_content_type_options,
  x_forwarded_for,
  x_forwarded_host,
  x_forwarded_proto,
  x_frame_options,
  x_request_id,
  x_requested_with,
};

inline constexpr std::size_t field_count = 93;

// Some of the ids.
class field_set {
 public:
  constexpr field_set() = default;
  constexpr field_set(std::initializer_list<field> ids) noexcept {
    for (field id : ids) add(id);
  }
  constexpr void add(field id) noexcept { words_[word(id)] |= bit(id); }
  constexpr void remove(field id) noexcept { words_[word(id)] &= ~bit(id); }
  constexpr bool contains(field id) const noexcept { return (words_[word(id)] & bit(id)) != 0; }
  constexpr bool intersects(const field_set& other) const noexcept {
    return ((words_[0] & other.words_[0]) | (words_[1] & other.words_[1])) != 0;
  }

 private:
  static constexpr std::size_t word(field id) noexcept { return static_cast<std::size_t>(id) / 64; }
  static constexpr std::uint64_t bit(field id) noexcept {
    return std::uint64_t{1} << (static_cast<std::size_t>(id) % 64);
  }
  std::array<std::uint64_t, 2> words_{};
};
static_assert(field_count <= 128);

// The canonical spelling, for example "Content-Length". Static storage; "" for `unknown`.
std::string_view to_string(field f) noexcept;

// The id of a field name in any case, or `field::unknown`.
field field_from(std::string_view name) noexcept;

}  // namespace asio_httpd
