// SPDX-License-Identifier: BSL-1.0
//
// The TLS side of a listener: its certificates, as they are now.
//
// At a handshake, at most twice a second, the files are looked at; what has changed is loaded
// anew. What cannot be used is told in the log, once for each change, and what was used before
// goes on. Thread-safe: any thread may do it, and the others do not wait for it.

#pragma once

#include "tls/watched_file.hpp"

#include <asio_httpd/clock.hpp>
#include <asio_httpd/log.hpp>
#include <asio_httpd/tls.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace asio_httpd::tls {

class credentials;
class ticket_keys;

class context {
 public:
  static constexpr std::chrono::milliseconds look_interval{500};

  // Reads the files. Throws std::runtime_error: one sentence that names the file and what to do.
  // `keys` are shared by the listeners of a server.
  context(tls_options options, std::shared_ptr<ticket_keys> keys,
          std::shared_ptr<const clock> clock, log_sink log);
  ~context();
  context(const context&) = delete;
  context& operator=(const context&) = delete;

  const tls_options& options() const noexcept { return options_; }
  // For a new connection.
  std::shared_ptr<const credentials> current();

 private:
  std::vector<file_state> look() const;
  bool is_time_to_look() noexcept;
  void load_again();
  void replace();

  const tls_options options_;
  const std::shared_ptr<ticket_keys> keys_;
  const std::shared_ptr<const clock> clock_;
  const log_sink log_;
  std::vector<std::string> paths_;
  std::atomic<clock::time_point::rep> next_look_;

  std::mutex loading_;  // guards `seen_`; whoever finds it locked goes on
  std::vector<file_state> seen_;
  std::mutex mutex_;  // guards the pointer, for the moment of a copy
  std::shared_ptr<const credentials> current_;
};

std::shared_ptr<ticket_keys> make_ticket_keys(std::shared_ptr<const clock> c);

}  // namespace asio_httpd::tls
