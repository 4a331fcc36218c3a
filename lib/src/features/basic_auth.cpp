// SPDX-License-Identifier: BSL-1.0
//
// The scheme, the decoding of it, and the two ways to check it.

#include <asio_httpd/base64.hpp>
#include <asio_httpd/basic_auth.hpp>
#include <asio_httpd/constant_time.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace asio_httpd {
namespace {

struct known_user {
  std::string name;
};

bool has_control_byte(std::string_view text) noexcept {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

// A quoted-string (RFC 9110 section 5.6.4).
std::string quoted(std::string_view text) {
  if (has_control_byte(text)) {
    throw std::invalid_argument("asio_httpd: basic_auth: a realm has no control characters");
  }
  std::string made = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') made += '\\';
    made += c;
  }
  return made += '"';
}

bool is_basic(std::string_view scheme) noexcept {
  constexpr std::string_view name = "basic";
  return std::equal(scheme.begin(), scheme.end(), name.begin(), name.end(),
                    [](char a, char b) { return (a | 0x20) == b; });
}

// What stands behind "Basic", or "".
std::string_view token_of(const request& r) noexcept {
  if (r.fields().count(field::authorization) != 1) return {};
  std::string_view value = r.get(field::authorization);
  const std::size_t space = std::min(value.find(' '), value.size());
  if (!is_basic(value.substr(0, space))) return {};
  value.remove_prefix(std::min(value.find_first_not_of(' ', space), value.size()));
  return value;
}

class gate {
 public:
  gate(const std::string& realm, basic_auth_check check)
      : challenge_(basic_challenge(realm)), check_(std::move(check)) {
    if (!check_) throw std::invalid_argument("asio_httpd: basic_auth: nobody checks the passwords");
  }

  std::optional<response> before(const request& r) const {
    auto said = basic_credentials_of(r);
    if (!said || !check_(said->user, said->password)) return challenge_;
    r.attributes().set(known_user{std::move(said->user)});
    return std::nullopt;
  }

 private:
  response challenge_;
  basic_auth_check check_;
};

void check_users(const std::map<std::string, std::string>& passwords) {
  for (const auto& [user, password] : passwords) {
    if (user.find(':') == std::string_view::npos && !has_control_byte(user) &&
        !has_control_byte(password)) {
      continue;
    }
    throw std::invalid_argument(
        "asio_httpd: basic_auth: a user has no colon, and neither user nor password a control "
        "character");
  }
}

// A user that is not there is compared, too: against nothing that could be right.
bool is_password(const std::map<std::string, std::string>& passwords, const std::string& user,
                 std::string_view password) {
  const auto known = passwords.find(user);
  const bool exists = known != passwords.end();
  const std::string_view wanted = exists ? std::string_view(known->second) : password;
  return constant_time_equal(wanted, password) && exists;
}

}  // namespace

std::optional<basic_credentials> basic_credentials_of(const request& r) {
  auto text = base64_decode(token_of(r));
  if (!text || has_control_byte(*text)) return std::nullopt;
  const std::size_t colon = text->find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  basic_credentials made{text->substr(0, colon), text->substr(colon + 1)};
  return made;
}

response basic_challenge(std::string_view realm) {
  response made = error_response(status::unauthorized);
  made.set(field::www_authenticate, "Basic realm=" + quoted(realm) + ", charset=\"UTF-8\"");
  return made;
}

middleware basic_auth(std::string realm, basic_auth_check check) {
  return gate(realm, std::move(check));
}

middleware basic_auth(std::string realm, std::map<std::string, std::string> passwords) {
  check_users(passwords);
  return basic_auth(std::move(realm), [known = std::move(passwords)](std::string_view user,
                                                                     std::string_view password) {
    return is_password(known, std::string(user), password);
  });
}

std::string_view basic_auth_user(const request& r) noexcept {
  const known_user* known = r.attributes().get<known_user>();
  return known != nullptr ? std::string_view(known->name) : std::string_view();
}

}  // namespace asio_httpd
