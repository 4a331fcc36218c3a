// SPDX-License-Identifier: BSL-1.0
//
// A request for a file, in its order: find or open it, choose the coding, answer. A representation
// in another coding is remembered beside the file, under the file's name and that of the coding
// with a NUL between, which no name of a file has.

#include "features/file_store.hpp"

#include <asio_httpd/vary.hpp>

#include <array>
#include <ctime>
#include <utility>

#include "features/content_encoder.hpp"
#include "features/static_path.hpp"

namespace asio_httpd::features {

namespace {

struct sibling {
  content_coding coding;
  std::string_view extension;
};
constexpr std::array<sibling, 3> siblings = {{{content_coding::brotli, ".br"},
                                              {content_coding::zstd, ".zst"},
                                              {content_coding::gzip, ".gz"}}};

std::string_view extension_of(content_coding c) noexcept {
  for (const sibling& s : siblings) {
    if (s.coding == c) return s.extension;
  }
  return {};
}

std::string key_of(std::string_view name, content_coding c) {
  return std::string(name).append(1, '\0').append(to_string(c));
}

// In seconds. What was made of a file is younger than the file, unless both came out of an archive
// or a repository, in any order.
constexpr std::int64_t order_of_checkout = 2;
bool is_outdated(const file_state& made, const file_state& original) noexcept {
  return made.modified.seconds + order_of_checkout < original.modified.seconds;
}

// No coding makes nothing of a file: it was not finished.
bool is_of_use(const file_state& made, const file_state& original) noexcept {
  return made.size != 0 && !is_outdated(made, original);
}

// Ranges are of the file as it is.
bool wants_range(const request& r) noexcept {
  return r.method() == method::get && r.fields().contains(field::range);
}

// Whether what it wants is sent from memory, where it is there.
bool wants_content(const request& r) noexcept {
  return r.method() == method::get && !wants_range(r) && served_file::is_copied_for(r);
}

}  // namespace

file_store::file_store(opener open, const file_options& options)
    : open_(std::move(open)), rules_(options), remembers_(options.cache) {}

std::error_code file_store::serve(const request& r, const char* name, response& to,
                                  std::string_view media_type) {
  lookup l = begin(name, media_type);
  std::error_code error;
  const served_file* const found = find(l, error);
  if (found != nullptr) answer(r, l, *found, to);
  return error;
}

bool file_store::serve_error(status s, const char* name, response& to) {
  lookup l = begin(name);
  std::error_code error;
  const served_file* const found = find(l, error);
  if (found != nullptr) found->answer_error(s, to);
  return found != nullptr;
}

bool file_store::has(const char* name) {
  lookup l = begin(name);
  std::error_code error;
  return find(l, error) != nullptr;
}

// ---- finding ------------------------------------------------------------------------------------

file_store::lookup file_store::begin(const char* name, std::string_view media_type) {
  return {name, media_type, remembers_ ? &caches_.local() : nullptr, file_cache::now(), {}};
}

const served_file* file_store::find(lookup& l, std::error_code& error) const {
  const served_file* const known = l.cache != nullptr ? l.cache->find(l.name, l.now) : nullptr;
  return known != nullptr ? known : open(l, error);
}

// Null with the error.
const served_file* file_store::open(lookup& l, std::error_code& error) const {
  file opened = open_(l.name, error);
  if (error) return nullptr;
  const auto state = file_state::of(opened);
  if (!state) {
    error = std::make_error_code(std::errc::is_a_directory);
    return nullptr;
  }
  const coding_set made = precompressed(l, *state);
  served_file* found = confirm(l, l.name, opened, *state);
  if (found == nullptr) {
    const std::string disposition = rules_.disposition(l.name);
    file_description description = describe(l, disposition);
    description.varies = !rules_.compressed_into(description.media_type, state->size).empty();
    found = &remember(l, l.name, {std::move(opened), *state, description}, l.not_cached);
  }
  found->set_precompressed(made);
  return found;
}

// What is known of it, where that is true still; else null.
served_file* file_store::confirm(const lookup& l, std::string_view key, const file& opened,
                                 const file_state& state) {
  return l.cache != nullptr ? l.cache->confirm(key, opened, state, l.now) : nullptr;
}

// Where nothing is remembered, it is put into `not_cached`.
served_file& file_store::remember(const lookup& l, std::string_view key, served_file fresh,
                                  std::unique_ptr<served_file>& not_cached) {
  if (l.cache == nullptr) {
    not_cached = std::make_unique<served_file>(std::move(fresh));
    return *not_cached;
  }
  return l.cache->put(key, std::move(fresh), l.now, std::time(nullptr));
}

// Those beside it that are not outdated. They are looked for as often as the file itself.
coding_set file_store::precompressed(const lookup& l, const file_state& original) const {
  coding_set found;
  if (!rules_.looks_for_precompressed(media_type_of(l))) return found;
  for (const sibling& s : siblings) {
    const auto [opened, state] = open_sibling(l, s.coding);
    if (state && is_of_use(*state, original)) found.insert(s.coding);
  }
  return found;
}

file_store::opened_file file_store::open_sibling(const lookup& l, content_coding c) const {
  static_path name;
  if (!name.append(l.name) || !name.extend(extension_of(c))) return {};
  if (rules_.hides(name.text())) return {};
  std::error_code error;
  opened_file made{open_(name.c_str(), error), {}};
  if (!error) made.state = file_state::of(made.opened);
  return made;
}

std::string_view file_store::media_type_of(const lookup& l) const {
  return l.media_type.empty() ? rules_.media_type(l.name) : l.media_type;
}

// The views are into the rules and into `disposition`.
file_description file_store::describe(const lookup& l, const std::string& disposition) const {
  return {.media_type = media_type_of(l),
          .cache_control = rules_.cache_control(l.name),
          .disposition = disposition};
}

// ---- choosing -----------------------------------------------------------------------------------

void file_store::answer(const request& r, const lookup& l, const served_file& original,
                        response& to) {
  if (!r.fields().contains(field::accept_encoding)) {
    return answer_as_it_is(r, l, l.name, original, to);
  }
  const auto accepted = accepted_codings::of(r);
  const bool as_it_is = accepted.accepts(content_coding::identity);
  coding_set made = original.precompressed();
  coding_set to_make = rules_.compressed_into(media_type_of(l), original.state().size);
  if (as_it_is && wants_range(r)) made = to_make = {};
  if (!as_it_is && made.empty() && to_make.empty()) to_make = rules_.codings();
  while (const auto choice = choose_coding(accepted, made, to_make)) {
    const content_coding c = choice->coding;
    if (c == content_coding::identity) return answer_as_it_is(r, l, l.name, original, to);
    if (choice->precompressed) {
      if (answer_precompressed(r, l, c, to)) return;
      made.erase(c);  // gone since it was seen
    } else {
      if (answer_encoded(r, l, original, c, to)) return;
      to_make = {};
      if (!as_it_is && made.empty()) return answer_too_busy(to);
    }
  }
  answer_not_acceptable(to);
}

// As what is behind the name, or in the cache under `key`.
void file_store::answer_as_it_is(const request& r, const lookup& l, std::string_view key,
                                 const served_file& known, response& to) {
  const bool may_load = l.cache != nullptr && !known.content();
  if (may_load && wants_content(r)) l.cache->load(key);
  known.answer(r, to);
}

void file_store::answer_not_acceptable(response& to) {
  to = error_response(status::not_acceptable);
  vary_by("Accept-Encoding", to.fields());
}

void file_store::answer_too_busy(response& to) {
  to = error_response(status::service_unavailable);
  to.set(field::retry_after, "1");
  vary_by("Accept-Encoding", to.fields());
}

// ---- other codings ------------------------------------------------------------------------------

bool file_store::answer_precompressed(const request& r, const lookup& l, content_coding c,
                                      response& to) {
  const std::string key = key_of(l.name, c);
  const served_file* known = l.cache != nullptr ? l.cache->find(key, l.now) : nullptr;
  std::unique_ptr<served_file> not_cached;
  if (known == nullptr) {
    auto [opened, state] = open_sibling(l, c);
    if (!state) return false;
    known = confirm(l, key, opened, *state);
    if (known == nullptr) {
      const std::string disposition = rules_.disposition(l.name);
      file_description description = describe(l, disposition);
      description.coding = c;
      description.varies = true;
      known = &remember(l, key, {std::move(opened), *state, description}, not_cached);
    }
  }
  answer_as_it_is(r, l, key, *known, to);
  return true;
}

// What is small is compressed here and now, and remembered.
bool file_store::answer_encoded(const request& r, const lookup& l, const served_file& original,
                                content_coding c, response& to) {
  const std::string key = key_of(l.name, c);
  if (l.cache != nullptr) {
    const served_file* known = l.cache->find_made(key, original.state(), l.now);
    if (known != nullptr) return known->answer(r, to), true;
  }
  if (original.opened()) return answer_while_encoding(r, l, original, c, to);
  served_file made =
      made_of(l.name, media_type_of(l), original.state(), c, encoded(c, *original.content()));
  made.answer(r, to);
  if (l.cache != nullptr) l.cache->put_made(key, std::move(made), l.now, std::time(nullptr));
  return true;
}

// `content` in that coding, made of the file in that state.
template <class Content>
served_file file_store::made_of(std::string_view name, std::string_view media_type,
                                const file_state& state, content_coding c, Content content) const {
  const std::string disposition = rules_.disposition(name);
  return served_file(std::move(content), state,
                     {.media_type = media_type,
                      .cache_control = rules_.cache_control(name),
                      .disposition = disposition,
                      .coding = c,
                      .varies = true});
}

// False where there are too many encoders already.
bool file_store::answer_while_encoding(const request& r, const lookup& l,
                                       const served_file& original, content_coding c,
                                       response& to) {
  auto producer = encoded_file::make(
      original.opened(), original.state(), c,
      l.cache != nullptr ? keeper_for(l, original.state(), c) : encoded_file::keeper());
  if (!producer) return false;
  made_of(l.name, media_type_of(l), original.state(), c, std::move(producer)).answer(r, to);
  return true;
}

encoded_file::keeper file_store::keeper_for(const lookup& l, const file_state& state,
                                            content_coding c) {
  return [self = shared_from_this(), name = std::string(l.name),
          type = std::string(media_type_of(l)), state, c](std::string content) {
    self->caches_.local().put_made(key_of(name, c),
                                   self->made_of(name, type, state, c, std::move(content)),
                                   file_cache::now(), std::time(nullptr));
  };
}

}  // namespace asio_httpd::features
