// SPDX-License-Identifier: BSL-1.0

#include "state_folder.hpp"

#include <doctest/doctest.h>

#include <map>

using namespace asio_httpd::app;

namespace {

std::string folder(const std::map<std::string, std::string>& variables) {
  return state_folder([&](const char* name) {
           const auto at = variables.find(name);
           return at == variables.end() ? nullptr : at->second.c_str();
         })
      .value_or("");
}

}  // namespace

TEST_CASE("of a service, of the user, of the home") {
  CHECK(folder({{"HOME", "/home/ann"}}) == "/home/ann/.local/state/asio_httpd");
  CHECK(folder({{"HOME", "/home/ann"}, {"XDG_STATE_HOME", "/s"}}) == "/s/asio_httpd");
  CHECK(folder({{"STATE_DIRECTORY", "/var/lib/a:/var/lib/b"}, {"XDG_STATE_HOME", "/s"}}) ==
        "/var/lib/a");
}

TEST_CASE("what is not absolute is ignored") {
  CHECK(folder({{"HOME", "/home/ann"}, {"XDG_STATE_HOME", "s"}, {"STATE_DIRECTORY", ""}}) ==
        "/home/ann/.local/state/asio_httpd");
}

TEST_CASE("without HOME it is the home that the system knows") {
  CHECK(folder({}).ends_with("/.local/state/asio_httpd"));
}
