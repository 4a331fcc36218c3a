// SPDX-License-Identifier: BSL-1.0
//
// While an object of this class lives, no file of the process can be written behind so many bytes:
// a write that reaches there is cut short, the next fails with EFBIG. So is that of a disk that is
// full, with ENOSPC.

#pragma once

#include <sys/resource.h>

#include <cerrno>
#include <csignal>
#include <exception>
#include <system_error>

namespace test_support {

class file_size_limit {
 public:
  explicit file_size_limit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    rlimit limit;
    if (::getrlimit(RLIMIT_FSIZE, &limit) != 0) fail();
    was_ = limit.rlim_cur;
    limit.rlim_cur = bytes;
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) fail();
  }
  ~file_size_limit() {
    rlimit limit;
    if (::getrlimit(RLIMIT_FSIZE, &limit) != 0) std::terminate();
    limit.rlim_cur = was_;
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) std::terminate();
    std::signal(SIGXFSZ, handler_);
  }
  file_size_limit(const file_size_limit&) = delete;
  file_size_limit& operator=(const file_size_limit&) = delete;

 private:
  [[noreturn]] static void fail() {
    throw std::system_error(errno, std::generic_category(), "RLIMIT_FSIZE");
  }
  void (*handler_)(int);
  rlim_t was_ = 0;
};

}  // namespace test_support
