// SPDX-License-Identifier: BSL-1.0
//
// Walking a folder into an archive; see the header. Everything is opened by its path from the root,
// as a request for it would be, so that nothing gets in that no request could have.

#include "features/tar_source.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "features/open_error.hpp"
#include "features/tar_header.hpp"

namespace asio_httpd::features {

namespace {

// How many things are looked at in one turn.
constexpr std::size_t step_size = 4096;

[[noreturn]] void fail(int error, const std::string& path) {
  throw std::system_error(error, std::generic_category(), "cannot archive \"/" + path + '"');
}

// What a request for it could not have either, or no longer. A path that is too long could be read
// from the folders above it; that it is missing must show.
bool may_be_left_out(const std::error_code& error) noexcept {
  if (error.value() == ENAMETOOLONG) return false;
  const status answer = status_for_open_error(error);
  return answer == status::not_found || answer == status::forbidden;
}

ssize_t read_some(int descriptor, char* to, std::size_t most) noexcept {
  for (;;) {
    const ssize_t n = ::read(descriptor, to, most);
    if (n >= 0 || errno != EINTR) return n;
  }
}

}  // namespace

tar_source::tar_source(served_folder where, file opened, std::string name)
    : name_(std::move(name)), base_size_(where.path.size() + (where.path.empty() ? 0 : 1)) {
  append_header_of_root(opened);
  levels_.emplace_back(std::move(where), std::move(opened));
}

void tar_source::append_header_of_root(const file& opened) {
  struct stat info {};
  if (::fstat(opened.descriptor(), &info) != 0) fail(errno, "");
  append_tar_header(
      first_,
      {.path = name_ + '/', .is = tar_member::kind::folder, .modified = info.st_mtim.tv_sec});
}

std::string tar_source::name_in_archive(std::string_view path) const {
  return std::string(name_).append("/").append(path.substr(base_size_));
}

bool tar_source::read(std::string& to) {
  to.assign(first_);
  first_.clear();
  for (std::size_t i = 0; i < step_size && to.size() < chunk_size; ++i) {
    if (file_.is_open()) {
      read_file(to);
    } else if (!levels_.empty()) {
      next_entry(to);
    } else {
      append_tar_end(to);
      return false;
    }
  }
  return true;
}

void tar_source::next_entry(std::string& to) {
  folder_reader& from = levels_.back();
  folder_entry found;
  const folder_reader::step step = from.next(found);
  if (step == folder_reader::step::end) levels_.pop_back();
  if (step != folder_reader::step::entry) return;
  const std::string path = from.folder().path_of(found.name);
  if (found.is == folder_entry::kind::file) return begin_file(path, to);
  if (!found.is_link) begin_folder(path, found.modified, to);
}

void tar_source::begin_folder(const std::string& path, std::int64_t modified, std::string& to) {
  served_folder where = levels_.back().folder();
  where.path = path;
  std::error_code error;
  file opened = where.root->open_folder(path.c_str(), error);
  if (error && may_be_left_out(error)) return;
  if (error) fail(error.value(), path);
  if (levels_.size() > most_depth) fail(ENAMETOOLONG, path);
  append_tar_header(
      to,
      {.path = name_in_archive(path) + '/', .is = tar_member::kind::folder, .modified = modified});
  levels_.emplace_back(std::move(where), std::move(opened));
}

void tar_source::begin_file(const std::string& path, std::string& to) {
  std::error_code error;
  file opened = levels_.back().folder().root->open(path.c_str(), error);
  if (error && may_be_left_out(error)) return;
  if (error) fail(error.value(), path);
  struct stat info {};
  if (::fstat(opened.descriptor(), &info) != 0) fail(errno, path);
  if (!S_ISREG(info.st_mode)) return;
  size_ = left_ = static_cast<std::uint64_t>(info.st_size);
  append_tar_header(to, {.path = name_in_archive(path),
                         .executable = (info.st_mode & S_IXUSR) != 0,
                         .size = size_,
                         .modified = info.st_mtim.tv_sec});
  if (size_ == 0) return;
  file_ = std::move(opened);
  path_ = path;
}

void tar_source::read_file(std::string& to) {
  const std::size_t before = to.size();
  const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(left_, chunk_size - before));
  to.resize(before + most);
  const ssize_t n = read_some(file_.descriptor(), to.data() + before, most);
  if (n < 0) fail(errno, path_);
  if (n == 0) throw std::runtime_error("\"/" + path_ + "\" became shorter while it was archived");
  to.resize(before + static_cast<std::size_t>(n));
  left_ -= static_cast<std::uint64_t>(n);
  if (left_ != 0) return;
  append_tar_padding(to, size_);
  file_.reset();
}

}  // namespace asio_httpd::features
