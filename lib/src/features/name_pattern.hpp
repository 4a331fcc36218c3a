// SPDX-License-Identifier: BSL-1.0
//
// Patterns of names of files, as <asio_httpd/file_options.hpp> describes them.
//
// Immutable, any thread. Nothing is allocated. The time for a path is bounded by its length times
// that of the pattern and of a segment, which is a name's.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace asio_httpd::features {

class name_pattern {
 public:
  // Throws std::invalid_argument for one that is empty, begins with a slash, or has a brace that is
  // not of "{hash}".
  explicit name_pattern(std::string_view text);

  // `path` is relative to the root, without a slash at either end.
  bool matches(std::string_view path) const noexcept;
  // Whether it, or a folder above it, does.
  bool matches_or_holds(std::string_view path) const noexcept;

 private:
  enum class kind : std::uint8_t {
    literal,
    any_byte,
    any_bytes,
    any_path,
    any_folders,  // with the slash behind each
    hash,
    end,
  };
  struct part {
    kind is = kind::literal;
    char byte = 0;
  };
  // What a star stands for, so far: up to `at`; `next` is the part behind it.
  struct star {
    kind is = kind::end;
    std::size_t next = 0;
    std::size_t at = 0;
    bool takes_more(std::string_view path) noexcept;
  };
  static part take_part(std::string_view& rest, bool at_segment);
  bool fits(std::string_view path, bool or_begins) const noexcept;
  std::size_t match_one(kind is, std::string_view rest, std::size_t index) const noexcept;

  std::vector<part> parts_;
  bool has_slash_ = false;
};

// What is served below a root at all: dotfiles and hidden names.
class name_policy {
 public:
  name_policy(bool dotfiles, const std::vector<std::string>& hidden);

  bool dotfiles() const noexcept { return dotfiles_; }
  // Whether `path`, relative to the root, or a folder above it, is hidden by a pattern.
  bool hides(std::string_view path) const noexcept;
  // Whether something with the name `name` in the folder `folder` ("" is the root) may be seen:
  // neither a dotfile, unless these are served, nor hidden, and no temporary file of an upload.
  bool shows(std::string_view folder, std::string_view name) const;

 private:
  bool dotfiles_;
  std::vector<name_pattern> hidden_;
};

}  // namespace asio_httpd::features
