// SPDX-License-Identifier: BSL-1.0
//
// First what the request says, then the redirects, then the choice, from the path to the answer.

#include "features/folder_route.hpp"

#include <asio_httpd/url.hpp>

#include <cerrno>
#include <stdexcept>
#include <utility>

#include "features/encoded_slash.hpp"
#include "features/folder_listing.hpp"
#include "features/open_error.hpp"
#include "features/tar_stream.hpp"

namespace asio_httpd::features {

namespace {

constexpr std::string_view page_extension = ".html";

std::error_code no_such_file() {
  return std::make_error_code(std::errc::no_such_file_or_directory);
}

std::string_view last_segment(std::string_view path) noexcept {
  return path.substr(path.rfind('/') + 1);
}

// The request's path with one slash where several stand together.
std::string without_empty_segments(std::string_view path) {
  std::string made;
  made.reserve(path.size() + 1);
  for (const char c : path) {
    if (c != '/' || !made.ends_with('/')) made += c;
  }
  return made;
}

response redirect_within(const request& r, std::string_view path) {
  std::string location = percent_encode_path(path);
  if (!r.query().empty()) location.append("?").append(r.query());
  return redirect(location, status::moved_permanently);
}

void check_name(std::string_view what, const std::string& name, bool may_have_folders) {
  static_path path;
  const bool slash = name.find('/') != name.npos;
  if (path.assign(name, true) && path.text() == name && (may_have_folders || !slash)) return;
  throw std::invalid_argument("asio_httpd: the " + std::string(what) + " \"" + name +
                              "\" is not a file's name");
}

const file_options& checked(const file_options& options) {
  if (!options.index.empty()) check_name("index", options.index, false);
  if (!options.fallback.empty()) check_name("fallback", options.fallback, true);
  for (const auto& [code, page] : options.error_pages) {
    check_name("error page", page, true);
    if (to_integer(code) < 400 || to_integer(code) > 599) {
      throw std::invalid_argument("asio_httpd: an error page for " +
                                  std::to_string(to_integer(code)) + ", which is no error");
    }
  }
  return options;
}

}  // namespace

response redirect_to_folder(const request& r) {
  if (has_encoded_slash(r)) return error_response(status::not_found);
  return redirect_within(r, without_empty_segments(r.path()) + '/');
}

folder_route::folder_route(const std::string& directory, file_options options, std::size_t rest)
    : options_(checked(options)),
      rest_(rest),
      names_(std::make_shared<const name_policy>(options_.dotfiles, options_.hidden)),
      root_(std::make_shared<const static_root>(directory, options_.symlinks)),
      files_(std::make_shared<file_store>(
          [root = root_](const char* name, std::error_code& error) {
            return root->open(name, error);
          },
          options_)) {}

void folder_route::serve(const request& r, response& to) const {
  serve_path(r, to);
  if (!options_.error_pages.empty() && to_integer(to.status()) >= 400) replace_error(to);
}

void folder_route::serve_path(const request& r, response& to) const {
  static_path path;
  const bool is_name = path.assign(r.param(rest_), options_.dotfiles);
  if (!is_name || has_encoded_slash(r) || names_->hides(path.text())) {
    return answer_missing(r, no_such_file(), to);
  }
  path.names_folder() ? serve_folder(r, path, to) : serve_name(r, path, to);
}

void folder_route::serve_folder(const request& r, static_path& path, response& to) const {
  if (options_.archive && r.query("archive") == "tar") {
    return answer_archive(r, {root_, names_, std::string(path.text())}, to);
  }
  const std::string folder(options_.listing ? path.text() : "");
  std::error_code error = no_such_file();
  if (!options_.index.empty() && path.append(options_.index)) {
    error = serve_file(r, path, to);
  }
  if (!error) return;
  if (!options_.listing || status_for_open_error(error) != status::not_found) {
    return answer_missing(r, error, to);
  }
  answer_listing(r, {root_, names_, folder}, options_.archive, to);
  if (to.status() == status::not_found) answer_missing(r, error, to);
}

// Whether it is a folder is asked only where it turned out to be no file.
void folder_route::serve_name(const request& r, static_path& path, response& to) const {
  if (options_.clean_urls && redirects_to_clean(r, path, to)) return;
  const std::error_code error = files_->serve(r, path.c_str(), to);
  if (!error) return;
  const bool may_be_folder = error.value() == EACCES || error.value() == EISDIR;
  const bool is_folder = may_be_folder && root_->is_folder(path.c_str());
  if (options_.clean_urls && path.extend(page_extension) && !serve_file(r, path, to)) {
    return;
  }
  if (is_folder && shows_folders()) {
    to = redirect_to_folder(r);
  } else {
    answer_missing(r, is_folder ? std::make_error_code(std::errc::is_a_directory) : error, to);
  }
}

// The name may be longer than what was asked for.
std::error_code folder_route::serve_file(const request& r, const static_path& path,
                                         response& to) const {
  if (names_->hides(path.text())) return no_such_file();
  return files_->serve(r, path.c_str(), to);
}

bool folder_route::shows_folders() const noexcept {
  return !options_.index.empty() || options_.listing || options_.archive;
}

// "/about.html" is at "/about", and "/docs/index.html" at "/docs/".
bool folder_route::redirects_to_clean(const request& r, const static_path& path,
                                      response& to) const {
  const std::string_view name = last_segment(path.text());
  if (!name.ends_with(page_extension) || name == page_extension) return false;
  if (!files_->has(path.c_str())) return false;
  std::string clean = without_empty_segments(r.path());
  clean.resize(clean.size() - (name == options_.index ? name.size() : page_extension.size()));
  to = redirect_within(r, clean);
  return true;
}

// Applications have their routes in the browser; names of files have a dot.
void folder_route::answer_missing(const request& r, std::error_code error, response& to) const {
  to = error_response(status_for_open_error(error));
  if (to.status() != status::not_found || options_.fallback.empty()) return;
  if (last_segment(r.path()).find('.') != std::string_view::npos) return;
  response page;
  if (!files_->serve(r, options_.fallback.c_str(), page)) to = std::move(page);
}

void folder_route::replace_error(response& to) const {
  const auto page = options_.error_pages.find(to.status());
  if (page == options_.error_pages.end()) return;
  fields said = to.fields();
  if (!files_->serve_error(to.status(), page->second.c_str(), to)) return;
  for (const auto& line : said) {
    if (!to.fields().contains(line.name)) to.fields().append(line.name, line.value);
  }
}

}  // namespace asio_httpd::features
