// SPDX-License-Identifier: BSL-1.0

#include "features/file_state.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace asio_httpd::features {

namespace {

// In seconds; the coarsest steps in which a file system in use counts time are FAT's.
constexpr std::int64_t coarsest_step = 2;

file_time time_of(const timespec& t) noexcept {
  return {t.tv_sec, t.tv_nsec};
}

void append_hex(std::uint64_t number, std::string& to) {
  std::array<char, 16> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, 16).ptr;
  to.append(digits.data(), end);
}

}  // namespace

std::optional<file_state> file_state::of(const file& opened) noexcept {
  struct stat info;
  if (::fstat(opened.descriptor(), &info) != 0 || !S_ISREG(info.st_mode)) return std::nullopt;
  return file_state{.device = static_cast<std::uint64_t>(info.st_dev),
                    .inode = static_cast<std::uint64_t>(info.st_ino),
                    .size = static_cast<std::uint64_t>(info.st_size),
                    .modified = time_of(info.st_mtim),
                    .changed = time_of(info.st_ctim)};
}

bool file_state::is_settled(std::int64_t now) const noexcept {
  return std::max(modified, changed).seconds < now - coarsest_step;
}

std::int64_t file_state::last_modified(std::int64_t now) const noexcept {
  return std::min(modified.seconds, now);
}

// Arithmetic wraps for times that are centuries away, which harms nothing.
std::string etag_of(const file_state& state) {
  const auto seconds = static_cast<std::uint64_t>(state.modified.seconds);
  const auto nanoseconds = static_cast<std::uint64_t>(state.modified.nanoseconds);
  std::string tag = "\"";
  append_hex(seconds * 1'000'000'000 + nanoseconds, tag);
  append_hex(state.size, tag += '-');
  append_hex(state.inode, tag += '-');
  return tag += '"';
}

std::string etag_of(const file_state& state, std::string_view coding) {
  std::string tag = "W/" + etag_of(state);
  tag.pop_back();
  return tag.append("-").append(coding).append("\"");
}

}  // namespace asio_httpd::features
