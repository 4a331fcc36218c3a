// SPDX-License-Identifier: BSL-1.0
//
// Lists of folders; see the header. Read in steps, so that a folder of millions does not keep a
// thread of the pool from others; written in pieces.

#include "features/folder_listing.hpp"

#include <asio_httpd/blocking.hpp>
#include <asio_httpd/body_writer.hpp>
#include <asio_httpd/negotiation.hpp>
#include <asio_httpd/vary.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include "features/folder_reader.hpp"
#include "features/listing.hpp"
#include "features/on_pool.hpp"
#include "features/open_error.hpp"
#include "features/places.hpp"

namespace asio_httpd::features {

namespace {

// How many things a thread of the pool looks at in one turn.
constexpr std::size_t step_size = 4096;
// In bytes; a piece is this long and one entry longer.
constexpr std::size_t piece_size = 32U << 10U;

constexpr std::string_view html_type = "text/html; charset=utf-8";
constexpr std::string_view json_type = "application/json";

// Names may be anything, so that nothing but this page's own style and icons may do anything.
constexpr std::string_view page_policy =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'";

// ---- what the request says ----------------------------------------------------------------------

listing_order order_of(const request& r) {
  const std::string by = r.query("sort").value_or("");
  listing_order order;
  if (by == "size") order.by = listing_order::key::size;
  if (by == "modified") order.by = listing_order::key::modified;
  order.descending = r.query("order") == "desc";
  return order;
}

// With one slash where several stand together.
std::string path_of(const request& r) {
  std::string made;
  for (const char c : r.path()) {
    if (c != '/' || !made.ends_with('/')) made += c;
  }
  return made;
}

std::size_t depth_of(std::string_view path) {
  const auto slashes = std::count(path.begin(), path.end(), '/');
  return path.empty() ? 0 : static_cast<std::size_t>(slashes) + 1;
}

// ---- the content --------------------------------------------------------------------------------

constexpr std::size_t few_entries = 2'000;
places long_listings(16);

struct listing_task {
  folder_reader from;
  listing made;
  const listing_format* format;

  std::shared_ptr<void> place = {};  // of those that are long

  // False at the end.
  bool read_more();
  bool add(const folder_entry& found);
};

// A page that is sent slowly keeps its entries for as long, so only some may have many.
bool listing_task::add(const folder_entry& found) {
  if (made.entries.size() == few_entries && !place) place = long_listings.take();
  if (made.entries.size() < few_entries || place) return made.entries.add(found);
  made.entries.cut();
  return false;
}

bool listing_task::read_more() {
  folder_entry found;
  for (std::size_t i = 0; i < step_size; ++i) {
    const folder_reader::step step = from.next(found);
    if (step == folder_reader::step::end) return false;
    if (step == folder_reader::step::entry && !add(found)) return false;
  }
  return true;
}

boost::asio::awaitable<void> read(listing_task& task) {
  while (co_await on_pool([&task] { return task.read_more(); })) {
  }
  co_await on_pool([&task] { task.made.entries.sort(task.made.order); });
}

boost::asio::awaitable<void> write(std::shared_ptr<listing_task> task, body_writer out) {
  co_await read(*task);
  const listing& made = task->made;
  std::string piece;
  task->format->begin(piece, made);
  for (std::size_t i = 0; i < made.entries.size(); ++i) {
    task->format->entry(piece, made, i);
    if (piece.size() < piece_size) continue;
    co_await out.write(piece);
    piece.clear();
  }
  task->format->end(piece, made);
  co_await out.write(piece);
}

}  // namespace

void answer_listing(const request& r, served_folder where, bool offers_archive, response& to) {
  std::error_code error;
  file opened = where.root->open_folder(where.path.c_str(), error);
  if (error) {
    to = error_response(status_for_open_error(error));
    return;
  }
  const bool as_json = negotiate(r, {html_type, json_type}) == json_type;
  listing made{.path = path_of(r),
               .depth = depth_of(where.path),
               .order = order_of(r),
               .offers_archive = offers_archive,
               .entries = {}};
  auto task = std::make_shared<listing_task>(
      listing_task{.from = folder_reader(std::move(where), std::move(opened)),
                   .made = std::move(made),
                   .format = as_json ? &json_listing : &html_listing});
  to = streaming(as_json ? json_type : html_type,
                 [task](body_writer out) { return write(task, std::move(out)); });
  to.set(field::cache_control, "no-cache").set(field::x_content_type_options, "nosniff");
  to.set(field::content_security_policy, page_policy);
  vary_by("Accept", to.fields());
}

}  // namespace asio_httpd::features
