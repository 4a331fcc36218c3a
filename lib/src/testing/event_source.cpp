// SPDX-License-Identifier: BSL-1.0
//
// The request, the check of its head, and events out of the content.

#include <asio_httpd/testing/event_source.hpp>

#include "base/ascii.hpp"
#include "testing/shown.hpp"

#include <utility>

namespace asio_httpd::testing {
namespace {

constexpr std::string_view media_type = "text/event-stream";

client_request subscription(std::string target, field_lines fields) {
  fields.emplace_back("Accept", media_type);
  return {method::get, std::move(target), std::move(fields), {}};
}

bool is_event_stream(const answer& head) {
  const std::string_view type = head.get(field::content_type);
  return head.status() == status::ok &&
         base::iequals(base::trim_ows(type.substr(0, type.find(';'))), media_type);
}

}  // namespace

event_source::event_source(testing::server& s, std::string target, field_lines fields)
    : server_(&s),
      request_(subscription(std::move(target), std::move(fields))),
      connection_(open()) {
  read_head();
}

testing::connection event_source::open() {
  testing::connection made = server_->connect();
  client_request r = request_;
  const std::string& id = stream_.last_event_id();
  if (!id.empty()) r.fields.emplace_back("Last-Event-ID", id);
  made.send(r);
  return made;
}

void event_source::read_head() {
  head_ = connection_.receive_head();
  if (is_event_stream(head_)) return;
  throw error("GET " + request_.target + " is no event stream\n" + to_string(head_));
}

void event_source::reconnect() {
  connection_ = open();
  stream_ = event_stream(stream_.last_event_id());
  read_head();
}

event_stream& event_source::stream() {
  stream_.feed(connection_.receive_content());
  return stream_;
}

std::optional<event> event_source::next() {
  return stream().next();
}

// Its last chunk has come, or the connection's end, whole or not.
bool event_source::is_closed() {
  stream();
  return connection_.at_end() || connection_.has_answer();
}

event event_source::receive_event() {
  connection_.wait_until([this] { return stream().has_event() || is_closed(); });
  if (auto e = stream_.next()) return *std::move(e);
  const std::string unfinished = stream_.unfinished();
  std::string why = "no event came from GET " + request_.target + ", and the stream is ";
  why += is_closed() ? "closed" : "open";
  if (!unfinished.empty()) why += ". What came of the next:" + shown(unfinished, unfinished.size());
  throw error(why);
}

}  // namespace asio_httpd::testing
