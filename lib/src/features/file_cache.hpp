// SPDX-License-Identifier: BSL-1.0
//
// What a thread remembers of the files that one route serves: small ones with their content, larger
// ones with an open descriptor, and those in between with both, once somebody asks for one over a
// connection that copies what it sends.
//
// True to half a second: what was looked at longer ago is opened anew, and kept where it is the
// same still. A descriptor's file is asked for its state each time, so that it shows at once when
// it was written to. Content that might change within one step of the file system's time is not
// kept, nor is what cannot be told apart.
//
// Bounded for the whole process, in bytes and in descriptors; what was not asked for the longest
// goes first. A `file_cache` is one thread's; `file_caches` gives each thread its own.

#pragma once

#include "features/served_file.hpp"

#include <chrono>
#include <cstddef>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>

namespace asio_httpd::features {

class file_cache {
 public:
  using time_point = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::milliseconds fresh_for{500};
  static constexpr std::chrono::seconds kept_for{10};  // since it was asked for
  // Up to this size a file's content is kept, and no descriptor.
  static constexpr std::uint64_t largest_in_memory = 16 * 1024;
  // Up to this size, its content beside a descriptor.
  static constexpr std::uint64_t largest_in_both = 64 * 1024;
  static constexpr std::size_t most_bytes = 64 * 1024 * 1024;  // of all caches

  file_cache() = default;
  ~file_cache() { clear(); }
  file_cache(const file_cache&) = delete;
  file_cache& operator=(const file_cache&) = delete;

  // Cheap, and exact to a few milliseconds.
  static time_point now() noexcept;

  // Null where it has to be opened. Valid until the next call of a function that is not const.
  const served_file* find(std::string_view name, time_point now);
  // After it was opened: what is known of it, where it is in the same state still; null otherwise.
  // Content in memory is read again: what is written through a mapping shows in no time of change.
  served_file* confirm(std::string_view name, const file& opened, const file_state& state,
                       time_point now);
  // Remembers what was opened just now. `unix_time` is the file system's idea of now, in seconds.
  served_file& put(std::string_view name, served_file opened, time_point now,
                   std::int64_t unix_time);
  // Keeps the content of a file beside its descriptor, where it is not too large and there is room.
  void load(std::string_view name);
  // What was made of a file that is in that state now; null where it has to be made.
  const served_file* find_made(std::string_view name, const file_state& original, time_point now);
  // Remembers it, or not: content in memory, which needs no looking after.
  void put_made(std::string_view name, served_file made, time_point now, std::int64_t unix_time);
  void erase(std::string_view name) noexcept;
  void clear() noexcept;
  // Drops what nobody has asked for since `kept_for`.
  void sweep(time_point now) noexcept;

  std::size_t size() const noexcept { return entries_.size(); }
  // Of all caches.
  static std::size_t bytes_held() noexcept;
  static std::size_t descriptors_held() noexcept;
  // A part of what the process may open; most is for connections.
  static std::size_t most_descriptors() noexcept;

 private:
  struct entry {
    std::string name;
    served_file file;
    time_point looked_at;
    time_point asked_at;
    std::size_t bytes = 0;  // of its content
  };
  using entries = std::list<entry>;

  void touch(entries::iterator at, time_point now) noexcept;
  served_file& insert(std::string_view name, served_file f, std::size_t bytes, time_point now);
  bool make_room(std::size_t bytes, std::size_t descriptors) noexcept;
  bool may_keep(served_file& opened, std::size_t bytes, std::int64_t unix_time);
  void remove(entries::iterator at) noexcept;

  entries entries_;  // what was asked for last comes first
  std::unordered_map<std::string_view, entries::iterator> index_;
  std::optional<served_file> not_kept_;  // what `put` could not keep
  time_point swept_at_{};
};

// A cache for each thread, gone with the thread or with this.
class file_caches {
 public:
  file_caches();
  ~file_caches();
  file_caches(const file_caches&) = delete;
  file_caches& operator=(const file_caches&) = delete;

  // The calling thread's.
  file_cache& local();
  // Of all caches of the calling thread: drops what nobody asks for, or everything.
  static void sweep_this_thread(file_cache::time_point now);
  static void clear_this_thread();

 private:
  struct storage;
  const std::shared_ptr<storage> storage_;
};

}  // namespace asio_httpd::features
