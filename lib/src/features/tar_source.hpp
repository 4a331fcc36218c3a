// SPDX-License-Identifier: BSL-1.0
//
// A folder with all that is in it, as the bytes of a tar archive, one chunk after the other. Files
// and folders that may be seen, as folder_reader shows them; a symbolic link to a file is that
// file, one to a folder is left out, since it may lead in circles. What may not be read, and what
// is removed meanwhile, is left out.
//
// Blocks as files do. Holds one chunk, and one open folder for each level that it is below the
// first. One thread at a time.

#pragma once

#include <asio_httpd/file.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "features/folder_reader.hpp"
#include "features/served_folder.hpp"

namespace asio_httpd::features {

class tar_source {
 public:
  static constexpr std::size_t chunk_size = 256U << 10U;
  // Deeper folders are an error: an archive that lacks them would not show it.
  static constexpr std::size_t most_depth = 64;

  // `opened` is that folder, as static_root::open_folder opens it; `name` is what it is called in
  // the archive, without a slash.
  tar_source(served_folder where, file opened, std::string name);

  // Puts the next bytes into `to`, about `chunk_size` at most; there may be none yet, where many
  // things were looked at that are not seen. False where they are the last. Throws where a file or
  // a folder cannot be read, or has become shorter than its header said; then the archive must not
  // look whole. One that has grown is cut.
  bool read(std::string& to);

 private:
  void begin_folder(const std::string& path, std::int64_t modified, std::string& to);
  void begin_file(const std::string& path, std::string& to);
  void next_entry(std::string& to);
  void read_file(std::string& to);
  void append_header_of_root(const file& opened);
  std::string name_in_archive(std::string_view path) const;

  std::string name_;
  std::size_t base_size_;  // of the part of all paths that is not in the archive
  std::vector<folder_reader> levels_;
  std::string first_;  // what comes before all else
  file file_;          // open while its content is read
  std::string path_;   // of that file
  std::uint64_t size_ = 0;
  std::uint64_t left_ = 0;
};

}  // namespace asio_httpd::features
