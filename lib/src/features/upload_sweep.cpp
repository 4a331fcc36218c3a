// SPDX-License-Identifier: BSL-1.0
//
// Folder by folder, each opened in the one above it and without following links. The depth is
// bounded, because each open folder is a descriptor.

#include "features/upload_sweep.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <memory>
#include <system_error>

#include "features/static_path.hpp"
#include "features/upload_target.hpp"

namespace asio_httpd::features {
namespace {

// What is empty and younger, in seconds, may be somebody's who has not locked it yet.
constexpr std::time_t youth = 60;

struct closes {
  void operator()(DIR* opened) const noexcept { ::closedir(opened); }
};
using folder_list = std::unique_ptr<DIR, closes>;

folder_list list(int folder, const char* name) noexcept {
  const int opened = ::openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  folder_list made(opened < 0 ? nullptr : ::fdopendir(opened));
  if (!made && opened >= 0) ::close(opened);
  return made;
}

// Not content, but what is known of an unfinished upload: not counted while it is written, either.
bool is_record_name(std::string_view name) noexcept {
  return name.starts_with(upload_prefix) && name.ends_with(".meta");
}

bool is_dots(std::string_view name) noexcept {
  return name == "." || name == "..";
}

std::uint64_t sweep(int above, const char* folder, int depth) {
  const folder_list all = list(above, folder);
  if (!all || depth > most_folders) return 0;
  const int here = ::dirfd(all.get());
  std::uint64_t bytes = 0;
  while (const dirent* entry = ::readdir(all.get())) {
    struct stat info;
    if (is_dots(entry->d_name) || ::fstatat(here, entry->d_name, &info, AT_SYMLINK_NOFOLLOW) != 0)
      continue;
    if (S_ISDIR(info.st_mode)) bytes += sweep(here, entry->d_name, depth + 1);
    if (!S_ISREG(info.st_mode)) continue;
    if (is_temporary_name(entry->d_name) && remove_leftover(here, entry->d_name)) continue;
    if (!is_record_name(entry->d_name)) bytes += static_cast<std::uint64_t>(info.st_size);
  }
  return bytes;
}

}  // namespace

std::vector<std::string> names_in(const file& folder) {
  const folder_list all = list(folder.descriptor(), ".");
  if (!all) throw std::system_error(errno, std::generic_category(), "cannot list a folder");
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(all.get())) {
    if (!is_dots(entry->d_name)) names.emplace_back(entry->d_name);
  }
  return names;
}

bool is_temporary_name(std::string_view name) noexcept {
  if (name.size() != upload_prefix.size() + 16 || !name.starts_with(upload_prefix)) return false;
  return name.find_first_not_of("0123456789abcdef", upload_prefix.size()) == name.npos;
}

bool remove_leftover(int folder, const std::string& name) noexcept {
  const int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  const file opened(::openat(folder, name.c_str(), flags));
  struct stat info;
  if (!opened.is_open() || ::fstat(opened.descriptor(), &info) != 0) return false;
  // Asked first: whoever has just made it would find it locked by us.
  if (info.st_size == 0 && std::time(nullptr) - info.st_ctime < youth) return false;
  if (::flock(opened.descriptor(), LOCK_EX | LOCK_NB) != 0) return false;
  return ::unlinkat(folder, name.c_str(), 0) == 0;
}

std::uint64_t sweep_uploads(const file& root) {
  return sweep(root.descriptor(), ".", 0);
}

}  // namespace asio_httpd::features
