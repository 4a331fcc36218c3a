// SPDX-License-Identifier: BSL-1.0
//
// The functions stand in the order in which they are needed: what the request wants, what the file
// is, the answers, and the choice among them.

#include "features/served_file.hpp"

#include <asio_httpd/body_writer.hpp>
#include <asio_httpd/conditional.hpp>
#include <asio_httpd/date.hpp>
#include <asio_httpd/range.hpp>
#include <asio_httpd/vary.hpp>

#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <utility>

#include "features/byte_ranges.hpp"

namespace asio_httpd::features {
namespace {

// ---- what the request wants ---------------------------------------------------------------------

// The value of a field, several lines of it joined (RFC 9110 section 5.3) in `memory`.
std::optional<std::string_view> value_of(const fields& from, field id, std::string& memory) {
  if (!from.contains(id)) return std::nullopt;
  if (from.count(id) == 1) return from.get(id);
  for (const auto& line : from) {
    if (line.id == id) memory.append(memory.empty() ? "" : ", ").append(line.value);
  }
  return memory;
}

// Preconditions are about what the target selects; after a POST that is not this file.
bool is_retrieval(const request& r) noexcept {
  return r.method() == method::get || r.method() == method::head;
}

bool asks_for_more_than_the_file(const request& r) noexcept {
  const fields& f = r.fields();
  return f.contains(field::if_match) || f.contains(field::if_unmodified_since) ||
         f.contains(field::if_none_match) || f.contains(field::if_modified_since) ||
         f.contains(field::range);
}

precondition precondition_of(const request& r, const validators& current) {
  std::array<std::string, 5> memory;  // hardly ever used
  const fields& from = r.fields();
  const conditional_fields wanted = {
      .verb = r.method(),
      .if_match = value_of(from, field::if_match, memory[0]),
      .if_unmodified_since = value_of(from, field::if_unmodified_since, memory[1]),
      .if_none_match = value_of(from, field::if_none_match, memory[2]),
      .if_modified_since = value_of(from, field::if_modified_since, memory[3]),
      .if_range = value_of(from, field::if_range, memory[4])};
  return evaluate_preconditions(current, wanted);
}

// File systems that cannot tell whether they would wait (tmpfs) do not.
ssize_t read_from_memory(const file& opened, std::string& to) noexcept {
  const iovec all = {to.data(), to.size()};
  const ssize_t n = ::preadv2(opened.descriptor(), &all, 1, 0, RWF_NOWAIT);
  const bool cannot_tell = n < 0 && (errno == EOPNOTSUPP || errno == ENOSYS);
  return cannot_tell ? ::pread(opened.descriptor(), to.data(), to.size(), 0) : n;
}

}  // namespace

// ---- making one ---------------------------------------------------------------------------------

served_file::served_file(const file_state& state, const file_description& description,
                         std::string etag)
    : state_(state), size_(state.size) {
  std::array<char, http_date_size> date;
  format_http_date(state_.last_modified(std::time(nullptr)), date.data());
  not_modified_.set(field::last_modified, {date.data(), date.size()});
  not_modified_.set(field::etag, etag);
  if (!description.cache_control.empty()) {
    not_modified_.set(field::cache_control, description.cache_control);
  }
  whole_.set(field::content_type, description.media_type);
  for (const auto& line : not_modified_) whole_.set(line.id, line.value);
  whole_.set(field::x_content_type_options, "nosniff");
  if (!description.disposition.empty()) {
    whole_.set(field::content_disposition, description.disposition);
  }
  if (description.coding != content_coding::identity) {
    whole_.set(field::content_encoding, to_string(description.coding));
  }
  if (description.varies) say_varies();
}

served_file::served_file(file opened, const file_state& state, const file_description& description)
    : served_file(state, description, etag_of(state)) {
  whole_.set(field::accept_ranges, "bytes");
  opened_ = std::make_shared<const file>(std::move(opened));
}

served_file::served_file(std::string content, const file_state& state,
                         const file_description& description)
    : served_file(state, description, etag_of(state, to_string(description.coding))) {
  size_ = content.size();
  content_ = std::make_shared<std::string>(std::move(content));
}

served_file::served_file(std::shared_ptr<const body_producer> producer, const file_state& state,
                         const file_description& description)
    : served_file(state, description, etag_of(state, to_string(description.coding))) {
  producer_ = std::move(producer);
}

void served_file::say_varies() {
  varies_ = true;
  vary_by("Accept-Encoding", whole_);
  vary_by("Accept-Encoding", not_modified_);
}

void served_file::set_precompressed(coding_set codings) {
  precompressed_ = codings;
  if (!codings.empty()) say_varies();
}

// As it is in one state. What would have to come from the disk is as good as changed: it is sent as
// a large file is, which may wait.
bool served_file::read(const file& opened, std::string& to) const {
  to.resize(static_cast<std::size_t>(size()));
  const ssize_t n = read_from_memory(opened, to);
  return n == static_cast<ssize_t>(to.size()) && file_state::of(opened) == state_;
}

bool served_file::load() {
  auto content = std::make_shared<std::string>();
  if (!read(*opened_, *content)) return false;
  content_ = std::move(content);
  return true;
}

// What is the same still stays, and nothing is allocated: somebody may be sending it.
bool served_file::refresh(const file& opened) {
  if (!content_) return true;
  thread_local std::string now;
  if (!read(opened, now)) return false;
  if (now != *content_) content_ = std::make_shared<const std::string>(now);
  return true;
}

// ---- the answers --------------------------------------------------------------------------------

bool served_file::is_copied_for(const request& r) noexcept {
  return r.is_secure() || r.version() == http_version::http_2;
}

// What can go out of the kernel's memory is not copied into it; nor is a part, which would be a
// copy for each response.
void served_file::set_content(bool is_copied, std::uint64_t offset, std::uint64_t size,
                              response& to) const {
  const bool from_memory = content_ && (!opened_ || (is_copied && size == content_->size()));
  if (producer_) {
    to.body(producer_);
  } else if (!from_memory) {
    to.body(opened_, offset, size);
  } else if (size == content_->size()) {
    to.body(content_);
  } else {
    to.body_copy(std::string_view(*content_).substr(static_cast<std::size_t>(offset),
                                                    static_cast<std::size_t>(size)));
  }
}

void served_file::answer_whole(bool is_copied, response& to) const {
  to.fields() = whole_;
  set_content(is_copied, 0, size(), to);
}

void served_file::answer_error(status s, response& to) const {
  answer_whole(false, to);
  to.status(s);
  // These are about a file that was asked for.
  for (const field about : {field::etag, field::last_modified, field::accept_ranges,
                            field::cache_control, field::content_disposition}) {
    to.fields().erase(about);
  }
}

void served_file::answer_not_modified(response& to) const {
  to.status(status::not_modified);
  to.fields() = not_modified_;
}

void served_file::answer_unsatisfiable(response& to) const {
  to = error_response(status::range_not_satisfiable);
  to.set(field::content_range, "bytes */" + std::to_string(size()));
}

void served_file::answer_ranges(const request& r, response& to) const {
  const bool is_copied = is_copied_for(r);
  std::string memory;
  byte_range_set asked;
  const auto wanted = value_of(r.fields(), field::range, memory).value_or("");
  const byte_range_result result = select_byte_ranges(wanted, size(), asked);
  if (result == byte_range_result::unsatisfiable || is_abusive(asked, size())) {
    return answer_unsatisfiable(to);
  }
  if (asked.empty()) return answer_whole(is_copied, to);
  const byte_range_set ranges = merged(asked);
  const bool is_coded = whole_.contains(field::content_encoding);
  // The coding is of the whole.
  if (ranges.size() > 1 && is_coded) return answer_whole(is_copied, to);
  to.fields() = whole_;
  if (ranges.size() > 1) return answer_parts(ranges, state_, opened_, content_.get(), to);
  to.status(status::partial_content);
  to.set(field::content_range, content_range(ranges[0], size()));
  set_content(is_copied, ranges[0].first, ranges[0].length(), to);
}

// ---- the choice ---------------------------------------------------------------------------------

void served_file::answer(const request& r, response& to) const {
  if (!is_retrieval(r) || !asks_for_more_than_the_file(r)) {
    return answer_whole(is_copied_for(r), to);
  }
  const std::int64_t now = std::time(nullptr);
  const precondition asked = precondition_of(
      r, {.etag = etag(), .last_modified = state_.last_modified(now), .now = now, .exists = true});
  switch (asked.outcome) {
    case precondition_outcome::failed:
      to = error_response(status::precondition_failed);
      return;
    case precondition_outcome::not_modified:
      return answer_not_modified(to);
    case precondition_outcome::proceed:
      break;
  }
  const bool has_ranges = whole_.contains(field::accept_ranges);
  if (has_ranges && asked.range_applies && r.fields().contains(field::range)) {
    return answer_ranges(r, to);
  }
  answer_whole(is_copied_for(r), to);
}

}  // namespace asio_httpd::features
