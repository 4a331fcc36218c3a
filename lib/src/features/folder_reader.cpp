// SPDX-License-Identifier: BSL-1.0
//
// Reading a folder; see the header. Links are looked up by their path from the root, as a request
// would be, so that one that leads to a sibling of this folder is seen to stay inside.

#include "features/folder_reader.hpp"

#include <fcntl.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace asio_httpd::features {

namespace {

[[noreturn]] void fail(const served_folder& where) {
  throw std::system_error(errno, std::generic_category(),
                          "cannot read the folder \"/" + where.path + '"');
}

bool set_kind(mode_t mode, folder_entry& to) noexcept {
  to.is = S_ISDIR(mode) ? folder_entry::kind::folder : folder_entry::kind::file;
  return S_ISDIR(mode) || S_ISREG(mode);
}

bool set_details(const struct stat& info, folder_entry& to) noexcept {
  if (!set_kind(info.st_mode, to)) return false;
  to.has_details = true;
  to.modified = info.st_mtim.tv_sec;
  if (to.is == folder_entry::kind::file) to.size = static_cast<std::uint64_t>(info.st_size);
  return true;
}

}  // namespace

folder_reader::folder_reader(served_folder where, file opened) : where_(std::move(where)) {
  directory_.reset(::fdopendir(opened.descriptor()));
  if (directory_ == nullptr) fail(where_);
  opened.release();
}

folder_reader::step folder_reader::next(folder_entry& to) {
  errno = 0;
  const dirent* found = ::readdir(directory_.get());
  if (found == nullptr && errno != 0) fail(where_);
  if (found == nullptr) return step::end;
  to = {.name = found->d_name};
  if (!where_.names->shows(where_.path, to.name)) return step::nothing;
  return fill_in(*found, to) ? step::entry : step::nothing;
}

// False for what is not to be seen, and for what was removed meanwhile.
bool folder_reader::fill_in(const dirent& from, folder_entry& to) const {
  struct stat info {};
  if (::fstatat(::dirfd(directory_.get()), from.d_name, &info, AT_SYMLINK_NOFOLLOW) != 0) {
    return errno == EACCES && set_kind(static_cast<mode_t>(DTTOIF(from.d_type)), to);
  }
  if (!S_ISLNK(info.st_mode)) return set_details(info, to);
  to.is_link = true;
  const auto target = target_of_link(to.name);
  return target && set_details(*target, to);
}

std::optional<struct stat> folder_reader::target_of_link(std::string_view name) const {
  std::error_code error;
  const file found = where_.root->look_up(where_.path_of(name).c_str(), error);
  struct stat info {};
  if (error || ::fstat(found.descriptor(), &info) != 0) return std::nullopt;
  return info;
}

}  // namespace asio_httpd::features
