// SPDX-License-Identifier: BSL-1.0
//
// Requests at a fixed pace, and how long their answers take.
//
//   pace PORT PATH CONNECTIONS RATE SECONDS [DOWNLOAD...]
//
// Request k is due at k / RATE seconds, whatever became of those before, on connection k modulo
// CONNECTIONS; where that still waits for an answer, it is sent as soon as the answer is there. Its
// latency counts from when it was due. So a server that stands still for a while has every request
// of that while counted against it, and not only the one that was under way. It never sleeps: on a
// core of its own it is late by less than a microsecond. Answers are told apart by their length,
// which the first one on each connection sets. The first tenth of the time is not counted.
//
// Meanwhile the downloads, which are paths, are made one after the other on a connection of their
// own, as fast as they come; their bytes are counted and dropped. It ends with the last of them,
// where that is sooner.
//
// Prints one line of JSON: the latencies in microseconds, the part of the time in which this
// program itself was kept from its core, and the bytes and seconds of the downloads.

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

std::string get(const std::string& path) {
  return "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
}

// Of a head that is whole; `text` may go on behind it. It ends the program for all but a 200.
std::size_t size_of_answer(std::string_view text, std::size_t head) {
  const std::size_t field = std::min(text.find("Content-Length: "),  //
                                     text.find("content-length: "));
  if (field > head || !text.starts_with("HTTP/1.1 200")) {
    load::give_up("no 200 with Content-Length");
  }
  return head + 4 + std::strtoul(text.data() + field + 16, nullptr, 10);
}

// Files, one after the other.
class downloader {
 public:
  downloader(std::uint16_t port, std::vector<std::string> paths) : paths_(std::move(paths)) {
    if (!paths_.empty()) descriptor_ = load::connect_to(port);
  }

  bool is_done() const { return left_ == 0 && next_ == paths_.size(); }
  std::uint64_t bytes() const { return bytes_; }

  // What is there, up to a point: others want to be looked after.
  void go_on() {
    if (is_done()) return;
    if (!asked_) ask();
    left_ == 0 ? receive_head() : receive_content();
  }

 private:
  static constexpr std::size_t most_at_once = 256 * 1024;

  void ask() {
    load::send_all(descriptor_, get(paths_[next_]));
    asked_ = true;
  }

  // Nothing is taken: how much there is of head and content together is all that is wanted.
  void receive_head() {
    std::array<char, 4096> buffer;
    const ssize_t n = ::recv(descriptor_, buffer.data(), buffer.size(), MSG_DONTWAIT | MSG_PEEK);
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) load::give_up("a download");
    const std::string_view text(buffer.data(), static_cast<std::size_t>(n));
    const std::size_t end = text.find("\r\n\r\n");
    if (end == std::string_view::npos) return;
    left_ = size_of_answer(text, end);
    ++next_;
  }

  void receive_content() {
    const std::size_t wanted = std::min<std::size_t>(left_, most_at_once);
    const ssize_t n = ::recv(descriptor_, nullptr, wanted, MSG_DONTWAIT | MSG_TRUNC);
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) load::give_up("a download");
    left_ -= static_cast<std::size_t>(n);
    bytes_ += static_cast<std::uint64_t>(n);
    asked_ = left_ != 0;
  }

  std::vector<std::string> paths_;
  int descriptor_ = -1;
  std::size_t next_ = 0;
  std::size_t left_ = 0;  // of the answer that is under way, with its head
  bool asked_ = false;    // and not all has come
  std::uint64_t bytes_ = 0;
};

class pacer {
 public:
  pacer(std::uint16_t port, const std::string& path, std::size_t connections, double rate,
        double seconds, downloader& beside)
      : request_(get(path)),
        beside_(beside),
        connections_(connections),
        interval_(1e9 / rate),
        total_(static_cast<std::uint64_t>(rate * seconds)),
        epoll_(::epoll_create1(0)) {
    for (std::size_t i = 0; i < connections; ++i) open(connections_[i], port, i);
    latencies_.reserve(total_);
  }

  void run() {
    start_ = clock_type::now();
    const bool downloads = !beside_.is_done();
    const auto end = due(total_) + std::chrono::seconds(downloads ? 60 : 10);
    while (answered_ < total_) {
      send_what_is_due();
      receive();
      beside_.go_on();
      if (downloads && beside_.is_done()) total_ = next_;  // what was due is waited for
      if (clock_type::now() > end) {
        std::fputs("pace: answers are missing\n", stderr);
        std::exit(2);
      }
    }
  }

  double seconds() const {
    return std::chrono::duration<double>(clock_type::now() - start_).count();
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
    return head != std::string_view::npos && answer.size() >= size_of_answer(answer, head);
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
  downloader& beside_;
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
  if (argc < 6) {
    std::fputs("usage: pace PORT PATH CONNECTIONS RATE SECONDS [DOWNLOAD...]\n", stderr);
    return 2;
  }
  const auto port = static_cast<std::uint16_t>(std::atoi(argv[1]));
  downloader beside(port, {argv + 6, argv + argc});
  pacer pace(port, argv[2], static_cast<std::size_t>(std::atoi(argv[3])), std::atof(argv[4]),
             std::atof(argv[5]), beside);
  const std::uint64_t waited = kept_from_core();
  pace.run();
  const double took = pace.seconds();
  const double noise = static_cast<double>(kept_from_core() - waited) / (took * 1e9);
  const std::vector<std::int64_t> found = std::move(pace).latencies();
  if (found.empty()) return 2;
  std::printf(
      "{\"requests\": %zu, \"p50\": %.1f, \"p99\": %.1f, \"p99.9\": %.1f, \"max\": %.1f, "
      "\"noise\": %.4f, \"downloaded\": %llu, \"seconds\": %.3f}\n",
      found.size(), microseconds(found, 0.5), microseconds(found, 0.99), microseconds(found, 0.999),
      microseconds(found, 1), noise, static_cast<unsigned long long>(beside.bytes()), took);
}
