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

#include "features/encoded_slash.hpp"
#include "features/served_file.hpp"
#include "features/static_path.hpp"

namespace asio_httpd::features {
namespace {

// "" where there is none.
std::string folder_above(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == path.npos ? "" : path.substr(0, slash);
}

file open_folder(const static_root& root, const std::string& path, std::error_code& error) {
  return root.open_to_change(path.empty() ? "." : path.c_str(), error);
}

// The folders above, made where they are missing; each in the one above it.
void make_folders(const static_root& root, const std::string& path) {
  for (std::size_t slash = path.find('/'); slash != path.npos; slash = path.find('/', slash + 1)) {
    const std::string above = path.substr(0, slash);
    std::error_code error;
    const file folder = open_folder(root, folder_above(above), error);
    if (error) throw upload_error(error.value());
    const char* name = above.c_str() + (above.rfind('/') + 1);  // npos + 1 is 0
    if (::mkdirat(folder.descriptor(), name, 0777) != 0 && errno != EEXIST)
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
  upload_target made{.path = std::move(path), .folder = {}, .name = {}};
  made.name = made.path.substr(made.path.rfind('/') + 1);
  const std::string above = folder_above(made.path);
  std::error_code error;
  made.folder = open_folder(root, above, error);
  if (error == std::errc::no_such_file_or_directory && what == missing_folders::make) {
    make_folders(root, made.path);
    made.folder = open_folder(root, above, error);
  }
  if (error) throw upload_error(error.value());
  return made;
}

void check_in_place(const static_root& root, const std::string& path, const file& folder) {
  std::error_code error;
  const file found = open_folder(root, path, error);
  if (error) throw upload_error(error.value());
  struct stat now;
  struct stat then;
  if (::fstat(found.descriptor(), &now) != 0 || ::fstat(folder.descriptor(), &then) != 0)
    throw upload_error(errno);
  if (now.st_dev != then.st_dev || now.st_ino != then.st_ino) throw upload_error(ENOENT);
}

void check_in_place(const static_root& root, const upload_target& target) {
  check_in_place(root, folder_above(target.path), target.folder);
}

file open_upload_folder(const static_root& root, const std::string& path) {
  check_depth(std::count(path.begin(), path.end(), '/') + (path.empty() ? 0 : 1));
  std::error_code error;
  file folder = open_folder(root, path, error);
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
