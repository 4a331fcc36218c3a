// SPDX-License-Identifier: BSL-1.0
//
// The functions stand in the order in which they are needed: what the file is, what the request
// wants, the answers, and the choice among them.

#include "features/served_file.hpp"

#include <asio_httpd/conditional.hpp>
#include <asio_httpd/date.hpp>
#include <asio_httpd/range.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <ctime>
#include <utility>

namespace asio_httpd::features {
namespace {

// A number in the text of a field; the buffers below are large enough by their construction.
template <std::size_t Size>
class short_text {
 public:
  short_text& add(std::string_view text) noexcept {
    end_ = std::copy(text.begin(), text.end(), end_);
    return *this;
  }
  short_text& add(std::uint64_t number, int base) noexcept {
    end_ = std::to_chars(end_, bytes_.data() + bytes_.size(), number, base).ptr;
    return *this;
  }
  std::string_view view() const noexcept {
    return {bytes_.data(), static_cast<std::size_t>(end_ - bytes_.data())};
  }
  short_text() = default;
  short_text(const short_text&) = delete;  // end_ points into the object
  short_text& operator=(const short_text&) = delete;

 private:
  std::array<char, Size> bytes_;
  char* end_ = bytes_.data();
};

constexpr std::size_t hex_digits = 16;
constexpr std::size_t decimal_digits = 20;

using etag_text = short_text<3 * hex_digits + sizeof "\"--\"">;
using content_range_text = short_text<3 * decimal_digits + sizeof "bytes -/">;

// ---- what the file is ---------------------------------------------------------------------------

// In seconds; the coarsest steps in which a file system in use counts time are FAT's.
constexpr std::int64_t coarsest_step = 2;

file_time time_of(const timespec& t) noexcept {
  return {t.tv_sec, t.tv_nsec};
}

// Changes with every change of the content that the file system can tell, and with the file behind
// the name. Arithmetic wraps for times that are centuries away, which harms nothing.
void write_etag(const file_state& state, etag_text& to) noexcept {
  const auto seconds = static_cast<std::uint64_t>(state.modified.seconds);
  const auto nanoseconds = static_cast<std::uint64_t>(state.modified.nanoseconds);
  to.add("\"").add(seconds * 1'000'000'000 + nanoseconds, 16);
  to.add("-").add(state.size, 16).add("-").add(state.inode, 16).add("\"");
}

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

}  // namespace

// ---- making one ---------------------------------------------------------------------------------

std::optional<file_state> file_state::of(const file& opened) noexcept {
  struct stat info;
  if (::fstat(opened.descriptor(), &info) != 0 || !S_ISREG(info.st_mode)) return std::nullopt;
  return file_state{.device = static_cast<std::uint64_t>(info.st_dev),
                    .inode = static_cast<std::uint64_t>(info.st_ino),
                    .size = static_cast<std::uint64_t>(info.st_size),
                    .modified = time_of(info.st_mtim),
                    .changed = time_of(info.st_ctim)};
}

served_file::served_file(file opened, const file_state& state, std::string_view media_type)
    : state_(state), opened_(std::make_shared<const file>(std::move(opened))) {
  std::array<char, http_date_size> date;
  format_http_date(last_modified(std::time(nullptr)), date.data());
  etag_text tag;
  write_etag(state_, tag);
  not_modified_.set(field::last_modified, {date.data(), date.size()});
  not_modified_.set(field::etag, tag.view());
  whole_.set(field::content_type, media_type);
  whole_.set(field::last_modified, {date.data(), date.size()});
  whole_.set(field::etag, tag.view());
  whole_.set(field::accept_ranges, "bytes");
  whole_.set(field::x_content_type_options, "nosniff");
}

// A date in the future is none that can be told (RFC 9110 section 8.8.2.1).
std::int64_t served_file::last_modified(std::int64_t now) const noexcept {
  return std::min(state_.modified.seconds, now);
}

bool served_file::is_settled(std::int64_t now) const noexcept {
  return std::max(state_.modified, state_.changed).seconds < now - coarsest_step;
}

// As it is in one state.
bool served_file::read(const file& opened, std::string& to) const {
  const ssize_t n = ::pread(opened.descriptor(), to.data(), to.size(), 0);
  return n == static_cast<ssize_t>(to.size()) && file_state::of(opened) == state_;
}

bool served_file::load() {
  auto content = std::make_shared<std::string>(static_cast<std::size_t>(size()), '\0');
  if (!read(*opened_, *content)) return false;
  content_ = std::move(content);
  opened_.reset();
  return true;
}

bool served_file::refresh(const file& opened) {
  if (!content_) return true;
  // What is being sent is not touched; who sent it last may have been another thread.
  if (content_.use_count() != 1) content_ = std::make_shared<std::string>(*content_);
  std::atomic_thread_fence(std::memory_order_acquire);
  return read(opened, *content_);
}

// ---- the answers --------------------------------------------------------------------------------

void served_file::set_content(std::uint64_t offset, std::uint64_t size, response& to) const {
  if (!content_) {
    to.body(opened_, offset, size);
  } else if (size == content_->size()) {
    to.body(content_);
  } else {
    to.body_copy(std::string_view(*content_).substr(static_cast<std::size_t>(offset),
                                                    static_cast<std::size_t>(size)));
  }
}

void served_file::answer_whole(response& to) const {
  to.fields() = whole_;
  set_content(0, size(), to);
}

void served_file::answer_not_modified(response& to) const {
  to.status(status::not_modified);
  to.fields() = not_modified_;
}

void served_file::answer_unsatisfiable(response& to) const {
  to = error_response(status::range_not_satisfiable);
  content_range_text text;
  text.add("bytes */").add(size(), 10);
  to.set(field::content_range, text.view());
}

void served_file::answer_range(const request& r, response& to) const {
  std::string memory;
  byte_range_set ranges;
  const auto wanted = value_of(r.fields(), field::range, memory).value_or("");
  const byte_range_result result = select_byte_ranges(wanted, size(), ranges);
  if (result == byte_range_result::unsatisfiable) return answer_unsatisfiable(to);
  const auto one = single_range(ranges, multipart_overhead);
  if (!one) return answer_whole(to);
  content_range_text text;
  text.add("bytes ").add(one->first, 10).add("-").add(one->last, 10).add("/").add(size(), 10);
  to.status(status::partial_content);
  to.fields() = whole_;
  to.set(field::content_range, text.view());
  set_content(one->first, one->length(), to);
}

// ---- the choice ---------------------------------------------------------------------------------

void served_file::answer(const request& r, response& to) const {
  if (!is_retrieval(r) || !asks_for_more_than_the_file(r)) return answer_whole(to);
  const std::int64_t now = std::time(nullptr);
  const precondition asked = precondition_of(
      r, {.etag = etag(), .last_modified = last_modified(now), .now = now, .exists = true});
  switch (asked.outcome) {
    case precondition_outcome::failed:
      to = error_response(status::precondition_failed);
      return;
    case precondition_outcome::not_modified:
      return answer_not_modified(to);
    case precondition_outcome::proceed:
      break;
  }
  if (asked.range_applies && r.fields().contains(field::range)) return answer_range(r, to);
  answer_whole(to);
}

}  // namespace asio_httpd::features
