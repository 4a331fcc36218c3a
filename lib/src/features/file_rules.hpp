// SPDX-License-Identifier: BSL-1.0
//
// What the options of a route say of a file by its name: media type, Cache-Control, disposition,
// and whether it is compressed. Immutable; any thread.

#pragma once

#include <asio_httpd/file_options.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "features/name_pattern.hpp"
#include "features/served_file.hpp"

namespace asio_httpd::features {

class file_rules {
 public:
  // Throws std::invalid_argument for patterns and field values that are none.
  explicit file_rules(const file_options& options);

  // `name` is a path below the root.
  std::string_view media_type(std::string_view name) const;
  std::string_view cache_control(std::string_view name) const noexcept;
  // "" where browsers show it as they like.
  std::string disposition(std::string_view name) const;

  // Whether a pattern of `hidden` describes it, or a folder above it.
  bool hides(std::string_view name) const noexcept { return names_.hides(name); }
  bool looks_for_precompressed(std::string_view media_type) const noexcept;
  // Into what a file of that type and size is compressed while it is sent.
  coding_set compressed_into(std::string_view media_type, std::uint64_t size) const noexcept;
  // The same where the client does not take it as it is.
  coding_set codings() const noexcept { return codings_; }

 private:
  struct cache_rule {
    name_pattern pattern;
    std::string value;
  };
  std::map<std::string, std::string, std::less<>> media_types_;
  std::vector<cache_rule> cache_control_;
  std::vector<name_pattern> attachments_;
  name_policy names_;
  bool precompressed_;
  coding_set codings_;
  std::uint64_t min_size_;
};

}  // namespace asio_httpd::features
