// SPDX-License-Identifier: BSL-1.0
//
// Appending with plain system calls: O_APPEND makes each write land at the end, also where several
// processes share the file.

#include "features/append_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace asio_httpd::features {

namespace {

constexpr std::string_view standard_output = "-";

int open_for_appending(const std::string& path) noexcept {
  if (path == standard_output) return STDOUT_FILENO;
  // Readable by the group, as logs are; the umask takes away more.
  return ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640);
}

std::uint64_t count_lines(std::string_view text) noexcept {
  return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

append_file::append_file(std::string path)
    : path_(std::move(path)), descriptor_(open_for_appending(path_)) {
  if (descriptor_ < 0) {
    throw std::system_error(errno, std::generic_category(), "cannot open the log \"" + path_ + '"');
  }
}

append_file::~append_file() {
  if (path_ != standard_output) ::close(descriptor_);
}

bool append_file::reopen() noexcept {
  if (path_ == standard_output) return true;
  const int opened = open_for_appending(path_);
  if (opened < 0) return false;
  const std::lock_guard lock(mutex_);
  ::close(std::exchange(descriptor_, opened));
  line_open_ = false;
  return true;
}

void append_file::write(std::string_view lines) noexcept {
  const std::lock_guard lock(mutex_);
  if (line_open_ && write_some_more("\n") == 0) return count_dropped(count_lines(lines));
  line_open_ = false;
  const std::size_t written = write_some_more(lines);
  if (written == lines.size()) return;
  line_open_ = written != 0 && lines[written - 1] != '\n';
  count_dropped(count_lines(lines.substr(written)));
}

std::size_t append_file::write_some_more(std::string_view text) noexcept {
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t n = ::write(descriptor_, text.data() + done, text.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    done += static_cast<std::size_t>(n);
  }
  return done;
}

}  // namespace asio_httpd::features
