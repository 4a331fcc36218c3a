// SPDX-License-Identifier: BSL-1.0
//
// The parser of multipart/form-data. A delimiter begins with CR and has no other, so that looking
// for it is a memchr for CR, and a beginning of it that turns out to be content is taken from the
// delimiter itself: nothing that was fed has to be kept. Lines are judged when they are complete,
// which makes the verdict independent of the cuts.

#include <asio_httpd/multipart.hpp>

#include <algorithm>
#include <stdexcept>

#include "base/ascii.hpp"
#include "http/disposition.hpp"
#include "http/parameters.hpp"

namespace asio_httpd {
namespace {

constexpr std::string_view line_end = "\r\n";
constexpr std::size_t longest_boundary = 70;
// A field name's length has 16 bits (fields.hpp).
constexpr std::size_t largest_head = 65'535;

// bchars, RFC 2046 section 5.1.1.
bool is_boundary_byte(char c) noexcept {
  return base::is_digit(c) || base::is_alpha(c) ||
         std::string_view("'()+_,-./:=? ").find(c) != std::string_view::npos;
}

bool is_boundary(std::string_view text) noexcept {
  return !text.empty() && text.size() <= longest_boundary && text.back() != ' ' &&
         std::all_of(text.begin(), text.end(), is_boundary_byte);
}

[[noreturn]] void refuse_boundary() {
  throw http_error(status::bad_request, "Content-Type must have one boundary of 1 to 70 bytes\n");
}

// The one boundary parameter.
std::string boundary_of(std::string_view content_type) {
  if (!base::iequals(http::without_parameters(content_type), "multipart/form-data")) {
    throw http_error(status::unsupported_media_type, "Content-Type must be multipart/form-data\n");
  }
  std::string boundary;
  http::parameter_reader parameters(http::only_parameters(content_type));
  for (http::parameter p; parameters.next(p);) {
    if (!base::iequals(p.name, "boundary")) continue;
    if (!boundary.empty()) refuse_boundary();
    boundary = http::unquote(p);
    if (!is_boundary(boundary)) refuse_boundary();
  }
  if (parameters.malformed() || boundary.empty()) refuse_boundary();
  return boundary;
}

// Where `delimiter` begins in `text`, or what may go on as one behind the text's end; the size of
// the text where there is neither.
std::size_t find_delimiter(std::string_view text, std::string_view delimiter) noexcept {
  std::size_t at = text.find('\r');
  while (at != std::string_view::npos) {
    if (delimiter.starts_with(text.substr(at, delimiter.size()))) return at;
    at = text.find('\r', at + 1);
  }
  return text.size();
}

bool is_identity_coding(std::string_view coding) noexcept {
  return coding.empty() || base::iequals(coding, "7bit") || base::iequals(coding, "8bit") ||
         base::iequals(coding, "binary");
}

}  // namespace

multipart_parser::multipart_parser(std::string_view content_type, const form_limits& limits)
    : delimiter_("\r\n--" + boundary_of(content_type)), limits_(limits) {
  limits_.part_head = std::min(limits_.part_head, largest_head);
  expect_delimiter_after_line();
}

void multipart_parser::feed(std::string_view bytes) {
  if (stage_ == stage::ended || stage_ == stage::failed) return;
  if (finished_ || !input_.empty()) {
    throw std::logic_error("asio_httpd: multipart_parser was fed before it asked for more");
  }
  input_ = bytes;
}

multipart_parser::event multipart_parser::next() {
  for (;;) {
    if (const auto made = step()) return *made;
  }
}

// An event, or nothing where the next stage makes one.
std::optional<multipart_parser::event> multipart_parser::step() {
  switch (stage_) {
    case stage::preamble:
      return skip_preamble();
    case stage::boundary_line:
      return read_boundary_line();
    case stage::head:
      return read_head_line();
    case stage::data:
      return take_data();
    case stage::part_end:
      stage_ = stage::boundary_line;
      return event::part_end;
    case stage::ended:
      return event::end;
    case stage::failed:
      break;
  }
  return event::failed;
}

std::optional<multipart_parser::event> multipart_parser::skip_preamble() {
  skipped_ += take_content().size();
  if (skipped_ > limits_.preamble) return fail(multipart_rule::preamble_too_large);
  if (take_delimiter()) {
    stage_ = stage::boundary_line;
    return std::nullopt;
  }
  if (input_.empty()) return starve();
  return std::nullopt;
}

std::optional<multipart_parser::event> multipart_parser::take_data() {
  data_ = take_content();
  if (take_delimiter()) stage_ = stage::part_end;
  if (!data_.empty()) return event::part_data;
  if (stage_ == stage::data) return starve();
  return std::nullopt;
}

// What comes before the delimiter, and then the delimiter as far as it is there: `matched_`.
std::string_view multipart_parser::take_content() noexcept {
  const std::string_view delimiter = delimiter_;
  if (matched_ != 0) {
    const std::string_view more = input_.substr(0, delimiter.size() - matched_);
    if (delimiter.substr(matched_).starts_with(more)) {
      matched_ += more.size();
      input_.remove_prefix(more.size());
      return {};
    }
    const std::string_view held = delimiter.substr(not_content_, matched_ - not_content_);
    matched_ = not_content_ = 0;
    if (!held.empty()) return held;
  }
  const std::size_t at = find_delimiter(input_, delimiter);
  const std::string_view content = input_.substr(0, at);
  matched_ = std::min(delimiter.size(), input_.size() - at);
  input_.remove_prefix(at + matched_);
  return content;
}

// True when all of it was seen; the rest of its line follows.
bool multipart_parser::take_delimiter() noexcept {
  if (matched_ != delimiter_.size()) return false;
  matched_ = not_content_ = 0;
  line_.clear();
  head_size_ = 0;
  return true;
}

// At the beginning, and behind a head: the end of the line before may be that of a delimiter.
void multipart_parser::expect_delimiter_after_line() noexcept {
  matched_ = not_content_ = line_end.size();
}

// Moves bytes of the input to `line_`, up to and including the LF that ends it; false while there
// is none, or when the line is too long.
bool multipart_parser::take_line() {
  const std::size_t end = input_.find('\n');
  const bool complete = end != std::string_view::npos;
  const std::string_view piece = complete ? input_.substr(0, end + 1) : input_;
  if (piece.size() > limits_.part_head - head_size_ - line_.size()) {
    fail(multipart_rule::part_head_too_large);
    return false;
  }
  line_ += piece;
  input_.remove_prefix(piece.size());
  return complete;
}

// padding CRLF, or "--" padding and then CRLF or the end (RFC 2046 section 5.1.1).
std::optional<multipart_parser::event> multipart_parser::read_boundary_line() {
  const bool complete = take_line();
  if (!complete && (!finished_ || stage_ == stage::failed)) return starve();
  std::string_view rest = line_;
  if (rest.ends_with(line_end)) rest.remove_suffix(line_end.size());
  const bool is_last = rest.starts_with("--");
  if (is_last) rest.remove_prefix(2);
  const bool is_padding = base::trim_ows(rest).empty();
  if (is_last && is_padding) {
    stage_ = stage::ended;
    return std::nullopt;
  }
  if (!complete) return fail(multipart_rule::incomplete);
  return is_padding ? begin_head() : fail(multipart_rule::boundary_line);
}

std::optional<multipart_parser::event> multipart_parser::begin_head() {
  if (parts_ == limits_.parts) return fail(multipart_rule::too_many_parts);
  ++parts_;
  part_.name.clear();
  part_.filename.reset();
  part_.fields.clear();
  line_.clear();
  stage_ = stage::head;
  return std::nullopt;
}

std::optional<multipart_parser::event> multipart_parser::read_head_line() {
  if (!take_line()) return starve();
  if (!line_.ends_with(line_end)) return fail(multipart_rule::part_line_end);
  if (line_.size() == line_end.size()) return begin_data();
  const auto failure = add_field(std::string_view(line_).substr(0, line_.size() - line_end.size()));
  head_size_ += line_.size();
  line_.clear();
  return failure;
}

std::optional<multipart_parser::event> multipart_parser::add_field(std::string_view line) {
  const std::size_t colon = std::min(line.find(':'), line.size());
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = base::trim_ows(line.substr(std::min(colon + 1, line.size())));
  const bool is_field = colon != line.size() && !name.empty() &&
                        std::all_of(name.begin(), name.end(), base::is_tchar) &&
                        std::all_of(value.begin(), value.end(), base::is_field_content);
  if (!is_field) return fail(multipart_rule::part_field_syntax);
  if (part_.fields.contains(name)) return fail(multipart_rule::part_field_repeated);
  if (part_.fields.size() == limits_.part_fields) return fail(multipart_rule::too_many_part_fields);
  part_.fields.append(name, value);
  return std::nullopt;
}

multipart_parser::event multipart_parser::begin_data() {
  if (!part_.fields.contains(field::content_disposition)) {
    return fail(multipart_rule::disposition_missing);
  }
  const auto rule = http::read_disposition(part_.fields.get(field::content_disposition), part_);
  if (rule != multipart_rule::none) return fail(rule);
  if (!is_identity_coding(part_.fields.get("Content-Transfer-Encoding"))) {
    return fail(multipart_rule::part_transfer_coding);
  }
  stage_ = stage::data;
  expect_delimiter_after_line();
  return event::part_begin;
}

// What to answer when the input is used up, or a line failed.
multipart_parser::event multipart_parser::starve() noexcept {
  if (stage_ == stage::failed) return event::failed;
  return finished_ ? fail(multipart_rule::incomplete) : event::need_more;
}

multipart_parser::event multipart_parser::fail(multipart_rule r) noexcept {
  broken_ = r;
  stage_ = stage::failed;
  input_ = data_ = {};
  return event::failed;
}

http_error multipart_parser::error() const {
  return http_error(answer_to(broken_), std::string(to_string(broken_)) + '\n');
}

std::string_view to_string(multipart_rule r) noexcept {
  switch (r) {
    case multipart_rule::none:
      return "The form is well-formed";
    case multipart_rule::boundary_line:
      return "A boundary line of the form holds something else";
    case multipart_rule::incomplete:
      return "The form ends before its last boundary";
    case multipart_rule::part_line_end:
      return "A line in the head of a part does not end in CRLF";
    case multipart_rule::part_field_syntax:
      return "A line in the head of a part is no field";
    case multipart_rule::part_field_repeated:
      return "The head of a part has a field twice";
    case multipart_rule::disposition_missing:
      return "A part has no Content-Disposition";
    case multipart_rule::disposition_syntax:
      return "The Content-Disposition of a part is malformed";
    case multipart_rule::name_missing:
      return "A part has no name";
    case multipart_rule::name_repeated:
      return "A part has several names";
    case multipart_rule::part_transfer_coding:
      return "A part has a Content-Transfer-Encoding";
    case multipart_rule::too_many_parts:
      return "The form has too many parts";
    case multipart_rule::too_many_part_fields:
      return "The head of a part has too many fields";
    case multipart_rule::part_head_too_large:
      return "The head of a part is too large";
    case multipart_rule::preamble_too_large:
      return "Too much stands before the first boundary of the form";
  }
  return {};
}

status answer_to(multipart_rule r) noexcept {
  return r >= multipart_rule::too_many_parts ? status::content_too_large : status::bad_request;
}

}  // namespace asio_httpd
