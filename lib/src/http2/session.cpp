// SPDX-License-Identifier: BSL-1.0
//
// nghttp2 calls back while it takes bytes, and must not be called again from there; so callbacks
// only note what has happened. Content is pushed: nghttp2 asks for it by a callback, too, which has
// some exactly while `send_content` runs, for one stream.

#include "http2/session.hpp"

#include "base/block_pool.hpp"
#include "http2/header_lines.hpp"
#include "http2/request_reader.hpp"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <new>
#include <utility>

namespace asio_httpd::http2 {
namespace {

// Names as nghttp2 takes them. Lower case already, and alive up to the end of the call, in which
// they are written: nothing is copied.
constexpr std::uint8_t not_copied = NGHTTP2_NV_FLAG_NO_COPY_NAME | NGHTTP2_NV_FLAG_NO_COPY_VALUE;

std::uint8_t* bytes_of(std::string_view text) noexcept {
  return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
}

std::string_view text_of(const std::uint8_t* bytes, std::size_t size) noexcept {
  return {reinterpret_cast<const char*>(bytes), size};
}

void require(int result) {
  if (result == NGHTTP2_ERR_NOMEM) throw std::bad_alloc();
}

// Padding may be all that there is.
bool is_empty_or_padded(const nghttp2_frame_hd& frame) noexcept {
  return frame.length == 0 || (frame.flags & NGHTTP2_FLAG_PADDED) != 0;
}

// Of a response, before compression: what a handler may set.
constexpr std::size_t most_head_to_send = 1024 * 1024;

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

}  // namespace

// --- what nghttp2 calls --------------------------------------------------------------------------

struct session::callbacks {
  static session& of(void* user) noexcept { return *static_cast<session*>(user); }

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
      if (stream* known = self.find(frame->hd.stream_id)) known->section_size_ = 0;
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
    stream* const known = self.find(frame->hd.stream_id);
    if (known == nullptr) return 0;
    const std::string_view key = text_of(name, name_size);
    const std::string_view text = text_of(value, value_size);
    known->section_size_ += name_size + value_size;
    // RFC 7541 section 7.3: a few bytes may stand for as many thousands.
    if (known->section_size_ > section_limit(self.options_.head)) {
      self.fail(error::enhance_your_calm);
      return NGHTTP2_ERR_CALLBACK_FAILURE;
    }
    if (known->head_is_whole_) {
      add_trailer(key, text, known->trailer_text_, known->trailers_, self.options_.head);
    } else {
      add_line(key, text, known->head_, self.options_.head);
    }
    return self.whole_ && !known->head_is_whole_ ? NGHTTP2_ERR_PAUSE : 0;
  }

  // One that no message may have (RFC 9113 section 8.2.1).
  static int invalid_line(nghttp2_session*, const nghttp2_frame*, const std::uint8_t*, std::size_t,
                          const std::uint8_t*, std::size_t, std::uint8_t, void*) {
    return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
  }

  static int frame_received(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    session& self = of(user);
    const bool ends = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    switch (frame->hd.type) {
      case NGHTTP2_HEADERS:
        self.head_stream_ = 0;
        self.end_head(frame->hd.stream_id, frame->headers.cat == NGHTTP2_HCAT_REQUEST, ends);
        break;
      case NGHTTP2_DATA:
        if (ends) self.end_content(frame->hd.stream_id);
        break;
      case NGHTTP2_RST_STREAM:
        ++self.counts_.reset;
        if (stream* const known = self.find(frame->hd.stream_id)) {
          known->is_broken_ = known->is_broken_ || !known->end_is_sent_;
        }
        break;
      case NGHTTP2_SETTINGS:
        self.has_begun_ = true;
        break;
      case NGHTTP2_PING:
        if ((frame->hd.flags & NGHTTP2_FLAG_ACK) != 0) self.was_noticed_ = true;
        break;
      case NGHTTP2_PRIORITY_UPDATE:
        callbacks::update_priority(self, frame->ext);
        break;
      default:
        break;
    }
    return 0;
  }

  static void update_priority(session& self, const nghttp2_extension& frame) {
    const auto& update = *static_cast<const nghttp2_ext_priority_update*>(frame.payload);
    self.update_priority(update.stream_id, text_of(update.field_value, update.field_value_len));
  }

  static int data_chunk(nghttp2_session* s, std::uint8_t, std::int32_t id, const std::uint8_t* data,
                        std::size_t size, void* user) {
    session& self = of(user);
    stream* const known = self.find(id);
    self.budget_.earn_by_content(size);
    if (known == nullptr) return nghttp2_session_consume_connection(s, size);
    known->received_.append(text_of(data, size));
    self.touch(*known);
    return 0;
  }

  static int stream_closed(nghttp2_session* s, std::int32_t id, std::uint32_t code, void* user) {
    session& self = of(user);
    auto* const known = static_cast<stream*>(nghttp2_session_get_stream_user_data(s, id));
    const bool is_answered = code == NGHTTP2_NO_ERROR && (known == nullptr || known->end_is_sent_);
    if (is_answered) self.budget_.earn(budget::answer);
    self.order_.note_end(id, code != NGHTTP2_NO_ERROR);
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
    if ((frame->hd.type == NGHTTP2_DATA || frame->hd.type == NGHTTP2_HEADERS) &&
        (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0) {
      if (stream* const known = self.find(frame->hd.stream_id)) known->end_is_sent_ = true;
    }
    if (frame->hd.type == NGHTTP2_RST_STREAM) {
      self.order_.note_reset(frame->hd.stream_id);
      const error told = error_from(frame->rst_stream.error_code);
      ++self.counts_.told[static_cast<std::size_t>(told)];
      // A peer can make us reset streams by breaking rules on them (CVE-2025-8671).
      if (is_fault_of_peer(told)) self.budget_.spend(budget::reset);
    } else if (frame->hd.type == NGHTTP2_GOAWAY) {
      const error told = error_from(frame->goaway.error_code);
      ++self.counts_.told[static_cast<std::size_t>(told)];
      if (self.fault_ == error::no_error) self.fault_ = told;
    }
    return 0;
  }

  // A head that is too large for nghttp2, or that came too late.
  static int frame_not_sent(nghttp2_session* s, const nghttp2_frame* frame, int, void* user) {
    session& self = of(user);
    if (frame->hd.type != NGHTTP2_HEADERS) return 0;
    stream* const known = self.find(frame->hd.stream_id);
    if (known == nullptr || known->is_closed_) return 0;
    known->is_broken_ = true;
    self.touch(*known);
    return nghttp2_submit_rst_stream(s, NGHTTP2_FLAG_NONE, frame->hd.stream_id,
                                     NGHTTP2_INTERNAL_ERROR);
  }

  static bool is_fault_of_peer(error e) noexcept {
    return e != error::no_error && e != error::cancel && e != error::internal_error;
  }

  // How much can be sent of the content that is being sent; 0 and no more where it is at its end.
  static ssize_t content_size(nghttp2_session* s, std::int32_t id, std::uint8_t*, std::size_t most,
                              std::uint32_t* flags, nghttp2_data_source* source, void* user) {
    session& self = of(user);
    stream& known = *static_cast<stream*>(source->ptr);
    const bool is_sent_now = self.sending_ == &known;
    std::uint64_t size = 0;
    if (is_sent_now && self.has_room()) {
      size = std::min<std::uint64_t>(most, self.what_->size - self.sent_);
    }
    size = std::min(size, known.left_);
    if (size == 0 && known.left_ != 0) return NGHTTP2_ERR_DEFERRED;
    *flags |= NGHTTP2_DATA_FLAG_NO_COPY;
    if (size != known.left_) return static_cast<ssize_t>(size);
    *flags |= NGHTTP2_DATA_FLAG_EOF;
    if (known.trailers_to_send_ != nullptr) {
      *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
      self.submit_trailers(s, id, *known.trailers_to_send_);
    }
    return static_cast<ssize_t>(size);
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

  static nghttp2_session_callbacks* all();
};

namespace {

// nghttp2 is C: nothing may be thrown through it, and memory is what there may not be.
template <auto Callback>
struct shielded;
template <class... Arguments, int (*Callback)(Arguments...)>
struct shielded<Callback> {
  static int call(Arguments... arguments) noexcept {
    try {
      return Callback(arguments...);
    } catch (...) {
      return NGHTTP2_ERR_CALLBACK_FAILURE;
    }
  }
};

}  // namespace

nghttp2_session_callbacks* session::callbacks::all() {
  nghttp2_session_callbacks* made = nullptr;
  require(nghttp2_session_callbacks_new(&made));
  nghttp2_session_callbacks_set_on_begin_frame_callback(made, &shielded<&begin_frame>::call);
  nghttp2_session_callbacks_set_on_begin_headers_callback(made, &shielded<&begin_headers>::call);
  nghttp2_session_callbacks_set_on_header_callback(made, &shielded<&header_line>::call);
  nghttp2_session_callbacks_set_on_invalid_header_callback(made, &shielded<&invalid_line>::call);
  nghttp2_session_callbacks_set_on_frame_recv_callback(made, &shielded<&frame_received>::call);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(made, &shielded<&data_chunk>::call);
  nghttp2_session_callbacks_set_on_stream_close_callback(made, &shielded<&stream_closed>::call);
  nghttp2_session_callbacks_set_on_frame_send_callback(made, &shielded<&frame_sent>::call);
  nghttp2_session_callbacks_set_on_frame_not_send_callback(made, &shielded<&frame_not_sent>::call);
  nghttp2_session_callbacks_set_send_data_callback(made, &shielded<&send_content>::call);
  return made;
}

// --- the beginning -------------------------------------------------------------------------------

namespace {

// For good: they are the same for all.
nghttp2_option* options_of_all() {
  nghttp2_option* made = nullptr;
  require(nghttp2_option_new(&made));
  nghttp2_option_set_no_auto_window_update(made, 1);  // who reads says so
  nghttp2_option_set_builtin_recv_extension_type(made, NGHTTP2_PRIORITY_UPDATE);
  nghttp2_option_set_no_closed_streams(made, 1);
  nghttp2_option_set_max_send_header_block_length(made, most_head_to_send);
  // Counted in the budget, with the right error code.
  nghttp2_option_set_stream_reset_rate_limit(made, 1'000'000, 1'000'000);
  return made;
}

// It makes and frees some five blocks for each request.
nghttp2_mem* memory_of_all() {
  using base::block_pool;
  static nghttp2_mem made = {
      nullptr,
      [](std::size_t size, void*) { return block_pool::allocate(size); },
      [](void* block, void*) { block_pool::free(block); },
      [](std::size_t n, std::size_t size, void*) { return block_pool::allocate_zeroed(n, size); },
      [](void* block, std::size_t size, void*) { return block_pool::reallocate(block, size); },
  };
  return &made;
}

}  // namespace

session::session(const session_options& options) : options_(options) {
  static nghttp2_session_callbacks* const called = callbacks::all();
  static nghttp2_option* const chosen = options_of_all();
  require(nghttp2_session_server_new3(&session_, called, this, chosen, memory_of_all()));
  const std::array<nghttp2_settings_entry, 6> settings = {{
      {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, options.streams},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, options.stream_window},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, static_cast<std::uint32_t>(options.head.size)},
      {NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
      {NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL, 1},
      {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1},
  }};
  require(nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings.data(), settings.size()));
  require(nghttp2_session_set_local_window_size(
      session_, NGHTTP2_FLAG_NONE, 0, static_cast<std::int32_t>(options.connection_window)));
  pump();
}

session::~session() {
  for (stream* s : streams_) s->session_ = nullptr;
  nghttp2_session_del(session_);
}

// --- streams -------------------------------------------------------------------------------------

// Mostly it is the one whose lines come in, which needs no look into nghttp2's table.
stream* session::find(std::int32_t id) const noexcept {
  if (incoming_ && incoming_->id_ == id) return incoming_.get();
  return static_cast<stream*>(nghttp2_session_get_stream_user_data(session_, id));
}

void session::add(stream& s) {
  s.place_ = streams_.size();
  streams_.push_back(&s);
}

void session::touch(stream& s) noexcept {
  if (!s.head_is_whole_ || std::exchange(s.is_touched_, true)) return;
  touched_.push_back(&s);
}

// Whoever served it is done with it.
void session::forget(stream& s) noexcept {
  streams_.back()->place_ = s.place_;
  streams_[s.place_] = streams_.back();
  streams_.pop_back();
  if (s.is_touched_) {  // mostly the last one, which its answer has just closed
    if (touched_.back() == &s) {
      touched_.pop_back();
    } else {
      *std::find(touched_.begin(), touched_.end(), &s) = nullptr;
    }
  }
  if (is_dead_) return;
  if (!s.received_.empty()) nghttp2_session_consume_connection(session_, s.received_.size());
  if (s.is_closed_) return;
  nghttp2_session_set_stream_user_data(session_, s.id_, nullptr);
  const auto code = s.end_is_sent_ ? std::uint32_t{NGHTTP2_NO_ERROR} : s.code_;
  // Without it, nghttp2 would ask for content that is gone.
  if (nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, s.id_, code) != 0) is_dead_ = true;
}

void session::consume(stream& s, std::size_t n) {
  if (is_dead_ || n == 0) return;
  if (s.is_closed_) {
    require(nghttp2_session_consume_connection(session_, n));
  } else {
    require(nghttp2_session_consume(session_, s.id_, n));
  }
}

stream* session::take_touched() noexcept {
  while (!touched_.empty()) {
    stream* const taken = touched_.back();
    touched_.pop_back();
    if (taken == nullptr) continue;
    taken->is_touched_ = false;
    return taken;
  }
  return nullptr;
}

// --- what came -----------------------------------------------------------------------------------

std::size_t session::receive(std::string_view bytes, time_point now) {
  if (is_dead_) return bytes.size();
  budget_.pass_time(now);
  const auto taken = nghttp2_session_mem_recv(
      session_, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  if (taken == NGHTTP2_ERR_NOMEM) throw std::bad_alloc();
  if (taken < 0) fail_by(static_cast<int>(taken));
  if (budget_.is_overdrawn()) fail(error::enhance_your_calm);
  return taken < 0 ? bytes.size() : static_cast<std::size_t>(taken);
}

// What nghttp2 gave up at.
void session::fail_by(int result) {
  switch (result) {
    case NGHTTP2_ERR_FLOODED:
    case NGHTTP2_ERR_TOO_MANY_CONTINUATIONS:
      return fail(error::enhance_your_calm);
    case NGHTTP2_ERR_BAD_CLIENT_MAGIC:
      return fail(error::protocol_error);
    default:
      if (fault_ == error::no_error) fail(error::internal_error);
  }
}

void session::end_head(std::int32_t id, bool is_request, bool ends) {
  stream* const known = find(id);
  if (known == nullptr) return;
  if (is_request) {
    finish_head(known->head_, options_.head);
    // Of who says nothing, all are to go on side by side.
    const bool is_said = known->head_.lines.contains(field::priority);
    known->priority_ = is_said ? parse_priority(known->head_.lines.get(field::priority))
                               : http2::priority{.incremental = true};
    known->head_is_whole_ = true;
    known->has_ended_ = ends;
    whole_ = std::move(incoming_);
  } else {
    http::field_sink::borrow(known->trailers_, known->trailer_text_.data());
    if (ends) end_content(id);
  }
}

void session::end_content(std::int32_t id) {
  stream* const known = find(id);
  if (known == nullptr) return;
  known->has_ended_ = true;
  touch(*known);
}

void session::update_priority(std::int32_t id, std::string_view value) {
  if (stream* const known = find(id)) known->priority_ = parse_priority(value);
}

// --- sending -------------------------------------------------------------------------------------

void session::pump() {
  write_frames();
  if (!budget_.is_overdrawn() || fault_ != error::no_error) return;
  fail(error::enhance_your_calm);
  write_frames();
}

void session::write_frames() {
  if (is_dead_) return;
  const std::uint8_t* bytes = nullptr;
  ssize_t size = 0;
  while ((size = nghttp2_session_mem_send(session_, &bytes)) > 0) {
    output_.append(text_of(bytes, static_cast<std::size_t>(size)));
  }
  if (size == NGHTTP2_ERR_NOMEM) throw std::bad_alloc();
  if (size < 0) is_dead_ = true;
}

namespace {

// Without memory of its own for heads of usual size.
class lines {
 public:
  explicit lines(std::span<const header> from) {
    if (from.size() > few_.size()) many_.resize(from.size());
    nghttp2_nv* to = data_ = many_.empty() ? few_.data() : many_.data();
    for (const header& h : from) {
      *to++ = {bytes_of(h.name), bytes_of(h.value), h.name.size(), h.value.size(), not_copied};
    }
  }
  const nghttp2_nv* data() const noexcept { return data_; }

 private:
  std::array<nghttp2_nv, 32> few_;
  std::vector<nghttp2_nv> many_;
  nghttp2_nv* data_;
};

}  // namespace

std::size_t session::send_head(stream& s, std::span<const header> head, std::uint64_t size,
                               std::string_view first, std::string_view second) {
  s.left_ = size;
  if (is_dead_ || s.is_closed_) return 0;
  const lines all(head);
  nghttp2_data_provider source{{.ptr = &s}, &callbacks::content_size};
  require(nghttp2_submit_response(session_, s.id_, all.data(), head.size(),
                                  size == 0 ? nullptr : &source));
  return push(s, {first, second, nullptr, 0, first.size() + second.size()});
}

void session::send_interim(stream& s, std::span<const header> head) {
  if (is_dead_ || s.is_closed_) return;
  const lines all(head);
  const auto result = nghttp2_submit_headers(session_, NGHTTP2_FLAG_NONE, s.id_, nullptr,
                                             all.data(), head.size(), nullptr);
  if (result == NGHTTP2_ERR_NOMEM) throw std::bad_alloc();
  pump();
}

std::size_t session::send(stream& s, std::string_view first, std::string_view second) {
  return resume(s, {first, second, nullptr, 0, first.size() + second.size()});
}

std::size_t session::send(stream& s, const content_reader& from, std::uint64_t offset,
                          std::uint64_t size) {
  return resume(s, {{}, {}, &from, offset, size});
}

void session::send_end(stream& s, std::uint64_t left, const fields* trailers) {
  s.left_ = left;
  s.trailers_to_send_ = trailers != nullptr && !trailers->empty() ? trailers : nullptr;
  if (left == 0) resume(s, {});
}

std::size_t session::resume(stream& s, const content_source& what) {
  if (is_dead_ || s.is_closed_ || !has_room()) return 0;
  // Of what has its end already, nothing is deferred.
  require(nghttp2_session_resume_data(session_, s.id_));
  return push(s, what);
}

// Content for which there is no window comes again.
std::size_t session::push(stream& s, const content_source& what) {
  sending_ = &s;
  what_ = &what;
  sent_ = 0;
  pump();
  sending_ = nullptr;
  what_ = nullptr;
  return static_cast<std::size_t>(sent_);
}

void session::submit_trailers(nghttp2_session* s, std::int32_t id, const fields& trailers) {
  header_lines made;
  std::vector<nghttp2_nv> copied;
  for (const auto& [name, value] : made.of_trailers(trailers)) {
    copied.push_back({bytes_of(name), bytes_of(value), name.size(), value.size(), 0});
  }
  nghttp2_submit_trailer(s, id, copied.data(), copied.size());
}

bool session::has_own_window(const stream& s) const noexcept {
  return !is_dead_ && nghttp2_session_get_stream_remote_window_size(session_, s.id_) > 0;
}

bool session::has_window(const stream& s) const noexcept {
  return !is_dead_ && nghttp2_session_get_remote_window_size(session_) > 0 &&
         nghttp2_session_get_stream_remote_window_size(session_, s.id_) > 0;
}

// --- the end -------------------------------------------------------------------------------------

void session::announce_end() {
  if (is_dead_) return;
  require(nghttp2_submit_shutdown_notice(session_));
  require(nghttp2_submit_ping(session_, NGHTTP2_FLAG_NONE, nullptr));
  pump();
}

void session::go_away() {
  if (is_dead_) return;
  order_.go_away();
  require(nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE,
                                nghttp2_session_get_last_proc_stream_id(session_), NGHTTP2_NO_ERROR,
                                nullptr, 0));
  pump();
}

void session::terminate(error why) {
  if (is_dead_) return;
  require(nghttp2_session_terminate_session(session_, static_cast<std::uint32_t>(why)));
  pump();
}

void session::fail(error why) {
  if (fault_ == error::no_error) fault_ = why;
  if (is_dead_) return;
  nghttp2_session_terminate_session(session_, static_cast<std::uint32_t>(why));
}

bool session::is_over() const noexcept {
  return is_dead_ ||
         (nghttp2_session_want_read(session_) == 0 && nghttp2_session_want_write(session_) == 0);
}

}  // namespace asio_httpd::http2
