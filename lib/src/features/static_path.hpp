// SPDX-License-Identifier: BSL-1.0
//
// From the part of a request's path behind the prefix ("css/a.css") to a name that is opened below
// a static root. What comes out has no empty, "." or ".." segment, does not begin or end with a
// slash and holds no NUL, so it cannot leave the root even where nobody else looks.
//
// It decodes nothing: the router has decoded the path once and resolved its dot segments. Text in
// place, no allocation; made for the stack.

#pragma once

#include <array>
#include <climits>
#include <cstddef>
#include <string_view>

namespace asio_httpd::features {

// What the names of files begin with that are still being uploaded; never served nor taken.
inline constexpr std::string_view upload_prefix = ".upload-";

class static_path {
 public:
  // The longest name that the kernel takes, without its NUL.
  static constexpr std::size_t max_size = PATH_MAX - 1;

  // False where `rest` names nothing that may be served; the object is of no use then. Repeated
  // slashes count as one. Segments that begin with a dot are refused unless `dotfiles`, except
  // ".well-known" (RFC 8615); those that begin with `upload_prefix` always are.
  [[nodiscard]] bool assign(std::string_view rest, bool dotfiles) noexcept;

  // One more segment, trusted; false where the name gets too long.
  [[nodiscard]] bool append(std::string_view segment) noexcept;
  // More of the last segment, the same.
  [[nodiscard]] bool extend(std::string_view extension) noexcept;

  // Whether `rest` ended in a slash or was empty: it can only be a folder.
  bool names_folder() const noexcept { return names_folder_; }
  std::string_view text() const noexcept { return {bytes_.data(), size_}; }
  const char* c_str() const noexcept { return bytes_.data(); }

 private:
  std::array<char, max_size + 1> bytes_;
  std::size_t size_ = 0;
  bool names_folder_ = true;
};

}  // namespace asio_httpd::features
