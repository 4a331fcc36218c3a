// SPDX-License-Identifier: BSL-1.0
//
// While an object of this class lives, a process of root opens files as nobody does, so that
// permission bits count for tests, too. Does nothing for other users, for whom they count anyway.

#pragma once

#include <unistd.h>

#include <cerrno>
#include <exception>
#include <system_error>

namespace test_support {

class unprivileged {
 public:
  unprivileged() {
    if (was_ == 0 && ::seteuid(nobody) != 0) {
      throw std::system_error(errno, std::generic_category(), "seteuid");
    }
  }
  ~unprivileged() {
    if (was_ == 0 && ::seteuid(was_) != 0) std::terminate();
  }
  unprivileged(const unprivileged&) = delete;
  unprivileged& operator=(const unprivileged&) = delete;

 private:
  static constexpr uid_t nobody = 65534;
  uid_t was_ = ::geteuid();
};

}  // namespace test_support
