// SPDX-License-Identifier: BSL-1.0
//
// Requests at a fixed pace, and how long their answers take.
//
//   pace PORT PATH CONNECTIONS RATE SECONDS
//
// Request k is due at k / RATE seconds, whatever became of those before, on connection k modulo
// CONNECTIONS; where that still waits for an answer, it is sent as soon as the answer is there. Its
// latency counts from when it was due. So a server that stands still for a while has every request
// of that while counted against it, and not only the one that was under way. It never sleeps: on a
// core of its own it is late by less than a microsecond. Answers are told apart by their length,
// which the first one on each connection sets. The first tenth of the time is not counted.
//
// Prints one line of JSON: the latencies in microseconds, and the part of the time in which this
// program itself was kept from its core.

#include "client_socket.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

using clock_type = std::chrono::steady_clock;
using nanoseconds = std::chrono::nanoseconds;

struct connection {
  int descriptor = -1;
  std::size_t answer_size = 0;
  std::size_t received = 0;
  std::uint64_t asked = 0;  // the number of the request that is under way, or of the next one
  bool waits = false;       // for an answer
};

class pacer {
 public:
  pacer(std::uint16_t port, const std::string& path, std::size_t connections, double rate,
        double seconds)
      : request_("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"),
        connections_(connections),
        interval_(1e9 / rate),
        total_(static_cast<std::uint64_t>(rate * seconds)),
        epoll_(::epoll_create1(0)) {
    for (std::size_t i = 0; i < connections; ++i) open(connections_[i], port, i);
    latencies_.reserve(total_);
  }

  void run() {
    start_ = clock_type::now();
    while (answered_ < total_) {
      send_what_is_due();
      receive();
      if (clock_type::now() > due(total_) + std::chrono::seconds(10)) {
        std::fputs("pace: answers are missing\n", stderr);
        std::exit(2);
      }
    }
  }

  // In nanoseconds, in order.
  std::vector<std::int64_t> latencies() && {
    std::sort(latencies_.begin(), latencies_.end());
    return std::move(latencies_);
  }

 private:
  void open(connection& c, std::uint16_t port, std::size_t number) {
    c.descriptor = load::connect_to(port);
    c.answer_size = first_answer(c.descriptor);
    c.asked = number;
    load::watch(epoll_, c.descriptor, number);
  }

  std::size_t first_answer(int descriptor) const {
    load::send_all(descriptor, request_);
    std::array<char, 65536> buffer;
    std::string answer;
    while (!is_complete(answer)) {
      const ssize_t n = ::recv(descriptor, buffer.data(), buffer.size(), 0);
      if (n <= 0) load::give_up("the first answer");
      answer.append(buffer.data(), static_cast<std::size_t>(n));
    }
    return answer.size();
  }

  static bool is_complete(std::string_view answer) {
    const std::size_t head = answer.find("\r\n\r\n");
    if (head == std::string_view::npos) return false;
    const std::size_t field = std::min(answer.find("Content-Length: "),  //
                                       answer.find("content-length: "));
    if (field > head || !answer.starts_with("HTTP/1.1 200")) {
      load::give_up("no 200 with Content-Length");
    }
    return answer.size() >= head + 4 + std::strtoul(answer.data() + field + 16, nullptr, 10);
  }

  clock_type::time_point due(std::uint64_t number) const {
    return start_ + nanoseconds(static_cast<std::int64_t>(static_cast<double>(number) * interval_));
  }

  void send_what_is_due() {
    const auto now = clock_type::now();
    for (; next_ < total_ && due(next_) <= now; ++next_) {
      connection& c = connections_[next_ % connections_.size()];
      if (!c.waits) ask(c);
    }
  }

  void ask(connection& c) {
    c.waits = true;
    load::send_all(c.descriptor, request_);
  }

  void receive() {
    std::array<epoll_event, 64> events;
    const int n = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 0);
    for (int i = 0; i < n; ++i) read(connections_[events[static_cast<std::size_t>(i)].data.u64]);
  }

  void read(connection& c) {
    std::array<char, 65536> buffer;
    const ssize_t n = ::recv(c.descriptor, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) load::give_up("recv");
    c.received += static_cast<std::size_t>(n);
    if (c.received >= c.answer_size) take_answer(c);
  }

  void take_answer(connection& c) {
    if (c.received != c.answer_size) {
      std::fputs("pace: an answer has another length than the first\n", stderr);
      std::exit(2);
    }
    ++answered_;
    if (c.asked >= total_ / 10) latencies_.push_back((clock_type::now() - due(c.asked)).count());
    c.received = 0;
    c.waits = false;
    c.asked += connections_.size();
    if (c.asked < next_) ask(c);  // was due while it waited
  }

  std::string request_;
  std::vector<connection> connections_;
  double interval_;
  std::uint64_t total_;
  int epoll_;
  clock_type::time_point start_;
  std::uint64_t next_ = 0;
  std::uint64_t answered_ = 0;
  std::vector<std::int64_t> latencies_;
};

// Nanoseconds that this thread was ready to run and did not.
std::uint64_t kept_from_core() {
  std::uint64_t ran = 0;
  std::uint64_t waited = 0;
  std::ifstream("/proc/thread-self/schedstat") >> ran >> waited;
  return waited;
}

double microseconds(const std::vector<std::int64_t>& sorted, double part) {
  const auto index = static_cast<std::size_t>(part * static_cast<double>(sorted.size() - 1));
  return static_cast<double>(sorted[index]) / 1000;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) {
    std::fputs("usage: pace PORT PATH CONNECTIONS RATE SECONDS\n", stderr);
    return 2;
  }
  const double seconds = std::atof(argv[5]);
  pacer pace(static_cast<std::uint16_t>(std::atoi(argv[1])), argv[2],
             static_cast<std::size_t>(std::atoi(argv[3])), std::atof(argv[4]), seconds);
  const std::uint64_t waited = kept_from_core();
  pace.run();
  const double noise = static_cast<double>(kept_from_core() - waited) / (seconds * 1e9);
  const std::vector<std::int64_t> found = std::move(pace).latencies();
  if (found.empty()) return 2;
  std::printf(
      "{\"requests\": %zu, \"p50\": %.1f, \"p99\": %.1f, \"p99.9\": %.1f, \"max\": %.1f, "
      "\"noise\": "
      "%.4f}\n",
      found.size(), microseconds(found, 0.5), microseconds(found, 0.99), microseconds(found, 0.999),
      microseconds(found, 1), noise);
}
