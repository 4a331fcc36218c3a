// SPDX-License-Identifier: BSL-1.0
//
// The listeners of a command line, where the order of its words counts: a certificate is for the
// addresses that follow it.
//
//   --listen 8080 --tls-cert a.pem --tls-key a.key --listen 8443

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "config.hpp"
#include "problems.hpp"

namespace asio_httpd::app {

struct listener_word {
  enum class kind { address, certificate, key, self_signed };

  kind is = kind::address;
  std::string text = {};
};

// Replaces the listeners of `c` where an address was typed. Where there is neither one nor one of a
// configuration, what was said of TLS is for localhost:8443. Paths are relative to `here`.
void set_listeners(const std::vector<listener_word>& typed, const std::filesystem::path& here,
                   config& c, problems& found);

}  // namespace asio_httpd::app
