// SPDX-License-Identifier: BSL-1.0
//
// CLI11 takes the words apart; everything else is here, so that a complaint about a value reads the
// same wherever the value was written.

#include "options.hpp"

#include <asio_httpd/pattern.hpp>
#include <asio_httpd/version.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <filesystem>
#include <map>
#include <sstream>
#include <string_view>
#include <system_error>
#include <type_traits>

#include "nearest.hpp"
#include "read_config.hpp"
#include "settings.hpp"

namespace asio_httpd::app {

namespace {

using json = nlohmann::ordered_json;
namespace fs = std::filesystem;

constexpr int usage_error = 2;

constexpr const char* examples =
    "Examples:\n"
    "  asio_httpd ./www                        serve a folder on http://localhost:8080\n"
    "  asio_httpd -l '*:8080' ./www            the same, to all who can reach this machine\n"
    "  asio_httpd --tls-self-signed ./www      the same on https://localhost:8443, for tests\n"
    "  asio_httpd -l '*:80' --tls-cert chain.pem --tls-key key.pem -l '*:443' --https-redirect "
    "./www\n"
    "                                          a site with TLS\n"
    "  asio_httpd --route /flag=/flag          answer /flag with one file\n"
    "  asio_httpd --config site.json --check   look a configuration over\n\n"
    "Signals: SIGINT and SIGTERM stop in an orderly way, a second one at once; SIGUSR1 opens the\n"
    "access log anew.\n";

// Each use takes one word, so that "-l 8080 ./www" has an address and a folder.
CLI::Option* repeatable(CLI::Option* option) {
  return option->expected(1)->take_all()->allow_extra_args(false);
}

// What they are given is read in the order of all of them (words_of_listeners).
void declare_listeners(CLI::App& app, options& to) {
  repeatable(app.add_option("-l,--listen",
                            "8080, 127.0.0.1:8080, [::1]:8080, '*:8080' for everywhere,\n"
                            "unix:/run/x.sock; repeatable (default localhost:8080)"))
      ->type_name("ADDR");
  repeatable(app.add_option("--tls-cert",
                            "TLS for each --listen that follows: the certificate and\n"
                            "its chain (PEM); repeatable, one for each name"))
      ->type_name("FILE");
  repeatable(app.add_option("--tls-key", "The key of that certificate (PEM)"))->type_name("FILE");
  const std::string self_signed =
      "TLS for each --listen that follows, with a certificate that\n"
      "is made and kept; for tests (default localhost:8443)";
  app.add_flag("--tls-self-signed", self_signed);
  app.add_flag("--https-redirect", to.https_redirect,
               "Lead what comes without TLS to the first listener with it");
}

// CLI11 keeps the words of each option by themselves, and the order of the options.
std::vector<listener_word> words_of_listeners(const CLI::App& app) {
  using kind = listener_word::kind;
  static const std::map<std::string, kind> kinds = {{"--listen", kind::address},
                                                    {"--tls-cert", kind::certificate},
                                                    {"--tls-key", kind::key},
                                                    {"--tls-self-signed", kind::self_signed}};
  std::vector<listener_word> words;
  std::map<const CLI::Option*, std::size_t> taken;
  for (const CLI::Option* option : app.parse_order()) {
    const auto found = kinds.find(option->get_name());
    if (found == kinds.end()) continue;
    words.push_back({found->second, option->results().at(taken[option]++)});
  }
  return words;
}

void declare(CLI::App& app, options& to) {
  app.add_option("DIRECTORY", to.directory, "Serve this folder at /")->type_name("");
  declare_listeners(app, to);
  app.add_flag("--listing", to.listing, "List what is in a folder of DIRECTORY without index.html");
  app.add_option("--fallback", to.fallback,
                 "Answer with this file of DIRECTORY where there is none, for\n"
                 "applications of one page")
      ->type_name("FILE");
  repeatable(app.add_option("-r,--route", to.routes, "Answer PATH with this file; repeatable"))
      ->type_name("PATH=FILE");
  app.add_option("-c,--config", to.config_file, "A JSON configuration; what is said here wins")
      ->type_name("FILE");
  app.add_option("-t,--threads", to.threads, "Threads (default: one for each core)")
      ->type_name("N");
  app.add_option("--status", to.status,
                 "The JSON status, for this machine only; off for none\n"
                 "(default /status)")
      ->type_name("PATH");
  app.add_option("--access-log", to.access_log, "Log requests to a file, or - for standard output")
      ->type_name("WHERE");
  app.add_option("--access-log-format", to.access_log_format,
                 "common, combined or json (default combined)")
      ->type_name("FORMAT");
  app.add_option("--log-level", to.log_level, "debug, info, warning or error (default info)")
      ->type_name("LEVEL");
  app.add_flag("--check", to.check, "Look everything over, serve nothing");
  app.add_flag("--print-config", to.print_config, "Print what would be served as a configuration");
}

std::vector<std::string> long_options(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

// `; did you mean --threads?`
std::string suggestion(const CLI::App& app, std::string_view word) {
  const std::vector<std::string> names = long_options(app);
  const std::vector<std::string_view> views(names.begin(), names.end());
  const std::string_view meant = nearest(word.substr(0, word.find('=')), views);
  return meant.empty() ? "" : "; did you mean " + std::string(meant) + '?';
}

std::string sentence(const CLI::App& app, const CLI::ParseError& e) {
  for (const std::string& word : app.remaining(true)) {
    if (word.starts_with('-')) return "unknown option " + word + suggestion(app, word);
    return "one DIRECTORY only; " + word + " is one too many";
  }
  return e.what();
}

// "" of a folder, which is for many paths.
template <class Route>
std::string path_of(const Route& r) {
  if constexpr (std::is_same_v<Route, folder_route>) {
    return {};
  } else {
    return r.path;
  }
}

void add_route(const std::string& text, const fs::path& here, config& c, problems& found) {
  const place said{"--route " + text};
  const std::size_t equals = text.find('=');
  const std::string path = text.substr(0, equals);
  if (equals == std::string::npos || equals + 1 == text.size()) {
    return found.add(said, "a route is PATH=FILE, such as /flag=/flag");
  }
  if (const pattern_info info = inspect_pattern(path); !info.valid()) {
    return found.add(said,
                     '"' + path + "\" is no path of a route: " + std::string(describe(info.error)));
  }
  // The same path in the configuration file gives way.
  for_each_list_of_routes(c, [&](auto& list) {
    std::erase_if(list, [&](const auto& r) {
      return r.hosts.empty() && path_of(r) == path && r.said_at.line != 0;
    });
  });
  c.files.push_back(
      {.path = path, .file = resolved_path(here, text.substr(equals + 1)), .said_at = said});
}

// Who wants TLS without saying where has it at its default place; then the default place of what
// is without TLS leads there.
void set_https_redirect(const options& given, config& c) {
  if (!given.https_redirect) return;
  c.https_redirect = https_port{};
  const bool nothing_without_tls =
      std::all_of(c.listen.begin(), c.listen.end(), [](const listener& each) { return each.tls; });
  const bool by_default = !std::any_of(
      given.listeners.begin(), given.listeners.end(),
      [](const listener_word& word) { return word.is == listener_word::kind::address; });
  if (by_default && nothing_without_tls && !c.listen.empty() && !given.config_file) {
    c.listen.insert(c.listen.begin(), "localhost:8080");
  }
}

// A whole number where it is one, and text otherwise: what a configuration file would hold.
json as_json(const std::string& text) {
  const bool number =
      !text.empty() && text.size() < 19 &&
      std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  return number ? json(std::stoull(text)) : json(text);
}

void set_plain(const std::optional<std::string>& given, std::string_view key,
               std::string_view option, config& c, problems& found) {
  if (!given) return;
  const setting& s = *find_setting(settings(), key);
  const json value = as_json(*given);
  complaints inside;
  if (!s.read(c, value, inside)) found.add({}, refusal(option, s.expected, value));
}

bool is_off(const std::string& text) {
  return text.empty() || text == "off";
}

void set_status(const options& given, config& c, problems& found) {
  if (!given.status) return;
  if (is_off(*given.status)) return c.status.reset();
  if (!inspect_pattern(*given.status).valid()) {
    return found.add(
        {}, refusal("--status", "a path that begins with \"/\", or off", json(*given.status)));
  }
  c.status = *given.status;
}

void set_access_log(const options& given, const fs::path& here, config& c) {
  if (!given.access_log) return;
  c.access_log_said_at = {"--access-log"};
  if (is_off(*given.access_log)) return c.access_log.reset();
  c.access_log = *given.access_log == "-" ? "-" : resolved_path(here, *given.access_log);
}

// Of the folder at "/".
template <class Set>
void set_option(const std::string& key, config& c, problems& found, Set set) {
  if (!c.directory) return found.add({}, "--" + key + " needs a DIRECTORY");
  set(c.directory->options);
  c.directory->keys_said_at[key] = {"--" + key};
}

// Another folder keeps the options that the configuration file has for the one at "/".
void set_directory(const options& given, const fs::path& here, config& c, problems& found) {
  if (given.directory) {
    if (!c.directory) c.directory.emplace();
    c.directory->directory = resolved_path(here, *given.directory);
    c.directory->said_at = {*given.directory};
  }
  if (given.listing) set_option("listing", c, found, [](auto& o) { o.listing = true; });
  if (given.fallback) {
    set_option("fallback", c, found, [&](auto& o) { o.fallback = *given.fallback; });
  }
}

void apply(const options& given, config& c, problems& found) {
  std::error_code ignored;
  const fs::path here = fs::current_path(ignored);
  set_directory(given, here, c, found);
  set_listeners(given.listeners, here, c, found);
  set_https_redirect(given, c);
  for (const std::string& text : given.routes) add_route(text, here, c, found);
  set_plain(given.threads, "threads", "--threads", c, found);
  set_status(given, c, found);
  set_access_log(given, here, c);
  set_plain(given.access_log_format, "access_log_format", "--access-log-format", c, found);
  set_plain(given.log_level, "log_level", "--log-level", c, found);
}

}  // namespace

command_line parse_command_line(int argc, const char* const* argv) {
  command_line made;
  CLI::App app{"asio_httpd serves files over HTTP.", "asio_httpd"};
  app.set_help_flag("-h,--help", "Print this");
  app.set_version_flag("--version", "asio_httpd " ASIO_HTTPD_VERSION, "Print the version");
  app.footer(examples);
  declare(app, made.given);
  try {
    app.parse(argc, argv);
    made.given.listeners = words_of_listeners(app);
  } catch (const CLI::Success& e) {  // --help, --version
    std::ostringstream out;
    app.exit(e, out, out);
    made.exit_code = 0;
    made.output = out.str();
  } catch (const CLI::ParseError& e) {
    made.exit_code = usage_error;
    made.error = "asio_httpd: " + sentence(app, e) + "\nTry asio_httpd --help.\n";
  }
  return made;
}

config effective_config(const options& given, problems& found) {
  config c;
  if (given.config_file) read_config_file(*given.config_file, c, found);
  apply(given, c, found);
  if (c.listen.empty()) c.listen.push_back("localhost:8080");
  return c;
}

}  // namespace asio_httpd::app
