// SPDX-License-Identifier: BSL-1.0
//
// What calls nghttp2; what that calls back is in session_callbacks.cpp.

#include "http2/session.hpp"

#include "base/block_pool.hpp"
#include "http2/nghttp2_values.hpp"
#include "http2/session_callbacks.hpp"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <new>
#include <utility>

namespace asio_httpd::http2 {
namespace {

// Names as nghttp2 takes them. Lower case already, and alive up to the end of the call, in which
// they are written: nothing is copied.
constexpr std::uint8_t not_copied = NGHTTP2_NV_FLAG_NO_COPY_NAME | NGHTTP2_NV_FLAG_NO_COPY_VALUE;

// Of a response, before compression: what a handler may set.
constexpr std::size_t most_head_to_send = 1024 * 1024;

// For good: they are the same for all.
nghttp2_option* options_of_all() {
  nghttp2_option* made = nullptr;
  require(nghttp2_option_new(&made));
  nghttp2_option_set_no_auto_window_update(made, 1);  // who reads says so
  nghttp2_option_set_builtin_recv_extension_type(made, NGHTTP2_PRIORITY_UPDATE);
  nghttp2_option_set_no_closed_streams(made, 1);
  nghttp2_option_set_no_http_messaging(made, 1);  // message_rules.hpp
  nghttp2_option_set_max_send_header_block_length(made, most_head_to_send);
  // Counted in the budget, with the right error code.
  nghttp2_option_set_stream_reset_rate_limit(made, 1'000'000, 1'000'000);
  return made;
}

// It makes and frees some five blocks for each request.
nghttp2_mem* memory_of_all() {
  using pool = base::malloc_of_pool;
  static nghttp2_mem made = {
      nullptr,
      [](std::size_t size, void*) { return pool::allocate(size); },
      [](void* block, void*) { pool::free(block); },
      [](std::size_t n, std::size_t size, void*) { return pool::allocate_zeroed(n, size); },
      [](void* block, std::size_t size, void*) { return pool::reallocate(block, size); },
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
  if (nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, s.id_, code) != 0) give_up();
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
  if (size < 0) give_up();
}

// For want of memory, in the middle of something that nghttp2 cannot take back.
void session::give_up() noexcept {
  is_dead_ = true;
  if (fault_ == error::no_error) fault_ = error::internal_error;
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
  const nghttp2_data_provider source = callbacks::content_of(s);
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
