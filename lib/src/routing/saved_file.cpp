// SPDX-License-Identifier: BSL-1.0
//
// Files without a name, and those with one that nobody looks for.

#include <asio_httpd/saved_file.hpp>

#include "http/posix_file.hpp"
#include "routing/saved_file_access.hpp"

#include <asio_httpd/blocking.hpp>
#include <asio_httpd/response.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <utility>

namespace asio_httpd {

namespace asio = boost::asio;

void saved_file::unlinks::operator()(const std::string* path) const noexcept {
  ::unlink(path->c_str());
  delete path;
}

saved_file::saved_file(std::string directory, unsigned permissions)
    : directory_(std::move(directory)) {
  int error = open_unnamed(permissions);
  const bool knows_none = error == EOPNOTSUPP || error == EISDIR;
  if (knows_none) error = open_named(permissions);
  if (error != 0) http::fail_writing(error, "make a file in", directory_);
}

int saved_file::open_unnamed(unsigned permissions) noexcept {
  file_ = asio_httpd::file(
      ::open(directory_.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, mode_t{permissions}));
  if (!file_.is_open()) return errno;
  return http::can_link_unnamed(descriptor()) ? 0 : EOPNOTSUPP;
}

// O_EXCL: another's file, or a link that another has put there, is never opened.
int saved_file::open_named(unsigned permissions) {
  auto name = std::make_unique<std::string>(http::unique_name_in(directory_));
  file_ = asio_httpd::file(
      ::open(name->c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, mode_t{permissions}));
  if (!file_.is_open()) return errno;
  temporary_.reset(name.release());
  return 0;
}

void saved_file::write(std::string_view piece) {
  if (const int error = http::write_all(descriptor(), piece))
    http::fail_writing(error, "write in", directory_);
  size_ += piece.size();
}

void saved_file::keep_as(const std::string& path, if_taken what) {
  if (const int error = give_name(path, what)) http::fail_writing(error, "make", path);
}

void saved_file::keep_as(const std::string& path, if_taken what, std::error_code& error) {
  error.assign(give_name(path, what), std::generic_category());
}

asio::awaitable<void> saved_file::keep_durably_as(std::string path, if_taken what) {
  const int error = co_await run_blocking([&] { return give_durable_name(path, what); });
  if (error != 0) http::fail_writing(error, "make", path);
}

int saved_file::give_durable_name(const std::string& path, if_taken what) {
  const auto directory = http::open_directory(http::directory_of(path));  // while nothing is done
  if (!directory.is_open()) return errno;
  if (const int error = http::sync_file(descriptor())) return error;
  if (const int error = give_name(path, what)) return error;
  return http::sync_directory(directory.descriptor());
}

int saved_file::give_name(const std::string& path, if_taken what) {
  if (is_kept_) throw std::logic_error("asio_httpd: a saved_file is kept already");
  int error = 0;
  if (what == if_taken::replace) {
    error = replace(path);
  } else if (temporary_) {
    error = http::rename_new(*temporary_, path);
  } else {
    error = http::link_unnamed(descriptor(), path);
  }
  if (error != 0) return error;
  is_kept_ = true;
  temporary_.reset();
  return 0;
}

// No system call replaces a name by a file that has none. Where the second one fails, the file
// keeps its name for another attempt: what had one and lost it can never get one again.
int saved_file::replace(const std::string& path) {
  if (!temporary_) {
    auto name = std::make_unique<std::string>(http::unique_name_in(http::directory_of(path)));
    if (const int error = http::link_unnamed(descriptor(), *name)) return error;
    temporary_.reset(name.release());
  }
  return http::rename_over(*temporary_, path);
}

saved_file saved_file_access::make_named(std::string directory, unsigned permissions) {
  saved_file made;
  made.directory_ = std::move(directory);
  if (const int error = made.open_named(permissions))
    http::fail_writing(error, "make", made.directory_);
  return made;
}

saved_file saved_file_access::make_from(file opened) {
  saved_file made;
  made.file_ = std::move(opened);
  return made;
}

}  // namespace asio_httpd
