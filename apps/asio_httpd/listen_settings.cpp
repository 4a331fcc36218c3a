// SPDX-License-Identifier: BSL-1.0

#include "listen_settings.hpp"

#include "addresses.hpp"
#include "read_config.hpp"

namespace asio_httpd::app {

namespace {

using json = nlohmann::ordered_json;
using namespace std::chrono_literals;

constexpr const char* a_file = "the name of a file";
constexpr const char* a_file_or_none = "the name of a file, or \"\"";

const names_of<tls_version> version_names = {{"1.2", tls_version::tls_1_2},
                                             {"1.3", tls_version::tls_1_3}};

const names_of<client_certificates> client_names = {{"off", client_certificates::off},
                                                    {"optional", client_certificates::optional},
                                                    {"required", client_certificates::required}};

// The option of that name.
template <class V>
auto option(V tls_options::*member) {
  return of(&tls_settings::options, member);
}

// An object that has to have these keys.
template <class V>
value_kind<V> object_with(std::vector<std::string_view> needed, value_kind<V> object) {
  object.read = [needed = std::move(needed), read = object.read](V& to, const json& j,
                                                                 complaints& found) {
    if (!read(to, j, found)) return false;
    for (std::string_view key : needed) {
      if (j.contains(key)) continue;
      found.push_back({"", '"' + std::string(key) + "\" is missing in here"});
    }
    return true;
  };
  return object;
}

value_kind<std::vector<tls_certificate>> certificates() {
  const auto each = object_of("an object with \"certificate\" and \"key\"", certificate_settings());
  return list_of("an object with \"certificate\" and \"key\", or a list of them",
                 object_with({"certificate", "key"}, each));
}

// What may be off (false), on as it is by itself (true), or as `kind` says.
template <class V>
value_kind<std::optional<V>> switched(value_kind<V> kind, V plain) {
  return {kind.expected,
          [kind, plain](std::optional<V>& to, const json& j, complaints& found) {
            V made = plain;
            if (!j.is_boolean() && !kind.read(made, j, found)) return false;
            to = j == false ? std::optional<V>() : std::optional<V>(std::move(made));
            return true;
          },
          [kind, plain](const std::optional<V>& from) {
            if (!from) return json(false);
            const json made = kind.write(*from);
            return made == kind.write(plain) ? json(true) : made;
          }};
}

value_kind<std::optional<tls_settings>> tls() {
  const auto object = object_of("an object with \"certificates\"", tls_setting_table());
  return {object.expected,
          [object](std::optional<tls_settings>& to, const json& j, complaints& found) {
            tls_settings made;
            if (!object.read(made, j, found)) return false;
            to = std::move(made);
            return true;
          },
          [object](const std::optional<tls_settings>& from) {
            return from ? object.write(*from) : json();
          }};
}

// A bare number is a port.
bool read_address(std::string& to, const json& j, complaints& found) {
  if (!j.is_string() && !j.is_number_unsigned()) return false;
  to = j.is_string() ? j.get<std::string>() : j.dump();
  if (std::string wrong = address_problem(to); !wrong.empty()) found.push_back({"", wrong});
  return true;
}

template <class T>
void add_keys(std::span<const setting_of<T>> known, const std::string& before,
              std::vector<std::string>& to) {
  for (std::string_view key : keys_of(known)) to.push_back(before + std::string(key));
}

}  // namespace

std::span<const setting_of<tls_certificate>> certificate_settings() {
  using c = tls_certificate;
  static const std::vector<setting_of<c>> all = {
      {"certificate", of(&c::certificate), text(a_file)},
      {"key", of(&c::key), text(a_file)},
      {"ocsp", of(&c::ocsp), text(a_file_or_none)},
  };
  return all;
}

std::span<const setting_of<tls_settings>> tls_setting_table() {
  using o = tls_options;
  static const std::vector<setting_of<tls_settings>> all = {
      {"certificates", option(&o::certificates), certificates()},
      {"self_signed", of(&tls_settings::self_signed), flag()},
      {"minimum", option(&o::minimum), choice(version_names)},
      {"http2", option(&o::http2), flag()},
      {"clients", option(&o::clients), choice(client_names)},
      {"client_ca", option(&o::client_ca), text(a_file_or_none)},
      {"session_tickets", option(&o::session_tickets), flag()},
      {"kernel_tls", option(&o::kernel_tls), flag()},
  };
  return all;
}

std::span<const setting_of<listener>> listener_settings() {
  const value_kind<std::string> address = {"an address", read_address,
                                           [](const std::string& text) { return json(text); }};
  static const std::vector<setting_of<listener>> all = {
      {"address", of(&listener::address), address},
      {"tls", of(&listener::tls), tls()},
  };
  return all;
}

std::span<const setting_of<transport_security>> hsts_settings() {
  using t = transport_security;
  static const std::vector<setting_of<t>> all = {
      {"max_age", of(&t::max_age), duration(0s, 24h * 3650)},
      {"include_subdomains", of(&t::include_subdomains), flag()},
      {"preload", of(&t::preload), flag()},
      {"behind_proxy", of(&t::behind_proxy), flag()},
  };
  return all;
}

value_kind<listener> listener_or_address() {
  const auto object = object_with({"address"}, object_of("an address", listener_settings()));
  return {"an address, or an object with one",
          [object](listener& to, const json& j, complaints& found) {
            if (j.is_object()) return object.read(to, j, found);
            return read_address(to.address, j, found);
          },
          [object](const listener& from) {
            return from.tls ? object.write(from) : json(from.address);
          }};
}

void resolve_paths(const std::filesystem::path& folder, listener& of) {
  of.address = resolved_address(folder, of.address);
  if (!of.tls) return;
  const auto resolve = [&](std::string& path) {
    if (!path.empty()) path = resolved_path(folder, path);
  };
  for (tls_certificate& c : of.tls->options.certificates) {
    resolve(c.certificate);
    resolve(c.key);
    resolve(c.ocsp);
  }
  resolve(of.tls->options.client_ca);
}

value_kind<std::optional<https_port>> https_redirect_port() {
  const value_kind<std::uint64_t> port = whole_number(1, 65535);
  return switched<https_port>({"true, false or a port from 1 to 65535",
                               [port](https_port& to, const json& j, complaints& found) {
                                 std::uint64_t number = 0;
                                 if (!port.read(number, j, found)) return false;
                                 to.said = static_cast<std::uint16_t>(number);
                                 return true;
                               },
                               [](const https_port& from) { return json(from.said); }},
                              {});
}

value_kind<std::optional<transport_security>> hsts() {
  return switched(object_of("true, false or an object", hsts_settings()), transport_security{});
}

std::vector<std::string> listen_keys() {
  std::vector<std::string> keys;
  add_keys(listener_settings(), "listen[].", keys);
  add_keys(tls_setting_table(), "listen[].tls.", keys);
  add_keys(certificate_settings(), "listen[].tls.certificates[].", keys);
  add_keys(hsts_settings(), "hsts.", keys);
  return keys;
}

}  // namespace asio_httpd::app
