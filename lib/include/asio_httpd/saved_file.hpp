// SPDX-License-Identifier: BSL-1.0
//
// Content on its way to a file: it has no name until it is whole and you say which, and is gone
// when the object goes before that, or the process does.
//
//   routes.put("/films/{name}", [](std::string_view name, request_body body)
//                                   -> boost::asio::awaitable<status> {
//     const auto safe = safe_filename(name);
//     if (!safe) co_return status::bad_request;
//     saved_file film = co_await body.save("/srv/films");
//     film.keep_as("/srv/films/" + *safe, if_taken::replace);
//     co_return status::created;
//   });
//
// It is made with O_TMPFILE. Where the file system knows no files without a name (NFS, FAT), it has
// one until then, ".upload-" and 16 digits, which a process leaves behind where it is killed; so
// does one that is killed in the moment in which it replaces a file. While the process lives, such
// a file is locked (flock(2)), so that leftovers can be told from what is in use.
//
// Writing is a plain write(2), into the kernel's memory: it holds up the thread, and its other
// connections, where a disk is so slow that the kernel makes writers wait. Who has such a disk
// reads piece by piece, and calls `write` in `run_blocking`.
//
// Errors are thrown: http_error 507 where the disk or a quota is full, std::system_error otherwise.
// Movable; what was moved from can only be destroyed or assigned to. An object belongs to one
// thread at a time.

#pragma once

#include <asio_httpd/file.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>

namespace asio_httpd {

// What to do where something has the name already.
enum class if_taken : std::uint8_t {
  fail,     // EEXIST
  replace,  // it, as rename(2) does: who opens the name finds one or the other, whole
};

class saved_file {
 public:
  // An empty one, to become a file on the file system of `directory`. Its mode will be
  // `permissions` less the umask of the process.
  explicit saved_file(std::string directory, unsigned permissions = 0644);
  // The same in a directory that is open (O_PATH will do), whatever it is called by now.
  explicit saved_file(const asio_httpd::file& directory, unsigned permissions = 0644);

  // Adds it to the end.
  void write(std::string_view piece);
  // In bytes.
  std::uint64_t size() const noexcept { return size_; }
  // Open for reading and writing; its position is the end.
  const asio_httpd::file& file() const noexcept { return file_; }
  int descriptor() const noexcept { return file_.descriptor(); }

  // Gives it that name, at once and whole. `path` must be on the file system of the directory,
  // and its last component yours or made by `safe_filename`. A name that is a symbolic link is
  // taken, and it is the link that is replaced. Throws std::logic_error where it has one already.
  //
  // A machine that crashes soon after may know the name and not the content, or neither.
  void keep_as(const std::string& path, if_taken what = if_taken::fail);
  // The same, with what the system says in `error`.
  void keep_as(const std::string& path, if_taken what, std::error_code& error);
  // The same for a name in an open directory.
  void keep_as(const asio_httpd::file& directory, const std::string& name, if_taken what,
               std::error_code& error);
  // The same, and waits until all of it is on the disk: the content before it has the name
  // (fsync(2)), then the name. It waits by `run_blocking`. After a crash the name stands for the
  // whole content or for what it stood for before; once this has returned, for the content.
  // Nothing else may be done with the object meanwhile.
  boost::asio::awaitable<void> keep_durably_as(std::string path, if_taken what = if_taken::fail);

 private:
  friend struct saved_file_access;
  struct temporary_name;
  struct unlinks {
    void operator()(const temporary_name* name) const noexcept;
  };
  saved_file() noexcept = default;
  void open(int directory, unsigned permissions);
  int open_unnamed(int directory, unsigned permissions) noexcept;
  int open_named(int directory, unsigned permissions);
  int give_name(int directory, const std::string& path, if_taken what);
  int give_durable_name(const std::string& path, if_taken what);
  int replace(int directory, const std::string& path);

  asio_httpd::file file_;
  std::string directory_;
  std::unique_ptr<const temporary_name, unlinks> temporary_;  // null where it has no name
  std::uint64_t size_ = 0;
  bool is_kept_ = false;
};

}  // namespace asio_httpd
