// SPDX-License-Identifier: BSL-1.0

#include "tls/watched_file.hpp"

#include <asio_httpd/file.hpp>

#include <cerrno>
#include <stdexcept>
#include <system_error>

#include <sys/stat.h>
#include <unistd.h>

namespace asio_httpd::tls {
namespace {

constexpr std::size_t most = 1024 * 1024;

[[noreturn]] void refuse(const std::string& what, const std::string& path, const std::string& why) {
  throw std::runtime_error("TLS: cannot read the " + what + " \"" + path + "\": " + why);
}

std::string advice(const std::error_code& error) {
  if (error == std::errc::no_such_file_or_directory) return "; is the path right?";
  if (error == std::errc::permission_denied) return "; let the server's user read it";
  return {};
}

}  // namespace

file_state look_at_file(const std::string& path) noexcept {
  struct stat s {};
  if (::stat(path.c_str(), &s) != 0) return {0, 0, 0, 0, errno};
  return {s.st_mtim.tv_sec, s.st_mtim.tv_nsec, s.st_size, s.st_ino, 0};
}

std::string read_whole_file(const std::string& path, const std::string& what) {
  if (path.empty()) {
    throw std::runtime_error("TLS: no " + what + " is given; name its file");
  }
  std::error_code error;
  const file opened = file::open(path, error);
  if (error) refuse(what, path, error.message() + advice(error));
  std::string text;
  char block[16 * 1024];
  for (;;) {
    const ssize_t n = ::read(opened.descriptor(), block, sizeof block);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) refuse(what, path, std::generic_category().message(errno));
    if (n == 0) return text;
    text.append(block, static_cast<std::size_t>(n));
    if (text.size() > most) refuse(what, path, "it is larger than 1 MiB; is it the right file?");
  }
}

bool is_readable_by_all(const std::string& path) noexcept {
  struct stat s {};
  return ::stat(path.c_str(), &s) == 0 && (s.st_mode & S_IROTH) != 0;
}

}  // namespace asio_httpd::tls
