// SPDX-License-Identifier: BSL-1.0
//
// One thread's cache; then who has which.

#include "features/file_cache.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <ctime>
#include <utility>
#include <vector>

namespace asio_httpd::features {
namespace {

std::atomic<std::size_t> all_bytes{0};
std::atomic<std::size_t> all_descriptors{0};

// An entry's share besides the content: fields, name, lists. Rather too much.
constexpr std::size_t overhead = 1024;

}  // namespace

std::size_t file_cache::bytes_held() noexcept {
  return all_bytes.load(std::memory_order_relaxed);
}

std::size_t file_cache::descriptors_held() noexcept {
  return all_descriptors.load(std::memory_order_relaxed);
}

std::size_t file_cache::most_descriptors() noexcept {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return 0;
  return static_cast<std::size_t>(std::min<rlim_t>(files.rlim_cur / 32, 4096));
}

file_cache::time_point file_cache::now() noexcept {
  timespec t{};
  ::clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
  return time_point(std::chrono::seconds(t.tv_sec) + std::chrono::nanoseconds(t.tv_nsec));
}

// --- looking up ----------------------------------------------------------------------------------

const served_file* file_cache::find(std::string_view name, time_point now) {
  const auto found = index_.find(name);
  if (found == index_.end()) return nullptr;
  const auto at = found->second;
  if (now - at->looked_at >= fresh_for) return nullptr;
  const file* opened = at->file.opened().get();
  if (opened != nullptr && file_state::of(*opened) != at->file.state()) return nullptr;
  touch(at, now);
  return &at->file;
}

const served_file* file_cache::find_made(std::string_view name, const file_state& original,
                                         time_point now) {
  const auto found = index_.find(name);
  if (found == index_.end() || found->second->file.state() != original) return nullptr;
  touch(found->second, now);
  return &found->second->file;
}

served_file* file_cache::confirm(std::string_view name, const file& opened, const file_state& state,
                                 time_point now) {
  const auto found = index_.find(name);
  if (found == index_.end() || found->second->file.state() != state) return nullptr;
  const auto at = found->second;
  if (!at->file.refresh(opened)) return nullptr;
  at->looked_at = now;
  touch(at, now);
  return &at->file;
}

void file_cache::touch(entries::iterator at, time_point now) noexcept {
  at->asked_at = now;
  entries_.splice(entries_.begin(), entries_, at);
}

// --- remembering ---------------------------------------------------------------------------------

served_file& file_cache::put(std::string_view name, served_file opened, time_point now,
                             std::int64_t unix_time) {
  if (now - swept_at_ >= std::chrono::seconds(1)) sweep(now);
  erase(name);
  const bool in_memory = opened.size() <= largest_in_memory;
  const std::size_t bytes =
      in_memory ? static_cast<std::size_t>(opened.size()) + name.size() + overhead : 0;
  if (!may_keep(opened, bytes, unix_time)) return not_kept_.emplace(std::move(opened));
  return insert(name, std::move(opened), bytes, now);
}

void file_cache::put_made(std::string_view name, served_file made, time_point now,
                          std::int64_t unix_time) {
  erase(name);
  const std::size_t bytes = static_cast<std::size_t>(made.size()) + name.size() + overhead;
  if (!made.state().is_settled(unix_time) || !make_room(bytes, 0)) return;
  insert(name, std::move(made), bytes, now);
}

served_file& file_cache::insert(std::string_view name, served_file f, std::size_t bytes,
                                time_point now) {
  entries fresh;
  fresh.push_front({std::string(name), std::move(f), now, now, bytes});
  index_.emplace(fresh.front().name, fresh.begin());
  entries_.splice(entries_.begin(), fresh);
  all_bytes.fetch_add(bytes, std::memory_order_relaxed);
  served_file& kept = entries_.front().file;
  all_descriptors.fetch_add(kept.opened() != nullptr ? 1 : 0, std::memory_order_relaxed);
  return kept;
}

// With its content in memory, where it is `bytes` large, or open.
bool file_cache::may_keep(served_file& opened, std::size_t bytes, std::int64_t unix_time) {
  const bool in_memory = bytes != 0;
  if (!opened.state().is_settled(unix_time) || !make_room(bytes, in_memory ? 0 : 1)) return false;
  if (!in_memory) return true;
  const bool is_loaded = opened.load();
  if (is_loaded) opened.close();
  return is_loaded;
}

// Nothing is dropped for it: it can be sent as it is.
void file_cache::load(std::string_view name) {
  const auto found = index_.find(name);
  if (found == index_.end()) return;
  entry& e = *found->second;
  if (e.file.content() || e.file.size() > largest_in_both) return;
  const auto bytes = static_cast<std::size_t>(e.file.size());
  if (bytes_held() + bytes > most_bytes || !e.file.load()) return;
  e.bytes = bytes;
  all_bytes.fetch_add(bytes, std::memory_order_relaxed);
}

// --- forgetting ----------------------------------------------------------------------------------

// The limits are the process's; what makes room are this cache's own.
bool file_cache::make_room(std::size_t bytes, std::size_t descriptors) noexcept {
  const std::size_t descriptor_limit = descriptors == 0 ? 0 : most_descriptors();
  const auto fits = [&] {
    return bytes_held() + bytes <= most_bytes &&
           (descriptors == 0 || descriptors_held() + descriptors <= descriptor_limit);
  };
  while (!fits() && !entries_.empty()) remove(std::prev(entries_.end()));
  return fits();
}

void file_cache::remove(entries::iterator at) noexcept {
  all_bytes.fetch_sub(at->bytes, std::memory_order_relaxed);
  all_descriptors.fetch_sub(at->file.opened() != nullptr ? 1 : 0, std::memory_order_relaxed);
  index_.erase(at->name);
  entries_.erase(at);
}

void file_cache::erase(std::string_view name) noexcept {
  const auto found = index_.find(name);
  if (found != index_.end()) remove(found->second);
}

void file_cache::clear() noexcept {
  while (!entries_.empty()) remove(entries_.begin());
  not_kept_.reset();
}

void file_cache::sweep(time_point now) noexcept {
  swept_at_ = now;
  not_kept_.reset();
  while (!entries_.empty() && now - entries_.back().asked_at >= kept_for) {
    remove(std::prev(entries_.end()));
  }
}

// --- whose it is ---------------------------------------------------------------------------------

// Shared by the caches' owner and by the threads that have one, whichever goes first.
struct file_caches::storage {
  std::mutex mutex;
  std::map<std::thread::id, std::unique_ptr<file_cache>> caches;

  file_cache& of_this_thread() {
    const std::lock_guard lock(mutex);
    auto& cache = caches[std::this_thread::get_id()];
    if (!cache) cache = std::make_unique<file_cache>();
    return *cache;
  }
};

namespace {

// What a thread has: used by it alone, and gone with it.
template <class Storage>
class caches_of_thread {
 public:
  ~caches_of_thread() {
    for_each([](Storage& owner) {
      std::unique_ptr<file_cache> gone;
      const std::lock_guard lock(owner.mutex);
      const auto mine = owner.caches.find(std::this_thread::get_id());
      if (mine == owner.caches.end()) return;
      gone = std::move(mine->second);
      owner.caches.erase(mine);
    });
  }

  file_cache& of(const std::shared_ptr<Storage>& owner) {
    for (const known& k : known_) {
      if (k.owner == owner.get() && !k.alive.expired()) return *k.cache;
    }
    std::erase_if(known_, [](const known& k) { return k.alive.expired(); });
    known_.push_back({owner.get(), owner, &owner->of_this_thread()});
    return *known_.back().cache;
  }

  template <class Do>
  void for_each(Do what) {
    for (const known& k : known_) {
      if (const auto owner = k.alive.lock()) what(*owner);
    }
  }
  template <class Do>
  void for_each_cache(Do what) {
    for (const known& k : known_) {
      if (const auto owner = k.alive.lock()) what(*k.cache);
    }
  }

 private:
  struct known {
    Storage* owner;
    std::weak_ptr<Storage> alive;
    file_cache* cache;
  };
  std::vector<known> known_;
};

template <class Storage>
caches_of_thread<Storage>& mine() {
  thread_local caches_of_thread<Storage> all;
  return all;
}

}  // namespace

file_caches::file_caches() : storage_(std::make_shared<storage>()) {}
file_caches::~file_caches() = default;

file_cache& file_caches::local() {
  return mine<storage>().of(storage_);
}

void file_caches::sweep_this_thread(file_cache::time_point now) {
  mine<storage>().for_each_cache([now](file_cache& cache) { cache.sweep(now); });
}

void file_caches::clear_this_thread() {
  mine<storage>().for_each_cache([](file_cache& cache) { cache.clear(); });
}

}  // namespace asio_httpd::features
