// SPDX-License-Identifier: BSL-1.0
//
// The opening handshake. Checks stand in the order in which a client would repair what they find.

#include "websocket/handshake.hpp"

#include "base/ascii.hpp"
#include "base/sha1.hpp"

#include <asio_httpd/base64.hpp>

#include <algorithm>
#include <array>

namespace asio_httpd::ws {
namespace {

constexpr std::string_view version = "13";
constexpr std::string_view magic = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

struct row {
  refusal which;
  std::string_view name;
  std::string_view source;
  status answer;
};

constexpr std::array<row, refusal_count> rows = {{
    {refusal::none, "none", "", status::switching_protocols},
    {refusal::method, "method", "RFC 6455 section 4.1", status::method_not_allowed},
    {refusal::no_upgrade, "no_upgrade", "RFC 6455 section 4.2.1", status::upgrade_required},
    {refusal::version, "version", "RFC 6455 section 4.4", status::upgrade_required},
    {refusal::key, "key", "RFC 6455 section 4.2.1", status::bad_request},
    {refusal::protocols, "protocols", "RFC 6455 section 4.1", status::bad_request},
    {refusal::extensions, "extensions", "RFC 6455 section 9.1", status::bad_request},
    {refusal::origin_not_allowed, "origin_not_allowed", "RFC 6455 section 10.2", status::forbidden},
}};

consteval bool in_order() {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (static_cast<std::size_t>(rows[i].which) != i) return false;
  }
  return true;
}
static_assert(in_order());

const row& row_of(refusal r) noexcept {
  return rows[static_cast<std::size_t>(r)];
}

// --- what the fields say -------------------------------------------------------------------------

bool names(const fields& f, field id, std::string_view token) noexcept {
  bool found = false;
  for (auto line : f) {
    if (line.id != id) continue;
    base::for_each_element(line.value,
                           [&](std::string_view e) { found |= base::iequals(e, token); });
  }
  return found;
}

// Of HTTP/2, an extended CONNECT shows itself as a GET with Upgrade (RFC 8441 section 5).
bool wants_upgrade(const request& r) noexcept {
  if (r.version() == http_version::http_2) return names(r.fields(), field::upgrade, "websocket");
  return r.version() == http_version::http_1_1 && names(r.fields(), field::upgrade, "websocket") &&
         names(r.fields(), field::connection, "upgrade");
}

bool is_only(const fields& f, field id, std::string_view value) noexcept {
  return f.count(id) == 1 && f.get(id) == value;
}

constexpr bool is_digit_of_base64(char c) noexcept {
  return base::is_alpha(c) || base::is_digit(c) || c == '+' || c == '/';
}

// 16 bytes are 22 digits and "==". What the last digit has too much is not looked at: the key is a
// text that is sent back, and no secret.
bool is_key(std::string_view text) noexcept {
  return text.size() == 24 && text.ends_with("==") &&
         std::all_of(text.begin(), text.end() - 2, is_digit_of_base64);
}

// The key of HTTP/1.1 is for caches that took the one protocol for the other.
bool has_key(const request& r) noexcept {
  const fields& f = r.fields();
  if (r.version() == http_version::http_2) return true;
  return f.count(field::sec_websocket_key) == 1 && is_key(f.get(field::sec_websocket_key));
}

// --- the subprotocol -----------------------------------------------------------------------------

bool is_token(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), base::is_tchar);
}

// Those that the client names. A request has few fields and short lines, so a look at each pair
// that may be equal is bounded by `most_protocols`.
constexpr std::size_t most_protocols = 64;

bool read_protocols(const fields& f, std::vector<std::string_view>& to) {
  for (auto line : f) {
    if (line.id != field::sec_websocket_protocol) continue;
    const bool sound = base::for_each_element(line.value, [&](std::string_view name) {
      if (!is_token(name) || to.size() == most_protocols) return false;
      if (std::find(to.begin(), to.end(), name) != to.end()) return false;
      to.push_back(name);
      return true;
    });
    if (!sound) return false;
  }
  return true;
}

// False where the list is malformed.
bool choose_protocol(const fields& f, std::span<const std::string> spoken, std::string& to) {
  std::vector<std::string_view> wanted;
  if (!read_protocols(f, wanted)) return false;
  const auto chosen = std::find_if(wanted.begin(), wanted.end(), [&](std::string_view name) {
    return std::find(spoken.begin(), spoken.end(), name) != spoken.end();
  });
  if (chosen != wanted.end()) to = *chosen;
  return true;
}

// --- the origin, RFC 6454 section 7 --------------------------------------------------------------

struct origin_parts {
  std::string_view scheme;
  std::string_view host;  // with its port
};

std::optional<origin_parts> split_origin(std::string_view origin) noexcept {
  const std::size_t end = origin.find("://");
  if (end == std::string_view::npos) return std::nullopt;
  return origin_parts{origin.substr(0, end), origin.substr(end + 3)};
}

std::string_view without_default_port(std::string_view host, std::string_view scheme) noexcept {
  const std::string_view port = base::iequals(scheme, "https")  ? ":443"
                                : base::iequals(scheme, "http") ? ":80"
                                                                : "";
  if (host.ends_with(port)) host.remove_suffix(port.size());
  return host;
}

bool is_same_host(std::string_view origin, std::string_view host) noexcept {
  const auto parts = split_origin(origin);
  if (!parts || parts->host.empty()) return false;
  return base::iequals(without_default_port(parts->host, parts->scheme),
                       without_default_port(host, parts->scheme));
}

bool check_origin(const fields& f, std::span<const std::string> allowed) noexcept {
  if (!f.contains(field::origin)) return true;
  return f.count(field::origin) == 1 &&
         origin_is_allowed(f.get(field::origin), f.get(field::host), allowed);
}

// --- all of it -----------------------------------------------------------------------------------

refusal check_request(const request& r) noexcept {
  if (r.method() != method::get) return refusal::method;
  if (!wants_upgrade(r)) return refusal::no_upgrade;
  if (!is_only(r.fields(), field::sec_websocket_version, version)) return refusal::version;
  return has_key(r) ? refusal::none : refusal::key;
}

refusal negotiate(const fields& f, const handshake_options& options, handshake& to) {
  if (!check_origin(f, options.origins)) return refusal::origin_not_allowed;
  if (!choose_protocol(f, options.protocols, to.protocol)) return refusal::protocols;
  deflate_parameters agreed;
  const auto outcome = accept_offer(f, options.deflate.value_or(deflate_options()), agreed);
  if (outcome == negotiation::malformed) return refusal::extensions;
  if (options.deflate && outcome == negotiation::agreed) to.deflate = agreed;
  return refusal::none;
}

}  // namespace

std::string_view to_string(refusal r) noexcept {
  return row_of(r).name;
}
std::string_view source_of(refusal r) noexcept {
  return row_of(r).source;
}
status status_of(refusal r) noexcept {
  return row_of(r).answer;
}

response answer_to(refusal r) {
  response answer = error_response(status_of(r));
  if (r == refusal::method) answer.set(field::allow, "GET");
  if (status_of(r) == status::upgrade_required) {
    answer.set(field::upgrade, "websocket");
    answer.set(field::sec_websocket_version, version);
  }
  return answer;
}

handshake accept(const request& r, const handshake_options& options) {
  handshake h;
  h.refused = check_request(r);
  if (h.refused == refusal::none) h.refused = negotiate(r.fields(), options, h);
  const bool has_key = r.version() != http_version::http_2;
  if (h.refused == refusal::none && has_key) h.accept = accept_key(r.get(field::sec_websocket_key));
  return h;
}

void set_fields(const handshake& h, response& to) {
  if (!h.accept.empty()) to.set(field::sec_websocket_accept, h.accept);
  if (!h.protocol.empty()) to.set(field::sec_websocket_protocol, h.protocol);
  if (h.deflate) to.set(field::sec_websocket_extensions, answer_of(*h.deflate));
}

std::string accept_key(std::string_view key) {
  const auto digest = base::sha1(std::string(key).append(magic));
  return base64_encode({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

bool origin_is_allowed(std::string_view origin, std::string_view host,
                       std::span<const std::string> allowed) noexcept {
  if (allowed.empty()) return is_same_host(origin, host);
  return std::any_of(allowed.begin(), allowed.end(), [&](const std::string& one) {
    return one == "*" || base::iequals(one, origin);
  });
}

}  // namespace asio_httpd::ws
