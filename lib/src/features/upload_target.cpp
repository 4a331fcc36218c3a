// SPDX-License-Identifier: BSL-1.0
//
// Paths by static_path, folders by static_root; what is there by looking without following links.

#include "features/upload_target.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <ctime>
#include <system_error>
#include <utility>

#include "features/served_file.hpp"
#include "features/static_path.hpp"

namespace asio_httpd::features {
namespace {

// "%2F" decodes to a slash that separates nothing, which no name can say.
bool has_encoded_slash(const request& r) noexcept {
  const std::string_view raw = r.target().substr(0, r.target().find('?'));
  return raw.find("%2F") != raw.npos || raw.find("%2f") != raw.npos;
}

// The folders above, made where they are missing; each in the one above it.
void make_folders(const static_root& root, const std::string& path) {
  for (std::size_t slash = path.find('/'); slash != path.npos; slash = path.find('/', slash + 1)) {
    const std::string above = path.substr(0, slash);
    const std::size_t begin = above.rfind('/') + 1;  // 0 where there is none
    std::error_code error;
    const file folder =
        root.open_to_change(begin == 0 ? "." : above.substr(0, begin - 1).c_str(), error);
    if (error) throw upload_error(error.value());
    if (::mkdirat(folder.descriptor(), above.c_str() + begin, 0777) != 0 && errno != EEXIST)
      throw upload_error(errno);
  }
}

void check_depth(std::ptrdiff_t folders) {
  if (folders > most_folders)
    throw http_error(status::forbidden, "There are too many folders in this path\n");
}

}  // namespace

std::string upload_path(const request& r, std::string_view rest) {
  static_path path;
  const bool may_be = !has_encoded_slash(r) && path.assign(rest, false);
  if (!may_be || path.text().starts_with('.') || path.text().find("/.") != std::string_view::npos)
    throw http_error(status::forbidden, "Files of such a name are not taken\n");
  std::string made(path.text());
  check_depth(std::count(made.begin(), made.end(), '/'));
  return made;
}

upload_target open_upload_target(const static_root& root, std::string path, missing_folders what) {
  const std::size_t begin = path.rfind('/') + 1;
  upload_target made{.path = std::move(path), .folder = {}, .name = {}};
  made.name = made.path.substr(begin);
  const std::string above = begin == 0 ? "." : made.path.substr(0, begin - 1);
  std::error_code error;
  made.folder = root.open_to_change(above.c_str(), error);
  if (error == std::errc::no_such_file_or_directory && what == missing_folders::make) {
    make_folders(root, made.path);
    made.folder = root.open_to_change(above.c_str(), error);
  }
  if (error) throw upload_error(error.value());
  return made;
}

file open_upload_folder(const static_root& root, const std::string& path) {
  check_depth(std::count(path.begin(), path.end(), '/') + (path.empty() ? 0 : 1));
  std::error_code error;
  file folder = root.open_to_change(path.empty() ? "." : path.c_str(), error);
  if (!error) return folder;
  http_error refused = upload_error(error.value());
  if (refused.status() != status::conflict) throw refused;
  throw http_error(status::not_found, "There is no such folder\n");
}

present_file look_at(const static_root& root, const upload_target& target) {
  using kind = present_file::kind;
  present_file found;
  struct stat info;
  const int folder = target.folder.descriptor();
  if (::fstatat(folder, target.name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) return found;
    throw upload_error(errno);
  }
  found.is = S_ISREG(info.st_mode) ? kind::file : S_ISLNK(info.st_mode) ? kind::link : kind::other;
  if (found.is == kind::other) return found;
  if (found.is == kind::file) found.size = static_cast<std::uint64_t>(info.st_size);
  std::error_code error;
  const file shown = root.open(target.path.c_str(), error);
  const auto state = error ? std::nullopt : file_state::of(shown);
  if (!state) return found;
  found.etag = entity_tag_of(shown);
  found.last_modified = state->modified.seconds;
  return found;
}

// Made by what makes it for GET, so that the two cannot differ.
std::string entity_tag_of(const file& opened) {
  const auto state = file_state::of(opened);
  if (!state) return {};
  const request whole{method::put};
  response shown;
  served_file(file(), *state, {}).answer(whole, shown);
  return std::string(shown.fields().get(field::etag));
}

http_error upload_error(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
    case ELOOP:
    case EXDEV:
      return http_error(status::conflict, "There is no folder for this file\n");
    case EEXIST:
    case EISDIR:
    case ENOTEMPTY:
      return http_error(status::conflict, "Something else has this name\n");
    case EACCES:
    case EPERM:
    case EROFS:
      return http_error(status::forbidden, "Files may not be changed here\n");
    case ENAMETOOLONG:
    case EINVAL:
    case EILSEQ:
      return http_error(status::forbidden, "Files of such a name are not taken\n");
    case ENOSPC:
    case EDQUOT:
      return http_error(status::insufficient_storage, "There is no room to store the content\n");
    case EMFILE:
    case ENFILE:
    case ENOMEM:
      return http_error(status::service_unavailable);
    default:
      throw std::system_error(error, std::generic_category(), "cannot upload a file");
  }
}

}  // namespace asio_httpd::features
