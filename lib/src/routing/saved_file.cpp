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

struct saved_file::temporary_name {
  asio_httpd::file directory;  // not open: the path stands for itself
  std::string path;
  // An error number; 0 for none.
  int take(int other) noexcept {
    directory = http::duplicate(other);
    return other == AT_FDCWD || directory.is_open() ? 0 : errno;
  }
  int at() const noexcept { return directory.is_open() ? directory.descriptor() : AT_FDCWD; }
};

void saved_file::unlinks::operator()(const temporary_name* name) const noexcept {
  ::unlinkat(name->at(), name->path.c_str(), 0);
  delete name;
}

saved_file::saved_file(std::string directory, unsigned permissions)
    : directory_(std::move(directory)) {
  open(AT_FDCWD, permissions);
}

saved_file::saved_file(const asio_httpd::file& directory, unsigned permissions) : directory_(".") {
  open(directory.descriptor(), permissions);
}

void saved_file::open(int directory, unsigned permissions) {
  int error = open_unnamed(directory, permissions);
  const bool knows_none = error == EOPNOTSUPP || error == EISDIR;
  if (knows_none) error = open_named(directory, permissions);
  if (error != 0) http::fail_writing(error, "make a file in", directory_);
}

int saved_file::open_unnamed(int directory, unsigned permissions) noexcept {
  file_ = asio_httpd::file(
      ::openat(directory, directory_.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, mode_t{permissions}));
  if (!file_.is_open()) return errno;
  return http::can_link_unnamed(descriptor()) ? 0 : EOPNOTSUPP;
}

// O_EXCL: another's file, or a link that another has put there, is never opened.
int saved_file::open_named(int directory, unsigned permissions) {
  auto name = std::make_unique<temporary_name>();
  if (const int error = name->take(directory)) return error;
  name->path = http::unique_name_in(directory_);
  file_ = asio_httpd::file(::openat(directory, name->path.c_str(),
                                    O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, mode_t{permissions}));
  if (!file_.is_open()) return errno;
  http::lock_shared(descriptor());
  temporary_.reset(name.release());
  return 0;
}

void saved_file::write(std::string_view piece) {
  if (const int error = http::write_all(descriptor(), piece))
    http::fail_writing(error, "write in", directory_);
  size_ += piece.size();
}

void saved_file::keep_as(const std::string& path, if_taken what) {
  if (const int error = give_name(AT_FDCWD, path, what)) http::fail_writing(error, "make", path);
}

void saved_file::keep_as(const std::string& path, if_taken what, std::error_code& error) {
  error.assign(give_name(AT_FDCWD, path, what), std::generic_category());
}

void saved_file::keep_as(const asio_httpd::file& directory, const std::string& name, if_taken what,
                         std::error_code& error) {
  error.assign(give_name(directory.descriptor(), name, what), std::generic_category());
}

asio::awaitable<void> saved_file::keep_durably_as(std::string path, if_taken what) {
  const int error = co_await run_blocking([&] { return give_durable_name(path, what); });
  if (error != 0) http::fail_writing(error, "make", path);
}

int saved_file::give_durable_name(const std::string& path, if_taken what) {
  const auto directory = http::open_directory(http::directory_of(path));  // while nothing is done
  if (!directory.is_open()) return errno;
  if (const int error = http::sync_file(descriptor())) return error;
  if (const int error = give_name(AT_FDCWD, path, what)) return error;
  return http::sync_directory(directory.descriptor());
}

int saved_file::give_name(int directory, const std::string& path, if_taken what) {
  if (is_kept_) throw std::logic_error("asio_httpd: a saved_file is kept already");
  int error = 0;
  if (what == if_taken::replace) {
    error = replace(directory, path);
  } else if (temporary_) {
    error = http::rename_new(temporary_->at(), temporary_->path, directory, path);
  } else {
    error = http::link_unnamed(descriptor(), directory, path);
  }
  if (error != 0) return error;
  is_kept_ = true;
  temporary_.reset();
  return 0;
}

// No system call replaces a name by a file that has none. Where the second one fails, the file
// keeps its name for another attempt: what had one and lost it can never get one again. It is
// locked before it has a name that somebody could find.
int saved_file::replace(int directory, const std::string& path) {
  if (!temporary_) {
    auto name = std::make_unique<temporary_name>();
    if (const int error = name->take(directory)) return error;
    name->path = http::unique_name_in(http::directory_of(path));
    http::lock_shared(descriptor());
    if (const int error = http::link_unnamed(descriptor(), directory, name->path)) return error;
    temporary_.reset(name.release());
  }
  return http::rename_over(temporary_->at(), temporary_->path, directory, path);
}

saved_file saved_file_access::make_named(std::string directory, unsigned permissions) {
  saved_file made;
  made.directory_ = std::move(directory);
  if (const int error = made.open_named(AT_FDCWD, permissions))
    http::fail_writing(error, "make", made.directory_);
  return made;
}

saved_file saved_file_access::make_from(file opened) {
  saved_file made;
  made.file_ = std::move(opened);
  return made;
}

}  // namespace asio_httpd
