// SPDX-License-Identifier: BSL-1.0
//
// What a program of the system says, for tests that let it judge what we wrote.

#pragma once

#include <stdio.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <string>
#include <system_error>

namespace test_support {

struct shell_result {
  int status = 0;  // as of wait(2); 0 is success
  std::string output;
};

// Runs a command of sh; its errors are part of the output.
inline shell_result shell(const std::string& command) {
  FILE* pipe = ::popen(("exec 2>&1; export LC_ALL=C.UTF-8; " + command).c_str(), "re");
  if (pipe == nullptr) throw std::system_error(errno, std::generic_category(), "popen");
  shell_result made;
  std::array<char, 4096> piece;
  for (std::size_t n; (n = ::fread(piece.data(), 1, piece.size(), pipe)) != 0;) {
    made.output.append(piece.data(), n);
  }
  made.status = ::pclose(pipe);
  return made;
}

}  // namespace test_support
