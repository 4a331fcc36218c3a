// SPDX-License-Identifier: BSL-1.0

#include "tls/context.hpp"

#include "tls/credentials.hpp"
#include "tls/record_cipher.hpp"

#include <exception>
#include <utility>

namespace asio_httpd::tls {
namespace {

std::vector<std::string> files_of(const tls_options& options) {
  std::vector<std::string> paths;
  for (const auto& [certificate, key, ocsp] : options.certificates) {
    paths.insert(paths.end(), {certificate, key});
    if (!ocsp.empty()) paths.push_back(ocsp);
  }
  if (!options.client_ca.empty()) paths.push_back(options.client_ca);
  return paths;
}

void warn_of_open_keys(const tls_options& options, const log_sink& log) {
  for (const auto& c : options.certificates) {
    if (!log || !is_readable_by_all(c.key)) continue;
    log(log_level::warning,
        "TLS: everybody on this machine can read the key \"" + c.key + "\"; chmod 600 it");
  }
}

}  // namespace

// The files are looked at before they are read: what changes meanwhile is seen the next time.
context::context(tls_options options, std::shared_ptr<ticket_keys> keys,
                 std::shared_ptr<const clock> c, log_sink log)
    : options_(std::move(options)),
      keys_(std::move(keys)),
      clock_(std::move(c)),
      log_(std::move(log)),
      paths_(files_of(options_)),
      next_look_((clock_->now() + look_interval).time_since_epoch().count()),
      seen_(look()),
      current_(credentials::load(options_, keys_, log_)) {
  warn_of_open_keys(options_, log_);
  record_cipher::prepare();
}

context::~context() = default;

std::shared_ptr<const credentials> context::current() {
  if (is_time_to_look()) load_again();
  const std::lock_guard lock(mutex_);
  return current_;
}

// For one thread that asks.
bool context::is_time_to_look() noexcept {
  const auto now = clock_->now();
  auto next = next_look_.load(std::memory_order_relaxed);
  if (now.time_since_epoch().count() < next) return false;
  return next_look_.compare_exchange_strong(next, (now + look_interval).time_since_epoch().count(),
                                            std::memory_order_relaxed);
}

std::vector<file_state> context::look() const {
  std::vector<file_state> states;
  for (const std::string& path : paths_) states.push_back(look_at_file(path));
  return states;
}

void context::load_again() {
  const std::unique_lock lock(loading_, std::try_to_lock);
  if (!lock) return;
  auto now = look();
  if (now == seen_) return;
  seen_ = std::move(now);
  replace();
}

void context::replace() {
  try {
    std::shared_ptr<const credentials> fresh = credentials::load(options_, keys_, log_);
    {
      const std::lock_guard lock(mutex_);
      current_.swap(fresh);
    }
    if (log_) log_(log_level::info, "TLS: the certificates were loaded anew");
  } catch (const std::exception& e) {
    if (log_) {
      log_(log_level::warning,
           std::string(e.what()) + " (the files have changed; what was loaded before is used on)");
    }
  }
}

std::shared_ptr<ticket_keys> make_ticket_keys(std::shared_ptr<const clock> c) {
  return std::make_shared<ticket_keys>(std::move(c));
}

}  // namespace asio_httpd::tls
