// SPDX-License-Identifier: BSL-1.0
//
// What a tar archive holds besides content: headers and padding, as the pax interchange format of
// POSIX.1-2017 has them (pax, "Extended Description"). A member is a header of 512 bytes, its
// content, and zeros up to the next multiple of 512. What a header has no room for (long names and
// large numbers) or no alphabet (names that are not ASCII) stands in an extended header before it.
//
// Pure functions that append bytes. Owners are 0, without names: who may read an archive need not
// learn who has accounts.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace asio_httpd::features {

struct tar_member {
  enum class kind : std::uint8_t { file, folder };

  std::string_view path;  // any bytes but NUL; of a folder with a slash at its end
  kind is = kind::file;
  bool executable = false;    // of files
  std::uint64_t size = 0;     // of files, in bytes
  std::int64_t modified = 0;  // in seconds since 1970
};

void append_tar_header(std::string& to, const tar_member& m);
// The zeros behind content of that size.
void append_tar_padding(std::string& to, std::uint64_t size);
// The end of the archive.
void append_tar_end(std::string& to);

}  // namespace asio_httpd::features
