// SPDX-License-Identifier: BSL-1.0
//
// Files by Linux' system calls.

#include "http/posix_file.hpp"

#include <asio_httpd/response.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <random>
#include <system_error>

namespace asio_httpd::http {
namespace {

constexpr int or_errno(int result) noexcept {
  return result < 0 ? errno : 0;
}

// Takes no memory.
struct path_in_proc {
  explicit path_in_proc(int descriptor) noexcept {
    std::snprintf(text, sizeof text, "/proc/self/fd/%d", descriptor);
  }
  char text[32];
};

}  // namespace

int write_all(int descriptor, std::string_view data) noexcept {
  while (!data.empty()) {
    const ssize_t n = ::write(descriptor, data.data(), data.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno;
    data.remove_prefix(static_cast<std::size_t>(n));
  }
  return 0;
}

int sync_file(int descriptor) noexcept {
  int error = EINTR;
  while (error == EINTR) error = or_errno(::fsync(descriptor));
  return error;
}

int sync_directory(int descriptor) noexcept {
  const int error = sync_file(descriptor);
  return error == EINVAL ? 0 : error;  // where the file system has nothing to sync there
}

file open_directory(const std::string& path) noexcept {
  return file(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

file duplicate(int directory) noexcept {
  return directory == AT_FDCWD ? file() : file(::fcntl(directory, F_DUPFD_CLOEXEC, 0));
}

void lock_shared(int descriptor) noexcept {
  ::flock(descriptor, LOCK_SH | LOCK_NB);
}

void fail_writing(int error, std::string_view doing, const std::string& path) {
  if (error == ENOSPC || error == EDQUOT)
    throw http_error(status::insufficient_storage, "There is no room to store the content\n");
  throw std::system_error(error, std::generic_category(),
                          "cannot " + std::string(doing) + " \"" + path + '"');
}

bool can_link_unnamed(int descriptor) noexcept {
  return ::access(path_in_proc(descriptor).text, F_OK) == 0;
}

int link_unnamed(int descriptor, int directory, const std::string& path) {
  return or_errno(::linkat(AT_FDCWD, path_in_proc(descriptor).text, directory, path.c_str(),
                           AT_SYMLINK_FOLLOW));
}

// Not every file system knows the flag (NFS), and not every one hard links (FAT).
int rename_new(int from_directory, const std::string& from, int to_directory,
               const std::string& to) noexcept {
  const int error = or_errno(
      ::renameat2(from_directory, from.c_str(), to_directory, to.c_str(), RENAME_NOREPLACE));
  if (error != EINVAL && error != ENOSYS) return error;
  return or_errno(::linkat(from_directory, from.c_str(), to_directory, to.c_str(), 0));
}

int rename_over(int from_directory, const std::string& from, int to_directory,
                const std::string& to) noexcept {
  return or_errno(::renameat(from_directory, from.c_str(), to_directory, to.c_str()));
}

std::string directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return path.substr(0, slash == 0 ? 1 : slash);
}

std::string unique_name_in(const std::string& directory) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::random_device source;
  std::string name = directory + "/.upload-";
  for (int i = 0; i < 16; ++i) name += digits[source() & 15];
  return name;
}

}  // namespace asio_httpd::http
