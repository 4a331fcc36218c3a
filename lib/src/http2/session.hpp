// SPDX-License-Identifier: BSL-1.0
//
// The server's side of an HTTP/2 connection as a value (RFC 9113), on top of nghttp2: bytes go in,
// streams come out; what is sent on streams comes out as bytes. No input or output happens here;
// the time is given.
//
//   n = s.receive(bytes, now);                    up to the head of a second request; then again
//   if (auto one = s.take_request()) ...          a stream whose head is whole
//   while (stream* one = s.take_touched()) ...    content, an end or a reset of a stream
//   s.send_...(stream, ...);                      any time, but not from within `receive`
//   s.pump();                                     acknowledgements and the like
//   send s.output()
//
// Flow control is the readers': a peer may send as much as `stream::consume` has taken out, and
// what is sent on a stream is what its window, the connection's and `output_limit` allow. What a
// peer can make us do for nothing is bounded (budget.hpp): `is_over` then, with ENHANCE_YOUR_CALM.

#pragma once

#include "base/byte_buffer.hpp"
#include "http/head_limits.hpp"
#include "http2/budget.hpp"
#include "http2/content_source.hpp"
#include "http2/error.hpp"
#include "http2/frame_order.hpp"
#include "http2/stream.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct nghttp2_session;

namespace asio_httpd::http2 {

struct session_options {
  http::head_limits head = {};
  std::uint32_t streams = 100;
  std::uint32_t stream_window = 256 * 1024;
  std::uint32_t connection_window = 1024 * 1024;
  // Bytes in `output()` above which no content is added.
  std::size_t output_limit = 64 * 1024;
};

// A line of a response. The name is in lower case; both live up to the end of the call.
struct header {
  std::string_view name;
  std::string_view value;
};

class session {
 public:
  using time_point = budget::time_point;

  // What has happened, since it was made.
  struct counts {
    std::uint64_t streams = 0;                    // that the peer opened
    std::uint64_t reset = 0;                      // that the peer gave up
    std::array<std::uint64_t, error_count> told;  // errors that we told the peer
  };

  // Throws std::bad_alloc.
  explicit session(const session_options& options);
  session(const session&) = delete;
  session& operator=(const session&) = delete;
  ~session();

  // How many of the bytes it took: not those behind a request that is to be taken first, so that
  // one is answered while all of it is near, and its memory serves the next one. Where they break
  // the protocol, `is_over` from then on, and all are taken.
  std::size_t receive(std::string_view bytes, time_point now);
  // Frames of control that wait, into `output()`.
  void pump();
  base::byte_buffer& output() noexcept { return output_; }
  const base::byte_buffer& output() const noexcept { return output_; }
  bool has_room() const noexcept { return output_.size() < options_.output_limit; }

  // Null: none.
  std::unique_ptr<stream> take_request() noexcept { return std::move(whole_); }
  stream* take_touched() noexcept;
  // Whether there is one of either.
  bool has_news() const noexcept { return whole_ != nullptr || !touched_.empty(); }

  // --- sending

  // The head of a response with its content, as far as that can be sent now; returns how much of
  // that could. `size`: of all the content, stream::no_size where it is not known, 0 for none.
  std::size_t send_head(stream& s, std::span<const header> lines, std::uint64_t size,
                        std::string_view first, std::string_view second);
  // A 1xx, before that.
  void send_interim(stream& s, std::span<const header> lines);
  std::size_t send(stream& s, std::string_view first, std::string_view second);
  // `size` bytes from `from`, at `offset`. A reader that fails breaks the stream.
  std::size_t send(stream& s, const content_reader& from, std::uint64_t offset, std::uint64_t size);
  // The content ends `left` bytes behind what was sent, with these trailers, which live until then.
  void send_end(stream& s, std::uint64_t left, const fields* trailers);

  // --- the end

  // Somebody on a stream wants the connection to end.
  void ask_for_end() noexcept { wants_end_ = true; }
  bool wants_end() const noexcept { return wants_end_; }
  // Says that it is going to end, and asks the peer to answer: then `was_noticed`. New streams are
  // served meanwhile.
  void announce_end();
  bool was_noticed() const noexcept { return was_noticed_; }
  // No new streams from now on. It is over when those that are there have ended.
  void go_away();
  // Ends it now, telling why.
  void terminate(error why);
  // Nothing more is to be received; once `output()` is sent, all is done.
  bool is_over() const noexcept;
  // Why, where it was a fault.
  error fault() const noexcept { return fault_; }

  // Streams that are not closed, or not given up by whoever serves them.
  std::size_t open_streams() const noexcept { return streams_.size(); }
  // A head has begun and is not whole: the next frame can only be more of it.
  bool is_in_head() const noexcept { return head_stream_ != 0; }
  // The peer's first SETTINGS have come.
  bool has_begun() const noexcept { return has_begun_; }
  // Bytes of content, on all streams.
  std::uint64_t content_sent() const noexcept { return content_sent_; }
  const counts& counted() const noexcept { return counts_; }

 private:
  friend class stream;
  struct callbacks;

  void touch(stream& s) noexcept;
  void add(stream& s);
  void forget(stream& s) noexcept;
  void consume(stream& s, std::size_t n);
  bool has_window(const stream& s) const noexcept;
  bool has_own_window(const stream& s) const noexcept;
  void write_frames();
  std::size_t resume(stream& s, const content_source& what);
  std::size_t push(stream& s, const content_source& what);
  void fail(error why);
  void fail_by(int result);
  void give_up() noexcept;

  const session_options options_;
  nghttp2_session* session_ = nullptr;
  base::byte_buffer output_;
  std::vector<stream*> streams_;      // all
  std::unique_ptr<stream> incoming_;  // whose head is not whole
  std::unique_ptr<stream> whole_;     // that nobody has taken
  std::vector<stream*> touched_;
  std::string known_host_;  // by any request
  budget budget_;
  counts counts_{};
  const stream* sending_ = nullptr;  // while something of it is sent: this,
  const content_source* what_ = nullptr;
  std::uint64_t sent_ = 0;  // and so much of it was
  frame_order order_;
  std::int32_t head_stream_ = 0;  // whose field block comes in
  std::uint64_t content_sent_ = 0;
  error fault_ = error::no_error;
  bool has_begun_ = false;
  bool was_noticed_ = false;
  bool wants_end_ = false;
  bool is_dead_ = false;  // nghttp2 can go on no more
};

}  // namespace asio_httpd::http2
