// SPDX-License-Identifier: BSL-1.0
//
// A folder that takes uploads, with all that its requests share: the root, the quota, and how many
// uploads are under way. A file gets its name under a lock, right after its preconditions were
// asked once more; so of two requests that expect the same state, one fails.
//
// Any thread. What blocks says so.

#pragma once

#include <asio_httpd/file.hpp>
#include <asio_httpd/saved_file.hpp>
#include <asio_httpd/upload_options.hpp>

#include <functional>
#include <mutex>
#include <string>
#include <system_error>
#include <vector>

#include "features/static_root.hpp"
#include "features/upload_conditions.hpp"
#include "features/upload_places.hpp"
#include "features/upload_quota.hpp"
#include "features/upload_target.hpp"

namespace asio_httpd::features {

// What has become of an upload.
struct placed_file {
  bool created = false;  // or else replaced
  std::string etag;
};

class upload_store {
 public:
  // Removes what killed processes left behind, and counts what is there. Throws std::system_error
  // where the folder is missing or may not be searched.
  upload_store(const std::string& directory, const upload_options& options);

  const static_root& root() const noexcept { return root_; }
  // The root itself, to open and make things in.
  const file& folder() const noexcept { return folder_; }
  const upload_options& options() const noexcept { return options_; }
  upload_quota& quota() noexcept { return quota_; }
  // For requests that bring content.
  upload_places& places() noexcept { return places_; }

  // Where the file of this path goes.
  upload_target target(std::string path) const;
  // Content on its way into that folder, without a name. Throws http_error.
  saved_file make_file(const file& folder) const;

  // Gives `content` that name, by `give_name`, which says EEXIST where it is told to fail and the
  // name is taken. Throws http_error as upload_conditions does. Blocks where it is to be durable.
  using name_giver = std::function<std::error_code(if_taken)>;
  placed_file place(const upload_target& target, const upload_conditions& conditions,
                    const file& content, const name_giver& give_name);
  // New names for several files in the folder of that path: for all, or 409 and for none. Blocks
  // likewise.
  struct form_file {
    std::string name;
    saved_file content;
  };
  void place_new(const std::string& path, const file& folder, std::vector<form_file>& files);
  // Throws http_error: 404, 409 for what is no file, 412. Blocks likewise.
  void remove(const upload_target& target, const upload_conditions& conditions);

 private:
  void sync(const file& content) const;
  void sync_folder(const file& folder) const;

  const static_root root_;
  const file folder_;
  const upload_options options_;
  upload_quota quota_;
  upload_places places_;
  std::mutex names_;  // while one is given or taken away
};

}  // namespace asio_httpd::features
