// SPDX-License-Identifier: BSL-1.0
//
// Lines, fields and dispatch, in the order of the standard's section.

#include <asio_httpd/testing/event_stream.hpp>

#include "base/ascii.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace asio_httpd::testing {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

std::size_t size_of(const event& e) {
  return e.type.size() + e.data.size() + e.id.size();
}

}  // namespace

// The line end of CR LF may be cut in two: the LF behind a CR ends no line.
void event_stream::feed(std::string_view text) {
  while (!text.empty()) {
    if (std::exchange(after_cr_, false) && text.front() == '\n') {
      text.remove_prefix(1);
      continue;
    }
    const std::size_t end = text.find_first_of("\r\n");
    line_.append(text.substr(0, end));
    require_room();
    if (end == std::string_view::npos) return;
    after_cr_ = text[end] == '\r';
    text.remove_prefix(end + 1);
    end_line();
  }
}

std::optional<event> event_stream::next() {
  if (events_.empty()) return std::nullopt;
  event first = std::move(events_.front());
  events_.pop_front();
  waiting_ -= size_of(first);
  return first;
}

std::vector<std::string> event_stream::take_comments() {
  for (const std::string& text : comments_) waiting_ -= text.size();
  return std::exchange(comments_, {});
}

void event_stream::end_line() {
  const std::string ended = std::exchange(line_, {});
  std::string_view line = ended;
  if (std::exchange(at_start_, false) && line.starts_with(byte_order_mark)) {
    line.remove_prefix(byte_order_mark.size());
  }
  if (line.empty()) return dispatch();
  const std::size_t colon = line.find(':');
  if (colon == 0) return keep_comment(line.substr(1));
  std::string_view value = colon == std::string_view::npos ? "" : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  set_field(line.substr(0, colon), value);
}

void event_stream::set_field(std::string_view name, std::string_view value) {
  if (name == "event") {
    type_ = value;
  } else if (name == "data") {
    data_.append(value).push_back('\n');
  } else if (name == "id") {
    if (value.find('\0') == std::string_view::npos) id_ = value;
  } else if (name == "retry") {
    set_retry(value);
  }
}

// Digits and nothing else; a time beyond all numbers is the largest.
void event_stream::set_retry(std::string_view digits) {
  using count = std::chrono::milliseconds::rep;
  constexpr std::uint64_t most = std::numeric_limits<count>::max();
  if (digits.empty() || !std::all_of(digits.begin(), digits.end(), base::is_digit)) return;
  std::uint64_t value = most;
  base::parse_decimal(digits, value);
  retry_ = std::chrono::milliseconds(static_cast<count>(std::min(value, most)));
}

void event_stream::dispatch() {
  last_event_id_ = id_;
  std::string type = std::exchange(type_, {});
  std::string data = std::exchange(data_, {});
  if (data.empty()) return;
  data.pop_back();  // the line end behind its last line
  if (type.empty()) type = "message";
  events_.push_back({std::move(type), std::move(data), last_event_id_});
  waiting_ += size_of(events_.back());
}

void event_stream::keep_comment(std::string_view text) {
  comments_.emplace_back(text);
  waiting_ += text.size();
}

void event_stream::require_room() const {
  if (line_.size() + data_.size() + waiting_ <= most_held) return;
  throw error("the event stream holds more than 16 MiB that nobody took");
}

}  // namespace asio_httpd::testing
