// SPDX-License-Identifier: BSL-1.0
//
// Names are given and taken away relative to a folder's descriptor, by their last component alone.

#include "features/upload_store.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "features/upload_sweep.hpp"

namespace asio_httpd::features {
namespace {

// How often a name is given anew where others make and remove it meanwhile.
constexpr int attempts = 8;

file open_here(const static_root& root) {
  std::error_code error;
  file folder = root.open_to_change(".", error);
  if (error) throw std::system_error(error, "cannot take uploads");
  return folder;
}

void sync_descriptor(int descriptor) {
  while (::fsync(descriptor) != 0) {
    if (errno == EINVAL) return;  // a file system that has nothing to sync there
    if (errno != EINTR) throw upload_error(errno);
  }
}

// All, or none.
void give_names(const file& folder, std::vector<upload_store::form_file>& files) {
  for (auto f = files.begin(); f != files.end(); ++f) {
    std::error_code error;
    f->content.keep_as(folder, f->name, if_taken::fail, error);
    if (!error) continue;
    for (auto named = files.begin(); named != f; ++named)
      ::unlinkat(folder.descriptor(), named->name.c_str(), 0);
    throw upload_error(error.value());
  }
}

}  // namespace

upload_store::upload_store(const std::string& directory, const upload_options& options)
    : root_(directory),
      folder_(open_here(root_)),
      options_(options),
      quota_(options.quota),
      places_(options.at_once) {
  quota_.add(sweep_uploads(folder_));
}

upload_target upload_store::target(std::string path) const {
  return open_upload_target(
      root_, std::move(path),
      options_.make_folders ? missing_folders::make : missing_folders::refuse);
}

saved_file upload_store::make_file(const file& folder) const {
  try {
    return saved_file(folder, options_.permissions);
  } catch (const std::system_error& e) {
    throw upload_error(e.code().value());
  }
}

void upload_store::sync(const file& content) const {
  if (options_.durable) sync_descriptor(content.descriptor());
}

void upload_store::sync_folder(const file& folder) const {
  if (!options_.durable) return;
  const file readable(::openat(folder.descriptor(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!readable.is_open()) throw upload_error(errno);
  sync_descriptor(readable.descriptor());
}

placed_file upload_store::place(const upload_target& target, const upload_conditions& conditions,
                                const file& content, const name_giver& give_name) {
  using kind = present_file::kind;
  sync(content);
  std::unique_lock lock(names_);
  check_in_place(root_, target);
  present_file before;
  std::error_code error;
  for (int attempt = 0; attempt < attempts; ++attempt) {
    before = look_at(root_, target);
    conditions.check(before);
    error = give_name(before.is == kind::nothing ? if_taken::fail : if_taken::replace);
    if (error != std::errc::file_exists) break;
  }
  if (error) throw upload_error(error.value());
  if (before.is == kind::file) quota_.release(before.size);
  lock.unlock();
  sync_folder(target.folder);
  return {before.is == kind::nothing, entity_tag_of(content)};
}

void upload_store::place_new(const std::string& path, const file& folder,
                             std::vector<form_file>& files) {
  for (const form_file& f : files) sync(f.content.file());
  std::unique_lock lock(names_);
  check_in_place(root_, path, folder);
  struct stat info;
  for (const form_file& f : files) {
    if (::fstatat(folder.descriptor(), f.name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0)
      throw upload_error(EEXIST);
  }
  give_names(folder, files);
  lock.unlock();
  sync_folder(folder);
}

void upload_store::remove(const upload_target& target, const upload_conditions& conditions) {
  using kind = present_file::kind;
  std::unique_lock lock(names_);
  const present_file now = look_at(root_, target);
  if (now.is == kind::nothing) throw http_error(status::not_found, "There is no such file\n");
  conditions.check(now);
  if (::unlinkat(target.folder.descriptor(), target.name.c_str(), 0) != 0)
    throw upload_error(errno);
  if (now.is == kind::file) quota_.release(now.size);
  lock.unlock();
  sync_folder(target.folder);
}

}  // namespace asio_httpd::features
