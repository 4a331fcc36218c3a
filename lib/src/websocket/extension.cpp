// SPDX-License-Identifier: BSL-1.0
//
// The syntax first, then the parameters, then the two sides.

#include "websocket/extension.hpp"

#include "base/ascii.hpp"
#include "websocket/deflate.hpp"

#include <algorithm>

namespace asio_httpd::ws {
namespace {

constexpr std::string_view deflate_name = "permessage-deflate";

// --- extension = token *( ";" token [ "=" ( token | quoted-string ) ] ), RFC 6455 section 9.1 ----

struct parameter {
  std::string_view name;
  std::optional<std::string_view> value;
};

// Takes one member of the list apart.
class reader {
 public:
  explicit reader(std::string_view text) noexcept : rest_(text) {}

  bool at_end() const noexcept { return rest_.empty(); }

  // Empty where there is none.
  std::string_view token() noexcept {
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), base::is_tchar);
    return take(static_cast<std::size_t>(end - rest_.begin()));
  }

  bool take_sign(char c) noexcept {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    rest_ = base::trim_ows(rest_);
    return true;
  }

  // "; name" or "; name=value". False where it is neither.
  bool next(parameter& to) noexcept {
    if (!take_sign(';')) return false;
    to.name = token();
    to.value.reset();
    if (to.name.empty()) return false;
    if (!take_sign('=')) return true;
    to.value = !rest_.empty() && rest_.front() == '"' ? quoted() : token();
    return !to.value->empty();
  }

 private:
  std::string_view take(std::size_t size) noexcept {
    const std::string_view taken = rest_.substr(0, size);
    rest_ = base::trim_ows(rest_.substr(size));
    return taken;
  }

  // What stands between the quotes must be a token. One with a backslash in it has no meaning in
  // any parameter here, so it stays as it is written, and is empty where it is no token.
  std::string_view quoted() noexcept {
    const std::size_t end = base::ascii_detail::closing_quote(rest_, 0);
    if (end == std::string_view::npos) return take(rest_.size()).substr(0, 0);
    const std::string_view inside = take(end + 1).substr(1, end - 1);
    const bool is_token = std::all_of(inside.begin(), inside.end(),
                                      [](char c) { return base::is_tchar(c) || c == '\\'; });
    return is_token ? inside : inside.substr(0, 0);
  }

  std::string_view rest_;
};

// --- the parameters of permessage-deflate, RFC 7692 section 7.1 ----------------------------------

struct deflate_element {
  deflate_parameters parameters;
  bool names_client_window = false;  // an offer may do that without a value
};

enum class verdict : std::uint8_t { acceptable, declined, malformed, other };

// True where it was not set before.
bool set_once(bool& flag, const std::optional<std::string_view>& value) noexcept {
  return !value && !std::exchange(flag, true);
}

// Decimal, without a leading zero.
std::optional<int> window_bits(std::string_view text) noexcept {
  std::uint64_t value = 0;
  if (text.front() == '0' || !base::parse_decimal(text, value)) return std::nullopt;
  if (value < smallest_window_bits || value > largest_window_bits) return std::nullopt;
  return static_cast<int>(value);
}

bool set_window(std::optional<int>& bits, const std::optional<std::string_view>& value) noexcept {
  if (bits || !value) return false;
  bits = window_bits(*value);
  return bits.has_value();
}

bool set_client_window(deflate_element& to, const std::optional<std::string_view>& value) noexcept {
  if (std::exchange(to.names_client_window, true)) return false;
  return !value || set_window(to.parameters.client_max_window_bits, value);
}

// False for a parameter that makes the offer unacceptable.
bool set(deflate_element& to, const parameter& p) noexcept {
  if (p.name == "server_no_context_takeover") {
    return set_once(to.parameters.server_no_context_takeover, p.value);
  }
  if (p.name == "client_no_context_takeover") {
    return set_once(to.parameters.client_no_context_takeover, p.value);
  }
  if (p.name == "server_max_window_bits") {
    return set_window(to.parameters.server_max_window_bits, p.value);
  }
  return p.name == "client_max_window_bits" && set_client_window(to, p.value);
}

verdict read_element(std::string_view text, deflate_element& to) noexcept {
  reader in(text);
  const std::string_view name = in.token();
  if (name.empty()) return verdict::malformed;
  bool acceptable = true;
  parameter p;
  while (!in.at_end()) {
    if (!in.next(p)) return verdict::malformed;
    if (name == deflate_name) acceptable = set(to, p) && acceptable;
  }
  if (name != deflate_name) return verdict::other;
  return acceptable ? verdict::acceptable : verdict::declined;
}

// Calls `f(verdict, element)` for each extension; false where one is malformed.
template <class F>
bool for_each_extension(const fields& message, F f) {
  for (auto [id, name, value] : message) {
    if (id != field::sec_websocket_extensions) continue;
    const bool sound = base::for_each_element(value, [&](std::string_view text) {
      deflate_element element;
      const verdict v = read_element(text, element);
      if (v != verdict::malformed) f(v, element);
      return v != verdict::malformed;
    });
    if (!sound) return false;
  }
  return true;
}

// --- the two sides -------------------------------------------------------------------------------

int smaller(const std::optional<int>& asked, int own) noexcept {
  return std::min(asked.value_or(largest_window_bits), own);
}

deflate_parameters agree(const deflate_element& offer, const deflate_options& options) noexcept {
  deflate_parameters to = offer.parameters;
  to.server_no_context_takeover |= options.server_no_context_takeover;
  to.client_no_context_takeover |= options.client_no_context_takeover;
  const int server_bits = smaller(to.server_max_window_bits, options.server_max_window_bits);
  if (to.server_max_window_bits || server_bits < largest_window_bits) {
    to.server_max_window_bits = server_bits;
  }
  // A client that does not name it does not know it (section 7.1.2.2).
  const int client_bits = smaller(to.client_max_window_bits, options.client_max_window_bits);
  to.client_max_window_bits.reset();
  if (offer.names_client_window && client_bits < largest_window_bits) {
    to.client_max_window_bits = client_bits;
  }
  return to;
}

bool is_within(const deflate_element& answer, const deflate_options& offered) noexcept {
  const deflate_parameters& got = answer.parameters;
  if (answer.names_client_window && !got.client_max_window_bits) return false;
  if (offered.server_no_context_takeover && !got.server_no_context_takeover) return false;
  return got.server_max_window_bits.value_or(largest_window_bits) <= offered.server_max_window_bits;
}

void append_window(std::string& to, std::string_view name, const std::optional<int>& bits) {
  if (bits) to.append("; ").append(name).append("=").append(std::to_string(*bits));
}

}  // namespace

negotiation accept_offer(const fields& request, const deflate_options& options,
                         deflate_parameters& to) {
  bool agreed = false;
  const bool sound = for_each_extension(request, [&](verdict v, const deflate_element& offer) {
    if (v != verdict::acceptable || std::exchange(agreed, true)) return;
    to = agree(offer, options);
  });
  if (!sound) return negotiation::malformed;
  return agreed ? negotiation::agreed : negotiation::none;
}

std::string answer_of(const deflate_parameters& agreed) {
  std::string text(deflate_name);
  if (agreed.server_no_context_takeover) text += "; server_no_context_takeover";
  if (agreed.client_no_context_takeover) text += "; client_no_context_takeover";
  append_window(text, "server_max_window_bits", agreed.server_max_window_bits);
  append_window(text, "client_max_window_bits", agreed.client_max_window_bits);
  return text;
}

std::string offer_of(const deflate_options& options) {
  deflate_parameters wanted;
  wanted.server_no_context_takeover = options.server_no_context_takeover;
  wanted.client_no_context_takeover = options.client_no_context_takeover;
  if (options.server_max_window_bits < largest_window_bits) {
    wanted.server_max_window_bits = options.server_max_window_bits;
  }
  if (options.client_max_window_bits < largest_window_bits) {
    wanted.client_max_window_bits = options.client_max_window_bits;
  }
  std::string text = answer_of(wanted);
  if (!wanted.client_max_window_bits) text += "; client_max_window_bits";
  return text;
}

negotiation accept_answer(const fields& response, const deflate_options& offered,
                          deflate_parameters& to) {
  std::size_t extensions = 0;
  bool acceptable = true;
  const bool sound = for_each_extension(response, [&](verdict v, const deflate_element& answer) {
    ++extensions;
    acceptable = acceptable && v == verdict::acceptable && is_within(answer, offered);
    to = answer.parameters;
  });
  if (!sound || !acceptable || extensions > 1) return negotiation::malformed;
  return extensions == 0 ? negotiation::none : negotiation::agreed;
}

}  // namespace asio_httpd::ws
