// SPDX-License-Identifier: BSL-1.0
//
// Server-sent events as a client reads them (WHATWG HTML section 9.2.6, "Interpreting an event
// stream"), from text that comes in any pieces.
//
// Line ends are CR LF, LF or CR; a byte order mark at the start is skipped; unknown fields are
// ignored; an event without its empty line is never given out. Unlike a browser it leaves bytes as
// they are that are not UTF-8, so that a test sees them. Not thread-safe.

#pragma once

#include <asio_httpd/testing/error.hpp>

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace asio_httpd::testing {

struct event {
  std::string type = "message";  // the field `event`
  std::string data;              // its lines, with "\n" between them
  std::string id;                // the last event ID, this event's or an earlier one's
};

class event_stream {
 public:
  event_stream() = default;
  // Of a client that connects again: events without an ID have this one.
  explicit event_stream(std::string last_event_id)
      : id_(last_event_id), last_event_id_(std::move(last_event_id)) {}

  // What may wait in it, in bytes: events that were not taken, comments, and the event that has
  // begun. Above it `feed` throws `error`.
  static constexpr std::size_t most_held = std::size_t{16} << 20;

  // Text that has come, with the transfer coding taken off.
  void feed(std::string_view text);
  // Takes the next event; nothing where none is whole.
  std::optional<event> next();
  bool has_event() const noexcept { return !events_.empty(); }

  // What a reconnecting client sends in Last-Event-ID: of the last event that was dispatched,
  // whether it was taken or not. "" where there was no ID.
  const std::string& last_event_id() const noexcept { return last_event_id_; }
  // How long the server asks a client to wait before it connects again, where it said so.
  std::optional<std::chrono::milliseconds> retry() const noexcept { return retry_; }
  // Takes the comments that came, without their colon: servers keep connections alive with them.
  std::vector<std::string> take_comments();
  // What has come of an event that is not whole: its lines of data, and the line that is not ended.
  std::string unfinished() const { return data_ + line_; }

 private:
  void end_line();
  void set_field(std::string_view name, std::string_view value);
  void set_retry(std::string_view digits);
  void dispatch();
  void keep_comment(std::string_view text);
  void require_room() const;

  std::string line_;  // that has begun
  bool after_cr_ = false;
  bool at_start_ = true;  // a byte order mark may follow
  std::string type_;
  std::string data_;
  std::string id_;
  std::string last_event_id_;
  std::optional<std::chrono::milliseconds> retry_;
  std::deque<event> events_;
  std::vector<std::string> comments_;
  std::size_t waiting_ = 0;  // bytes in events_ and comments_
};

}  // namespace asio_httpd::testing
