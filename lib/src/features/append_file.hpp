// SPDX-License-Identifier: BSL-1.0
//
// A file that whole lines are appended to, and that can be opened anew under its name after
// somebody moved it away (log rotation). "-" is standard output, which is never closed.
//
// Never throws after construction: what cannot be written, because a disk is full, is dropped and
// counted. A line that got out only in part is ended before the next one begins. Thread-safe.

#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

namespace asio_httpd::features {

class append_file {
 public:
  // Throws std::system_error with a sentence where the file cannot be opened or created.
  explicit append_file(std::string path);
  ~append_file();
  append_file(const append_file&) = delete;
  append_file& operator=(const append_file&) = delete;

  // `lines` ends in a line end.
  void write(std::string_view lines) noexcept;
  // False where the file cannot be opened; the old one stays in use.
  bool reopen() noexcept;

  std::uint64_t dropped_lines() const noexcept { return dropped_.load(std::memory_order_relaxed); }
  void count_dropped(std::uint64_t lines) noexcept {
    dropped_.fetch_add(lines, std::memory_order_relaxed);
  }

 private:
  // How much of `text` got out.
  std::size_t write_some_more(std::string_view text) noexcept;

  const std::string path_;
  std::mutex mutex_;        // held while writing: two writers never mix
  int descriptor_;          // guarded by mutex_
  bool line_open_ = false;  // guarded by mutex_: the last line got out only in part
  std::atomic<std::uint64_t> dropped_{0};
};

}  // namespace asio_httpd::features
