// SPDX-License-Identifier: BSL-1.0
//
// The requests of the draft, in its order: creation, offset, append, cancellation.

#include "features/resumed_uploads.hpp"

#include <asio_httpd/blocking.hpp>
#include <asio_httpd/problem.hpp>

#include <sys/stat.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "features/digest_field.hpp"
#include "features/upload_answer.hpp"
#include "features/upload_content.hpp"
#include "features/upload_fields.hpp"

namespace asio_httpd::features {

namespace asio = boost::asio;
using lease = partial_uploads::lease;

namespace {

constexpr std::string_view token_name = "token";
constexpr std::string_view resource = "/.uploads/{token}";
constexpr std::string_view media_type = "application/partial-upload";
constexpr std::string_view problem_types = "https://iana.org/assignments/http-problem-types#";

// An answer with more than a sentence.
struct refusal : std::exception {
  explicit refusal(response a) : answer(std::make_shared<response>(std::move(a))) {}
  std::shared_ptr<response> answer;
};

// What it throws, for whom has to wait for something then.
asio::awaitable<std::exception_ptr> failure_of(asio::awaitable<void> operation) {
  try {
    co_await std::move(operation);
  } catch (...) {
    co_return std::current_exception();
  }
  co_return nullptr;
}

asio::awaitable<response> answered(asio::awaitable<response> operation) {
  try {
    co_return co_await std::move(operation);
  } catch (const refusal& e) {
    co_return std::move(*e.answer);
  }
}

bool is_refusal(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const refusal&) {
    return true;
  } catch (...) {
    return false;
  }
}

bool is_bad_request(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const http_error& e) {
    return e.status() == status::bad_request;
  } catch (...) {
    return false;
  }
}

refusal completed_upload() {
  return refusal(problem({.status = status::gone,
                          .type = std::string(problem_types) + "completed-upload",
                          .title = "upload is already completed"}));
}

refusal inconsistent_length() {
  return refusal(problem({.status = status::bad_request,
                          .type = std::string(problem_types) + "inconsistent-upload-length",
                          .title = "inconsistent length values for upload"}));
}

refusal mismatching_offset(std::uint64_t expected, std::uint64_t provided) {
  response made =
      problem({.status = status::conflict,
               .type = std::string(problem_types) + "mismatching-upload-offset",
               .title = "offset from request does not match offset of resource",
               .extensions = {{"expected-offset", static_cast<std::int64_t>(expected)},
                              {"provided-offset", static_cast<std::int64_t>(provided)}}});
  made.set("Upload-Offset", std::to_string(expected));
  made.set("Upload-Complete", to_item(false));
  return refusal(std::move(made));
}

refusal other_media_type() {
  response made = error_response(status::unsupported_media_type);
  made.set("Accept-Patch", media_type);
  return refusal(std::move(made));
}

void check_append_fields(const fields& f) {
  if (!upload_complete(f) || !upload_offset(f))
    throw http_error(status::bad_request, "Upload-Complete and Upload-Offset are needed\n");
}

// A file system of its own, to which nothing can be renamed.
bool is_elsewhere(const file& folder, const file& root) noexcept {
  struct stat a;
  struct stat b;
  return ::fstat(folder.descriptor(), &a) != 0 || ::fstat(root.descriptor(), &b) != 0 ||
         a.st_dev != b.st_dev;
}

bool is_partial_upload(const request& r) noexcept {
  std::string_view type = r.get(field::content_type);
  type = type.substr(0, type.find_first_of("; \t"));
  const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a | 0x20 : a) == b; };
  return std::equal(type.begin(), type.end(), media_type.begin(), media_type.end(), same);
}

// What the request says of the length of the whole: by Upload-Length, or by being its last part.
// Nothing where it says two things.
struct told_length {
  std::optional<std::uint64_t> value;
  bool is_consistent = true;
};
told_length length_told(const request& r, const request_body& body, std::uint64_t offset,
                        std::optional<std::uint64_t> known) {
  told_length told{known};
  const auto learn = [&](std::uint64_t length) {
    told.is_consistent = told.is_consistent && told.value.value_or(length) == length;
    told.value = length;
  };
  if (const auto length = upload_length(r.fields())) learn(*length);
  if (body.size() && upload_complete(r.fields()) == true) learn(offset + *body.size());
  const std::uint64_t end = offset + body.size().value_or(0);
  if (told.value && *told.value < end) told.is_consistent = false;
  return told;
}

}  // namespace

void check_whole_length(const request& r, const request_body& body) {
  if (!upload_complete(r.fields())) return;
  if (!length_told(r, body, 0, {}).is_consistent)
    throw http_error(status::bad_request, "The lengths that were given for the file differ\n");
}

void check_whole_length(const request& r, std::uint64_t received) {
  if (upload_complete(r.fields()) && upload_length(r.fields()).value_or(received) != received)
    throw http_error(status::bad_request, "The file is not as long as was said\n");
}

response resumed_uploads::shown(const partial_uploads::state& now, status s) const {
  response made(s);
  made.set("Upload-Complete", to_item(now.is_complete));
  made.set("Upload-Offset", std::to_string(now.offset));
  if (now.record->length) made.set("Upload-Length", std::to_string(*now.record->length));
  made.set("Upload-Limit", "max-size=" + std::to_string(options().file_limit) +
                               ", max-age=" + std::to_string(all_.age_left(now)));
  made.set(field::cache_control, "no-store");
  return made;
}

// What the request says of the length of the whole, together with what was `known`, before its
// content is read.
std::optional<std::uint64_t> resumed_uploads::learn_length(
    const request& r, std::uint64_t offset, std::optional<std::uint64_t> known) const {
  const request_body body = r.open_body();
  const told_length told = length_told(r, body, offset, known);
  if (!told.is_consistent) throw inconsistent_length();
  if (std::max(told.value.value_or(0), offset + body.size().value_or(0)) > options().file_limit)
    throw http_error(status::content_too_large, "The upload is larger than it may be\n");
  return told.value;
}

// What came stays where the client leaves in the middle, and is taken back where it turns out to be
// something else than what was sent. More than the whole is no upload any more.
asio::awaitable<void> resumed_uploads::receive(const request& r, lease& to) {
  const std::uint64_t begin = to.offset();
  const std::uint64_t limit = to.record().length.value_or(options().file_limit);
  const auto content = std::make_shared<upload_content>(r, r.open_body(), store_->quota());
  const auto write = [&](std::string_view piece) {
    if (piece.size() > limit - std::min(limit, to.offset())) {
      if (to.record().length) throw inconsistent_length();
      throw http_error(status::content_too_large, "The upload is larger than it may be\n");
    }
    to.append(piece);
    content->room().use(piece.size());
  };
  const auto failure = co_await failure_of(write_content(request_body(content), write));
  if (!failure) co_return;
  if (is_bad_request(failure)) co_await run_blocking([&] { to.truncate(begin); });
  std::rethrow_exception(failure);
}

// --- creation ------------------------------------------------------------------------------------

upload_record resumed_uploads::record_of(const request& r, std::string_view rest,
                                         const upload_target& target,
                                         const upload_conditions& conditions) const {
  if (is_elsewhere(target.folder, store_->folder()))
    throw http_error(status::not_implemented, "Uploads to this folder cannot be continued\n");
  upload_record record{.path = target.path,
                       .location = upload_location(r, rest, target.path),
                       .conditions = conditions,
                       .digest = joined_value(r.fields(), "repr-digest"),
                       .length = {}};
  read_digests("Repr-Digest", record.digest);  // or 400
  return record;
}

// Content whose size is not known may be as large as any.
asio::awaitable<void> resumed_uploads::make_room(const request_body& body) {
  if (!store_->quota().has(body.size().value_or(options().file_limit)) && all_.needs_sweep())
    co_await run_blocking([&] { all_.sweep(); });
}

asio::awaitable<response> resumed_uploads::create(const request& r, std::string_view rest,
                                                  const upload_target& target,
                                                  const upload_conditions& conditions) {
  return answered(begin(r, rest, target, conditions));
}

// g++ 12 warns of the allocation of coroutines that hold more than a kilobyte: so little is held.
asio::awaitable<response> resumed_uploads::begin(const request& r, std::string_view rest,
                                                 const upload_target& target,
                                                 const upload_conditions& conditions) {
  const auto record = std::make_unique<upload_record>(record_of(r, rest, target, conditions));
  record->length = learn_length(r, 0, {});
  lease begun = co_await run_blocking([&] {
    all_.sweep();
    return all_.create(*record);
  });
  if (const auto failure = co_await failure_of(receive(r, begun))) {
    co_await run_blocking([&] { begun.discard(); });
    std::rethrow_exception(failure);
  }
  response made = created(begun, upload_location(r, rest, ".uploads/" + begun.token()));
  begun.keep();
  co_return made;
}

response resumed_uploads::created(const lease& begun, const std::string& location) const {
  response made = shown(begun.now(), status::created);
  made.set(field::location, location);
  return made;
}

// --- offset --------------------------------------------------------------------------------------

asio::awaitable<response> resumed_uploads::head(const request& r) {
  const std::string token(r.param(token_name));
  const auto now = co_await run_blocking([&] { return all_.stop(token); });
  co_return shown(now, status::no_content);
}

// --- append --------------------------------------------------------------------------------------

// Says the length of the whole, as it is known now.
std::optional<std::uint64_t> resumed_uploads::check_append(
    const request& r, const partial_uploads::state& now) const {
  const std::uint64_t offset = upload_offset(r.fields()).value_or(0);
  if (now.is_complete) throw r.open_body().size() == 0 ? completed_upload() : inconsistent_length();
  if (offset != now.offset) throw mismatching_offset(now.offset, offset);
  return learn_length(r, offset, now.record->length);
}

// Who refuses the request leaves the upload to whoever has it.
lease resumed_uploads::take_over(const request& r) {
  std::optional<std::uint64_t> length;
  lease held = all_.take_over(std::string(r.param(token_name)),
                              [&](const auto& now) { length = check_append(r, now); });
  if (length) held.set_length(*length);
  return held;
}

asio::awaitable<response> resumed_uploads::append(const request& r) {
  return answered(append_content(r));
}

asio::awaitable<response> resumed_uploads::append_content(const request& r) {
  const upload_places::place place(store_->places(), r);
  if (!is_partial_upload(r)) throw other_media_type();
  check_append_fields(r.fields());
  lease held = co_await run_blocking([&] { return take_over(r); });
  if (const auto failure = co_await failure_of(receive(r, held))) {
    if (is_refusal(failure)) co_await run_blocking([&] { held.discard(); });
    std::rethrow_exception(failure);
  }
  if (upload_complete(r.fields()) == true) co_return co_await complete(r, held);
  co_return shown(held.now(), status::no_content);
}

// What the PUT would have been answered, had it brought all of it. What its conditions or its
// digest refuse now will not be taken later either.
asio::awaitable<response> resumed_uploads::complete(const request& r, lease& held) {
  if (held.record().length.value_or(held.offset()) != held.offset()) throw inconsistent_length();
  co_return co_await run_blocking([&] {
    held.set_length(held.offset());
    response made;
    try {
      made = placed_answer(held.complete(), held.record().location);
    } catch (const http_error& e) {
      if (status_class(e.status()) != 4 || held.now().is_complete) throw;
      held.discard();
      made = error_page(r, e.status(), e.what());
    }
    made.set("Upload-Complete", to_item(true));
    return made;
  });
}

// --- cancellation --------------------------------------------------------------------------------

asio::awaitable<response> resumed_uploads::cancel(const request& r) {
  const std::string token(r.param(token_name));
  co_await run_blocking([&] { all_.cancel(token); });
  co_return response(status::no_content);
}

// --- the routes ----------------------------------------------------------------------------------

void add_resumed_uploads(router& to, const std::shared_ptr<resumed_uploads>& all,
                         const upload_options& options) {
  const auto append = [all](const request& r, request_body) { return all->append(r); };
  to.add(method::head, resource, [all](const request& r) { return all->head(r); });
  to.add(method::patch, resource, append).body_limit(options.file_limit);
  to.add(method::delete_, resource, [all](const request& r) { return all->cancel(r); });
}

middleware announce_resumption(const upload_options& options) {
  const std::string limits = "max-size=" + std::to_string(options.file_limit) +
                             ", max-age=" + std::to_string(options.resumable_for.count());
  return after([limits](const request& r, response& to) {
    if (r.method() != method::options || status_class(to.status()) != 2) return;
    to.set("Accept-Patch", media_type);
    to.set("Upload-Limit", limits);
  });
}

}  // namespace asio_httpd::features
