// SPDX-License-Identifier: BSL-1.0
//
// The peer: a server as a lecture on sockets has it. A thread for each connection: accept, start a
// thread that reads the request line, opens the file, sends it, closes and ends.
//
//   thread_per_connection PORT SITE

#include <sys/socket.h>

#include <string>
#include <thread>

#include "lecture.hpp"

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const std::string site = argv[2];
  const int listener = lecture::listen_on(argv[1]);
  for (;;) {
    const int connection = ::accept(listener, nullptr, nullptr);
    if (connection < 0) continue;
    std::thread([connection, &site] { lecture::serve(connection, site); }).detach();
  }
}
