// SPDX-License-Identifier: BSL-1.0
//
// The access log: a line for each exchange, in the formats `common` and `combined` of NCSA and
// Apache, or as JSON. Lines are buffered for each thread and written whole, so that lines of
// several threads never mix; every control byte and quote from the network is escaped. Given to a
// server as `options.access_log`. Thread-safe.

#pragma once

#include <asio_httpd/log.hpp>

#include <memory>
#include <string>

namespace asio_httpd {

enum class access_log_format { common, combined, json };

class access_log final : public exchange_log {
 public:
  // `path` is opened for appending; "-" is standard output. Throws std::system_error.
  explicit access_log(std::string path, access_log_format format = access_log_format::combined);
  ~access_log() override;

  void write(const exchange& e) noexcept override;
  void flush() noexcept override;
  // Opens the file anew, after log rotation moved it. False where that failed: the old one stays.
  bool reopen() noexcept;

 private:
  struct implementation;
  std::unique_ptr<implementation> implementation_;
};

}  // namespace asio_httpd
