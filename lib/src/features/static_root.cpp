// SPDX-License-Identifier: BSL-1.0
//
// Opening below a folder's descriptor, by the kernel or by walking; see the header.

#include "features/static_root.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <string_view>
#include <utility>

namespace asio_httpd::features {

namespace {

constexpr int folder_flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
// Neither a FIFO without a writer nor a terminal may do more than be opened.
constexpr int file_flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
constexpr int list_flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
constexpr int look_flags = O_PATH | O_CLOEXEC;

// How often the kernel is asked again when folders were moved while it looked.
constexpr int attempts = 8;

int last_error(int descriptor) noexcept {
  return descriptor < 0 ? errno : 0;
}

// Sets errno, as open does.
int open_beneath(int root, const char* name, int flags, symlink_policy links) noexcept {
  open_how how{};
  how.flags = static_cast<decltype(how.flags)>(flags);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  if (links == symlink_policy::never) how.resolve |= RESOLVE_NO_SYMLINKS;
  int descriptor = -1;
  for (int attempt = 0; attempt < attempts; ++attempt) {
    descriptor = static_cast<int>(::syscall(SYS_openat2, root, name, &how, sizeof how));
    const int error = last_error(descriptor);
    if (error != EAGAIN && error != EINTR) break;
  }
  return descriptor;
}

// openat for a segment that has no NUL behind it.
int open_segment(int folder, std::string_view segment, int flags) noexcept {
  std::array<char, NAME_MAX + 1> terminated;
  if (segment.size() > NAME_MAX) {
    errno = ENAMETOOLONG;
    return -1;
  }
  std::memcpy(terminated.data(), segment.data(), segment.size());
  terminated[segment.size()] = '\0';
  return ::openat(folder, terminated.data(), flags | O_NOFOLLOW);
}

// O_PATH opens a link itself where it may not be followed.
int refuse_link(int descriptor) noexcept {
  file opened(descriptor);
  struct stat info {};
  if (::fstat(descriptor, &info) != 0) return -1;
  if (!S_ISLNK(info.st_mode)) return opened.release();
  opened.reset();
  errno = ELOOP;
  return -1;
}

// Sets errno, as open does.
int open_by_walking(int root, std::string_view name, int flags) noexcept {
  file above;  // owns every folder but the root
  int folder = root;
  for (std::size_t slash = name.find('/'); slash != name.npos; slash = name.find('/')) {
    const int next = open_segment(folder, name.substr(0, slash), folder_flags);
    if (next < 0) return -1;
    above = file(next);
    folder = next;
    name.remove_prefix(slash + 1);
  }
  const int last = open_segment(folder, name, flags);
  return last >= 0 && (flags & O_PATH) != 0 ? refuse_link(last) : last;
}

[[noreturn]] void fail(int error, const std::string& folder) {
  throw std::system_error(error, std::generic_category(),
                          "cannot serve the files of \"" + folder + '"');
}

file open_root(const std::string& folder) {
  file opened(::open(folder.c_str(), folder_flags));
  if (!opened.is_open()) fail(errno, folder);
  // Searching has to be allowed; who may not read the list of files serves what is asked for.
  if (::faccessat(opened.descriptor(), ".", X_OK, AT_EACCESS) != 0) fail(errno, folder);
  return opened;
}

// Sandboxes answer EPERM for system calls that they do not know.
static_root::resolver find_resolver(int root) noexcept {
  const file probe(open_beneath(root, ".", folder_flags, symlink_policy::inside));
  const bool missing = !probe.is_open() && (errno == ENOSYS || errno == EPERM);
  return missing ? static_root::resolver::walk : static_root::resolver::kernel;
}

}  // namespace

static_root::static_root(const std::string& folder, symlink_policy links)
    : folder_(open_root(folder)), how_(find_resolver(folder_.descriptor())), links_(links) {}

static_root::static_root(const std::string& folder, resolver how, symlink_policy links)
    : folder_(open_root(folder)), how_(how), links_(links) {}

file static_root::open(const char* name, std::error_code& error) const noexcept {
  return open_as(name, file_flags, error);
}

file static_root::open_folder(const char* name, std::error_code& error) const noexcept {
  return open_as(*name == '\0' ? "." : name, list_flags, error);
}

file static_root::open_to_change(const char* name, std::error_code& error) const noexcept {
  return open_as(name, folder_flags, error);
}

file static_root::look_up(const char* name, std::error_code& error) const noexcept {
  return open_as(name, look_flags, error);
}

bool static_root::is_folder(const char* name) const noexcept {
  std::error_code error;
  return open_to_change(name, error).is_open();
}

file static_root::open_as(const char* name, int flags, std::error_code& error) const noexcept {
  const int root = folder_.descriptor();
  const int descriptor = how_ == resolver::kernel ? open_beneath(root, name, flags, links_)
                                                  : open_by_walking(root, name, flags);
  error = std::error_code(last_error(descriptor), std::system_category());
  return file(descriptor);
}

}  // namespace asio_httpd::features
