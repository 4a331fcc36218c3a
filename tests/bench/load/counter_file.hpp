// SPDX-License-Identifier: BSL-1.0
//
// A load that goes on until SIGINT, and counts in a file that can be read meanwhile.

#pragma once

#include "client_socket.hpp"

#include <fcntl.h>
#include <sys/mman.h>

#include <csignal>

namespace load {

namespace detail {

inline volatile std::sig_atomic_t over = 0;

}  // namespace detail

// From now on SIGINT makes `is_over` true, and interrupts what waits.
inline void end_on_interrupt() {
  struct sigaction action {};
  action.sa_handler = [](int) { detail::over = 1; };
  ::sigaction(SIGINT, &action, nullptr);
}

inline bool is_over() {
  return detail::over != 0;
}

// The double that the file begins with.
inline double* map_counter(const char* path) {
  const int descriptor = ::open(path, O_RDWR);
  if (descriptor < 0) give_up(path);
  void* const at =
      ::mmap(nullptr, sizeof(double), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (at == MAP_FAILED) give_up("mmap");
  return static_cast<double*>(at);
}

}  // namespace load
