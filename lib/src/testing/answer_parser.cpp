// SPDX-License-Identifier: BSL-1.0
//
// Status line by hand; field sections and chunks as the server reads those of requests, strictly;
// the length of the content by RFC 9112 section 6.3, without what it lets a lenient client do.

#include <asio_httpd/testing/answer.hpp>

#include "base/ascii.hpp"
#include "base/byte_buffer.hpp"
#include "http1/chunked.hpp"
#include "http1/head_parser.hpp"
#include "testing/shown.hpp"

#include <algorithm>
#include <utility>

namespace asio_httpd::testing {
namespace {

using http1::parse_state;

constexpr std::string_view version_prefix = "HTTP/1.";
constexpr std::size_t longest_status_line = 8 * 1024;
constexpr std::size_t largest_section = 65535;
constexpr std::size_t most_interim = 100;
// What is looked at for the end of a head at a time: little of what is behind it is copied.
constexpr std::size_t section_step = 4 * 1024;

std::string name_of(http1::rule broken) {
  return std::string(to_string(broken)) + " (" + std::string(source_of(broken)) + ")";
}

}  // namespace

struct answer_parser::implementation {
  enum class stage : std::uint8_t { status_line, head, length, chunks, trailers, close, done };

  // --- the stages; each takes bytes and says how many
  std::size_t take(std::string_view bytes);
  std::size_t take_section(std::string_view bytes);
  std::size_t take_length(std::string_view bytes);
  std::size_t take_chunks(std::string_view bytes);
  std::size_t keep(std::string_view bytes);

  bool take_status_line();
  void read_status_line(std::string_view line);
  void on_section(asio_httpd::fields read);
  void on_head();
  void keep_interim();
  void begin_content();
  framing read_framing();
  void require_length(std::string_view value);

  // --- errors
  [[noreturn]] void fail(std::string_view why);
  [[noreturn]] void fail_incomplete();
  std::string progress() const;
  std::string describe(std::string_view what) const;

  method asked = method::get;
  std::string about;
  stage at = stage::status_line;
  base::byte_buffer lines;        // of a head or of trailers that are not whole
  std::size_t section_begin = 0;  // in `lines`, behind the status line
  http1::head reading = http1::head::of_trailers();
  asio_httpd::fields section;
  http1::chunked_decoder chunks;
  std::uint64_t announced = 0;  // by Content-Length
  std::uint64_t content = 0;    // that came, taken out or not
  answer made;

  std::string seen;  // the first bytes, for errors
  std::uint64_t received = 0;
  std::string failure;
};

// --- the outside ---------------------------------------------------------------------------------

answer_parser::answer_parser(method asked, std::string about)
    : implementation_(std::make_unique<implementation>()) {
  implementation_->asked = asked;
  implementation_->about = std::move(about);
}
answer_parser::answer_parser(answer_parser&&) noexcept = default;
answer_parser& answer_parser::operator=(answer_parser&&) noexcept = default;
answer_parser::~answer_parser() = default;

std::size_t answer_parser::feed(std::string_view bytes) {
  auto& i = *implementation_;
  if (!i.failure.empty()) throw error(i.failure);
  std::size_t used = 0;
  while (used < bytes.size() && !is_done()) used += i.take(bytes.substr(used));
  return used;
}

void answer_parser::feed_end() {
  auto& i = *implementation_;
  if (!i.failure.empty()) throw error(i.failure);
  if (is_done()) return;
  if (i.at != implementation::stage::close) i.fail_incomplete();
  i.at = implementation::stage::done;
}

bool answer_parser::is_empty() const noexcept {
  return implementation_->received == 0;
}
bool answer_parser::has_head() const noexcept {
  return implementation_->at > implementation::stage::head;
}
bool answer_parser::is_done() const noexcept {
  return implementation_->at == implementation::stage::done;
}
const answer& answer_parser::current() const noexcept {
  return implementation_->made;
}
std::string answer_parser::take_content() {
  return std::exchange(implementation_->made.text_, {});
}

answer answer_parser::release() {
  if (!is_done()) implementation_->fail_incomplete();
  return std::move(implementation_->made);
}

std::string answer_parser::progress() const {
  return implementation_->progress();
}
error answer_parser::make_error(std::string_view what) const {
  return error(implementation_->describe(what));
}

// --- the head ------------------------------------------------------------------------------------

std::size_t answer_parser::implementation::take(std::string_view bytes) {
  seen.append(bytes.substr(0, most_shown - std::min(most_shown, seen.size())));
  received += bytes.size();
  std::size_t used = 0;
  switch (at) {
    case stage::status_line:
    case stage::head:
    case stage::trailers:
      used = take_section(bytes);
      break;
    case stage::length:
      used = take_length(bytes);
      break;
    case stage::chunks:
      used = take_chunks(bytes);
      break;
    case stage::close:
      used = keep(bytes);
      break;
    case stage::done:
      break;
  }
  received -= bytes.size() - used;
  if (received < seen.size()) seen.resize(static_cast<std::size_t>(received));
  return used;
}

std::size_t answer_parser::implementation::take_section(std::string_view bytes) {
  constexpr http1::head_limits limits{largest_section, largest_section, largest_section};
  const std::size_t before = lines.size();
  bytes = bytes.substr(0, section_step);
  lines.append(bytes);
  if (at == stage::status_line && !take_status_line()) return bytes.size();
  const char* const message = lines.data() + section_begin;
  switch (http1::parse_head(message, lines.size() - section_begin, limits, reading, section)) {
    case parse_state::need_more:
      return bytes.size();
    case parse_state::failed:
      fail(name_of(reading.broken));
    case parse_state::done:
      break;
  }
  http1::field_sink::borrow(section, message);
  asio_httpd::fields owned(section);
  section.clear();
  const std::size_t size = std::exchange(section_begin, 0) + reading.size;
  reading = http1::head::of_trailers();
  lines.clear();
  on_section(std::move(owned));
  return size - before;
}

// False where the line is not whole.
bool answer_parser::implementation::take_status_line() {
  const std::string_view all = lines.view();
  if (!version_prefix.starts_with(all.substr(0, version_prefix.size()))) {
    fail("it does not begin with \"HTTP/1.\"");
  }
  const std::size_t end = all.find('\n');
  if (std::min(end, all.size()) > longest_status_line) fail("the status line has no end");
  if (end == std::string_view::npos) return false;
  if (all[end - 1] != '\r') fail(name_of(http1::rule::bare_lf));
  read_status_line(all.substr(0, end - 1));
  section_begin = end + 1;
  at = stage::head;
  return true;
}

// status-line = "HTTP/1." DIGIT SP 3DIGIT SP [ reason-phrase ], RFC 9112 section 4.
void answer_parser::implementation::read_status_line(std::string_view line) {
  constexpr std::size_t minor_at = 7;
  constexpr std::size_t code_at = 9;
  constexpr std::size_t reason_at = 13;
  std::uint64_t code = 0;
  const bool well_formed = line.size() >= reason_at && base::is_digit(line[minor_at]) &&
                           line[code_at - 1] == ' ' && line[reason_at - 1] == ' ' &&
                           base::parse_decimal(line.substr(code_at, 3), code);
  if (!well_formed || code < 100) fail("the status line is not \"HTTP/1.x CODE REASON\"");
  const std::string_view reason = line.substr(reason_at);
  if (!std::all_of(reason.begin(), reason.end(), base::is_field_content)) {
    fail("the reason in the status line has a control byte");
  }
  made.version_minor_ = static_cast<unsigned>(line[minor_at] - '0');
  made.status_ = static_cast<status>(code);
  made.reason_ = reason;
}

void answer_parser::implementation::on_section(asio_httpd::fields read) {
  if (at == stage::trailers) {
    made.trailers_ = std::move(read);
    at = stage::done;
  } else {
    made.fields_ = std::move(read);
    on_head();
  }
}

void answer_parser::implementation::on_head() {
  made.framing_ = read_framing();
  const bool is_final = status_class(made.status_) != 1;
  // Behind a 101 comes the other protocol (RFC 9110 section 15.2.2).
  if (is_final || made.status_ == status::switching_protocols) return begin_content();
  keep_interim();
}

void answer_parser::implementation::keep_interim() {
  std::vector<answer> before = std::move(made.interim_);
  if (before.size() == most_interim) fail("more than 100 interim answers came before it");
  made.interim_.clear();
  before.push_back(std::exchange(made, answer()));
  made.interim_ = std::move(before);
  at = stage::status_line;
}

// --- the content ---------------------------------------------------------------------------------

framing answer_parser::implementation::read_framing() {
  const auto& f = made.fields_;
  const bool has_coding = f.contains(field::transfer_encoding);
  const bool has_length = f.contains(field::content_length);
  if (has_coding && has_length) fail("it has both Content-Length and Transfer-Encoding");
  const bool no_framing = status_class(made.status_) == 1 || made.status_ == status::no_content;
  if (no_framing && (has_coding || has_length)) {
    fail("1xx and 204 have no Content-Length and no Transfer-Encoding (RFC 9110 section 8.6)");
  }
  if (has_coding) {
    if (made.version_minor_ == 0) fail("HTTP/1.0 has no Transfer-Encoding");
    const auto coding = f.get(field::transfer_encoding);
    const bool is_known =
        f.count(field::transfer_encoding) == 1 && base::iequals(coding, "chunked");
    if (!is_known) fail("the only transfer coding that was asked for is \"chunked\"");
  }
  if (has_length) require_length(f.get(field::content_length));
  const bool is_tunnel = asked == method::connect && status_class(made.status_) == 2;
  if (asked == method::head || is_tunnel || forbids_content(made.status_)) {
    return framing::no_content;
  }
  return has_coding ? framing::chunked : has_length ? framing::length : framing::close;
}

void answer_parser::implementation::require_length(std::string_view value) {
  if (made.fields_.count(field::content_length) > 1) fail("it has two lines of Content-Length");
  if (!base::parse_decimal(value, announced)) fail("Content-Length is no number");
}

void answer_parser::implementation::begin_content() {
  switch (made.framing_) {
    case framing::no_content:
      at = stage::done;
      break;
    case framing::length:
      at = announced == 0 ? stage::done : stage::length;
      if (announced > most_content) fail("its content is larger than a test takes");
      break;
    case framing::chunked:
      at = stage::chunks;
      break;
    case framing::close:
      at = stage::close;
      break;
  }
}

std::size_t answer_parser::implementation::take_length(std::string_view bytes) {
  const auto n = std::min<std::uint64_t>(bytes.size(), announced - content);
  keep(bytes.substr(0, static_cast<std::size_t>(n)));
  if (content == announced) at = stage::done;
  return static_cast<std::size_t>(n);
}

std::size_t answer_parser::implementation::take_chunks(std::string_view bytes) {
  const auto result = chunks.decode(bytes);
  keep(result.content);
  if (result.at == http1::chunked_decoder::state::failed) fail(name_of(chunks.broken()));
  if (result.at == http1::chunked_decoder::state::trailers) at = stage::trailers;
  return result.consumed;
}

std::size_t answer_parser::implementation::keep(std::string_view bytes) {
  if (made.text_.size() + bytes.size() > most_content) {
    fail("its content is larger than a test takes");
  }
  content += bytes.size();
  made.text_.append(bytes);
  return bytes.size();
}

// --- errors --------------------------------------------------------------------------------------

void answer_parser::implementation::fail(std::string_view why) {
  failure = describe("is malformed: " + std::string(why));
  throw error(failure);
}

void answer_parser::implementation::fail_incomplete() {
  throw error(describe("is not whole: " + progress() + ", and no more comes"));
}

std::string answer_parser::implementation::progress() const {
  std::string bytes = std::to_string(content) + " bytes of content came";
  switch (at) {
    case stage::status_line:
      if (!made.interim_.empty() && lines.empty()) return "only interim answers came";
      return received == 0 ? "nothing came" : "its status line has no end";
    case stage::head:
      return "its head has no end";
    case stage::length:
      return std::to_string(content) + " of " + std::to_string(announced) +
             " bytes of content came";
    case stage::chunks:
      return "the last chunk is missing, " + bytes;
    case stage::trailers:
      return "the trailer section has no end, " + bytes;
    case stage::close:
      return "only the end of the connection ends it, " + bytes;
    case stage::done:
      break;
  }
  return bytes;
}

std::string answer_parser::implementation::describe(std::string_view what) const {
  std::string text = "the answer";
  if (!about.empty()) text.append(" to ").append(about);
  text.append(" ").append(what);
  if (received == 0) return text;
  return text + ". What came:" + shown(seen, received);
}

}  // namespace asio_httpd::testing
