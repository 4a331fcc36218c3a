// SPDX-License-Identifier: BSL-1.0
//
// The peer: a server as a lecture on sockets has it. A process for each connection: accept, fork;
// the child reads the request line, opens the file, sends it, closes and ends.
//
//   fork_per_connection PORT SITE

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "lecture.hpp"

namespace {

void reap(int) {
  const int saved = errno;
  while (::waitpid(-1, nullptr, WNOHANG) > 0) {
  }
  errno = saved;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  struct sigaction action {};
  action.sa_handler = reap;
  action.sa_flags = SA_RESTART | SA_NOCLDSTOP;
  ::sigaction(SIGCHLD, &action, nullptr);
  const int listener = lecture::listen_on(argv[1]);
  for (;;) {
    const int connection = ::accept(listener, nullptr, nullptr);
    if (connection < 0) continue;
    if (::fork() == 0) {
      ::close(listener);
      lecture::serve(connection, argv[2]);
      ::_exit(0);
    }
    ::close(connection);
  }
}
