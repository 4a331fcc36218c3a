// SPDX-License-Identifier: BSL-1.0
//
// A file as a response; see <asio_httpd/files.hpp>. The functions stand in the order in which they
// are needed: what the file is, what the request wants, the answers, and the choice among them.

#include <asio_httpd/conditional.hpp>
#include <asio_httpd/date.hpp>
#include <asio_httpd/files.hpp>
#include <asio_httpd/media_type.hpp>
#include <asio_httpd/range.hpp>

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <optional>
#include <utility>

#include "features/open_error.hpp"

namespace asio_httpd {

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

// The regular file behind an open descriptor, at one moment.
struct snapshot {
  std::uint64_t size = 0;
  std::int64_t last_modified = 0;
  std::int64_t now = 0;
  etag_text etag;
};

// Changes with every change of the content that the file system can tell, and with the file behind
// the name. Arithmetic wraps for times that are centuries away, which harms nothing.
void write_etag(const struct stat& info, etag_text& to) noexcept {
  const auto seconds = static_cast<std::uint64_t>(info.st_mtim.tv_sec);
  const auto nanoseconds = static_cast<std::uint64_t>(info.st_mtim.tv_nsec);
  to.add("\"").add(seconds * 1'000'000'000 + nanoseconds, 16);
  to.add("-").add(static_cast<std::uint64_t>(info.st_size), 16);
  to.add("-").add(static_cast<std::uint64_t>(info.st_ino), 16).add("\"");
}

// False for what is no regular file.
bool take_snapshot(const file& opened, snapshot& to) noexcept {
  struct stat info;
  if (::fstat(opened.descriptor(), &info) != 0 || !S_ISREG(info.st_mode)) return false;
  to.size = static_cast<std::uint64_t>(info.st_size);
  to.now = std::time(nullptr);
  // A date in the future is none that can be told (RFC 9110 section 8.8.2.1).
  to.last_modified = std::min<std::int64_t>(info.st_mtim.tv_sec, to.now);
  write_etag(info, to.etag);
  return true;
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

precondition precondition_of(const request& r, const snapshot& current) {
  std::array<std::string, 5> memory;  // hardly ever used
  const fields& from = r.fields();
  const conditional_fields wanted = {
      .verb = r.method(),
      .if_match = value_of(from, field::if_match, memory[0]),
      .if_unmodified_since = value_of(from, field::if_unmodified_since, memory[1]),
      .if_none_match = value_of(from, field::if_none_match, memory[2]),
      .if_modified_since = value_of(from, field::if_modified_since, memory[3]),
      .if_range = value_of(from, field::if_range, memory[4])};
  const validators known = {.etag = current.etag.view(),
                            .last_modified = current.last_modified,
                            .now = current.now,
                            .exists = true};
  return evaluate_preconditions(known, wanted);
}

// Preconditions are about what the target selects; after a POST that is not this file.
bool is_retrieval(const request& r) noexcept {
  return r.method() == method::get || r.method() == method::head;
}

// ---- the answers --------------------------------------------------------------------------------

void set_validators(const snapshot& current, response& to) {
  std::array<char, http_date_size> date;
  format_http_date(current.last_modified, date.data());
  to.set(field::last_modified, {date.data(), date.size()});
  to.set(field::etag, current.etag.view());
}

response with_content(status s, const snapshot& current, std::string_view media_type) {
  response made(s);
  made.set(field::content_type, media_type);
  set_validators(current, made);
  made.set(field::accept_ranges, "bytes");
  made.set(field::x_content_type_options, "nosniff");
  return made;
}

response whole(file opened, const snapshot& current, std::string_view media_type) {
  response made = with_content(status::ok, current, media_type);
  made.body(std::move(opened), 0, current.size);
  return made;
}

response part(file opened, const snapshot& current, std::string_view media_type, byte_range range) {
  response made = with_content(status::partial_content, current, media_type);
  content_range_text text;
  text.add("bytes ").add(range.first, 10).add("-").add(range.last, 10);
  text.add("/").add(current.size, 10);
  made.set(field::content_range, text.view());
  made.body(std::move(opened), range.first, range.length());
  return made;
}

response unsatisfiable(const snapshot& current) {
  response made = error_response(status::range_not_satisfiable);
  content_range_text text;
  text.add("bytes */").add(current.size, 10);
  made.set(field::content_range, text.view());
  return made;
}

response not_modified(const snapshot& current) {
  response made(status::not_modified);
  set_validators(current, made);
  return made;
}

// ---- the choice ---------------------------------------------------------------------------------

response answer_range(const request& r, file opened, const snapshot& current,
                      std::string_view media_type) {
  std::string memory;
  byte_range_set ranges;
  const auto wanted = value_of(r.fields(), field::range, memory).value_or("");
  const byte_range_result result = select_byte_ranges(wanted, current.size, ranges);
  if (result == byte_range_result::unsatisfiable) return unsatisfiable(current);
  const auto one = single_range(ranges, multipart_overhead);
  if (!one) return whole(std::move(opened), current, media_type);
  return part(std::move(opened), current, media_type, *one);
}

// In the order of RFC 9110 section 13.2.2.
response answer(const request& r, file opened, const snapshot& current,
                std::string_view media_type) {
  if (!is_retrieval(r)) return whole(std::move(opened), current, media_type);
  const precondition asked = precondition_of(r, current);
  switch (asked.outcome) {
    case precondition_outcome::failed:
      return error_response(status::precondition_failed);
    case precondition_outcome::not_modified:
      return not_modified(current);
    case precondition_outcome::proceed:
      break;
  }
  if (asked.range_applies && r.fields().contains(field::range)) {
    return answer_range(r, std::move(opened), current, media_type);
  }
  return whole(std::move(opened), current, media_type);
}

// Who names one file that has no extension ("/flag", "/etc/hostname", "LICENSE") means text, for
// people to read in the browser.
std::string_view type_of_named_file(std::string_view path) noexcept {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  return name.find('.') == name.npos ? "text/plain; charset=utf-8" : media_type_for(path);
}

}  // namespace

response serve_file(const request& r, file opened, std::string_view media_type) {
  snapshot current;
  if (!take_snapshot(opened, current)) return error_response(status::not_found);
  return answer(r, std::move(opened), current, media_type);
}

response serve_file(const request& r, const std::string& path) {
  std::error_code error;
  file opened = file::open(path, error);
  if (error) return error_response(features::status_for_open_error(error));
  return serve_file(r, std::move(opened), type_of_named_file(path));
}

}  // namespace asio_httpd
