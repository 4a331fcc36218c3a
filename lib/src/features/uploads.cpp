// SPDX-License-Identifier: BSL-1.0
//
// The routes that take files: PUT, POST of a form, DELETE, and what continues an upload. Which
// answer comes for what is in docs/reference/uploads.md. Here is the order in which things are
// asked: all that can be said of the head before the content is asked for, and so before
// `100 Continue`.
//
// Where files lie and how they get their names is in upload_store, unfinished ones are in
// partial_uploads.

#include <asio_httpd/blocking.hpp>
#include <asio_httpd/middleware.hpp>
#include <asio_httpd/multipart_reader.hpp>
#include <asio_httpd/router.hpp>
#include <asio_httpd/safe_filename.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <utility>

#include "features/cross_site.hpp"
#include "features/resumed_uploads.hpp"
#include "features/static_path.hpp"
#include "features/upload_answer.hpp"
#include "features/upload_content.hpp"
#include "features/upload_fields.hpp"
#include "features/upload_store.hpp"

namespace asio_httpd {

namespace {

namespace asio = boost::asio;
using namespace features;

constexpr std::string_view rest_name = "rest";

std::string_view rest_of(const request& r) {
  return r.param(rest_name);
}

// ---- PUT ----------------------------------------------------------------------------------------

// RFC 9110 section 14.5: a part of a file must never be taken for the whole.
void refuse_parts(const request& r) {
  if (r.fields().contains(field::content_range))
    throw http_error(status::bad_request, "Parts of a file are not taken by PUT\n");
}

std::string file_path(const request& r) {
  std::string path = upload_path(r, rest_of(r));
  if (path.empty() || rest_of(r).ends_with('/'))
    throw http_error(status::conflict, "This is the name of a folder\n");
  return path;
}

class put_route {
 public:
  put_route(std::shared_ptr<upload_store> store, std::shared_ptr<resumed_uploads> resumed)
      : store_(std::move(store)), resumed_(std::move(resumed)) {}

  asio::awaitable<response> operator()(const request& r, request_body body) const {
    const upload_places::place place(store_->places(), r);
    refuse_parts(r);
    const upload_target target = store_->target(file_path(r));
    const auto conditions = upload_conditions::of(r, store_->options().replace);
    conditions.check(look_at(store_->root(), target));
    const std::string location = upload_location(r, rest_of(r), target.path);
    if (resumed_) co_await resumed_->make_room(body);
    if (resumed_ && upload_complete(r.fields()) == false)
      co_return co_await resumed_->create(r, rest_of(r), target, conditions);
    check_whole_length(r, body);
    const placed_file placed = co_await take(r, std::move(body), target, conditions);
    co_return placed_answer(placed, location);
  }

 private:
  asio::awaitable<placed_file> take(const request& r, request_body body,
                                    const upload_target& target,
                                    const upload_conditions& conditions) const {
    const auto content = std::make_shared<upload_content>(r, std::move(body), store_->quota());
    saved_file made = store_->make_file(target.folder);
    co_await write_content(request_body(content), [&](std::string_view p) { made.write(p); });
    check_whole_length(r, made.size());
    const auto give_name = [&](if_taken what) {
      std::error_code error;
      made.keep_as(target.folder, target.name, what, error);
      return error;
    };
    // Counted where it is done: the client may leave meanwhile, and the file stays.
    co_return co_await run_blocking([&] {
      placed_file placed = store_->place(target, conditions, made.file(), give_name);
      content->room().use(made.size());
      return placed;
    });
  }

  std::shared_ptr<upload_store> store_;
  std::shared_ptr<resumed_uploads> resumed_;  // null where uploads cannot be continued
};

// ---- POST of a form -----------------------------------------------------------------------------

class form_route {
 public:
  explicit form_route(std::shared_ptr<upload_store> store) : store_(std::move(store)) {}

  // All files of the form get their names behind its end, so that a broken one keeps nothing.
  asio::awaitable<response> operator()(const request& r, request_body body) const {
    const upload_places::place place(store_->places(), r);
    const std::string path = upload_path(r, rest_of(r));
    const file folder = open_upload_folder(store_->root(), path);
    const auto content = std::make_shared<upload_content>(r, std::move(body), store_->quota());
    std::vector<upload_store::form_file> files;
    multipart_reader parts(r, request_body(content),
                           {.parts = store_->options().files_in_form * 2});
    while (auto* part = co_await parts.next()) {
      if (part->filename.value_or("").empty()) continue;  // a text, or no file was chosen
      files.push_back(make_file(folder, *part->filename, files));
      saved_file& to = files.back().content;
      co_await write_content(*part, [&](std::string_view piece) { to.write(piece); });
    }
    if (files.empty()) throw http_error(status::bad_request, "There is no file in this form\n");
    co_await run_blocking([&] {
      store_->place_new(path, folder, files);
      for (const auto& f : files) content->room().use(f.content.size());
    });
    co_return answer(r, path, files);
  }

 private:
  upload_store::form_file make_file(const file& folder, const std::string& sent,
                                    const std::vector<upload_store::form_file>& others) const {
    if (others.size() >= store_->options().files_in_form)
      throw http_error(status::content_too_large, "There are too many files in this form\n");
    auto name = safe_filename(sent);
    if (!name || name->starts_with('.'))
      throw http_error(status::forbidden, "Files of such a name are not taken\n");
    const auto is_same = [&](const auto& f) { return f.name == *name; };
    if (std::any_of(others.begin(), others.end(), is_same))
      throw http_error(status::conflict, "Two files of this form have the same name\n");
    return {std::move(*name), store_->make_file(folder)};
  }

  static response answer(const request& r, const std::string& path,
                         const std::vector<upload_store::form_file>& files) {
    nlohmann::ordered_json all = nlohmann::ordered_json::array();
    std::string location;
    for (const auto& f : files) {
      location = upload_location(r, rest_of(r), path.empty() ? f.name : path + '/' + f.name);
      all.push_back({{"name", f.name},
                     {"location", location},
                     {"size", f.content.size()},
                     {"etag", entity_tag_of(f.content.file())}});
    }
    using error_handler = nlohmann::ordered_json::error_handler_t;
    const nlohmann::ordered_json list = {{"files", std::move(all)}};
    response made(status::created, list.dump(-1, ' ', false, error_handler::replace) + '\n',
                  "application/json");
    if (files.size() == 1) made.set(field::location, location);
    return made;
  }

  std::shared_ptr<upload_store> store_;
};

// ---- DELETE -------------------------------------------------------------------------------------

class remove_route {
 public:
  explicit remove_route(std::shared_ptr<upload_store> store) : store_(std::move(store)) {}

  asio::awaitable<status> operator()(const request& r) const {
    std::string path = file_path(r);
    const auto conditions = upload_conditions::of(r, true);
    const upload_target target = open(std::move(path));
    co_await run_blocking([&] { store_->remove(target, conditions); });
    co_return status::no_content;
  }

 private:
  // What is missing above it, is missing: that is no conflict.
  upload_target open(std::string path) const {
    try {
      return open_upload_target(store_->root(), std::move(path), missing_folders::refuse);
    } catch (const http_error& e) {
      if (e.status() != status::conflict) throw;
      throw http_error(status::not_found, "There is no such file\n");
    }
  }

  std::shared_ptr<upload_store> store_;
};

void refuse_cross_site(const request& r) {
  const bool is_safe =
      r.method() == method::get || r.method() == method::head || r.method() == method::options;
  if (!is_safe && is_cross_site(r.fields()))
    throw http_error(status::forbidden, "Pages of other sites may not upload anything\n");
}

void check(const upload_options& o) {
  if (o.at_once == 0 || o.file_limit == 0 || o.resumable_for.count() < 0 ||
      (o.forms && o.files_in_form == 0)) {
    throw std::invalid_argument("asio_httpd: uploads with these limits take nothing");
  }
}

}  // namespace

router::mounted router::uploads(std::string_view prefix, const std::string& directory,
                                upload_options options) {
  check(options);
  const auto store = std::make_shared<upload_store>(directory, options);
  const auto resumed = options.resumable_for.count() > 0 ? std::make_shared<resumed_uploads>(store)
                                                         : std::shared_ptr<resumed_uploads>();
  constexpr std::string_view below = "/{rest...}";
  router routes;
  if (!options.cross_site) routes.use(before(refuse_cross_site));
  routes.add(method::put, below, put_route(store, resumed)).body_limit(options.file_limit);
  if (options.forms)
    routes.add(method::post, below, form_route(store)).body_limit(options.file_limit);
  if (options.remove) routes.add(method::delete_, below, remove_route(store));
  if (resumed) add_resumed_uploads(routes, resumed, options);
  mounted result = mount(prefix, routes);
  // Below "/", what has no route of its own is the router's.
  if (resumed && prefix == "/") use(announce_resumption(options));
  if (resumed && prefix != "/") result.use(announce_resumption(options));
  return result;
}

}  // namespace asio_httpd
