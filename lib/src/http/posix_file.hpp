// SPDX-License-Identifier: BSL-1.0
//
// What files are written and named with: system calls that go on where a signal interrupts them,
// and say 0 or errno.

#pragma once

#include <asio_httpd/file.hpp>

#include <string>
#include <string_view>

namespace asio_httpd::http {

// All of it, from the descriptor's position on. A regular file takes all that it is given or says
// why not; who knows what else may take less.
int write_all(int descriptor, std::string_view data) noexcept;

// fsync(2), of a file or of a directory, which is what holds the names.
int sync_file(int descriptor) noexcept;
int sync_directory(int descriptor) noexcept;
// Not open where that fails: then errno says why.
file open_directory(const std::string& path) noexcept;
// The same directory once more; not open for AT_FDCWD, which stays what it is.
file duplicate(int directory) noexcept;
// For as long as the file is open somewhere: who finds its temporary name sees that it is in use.
// Where the file system has no locks, it has none.
void lock_shared(int descriptor) noexcept;
// Throws http_error 507 where the disk or a quota is full, else std::system_error with a sentence:
// "cannot make \"/srv/x\": File exists".
[[noreturn]] void fail_writing(int error, std::string_view doing, const std::string& path);

// Whether a file without a name can get one: by its link in /proc, for who has no privileges.
bool can_link_unnamed(int descriptor) noexcept;
// From here on paths are relative to `directory`, which is AT_FDCWD for those that are not.
//
// Gives a file without a name that one; EEXIST where it is taken.
int link_unnamed(int descriptor, int directory, const std::string& path);
// Gives the file at `from` that name; EEXIST where it is taken. It may still have the old one then,
// too.
int rename_new(int from_directory, const std::string& from, int to_directory,
               const std::string& to) noexcept;
int rename_over(int from_directory, const std::string& from, int to_directory,
                const std::string& to) noexcept;

// "." for a path without one.
std::string directory_of(const std::string& path);
// ".upload-" and 64 bits as hexadecimal digits, in that directory.
std::string unique_name_in(const std::string& directory);

}  // namespace asio_httpd::http
