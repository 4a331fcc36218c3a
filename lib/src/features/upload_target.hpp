// SPDX-License-Identifier: BSL-1.0
//
// Where an upload goes: the folder, opened below the root, and the last component of the path,
// which is only ever looked up in that folder. A folder may be moved out of the root while the
// content comes in, so it is looked for once more before the file gets its name; whoever moves it
// in the moment between the two takes the file with it.
//
// Refusals are thrown as http_error. Any thread.

#pragma once

#include <asio_httpd/file.hpp>
#include <asio_httpd/request.hpp>
#include <asio_httpd/response.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "features/static_root.hpp"

namespace asio_httpd::features {

// A file lies in so many folders below the root at most, since no deeper ones are counted.
inline constexpr int most_folders = 64;

enum class missing_folders : std::uint8_t { refuse, make };

struct upload_target {
  std::string path;  // below the root, without a slash at either end
  file folder;       // of the name
  std::string name;  // the last component
};

// What the part of the request's path below the prefix may be (`rest`): 403 where a name begins
// with a dot or is none, or there are too many folders. Empty for the root.
std::string upload_path(const request& r, std::string_view rest);
// 409 where its folder is missing; 403 where it may not be searched.
upload_target open_upload_target(const static_root& root, std::string path, missing_folders what);
// 409 where the path of a folder ("" is the root) does not lead to it any more.
void check_in_place(const static_root& root, const std::string& path, const file& folder);
void check_in_place(const static_root& root, const upload_target& target);
// A folder to put files into, by its path; 404 where it is missing, 403 where it is too deep.
file open_upload_folder(const static_root& root, const std::string& path);

// What has the name now.
struct present_file {
  enum class kind : std::uint8_t { nothing, file, link, other };
  kind is = kind::nothing;
  std::uint64_t size = 0;                     // of a file
  std::string etag;                           // as GET shows it; "" where it would show none
  std::optional<std::int64_t> last_modified;  // likewise
};
present_file look_at(const static_root& root, const upload_target& target);

// The strong entity tag that a GET of this file shows.
std::string entity_tag_of(const file& opened);

// For an error number of what is done to files, as they are uploaded.
http_error upload_error(int error);

}  // namespace asio_httpd::features
