// SPDX-License-Identifier: BSL-1.0
//
// Options of `router::uploads`: files that clients put into a folder. Which request is answered how
// is in docs/reference/uploads.md.
//
//   routes.files("/shared", "/srv/shared");
//   routes.uploads("/shared", "/srv/shared", {.remove = true, .quota = std::uint64_t{10} << 30})
//       .use(basic_auth(...));
//
// What is on by default: PUT of new files and over old ones, forms by POST, digests where they are
// sent, and uploads that can be resumed. What is not: DELETE, new folders, and a quota.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace asio_httpd {

struct upload_options {
  // ---- what may be done

  // Whether PUT may replace a file. Otherwise it is answered 409 where the name is taken.
  bool replace = true;
  // Whether DELETE removes files, whoever put them there.
  bool remove = false;
  // Whether PUT makes the folders of its path that are missing. Otherwise that is answered 409.
  bool make_folders = false;
  // Whether POST to a folder takes the files of a form (multipart/form-data). Names that are taken
  // are never replaced so.
  bool forms = true;
  // Whether pages of other sites may have browsers send any of these requests (see "cross-site
  // requests" in the reference), as who answers them by `cors` wants. Otherwise that is answered
  // 403.
  bool cross_site = false;
  // How long an upload that was begun with `Upload-Complete: ?0` can be continued after its
  // creation; kept in the folder until then, also where the server is started anew. 0: not at all.
  std::chrono::seconds resumable_for = std::chrono::hours(24);

  // ---- how files are kept

  // Waits until the content, and then the name, is on the disk before it answers (fsync(2)).
  bool durable = false;
  // The mode of new files, less the umask of the process.
  unsigned permissions = 0644;

  // ---- limits

  // The largest file, and the largest form, in bytes; 413 above.
  std::uint64_t file_limit = std::uint64_t{1} << 30;
  // How many bytes all files below the folder may have together; 507 above. They are counted when
  // the route is made, and then by what is uploaded and removed through it; what replaces a file
  // needs room beside it. 0: no limit but the disk's.
  std::uint64_t quota = 0;
  // Requests that bring content at the same time; 503 above. A quarter of them, and at least one,
  // is for one address (of IPv6, for the first 64 bits); 429 above. Peers on this machine, where a
  // reverse proxy may be, can have all.
  std::size_t at_once = 64;
  // Files in one form; 413 above. Each is an open file until the form has ended.
  std::size_t files_in_form = 32;
  // Uploads that have been begun and can be continued; 503 above.
  std::size_t unfinished = 1024;
};

}  // namespace asio_httpd
