// SPDX-License-Identifier: BSL-1.0
//
// A folder that takes uploads at /up, beside a secret, behind a server in memory.

#pragma once

#include "support/scratch_folder.hpp"

#include <asio_httpd/router.hpp>
#include <asio_httpd/testing/server.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

namespace test_support {

struct upload_site {
  explicit upload_site(asio_httpd::upload_options options = {})
      : root(prepare(scratch)), server(routes(root, options)) {}

  static std::string prepare(const scratch_folder& scratch) {
    scratch.write("secret.txt", "secret");
    scratch.write("root/old.txt", "old");
    scratch.write("root/sub/b.txt", "b");
    return scratch / "root";
  }
  static asio_httpd::router routes(const std::string& root,
                                   const asio_httpd::upload_options& options) {
    asio_httpd::router made;
    made.files("/up", root);
    made.uploads("/up", root, options);
    return made;
  }

  unsigned put(const std::string& target, std::string body,
               asio_httpd::testing::field_lines fields = {}) {
    return to_integer(server.put(target, std::move(body), std::move(fields)).status());
  }
  std::string content(std::string_view name) const {
    return read_file(std::filesystem::path(root) / name);
  }
  // The names in the root that begin with ".upload-".
  std::size_t leftovers() const {
    std::size_t count = 0;
    for (const auto& e : std::filesystem::recursive_directory_iterator(root)) {
      if (e.path().filename().string().starts_with(".upload-")) ++count;
    }
    return count;
  }

  scratch_folder scratch;
  std::string root;
  asio_httpd::testing::server server;
};

}  // namespace test_support
