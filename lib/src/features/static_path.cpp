// SPDX-License-Identifier: BSL-1.0
//
// Names below a static root; see the header.

#include "features/static_path.hpp"

#include <algorithm>

namespace asio_httpd::features {

namespace {

bool may_serve(std::string_view segment, bool dotfiles) noexcept {
  if (segment == "." || segment == "..") return false;
  if (segment.size() > NAME_MAX || segment.find('\0') != std::string_view::npos) return false;
  if (segment.starts_with(upload_prefix)) return false;
  return dotfiles || !segment.starts_with('.') || segment == ".well-known";
}

}  // namespace

bool static_path::assign(std::string_view rest, bool dotfiles) noexcept {
  size_ = 0;
  bytes_[0] = '\0';
  names_folder_ = rest.empty() || rest.back() == '/';
  while (!rest.empty()) {
    const std::string_view segment = rest.substr(0, rest.find('/'));
    rest.remove_prefix(std::min(segment.size() + 1, rest.size()));
    if (segment.empty()) continue;
    if (!may_serve(segment, dotfiles) || !append(segment)) return false;
  }
  return true;
}

bool static_path::append(std::string_view segment) noexcept {
  const std::size_t slash = size_ == 0 ? 0 : 1;
  if (segment.size() + slash > max_size - size_) return false;
  return (slash == 0 || extend("/")) && extend(segment);
}

bool static_path::extend(std::string_view extension) noexcept {
  if (extension.size() > max_size - size_) return false;
  std::copy(extension.begin(), extension.end(), bytes_.begin() + size_);
  size_ += extension.size();
  bytes_[size_] = '\0';
  return true;
}

}  // namespace asio_httpd::features
