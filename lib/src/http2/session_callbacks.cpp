// SPDX-License-Identifier: BSL-1.0
//
// Functions stand in this order: frames that come in, those that go out, content, the table of all.

#include "http2/session_callbacks.hpp"

#include "http2/header_lines.hpp"
#include "http2/nghttp2_values.hpp"
#include "http2/request_reader.hpp"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

namespace asio_httpd::http2 {
namespace {

// Padding may be all that there is.
bool is_empty_or_padded(const nghttp2_frame_hd& frame) noexcept {
  return frame.length == 0 || (frame.flags & NGHTTP2_FLAG_PADDED) != 0;
}

// What a frame costs that carries no request and no content.
std::int64_t price_of(const nghttp2_frame_hd& frame) noexcept {
  switch (frame.type) {
    case NGHTTP2_HEADERS:
      return 0;
    case NGHTTP2_DATA:
      return is_empty_or_padded(frame) && (frame.flags & NGHTTP2_FLAG_END_STREAM) == 0 ? 1 : 0;
    case NGHTTP2_RST_STREAM:
      return budget::reset;
    default:
      return 1;
  }
}

bool is_fault_of_peer(error e) noexcept {
  return e != error::no_error && e != error::cancel && e != error::internal_error;
}

// nghttp2 is C: nothing may be thrown through it, and memory is what there may not be.
template <auto Callback>
struct shielded;
template <class Result, class... Arguments, Result (*Callback)(Arguments...)>
struct shielded<Callback> {
  static Result call(Arguments... arguments) noexcept {
    try {
      return Callback(arguments...);
    } catch (...) {
      return NGHTTP2_ERR_CALLBACK_FAILURE;
    }
  }
};
template <auto Callback>
constexpr auto* shield = &shielded<Callback>::call;

}  // namespace

struct session::callbacks::functions {
  static session& of(void* user) noexcept { return *static_cast<session*>(user); }

  // Mostly it is the one whose lines come in, which needs no look into nghttp2's table.
  static stream* find(const session& self, std::int32_t id) noexcept {
    if (self.incoming_ && self.incoming_->id_ == id) return self.incoming_.get();
    return static_cast<stream*>(nghttp2_session_get_stream_user_data(self.session_, id));
  }

  static int begin_frame(nghttp2_session* s, const nghttp2_frame_hd* frame, void* user) {
    session& self = of(user);
    self.budget_.spend(price_of(*frame));
    const auto is_open = [s](std::int32_t id) {
      return nghttp2_session_find_stream(s, id) != nullptr;
    };
    const error broken = self.order_.look_at(
        {frame->stream_id, frame->type == NGHTTP2_HEADERS, frame->type == NGHTTP2_PRIORITY},
        is_open);
    if (broken == error::no_error) return 0;
    self.fail(broken);
    return NGHTTP2_ERR_CALLBACK_FAILURE;
  }

  static int begin_headers(nghttp2_session* s, const nghttp2_frame* frame, void* user) {
    session& self = of(user);
    self.head_stream_ = frame->hd.stream_id;
    if (frame->headers.cat != NGHTTP2_HCAT_REQUEST) {
      if (stream* known = find(self, frame->hd.stream_id)) known->section_size_ = 0;
      return 0;
    }
    ++self.counts_.streams;
    // Of streams that were reset, some may be with their handlers still.
    if (self.streams_.size() >= 2 * std::size_t{self.options_.streams}) {
      return nghttp2_submit_rst_stream(s, NGHTTP2_FLAG_NONE, frame->hd.stream_id,
                                       NGHTTP2_REFUSED_STREAM);
    }
    self.incoming_ = std::make_unique<stream>(self, frame->hd.stream_id);
    self.add(*self.incoming_);
    return nghttp2_session_set_stream_user_data(s, frame->hd.stream_id, self.incoming_.get());
  }

  static int header_line(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
                         std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
                         std::uint8_t, void* user) {
    session& self = of(user);
    stream* const known = find(self, frame->hd.stream_id);
    if (known == nullptr) return 0;
    const field_line line(text_of(name, name_size), text_of(value, value_size));
    if (!accept_line(self, *known, line)) {
      const int result = refuse(self, *known);
      return result != 0 ? result : int{NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE};
    }
    known->section_size_ += name_size + value_size;
    // RFC 7541 section 7.3: a few bytes may stand for as many thousands.
    if (known->section_size_ > section_limit(self.options_.head)) {
      self.fail(error::enhance_your_calm);
      return NGHTTP2_ERR_CALLBACK_FAILURE;
    }
    if (known->head_is_whole_) {
      add_trailer(line, known->trailer_text_, known->trailers_, self.options_.head);
    } else {
      add_line(line, known->head_, self.options_.head);
    }
    return self.whole_ && !known->head_is_whole_ ? NGHTTP2_ERR_PAUSE : 0;
  }

  static bool accept_line(session& self, stream& s, const field_line& line) noexcept {
    return s.head_is_whole_ ? s.rules_.accept_trailer(line)
                            : s.rules_.accept_line(line, self.known_host_);
  }

  // What is malformed ends its stream (RFC 9113 section 8.1.1), and is not passed on.
  static int refuse(session& self, stream& s) noexcept {
    s.is_malformed_ = true;
    return nghttp2_submit_rst_stream(self.session_, NGHTTP2_FLAG_NONE, s.id_,
                                     NGHTTP2_PROTOCOL_ERROR);
  }

  static int frame_received(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    session& self = of(user);
    const bool ends = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    switch (frame->hd.type) {
      case NGHTTP2_HEADERS:
        self.head_stream_ = 0;
        return end_lines(self, frame->hd.stream_id, frame->headers.cat == NGHTTP2_HCAT_REQUEST,
                         ends);
      case NGHTTP2_DATA:
        return ends ? end_content(self, frame->hd.stream_id) : 0;
      case NGHTTP2_RST_STREAM:
        note_reset_by_peer(self, frame->hd.stream_id);
        break;
      case NGHTTP2_SETTINGS:
        self.has_begun_ = true;
        break;
      case NGHTTP2_PING:
        if ((frame->hd.flags & NGHTTP2_FLAG_ACK) != 0) self.was_noticed_ = true;
        break;
      case NGHTTP2_PRIORITY_UPDATE:
        update_priority(self, frame->ext);
        break;
      default:
        break;
    }
    return 0;
  }

  static int end_lines(session& self, std::int32_t id, bool is_request, bool ends) {
    stream* const known = find(self, id);
    if (known == nullptr) return 0;
    if (is_request) {
      const bool is_right = known->rules_.accept_head() && (!ends || known->rules_.accept_end());
      if (!is_right) return refuse(self, *known);
      end_head(self, *known, ends);
      return 0;
    }
    if (!ends) return refuse(self, *known);  // trailers are the last that comes (section 8.1)
    http::field_sink::borrow(known->trailers_, known->trailer_text_.data());
    return end_content(self, id);
  }

  static void end_head(session& self, stream& s, bool ends) {
    finish_head(s.head_, self.options_.head, self.known_host_);
    // Of who says nothing, all are to go on side by side.
    const bool is_said = s.head_.lines.contains(field::priority);
    s.priority_ = is_said ? parse_priority(s.head_.lines.get(field::priority))
                          : http2::priority{.incremental = true};
    s.head_is_whole_ = true;
    s.has_ended_ = ends;
    self.whole_ = std::move(self.incoming_);
  }

  static int end_content(session& self, std::int32_t id) {
    stream* const known = find(self, id);
    if (known == nullptr) return 0;
    if (!known->rules_.accept_end()) return refuse(self, *known);
    known->has_ended_ = true;
    self.touch(*known);
    return 0;
  }

  static void note_reset_by_peer(session& self, std::int32_t id) noexcept {
    ++self.counts_.reset;
    stream* const known = find(self, id);
    if (known != nullptr && !known->end_is_sent_) known->is_broken_ = true;
  }

  static void update_priority(session& self, const nghttp2_extension& frame) {
    const auto& update = *static_cast<const nghttp2_ext_priority_update*>(frame.payload);
    stream* const known = find(self, update.stream_id);
    if (known == nullptr) return;
    known->priority_ = parse_priority(text_of(update.field_value, update.field_value_len));
  }

  static int data_chunk(nghttp2_session* s, std::uint8_t, std::int32_t id, const std::uint8_t* data,
                        std::size_t size, void* user) {
    session& self = of(user);
    stream* const known = find(self, id);
    if (known != nullptr && !known->rules_.accept_content(size)) {
      require(refuse(self, *known));  // for each piece of a frame: the first one counts
      return nghttp2_session_consume_connection(s, size);
    }
    self.budget_.earn_by_content(size);
    if (known == nullptr) return nghttp2_session_consume_connection(s, size);
    known->received_.append(text_of(data, size));
    self.touch(*known);
    return 0;
  }

  static int stream_closed(nghttp2_session* s, std::int32_t id, std::uint32_t code, void* user) {
    session& self = of(user);
    auto* const known = static_cast<stream*>(nghttp2_session_get_stream_user_data(s, id));
    const bool is_malformed = known != nullptr && known->is_malformed_;
    const bool is_faulty = code != NGHTTP2_NO_ERROR || is_malformed;
    const bool is_answered = !is_faulty && (known == nullptr || known->end_is_sent_);
    if (is_answered) self.budget_.earn(budget::answer);
    self.order_.note_end(id, is_faulty);
    if (self.head_stream_ == id) self.head_stream_ = 0;
    if (known == nullptr) return 0;
    known->is_closed_ = true;
    if (!is_answered || !known->has_ended_) known->is_broken_ = true;
    if (known == self.incoming_.get()) {
      self.incoming_.reset();
    } else {
      self.touch(*known);
    }
    return 0;
  }

  static int frame_sent(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    session& self = of(user);
    const bool ends = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    switch (frame->hd.type) {
      case NGHTTP2_DATA:
      case NGHTTP2_HEADERS:
        if (ends) note_end_sent(self, frame->hd.stream_id);
        break;
      case NGHTTP2_RST_STREAM:
        note_reset_sent(self, frame->hd.stream_id, error_from(frame->rst_stream.error_code));
        break;
      case NGHTTP2_GOAWAY:
        note_goaway_sent(self, error_from(frame->goaway.error_code));
        break;
      default:
        break;
    }
    return 0;
  }

  static void note_end_sent(session& self, std::int32_t id) noexcept {
    if (stream* const known = find(self, id)) known->end_is_sent_ = true;
  }

  static void note_reset_sent(session& self, std::int32_t id, error told) noexcept {
    self.order_.note_reset(id);
    ++self.counts_.told[static_cast<std::size_t>(told)];
    // A peer can make us reset streams by breaking rules on them (CVE-2025-8671).
    if (is_fault_of_peer(told)) self.budget_.spend(budget::reset);
  }

  static void note_goaway_sent(session& self, error told) noexcept {
    ++self.counts_.told[static_cast<std::size_t>(told)];
    if (self.fault_ == error::no_error) self.fault_ = told;
  }

  // A head that is too large for nghttp2, or that came too late.
  static int frame_not_sent(nghttp2_session* s, const nghttp2_frame* frame, int, void* user) {
    session& self = of(user);
    if (frame->hd.type != NGHTTP2_HEADERS) return 0;
    stream* const known = find(self, frame->hd.stream_id);
    if (known == nullptr || known->is_closed_) return 0;
    known->is_broken_ = true;
    self.touch(*known);
    return nghttp2_submit_rst_stream(s, NGHTTP2_FLAG_NONE, frame->hd.stream_id,
                                     NGHTTP2_INTERNAL_ERROR);
  }

  // How much can be sent of the content that is being sent; 0 and no more where it is at its end.
  static ssize_t content_size(nghttp2_session* s, std::int32_t id, std::uint8_t*, std::size_t most,
                              std::uint32_t* flags, nghttp2_data_source* source, void* user) {
    const session& self = of(user);
    const stream& known = *static_cast<stream*>(source->ptr);
    const std::uint64_t size = size_to_send(self, known, most);
    if (size == 0 && known.left_ != 0) return NGHTTP2_ERR_DEFERRED;
    *flags |= NGHTTP2_DATA_FLAG_NO_COPY;
    if (size != known.left_) return static_cast<ssize_t>(size);
    *flags |= NGHTTP2_DATA_FLAG_EOF;
    if (known.trailers_to_send_ != nullptr) {
      *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
      submit_trailers(s, id, *known.trailers_to_send_);
    }
    return static_cast<ssize_t>(size);
  }

  static std::uint64_t size_to_send(const session& self, const stream& s,
                                    std::uint64_t most) noexcept {
    if (self.sending_ != &s || !self.has_room()) return 0;
    return std::min({most, self.what_->size - self.sent_, s.left_});
  }

  static void submit_trailers(nghttp2_session* s, std::int32_t id, const fields& trailers) {
    header_lines made;
    std::vector<nghttp2_nv> copied;
    for (const auto& [name, value] : made.of_trailers(trailers)) {
      copied.push_back({bytes_of(name), bytes_of(value), name.size(), value.size(), 0});
    }
    require(nghttp2_submit_trailer(s, id, copied.data(), copied.size()));
  }

  static int send_content(nghttp2_session*, nghttp2_frame*, const std::uint8_t* frame_head,
                          std::size_t size, nghttp2_data_source* source, void* user) {
    constexpr std::size_t head_size = 9;
    session& self = of(user);
    stream& known = *static_cast<stream*>(source->ptr);
    self.output_.prepare(head_size + size);
    self.output_.append(text_of(frame_head, head_size));
    if (size != 0 && !self.what_->copy(self.sent_, size, self.output_)) {
      self.output_.retract(head_size);
      return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    }
    self.sent_ += size;
    if (known.left_ != stream::no_size) known.left_ -= size;
    self.budget_.earn(1);
    self.budget_.earn_by_content(size);
    self.content_sent_ += size;
    return 0;
  }
};

nghttp2_session_callbacks* session::callbacks::all() {
  using f = functions;
  nghttp2_session_callbacks* made = nullptr;
  require(nghttp2_session_callbacks_new(&made));
  nghttp2_session_callbacks_set_on_begin_frame_callback(made, shield<&f::begin_frame>);
  nghttp2_session_callbacks_set_on_begin_headers_callback(made, shield<&f::begin_headers>);
  nghttp2_session_callbacks_set_on_header_callback(made, shield<&f::header_line>);
  nghttp2_session_callbacks_set_on_frame_recv_callback(made, shield<&f::frame_received>);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(made, shield<&f::data_chunk>);
  nghttp2_session_callbacks_set_on_stream_close_callback(made, shield<&f::stream_closed>);
  nghttp2_session_callbacks_set_on_frame_send_callback(made, shield<&f::frame_sent>);
  nghttp2_session_callbacks_set_on_frame_not_send_callback(made, shield<&f::frame_not_sent>);
  nghttp2_session_callbacks_set_send_data_callback(made, shield<&f::send_content>);
  return made;
}

nghttp2_data_provider session::callbacks::content_of(stream& s) noexcept {
  return {{.ptr = &s}, shield<&functions::content_size>};
}

}  // namespace asio_httpd::http2
