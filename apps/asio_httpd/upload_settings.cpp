// SPDX-License-Identifier: BSL-1.0

#include "upload_settings.hpp"

#include <limits>

namespace asio_httpd::app {

namespace {

using json = nlohmann::ordered_json;
using namespace std::chrono_literals;
using passwords = std::map<std::string, std::string>;

constexpr std::uint64_t tib = std::uint64_t{1} << 40;

// The option of that name.
template <class V>
auto option(V upload_options::*member) {
  return of(&upload_route::options, member);
}

std::string add_password(passwords& to, const std::string& user, const json& value) {
  if (user.empty() || user.find(':') != user.npos) {
    return '"' + user + "\" is no name of a user: it may not be empty or have a colon";
  }
  if (!value.is_string() || value == "") return refusal('"' + user + '"', "a password", value);
  to[user] = value.get<std::string>();
  return {};
}

value_kind<passwords> users() {
  return members_of<passwords>(
      "an object such as {\"ann\": \"secret\"}", add_password,
      [](const passwords& from) { return from.empty() ? json::object() : json(from); });
}

}  // namespace

std::span<const setting_of<upload_route>> upload_settings() {
  using o = upload_options;
  static const std::vector<setting_of<upload_route>> all = {
      {"users", of(&upload_route::users), users()},
      {"replace", option(&o::replace), flag()},
      {"remove", option(&o::remove), flag()},
      {"make_folders", option(&o::make_folders), flag()},
      {"forms", option(&o::forms), flag()},
      {"cross_site", option(&o::cross_site), flag()},
      {"resumable_for", option(&o::resumable_for), duration(0s, 24h * 365)},
      {"durable", option(&o::durable), flag()},
      {"permissions", option(&o::permissions), file_mode()},
      {"file_limit", option(&o::file_limit), size(1, 1024 * tib)},
      {"quota", option(&o::quota), size(0, 1024 * tib)},
      {"at_once", option(&o::at_once), whole_number(1, 100'000)},
      {"files_in_form", option(&o::files_in_form), whole_number(1, 10'000)},
      {"unfinished", option(&o::unfinished), whole_number(0, 1'000'000)},
  };
  return all;
}

value_kind<std::optional<upload_route>> uploads() {
  using optional = std::optional<upload_route>;
  const auto object = object_of("true, false or an object", upload_settings());
  return {object.expected,
          [object](optional& to, const json& j, complaints& found) {
            upload_route made;
            if (!j.is_boolean() && !object.read(made, j, found)) return false;
            to = j == false ? optional() : optional(std::move(made));
            return true;
          },
          [object](const optional& from) { return from ? object.write(*from) : json(false); }};
}

}  // namespace asio_httpd::app
