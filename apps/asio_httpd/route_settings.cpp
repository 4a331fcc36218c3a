// SPDX-License-Identifier: BSL-1.0
//
// The tables.

#include "route_settings.hpp"

#include <algorithm>

#include "route_value_kinds.hpp"
#include "upload_settings.hpp"

namespace asio_httpd::app {

namespace {

const names_of<symlink_policy> symlink_policies = {{"inside", symlink_policy::inside},
                                                   {"never", symlink_policy::never}};

// The option of that name.
template <class V>
auto option(V file_options::*member) {
  return of(&folder_route::options, member);
}

std::vector<setting_of<folder_route>> folder_settings() {
  using o = file_options;
  return {
      {"prefix", of(&folder_route::prefix), path_pattern()},
      {"directory", of(&folder_route::directory), text("the name of a folder")},
      {"host", of(&folder_route::hosts), hosts()},

      {"index", option(&o::index), text("the name of a file, or \"\"")},
      {"listing", option(&o::listing), flag()},
      {"archive", option(&o::archive), flag()},
      {"clean_urls", option(&o::clean_urls), flag()},
      {"fallback", option(&o::fallback), text("the name of a file, or \"\"")},
      {"error_pages", option(&o::error_pages), error_pages()},

      {"dotfiles", option(&o::dotfiles), flag()},
      {"hidden", option(&o::hidden), patterns()},
      {"symlinks", option(&o::symlinks), choice<symlink_policy>(symlink_policies)},

      {"cache_control", option(&o::cache_control), cache_control()},
      {"attachments", option(&o::attachments), patterns()},
      {"media_types", option(&o::media_types), media_types()},

      {"precompressed", option(&o::precompressed), flag()},
      {"compression", option(&o::compression), compression()},
      {"cache", option(&o::cache), flag()},

      {"upload", of(&folder_route::uploads), uploads()},
  };
}

std::vector<setting_of<file_route>> file_settings() {
  return {
      {"path", of(&file_route::path), path_pattern()},
      {"file", of(&file_route::file), text("the name of a file")},
      {"host", of(&file_route::hosts), hosts()},
  };
}

std::vector<setting_of<redirect_route>> redirect_settings() {
  return {
      {"path", of(&redirect_route::path), path_pattern()},
      {"redirect", of(&redirect_route::to), text("a path, or a URL")},
      {"status", of(&redirect_route::status), redirect_status()},
      {"host", of(&redirect_route::hosts), hosts()},
  };
}

std::vector<setting_of<answer_route>> answer_settings() {
  return {
      {"path", of(&answer_route::path), path_pattern()},
      {"text", of(&answer_route::text), text("text")},
      {"status", of(&answer_route::status), answer_status()},
      {"content_type", of(&answer_route::content_type), field_text(100)},
      {"fields", of(&answer_route::fields), fields_by_name()},
      {"host", of(&answer_route::hosts), hosts()},
  };
}

template <class T>
void add_keys(std::span<const setting_of<T>> known, const std::string& before,
              std::vector<std::string>& to) {
  for (std::string_view key : keys_of(known)) {
    std::string name = before + std::string(key);
    if (std::find(to.begin(), to.end(), name) == to.end()) to.push_back(std::move(name));
  }
}

}  // namespace

template <>
const route_kind<file_route>& kind_of<file_route>() {
  static const route_kind<file_route> kind{"a file", {"path", "file"}, file_settings()};
  return kind;
}

template <>
const route_kind<folder_route>& kind_of<folder_route>() {
  static const route_kind<folder_route> kind{
      "a folder", {"prefix", "directory"}, folder_settings()};
  return kind;
}

template <>
const route_kind<redirect_route>& kind_of<redirect_route>() {
  static const route_kind<redirect_route> kind{
      "a redirect", {"path", "redirect"}, redirect_settings()};
  return kind;
}

template <>
const route_kind<answer_route>& kind_of<answer_route>() {
  static const route_kind<answer_route> kind{"a fixed answer", {"path"}, answer_settings()};
  return kind;
}

std::vector<std::string> route_keys() {
  std::vector<std::string> keys;
  add_keys(kind_of<file_route>().known(), "", keys);
  add_keys(kind_of<folder_route>().known(), "", keys);
  add_keys(kind_of<redirect_route>().known(), "", keys);
  add_keys(kind_of<answer_route>().known(), "", keys);
  add_keys(compression_settings(), "compression.", keys);
  add_keys(upload_settings(), "upload.", keys);
  return keys;
}

}  // namespace asio_httpd::app
