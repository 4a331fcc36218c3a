// SPDX-License-Identifier: BSL-1.0
//
// What is in a folder, one thing after the other, in the order of the file system: files and
// folders that may be seen, and nothing else. No FIFO, device or socket; a symbolic link only where
// it leads to a file or a folder below the root, and then as that.
//
// Blocks as reading a folder does. One thread at a time.

#pragma once

#include <asio_httpd/file.hpp>

#include <dirent.h>
#include <sys/stat.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "features/served_folder.hpp"

namespace asio_httpd::features {

struct folder_entry {
  enum class kind : std::uint8_t { file, folder };

  std::string_view name;  // valid up to the next call
  kind is = kind::file;
  bool is_link = false;
  // Where the folder may be read but not searched there are names and kinds, and nothing else.
  bool has_details = false;
  std::uint64_t size = 0;     // of a file, in bytes
  std::int64_t modified = 0;  // in seconds since 1970
};

class folder_reader {
 public:
  enum class step : std::uint8_t { entry, nothing, end };

  // `opened` is that folder, as static_root::open_folder opens it. Throws std::system_error.
  folder_reader(served_folder where, file opened);

  // Looks at one thing: an entry, or nothing that may be seen. Throws std::system_error where the
  // folder cannot be read to its end.
  step next(folder_entry& to);

  const served_folder& folder() const noexcept { return where_; }

 private:
  struct closer {
    void operator()(DIR* d) const noexcept { ::closedir(d); }
  };
  bool fill_in(const dirent& from, folder_entry& to) const;
  std::optional<struct stat> target_of_link(std::string_view name) const;

  served_folder where_;
  std::unique_ptr<DIR, closer> directory_;
};

}  // namespace asio_httpd::features
