// SPDX-License-Identifier: BSL-1.0

#include "options.hpp"

#include <asio_httpd/version.hpp>

#include <doctest/doctest.h>

#include <filesystem>
#include <initializer_list>
#include <sstream>

#include "support/scratch_folder.hpp"

using namespace asio_httpd;
using namespace asio_httpd::app;
using test_support::scratch_folder;

namespace {

command_line parse(std::initializer_list<const char*> words) {
  std::vector<const char*> argv = {"asio_httpd"};
  argv.insert(argv.end(), words.begin(), words.end());
  return parse_command_line(static_cast<int>(argv.size()), argv.data());
}

struct outcome {
  config made;
  std::string complaints;
};

outcome effective(std::initializer_list<const char*> words) {
  const command_line typed = parse(words);
  REQUIRE_FALSE(typed.exit_code);
  problems found;
  outcome o;
  o.made = effective_config(typed.given, found);
  std::ostringstream out;
  out << found;
  o.complaints = out.str();
  return o;
}

std::string here(std::string_view name) {
  return (std::filesystem::current_path() / name).string();
}

}  // namespace

TEST_CASE("nothing said") {
  const outcome o = effective({});
  CHECK(o.complaints == "");
  CHECK(o.made.listen == std::vector<listener>{"localhost:8080"});
  CHECK(o.made.status == "/status");
  CHECK(o.made.serves_nothing());
}

TEST_CASE("everything said") {
  const outcome o = effective({"www", "-l", "8080", "--listen", "unix:x.sock", "-r", "/flag=/flag",
                               "--route", "/a=b=c", "-t", "3", "--status", "/s", "--access-log",
                               "-", "--access-log-format", "json", "--log-level", "debug"});
  CHECK(o.complaints == "");
  CHECK(o.made.directory->directory == here("www"));
  CHECK(o.made.listen == std::vector<listener>{"8080", "unix:" + here("x.sock")});
  REQUIRE(o.made.files.size() == 2);
  CHECK(o.made.files[0].path == "/flag");
  CHECK(o.made.files[0].file == "/flag");
  CHECK(o.made.files[1].path == "/a");
  CHECK(o.made.files[1].file == here("b=c"));
  CHECK(o.made.threads == 3);
  CHECK(o.made.status == "/s");
  CHECK(o.made.access_log == "-");
  CHECK(o.made.access_log_format == access_log_format::json);
  CHECK(o.made.log_level == log_level::debug);
}

TEST_CASE("TLS is for the listeners that follow") {
  const outcome o =
      effective({"-l", "8080", "--tls-cert", "a.pem", "--tls-key", "a.key", "-l", "8443",
                 "--tls-key", "/b.key", "--tls-cert", "/b.pem", "-l", "8444"});
  CHECK(o.complaints == "");
  REQUIRE(o.made.listen.size() == 3);
  CHECK(o.made.listen[0] == listener("8080"));
  const tls_certificate a = {here("a.pem"), here("a.key")};
  CHECK(o.made.listen[1].address == "8443");
  CHECK(o.made.listen[1].tls->options.certificates == std::vector<tls_certificate>{a});
  CHECK(o.made.listen[2].tls->options.certificates ==
        std::vector<tls_certificate>{a, {"/b.pem", "/b.key"}});
}

TEST_CASE("TLS without an address has one of its own") {
  const outcome o = effective({"www", "--tls-self-signed"});
  CHECK(o.complaints == "");
  REQUIRE(o.made.listen.size() == 1);
  CHECK(o.made.listen[0].address == "localhost:8443");
  CHECK(o.made.listen[0].tls->self_signed);
  CHECK_FALSE(o.made.https_redirect);

  const config leads = effective({"--tls-self-signed", "--https-redirect"}).made;
  REQUIRE(leads.listen.size() == 2);
  CHECK(leads.listen[0] == listener("localhost:8080"));
  CHECK(leads.listen[1].address == "localhost:8443");
  CHECK(redirect_port(leads) == 8443);
}

TEST_CASE("TLS that is for nobody, and halves of pairs") {
  CHECK(effective({"-l", "8080", "--tls-self-signed"}).complaints ==
        "asio_httpd: --tls-self-signed is for the --listen that follows it, and there is none\n");
  CHECK(effective({"--tls-cert", "a.pem"}).complaints ==
        "asio_httpd: --tls-cert a.pem needs a --tls-key\n");
  CHECK(effective({"--tls-key", "a.key", "-l", "1", "-l", "2"}).complaints ==
        "asio_httpd: --tls-key a.key needs a --tls-cert\n");
  const scratch_folder folder;
  const std::string file = folder.write("site.json", R"({"listen": "1000"})");
  CHECK(effective({"-c", file.c_str(), "--tls-cert", "a", "--tls-key", "b"}).complaints ==
        "asio_httpd: --tls-key b is for the --listen that follows it, and there is none\n");
}

TEST_CASE("options after the directory, and before") {
  CHECK(effective({"-t", "1", "www", "-l", "1"}).made.directory->directory == here("www"));
  CHECK(effective({"-l", "1", "-l", "2", "www"}).made.directory->directory == here("www"));
}

TEST_CASE("status and access log switched off") {
  for (const char* off : {"", "off"}) {
    CHECK_FALSE(effective({"--status", off}).made.status);
    CHECK_FALSE(effective({"--access-log", off}).made.access_log);
  }
}

TEST_CASE("wrong values are told as in a configuration, all of them") {
  const outcome o =
      effective({"-l", "x", "-r", "/flag", "-r", "flag=/flag", "-t", "two", "--status", "status",
                 "--access-log-format", "apache", "--log-level", "loud"});
  CHECK(
      o.complaints ==
      "asio_httpd: --listen: \"x\" is no address: it has to end in a port from 0 to 65535, as "
      "8080, localhost:8080, [::1]:8080, or be unix:/path\n"
      "asio_httpd: --route /flag: a route is PATH=FILE, such as /flag=/flag\n"
      "asio_httpd: --route flag=/flag: \"flag\" is no path of a route: a pattern begins with '/'\n"
      "asio_httpd: --threads must be a whole number from 0 to 1024, not \"two\"\n"
      "asio_httpd: --status must be a path that begins with \"/\", or off, not \"status\"\n"
      "asio_httpd: --access-log-format must be \"common\", \"combined\" or \"json\", not "
      "\"apache\"\n"
      "asio_httpd: --log-level must be \"debug\", \"info\", \"warning\" or \"error\", not "
      "\"loud\"\n");
}

TEST_CASE("a number too large for a number is refused, not thrown") {
  CHECK(effective({"-t", "99999999999999999999999"}).complaints != "");
  CHECK(effective({"-t", "-1"}).complaints != "");
}

TEST_CASE("what is not known is named, with what may be meant") {
  const command_line typed = parse({"--thread", "2"});
  CHECK(typed.exit_code == 2);
  CHECK(typed.error ==
        "asio_httpd: unknown option --thread; did you mean --threads?\nTry asio_httpd --help.\n");
  CHECK(parse({"--banana"}).error ==
        "asio_httpd: unknown option --banana\nTry asio_httpd --help.\n");
  CHECK(parse({"--acces-log=x"}).error.find("did you mean --access-log?") != std::string::npos);
  CHECK(parse({"a", "b"}).error.find("one DIRECTORY only; b is one too many") != std::string::npos);
  CHECK(parse({"--threads"}).exit_code == 2);
}

TEST_CASE("help and version") {
  const command_line version = parse({"--version"});
  CHECK(version.exit_code == 0);
  CHECK(version.output == "asio_httpd " ASIO_HTTPD_VERSION "\n");
  const command_line help = parse({"--help"});
  CHECK(help.exit_code == 0);
  for (const char* each :
       {"DIRECTORY", "--listing", "--fallback", "--listen", "--tls-cert", "--tls-key",
        "--tls-self-signed", "--https-redirect", "--route", "--config", "--threads", "--status",
        "--access-log", "--access-log-format", "--log-level", "--check", "--print-config",
        "--version", "--help"}) {
    CAPTURE(each);
    CHECK(help.output.find(each) != std::string::npos);
  }
}

TEST_CASE("the command line has precedence over the configuration") {
  const scratch_folder folder;
  const std::string file = folder.write("site.json", R"({
    "listen": ["1000", "1001"], "directory": "www", "threads": 7, "status": "/from_file",
    "access_log": "a.log", "log_level": "error",
    "routes": [{"path": "/flag", "file": "a"}, {"path": "/other", "file": "b"}]
  })");
  const config from_file = effective({"-c", file.c_str()}).made;
  CHECK(from_file.listen.size() == 2);
  CHECK(from_file.threads == 7);

  const outcome o =
      effective({"-c", file.c_str(), "-l", "2000", "here", "-t", "1", "--status", "/typed",
                 "--access-log", "-", "--log-level", "info", "-r", "/flag=/flag"});
  CHECK(o.complaints == "");
  CHECK(o.made.listen == std::vector<listener>{"2000"});
  CHECK(o.made.directory->directory == here("here"));
  CHECK(o.made.threads == 1);
  CHECK(o.made.status == "/typed");
  CHECK(o.made.access_log == "-");
  CHECK(o.made.log_level == log_level::info);
  REQUIRE(o.made.files.size() == 2);
  CHECK(o.made.files[0].file == folder / "b");
  CHECK(o.made.files[1].file == "/flag");
}

TEST_CASE("a route that is typed twice stays twice, for the check to find") {
  CHECK(effective({"-r", "/a=/x", "-r", "/a=/y"}).made.files.size() == 2);
}

TEST_CASE("options of the folder that is typed") {
  const outcome o = effective({"www", "--listing", "--fallback", "app.html"});
  CHECK(o.complaints == "");
  CHECK(o.made.directory->options.listing);
  CHECK(o.made.directory->options.fallback == "app.html");
  CHECK(o.made.directory->said("fallback").text() == "--fallback");
  CHECK(effective({"--listing", "--fallback", "x"}).complaints ==
        "asio_httpd: --listing needs a DIRECTORY\nasio_httpd: --fallback needs a DIRECTORY\n");
}

TEST_CASE("another folder has the options that the configuration gives to the one at /") {
  const scratch_folder folder;
  const std::string file = folder.write(
      "site.json", R"({"directory": {"directory": "www", "index": "home.html", "fallback": "a"}})");
  const outcome o = effective({"-c", file.c_str(), "here", "--fallback", "b"});
  CHECK(o.complaints == "");
  CHECK(o.made.directory->directory == here("here"));
  CHECK(o.made.directory->options.index == "home.html");
  CHECK(o.made.directory->options.fallback == "b");
  CHECK(effective({"-c", file.c_str(), "--listing"}).made.directory->options.listing);
}

TEST_CASE("a typed route replaces a redirect and an answer of the configuration") {
  const scratch_folder folder;
  const std::string file = folder.write(
      "site.json", R"({"routes": [{"path": "/a", "redirect": "/c"}, {"path": "/b", "text": "x"},
                                  {"path": "/a", "redirect": "/d", "host": "example.org"}]})");
  const outcome o = effective({"-c", file.c_str(), "-r", "/a=/x", "-r", "/b=/x"});
  CHECK(o.made.redirects.size() == 1);
  CHECK(o.made.answers.empty());
}
