// SPDX-License-Identifier: BSL-1.0
//
// Requests for files and their exact answers, as rows: one site, one request a row, sent as bytes.
//
// For every row that is a GET, without being asked: HEAD has the status and all fields of the same
// GET without its Range, and no content. For every row: one answer and no more, no 5xx (but
// 501 for a method that is none), and never a byte of what lies beside the root. Every table is
// checked twice, with and without remembered files.

#pragma once

#include <asio_httpd/file_options.hpp>
#include <asio_httpd/testing/client_request.hpp>

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/scratch_folder.hpp"

namespace test_support {

// When every file of a site was modified.
inline constexpr std::string_view at_modified = "Sun, 06 Nov 1994 08:49:37 GMT";

// What an answer is compared with, in the order in which a row is read. In `fields` and `wanted`,
// "@etag" stands for the tag that the target has with the row's Accept-Encoding, "@plain" for that
// without one. In `content` and `wanted`, "BOUNDARY" stands for what separates parts.
struct file_row {
  std::string target;  // any bytes
  asio_httpd::testing::field_lines fields = {};
  unsigned code = 200;
  std::optional<std::string> content = {};       // without one it is not looked at
  asio_httpd::testing::field_lines wanted = {};  // a value of "": the field is not there
  // Another one, or "" for a GET that is none: a server that cannot read it does not know the
  // method.
  std::string_view method = "GET";
};

using file_rows = std::vector<file_row>;

// Rows of which many are alike.
file_row found(std::string target, std::string content);
file_row missing(std::string target);                      // 404, and no word about why
file_row refused(std::string target);                      // 400
file_row no_request(std::string target);                   // 400, and the connection is closed
file_row moved(std::string target, std::string location);  // 301
// The same answer for each of them.
file_rows each(std::initializer_list<const char*> targets, file_row (*made)(std::string));

// A folder that is served, with a secret beside it.
class file_site {
 public:
  file_site();

  // Below the root, modified `age` seconds before `at_modified`.
  std::string write(std::string_view name, std::string_view content, long age = 0) const;
  // Below the root.
  std::string path(std::string_view name) const { return root_ + '/' + std::string(name); }
  const std::string& root() const noexcept { return root_; }
  // Its path and its content, which must not be in any answer.
  const std::string& secret() const noexcept { return secret_; }

  // Serves the root at "/", or at `prefix`.
  void check(const file_rows& rows, const asio_httpd::file_options& options = {},
             std::string_view prefix = "/") const;

 private:
  scratch_folder scratch_;
  std::string root_ = scratch_ / "root";
  std::string secret_ = scratch_.write("secret.txt", "what lies beside the root");
};

// The same for any other folder.
void check_files(const std::string& root, const file_rows& rows,
                 asio_httpd::file_options options = {}, std::string_view prefix = "/");

// Bytes that are known by their position.
std::string digits(std::size_t size);

}  // namespace test_support
