// SPDX-License-Identifier: BSL-1.0
//
// The access log: a buffer for each thread in front of one file.
//
// Threads are numbered as they come and each takes the slot of its number; up to `slot_count`
// threads never wait for one another, more share. A slot's buffer goes to the file when it passes
// 32 KiB, when somebody flushes, and at the end, so memory is bounded by slots times (32 KiB and
// one line). Nothing is allocated for a line once a buffer has its size.
//
// Locks are taken in the order slot, file.

#include <asio_httpd/access_log.hpp>

#include <array>
#include <atomic>
#include <mutex>
#include <utility>

#include "features/access_log_line.hpp"
#include "features/append_file.hpp"

namespace asio_httpd {

namespace {

constexpr std::size_t slot_count = 16;
constexpr std::size_t flush_above = 32 * 1024;
constexpr std::size_t first_capacity = flush_above + 4 * 1024;

std::size_t slot_of_this_thread() noexcept {
  static std::atomic<std::size_t> threads{0};
  thread_local const std::size_t number = threads.fetch_add(1, std::memory_order_relaxed);
  return number % slot_count;
}

// On a cache line of its own, so that threads do not slow each other down.
struct alignas(64) slot {
  explicit slot(access_log_format format) noexcept : line(format) {}

  std::mutex mutex;
  features::access_log_line line;
  std::string buffer;
};

template <std::size_t... I>
std::array<slot, slot_count> make_slots(access_log_format format, std::index_sequence<I...>) {
  return {((void)I, slot(format))...};
}

}  // namespace

struct access_log::implementation {
  implementation(std::string path, access_log_format format)
      : file(std::move(path)), slots(make_slots(format, std::make_index_sequence<slot_count>{})) {}

  void add(slot& s, const exchange& e) noexcept {
    const std::size_t before = s.buffer.size();
    try {
      if (s.buffer.capacity() < first_capacity) s.buffer.reserve(first_capacity);
      s.line.append(s.buffer, e);
    } catch (...) {  // out of memory: half a line is worse than none
      s.buffer.resize(before);
      file.count_dropped(1);
    }
  }

  void send(slot& s) noexcept {
    if (s.buffer.empty()) return;
    file.write(s.buffer);
    s.buffer.clear();
  }

  features::append_file file;
  std::array<slot, slot_count> slots;
};

access_log::access_log(std::string path, access_log_format format)
    : implementation_(std::make_unique<implementation>(std::move(path), format)) {}

access_log::~access_log() {
  flush();
}

void access_log::write(const exchange& e) noexcept {
  slot& s = implementation_->slots[slot_of_this_thread()];
  const std::lock_guard lock(s.mutex);
  implementation_->add(s, e);
  if (s.buffer.size() > flush_above) implementation_->send(s);
}

void access_log::flush() noexcept {
  for (slot& s : implementation_->slots) {
    const std::lock_guard lock(s.mutex);
    implementation_->send(s);
  }
}

bool access_log::reopen() noexcept {
  // What was logged before the rotation belongs into the old file.
  flush();
  return implementation_->file.reopen();
}

}  // namespace asio_httpd
