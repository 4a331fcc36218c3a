// SPDX-License-Identifier: BSL-1.0
//
// Numbers from /proc and the resource limits.

#include "server/process.hpp"

#include <cstdio>

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

namespace asio_httpd::serving {

std::uint64_t resident_memory() noexcept {
  std::uint64_t pages = 0;
  if (std::FILE* f = std::fopen("/proc/self/statm", "re")) {
    unsigned long long total = 0;
    unsigned long long resident = 0;
    if (std::fscanf(f, "%llu %llu", &total, &resident) == 2) pages = resident;
    std::fclose(f);
  }
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

std::uint64_t open_descriptors() noexcept {
  std::uint64_t count = 0;
  if (DIR* folder = ::opendir("/proc/self/fd")) {
    while (const dirent* entry = ::readdir(folder)) count += entry->d_name[0] != '.';
    ::closedir(folder);
    --count;  // the one that looked
  }
  return count;
}

std::uint64_t descriptor_limit() noexcept {
  rlimit limit{};
  return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 0;
}

}  // namespace asio_httpd::serving
