// SPDX-License-Identifier: BSL-1.0

#include "server/http2_stream.hpp"

#include "server/http2_link.hpp"
#include "server/io_session.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <cerrno>
#include <new>
#include <utility>

#include <unistd.h>

namespace asio_httpd::serving {

namespace asio = boost::asio;

namespace {

// Nothing may throw where a transport is used, and where memory ends the stream does.
template <class F>
net::io_result guarded(F f) noexcept {
  try {
    return f();
  } catch (const std::bad_alloc&) {
    return {0, asio::error::no_memory};
  }
}

bool read_file(void* context, char* to, std::uint64_t offset, std::size_t size) {
  const int descriptor = *static_cast<int*>(context);
  while (size != 0) {
    const ssize_t n = ::pread(descriptor, to, size, static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    to += n;
    offset += static_cast<std::uint64_t>(n);
    size -= static_cast<std::size_t>(n);
  }
  return true;
}

}  // namespace

// Of a request without content, the end was told with its head.
http2_stream::http2_stream(std::shared_ptr<io_session> parent, http2_link& l,
                           std::unique_ptr<http2::stream> s) noexcept
    : parent_(std::move(parent)),
      link_(&l),
      stream_(std::move(s)),
      is_tunnel_(stream_->head().protocol.size != 0),
      end_was_told_(stream_->is_without_content() && !is_tunnel_) {
  stream_->context = this;
  link_->add(*this);
}

http2_stream::~http2_stream() {
  close(false);
}

bool http2_stream::is_broken() const noexcept {
  return link_ == nullptr || link_->is_broken() || !stream_ || stream_->is_broken();
}

bool http2_stream::is_readable() const noexcept {
  return is_broken() || !stream_->received().empty() || (stream_->has_ended() && !end_was_told_);
}

// --- at once -------------------------------------------------------------------------------------

net::io_result http2_stream::read(char* data, std::size_t size) noexcept {
  if (stream_ && !stream_->received().empty()) {
    return guarded([&]() -> net::io_result {
      const std::size_t n = stream_->received().copy(data, size);
      stream_->consume(n);
      if (link_ != nullptr) link_->work_soon();
      return {n, {}};
    });
  }
  if (is_broken()) return {0, asio::error::connection_reset};
  if (!stream_->has_ended()) return {0, asio::error::would_block};
  end_was_told_ = true;
  return {};
}

net::io_result http2_stream::sent(std::size_t size) noexcept {
  if (size == 0) return {0, asio::error::would_block};
  link_->work_soon();
  return {size, {}};
}

net::io_result http2_stream::write(std::string_view first, std::string_view second, bool) noexcept {
  if (is_broken()) return {0, asio::error::connection_reset};
  return guarded([&] { return sent(link_->codec().send(*stream_, first, second)); });
}

net::io_result http2_stream::send_file(int descriptor, std::uint64_t offset,
                                       std::size_t size) noexcept {
  if (is_broken()) return {0, asio::error::connection_reset};
  return guarded([&]() -> net::io_result {
    const http2::content_reader from{&read_file, &descriptor};
    const std::size_t n = link_->codec().send(*stream_, from, offset, size);
    if (n == 0 && stream_->is_broken()) return {};  // the file is shorter
    return sent(n);
  });
}

net::peer_state http2_stream::look_at_peer() noexcept {
  if (is_broken()) return net::peer_state::gone;
  if (!stream_->received().empty()) return net::peer_state::has_sent;
  if (peer_has_ended()) return net::peer_state::gone;
  end_was_told_ = stream_->has_ended();
  return net::peer_state::silent;
}

// The end of a request's content is no leaving; that of another protocol is (RFC 8441 section 5).
bool http2_stream::peer_has_ended() const noexcept {
  return is_broken() || (is_tunnel_ && stream_->has_ended());
}

const net::endpoint& http2_stream::remote() const noexcept {
  return parent_->transport().remote();
}
const net::security* http2_stream::security() const noexcept {
  return parent_->transport().security();
}
asio::any_io_executor http2_stream::executor() const {
  return parent_->transport().executor();
}

// --- waiting -------------------------------------------------------------------------------------

void http2_stream::async_wait(wait what, net::completion done) {
  const bool reads = what == wait::read;
  if (link_ == nullptr) return http2_link::post(executor(), std::move(done), {});
  const bool is_ready = reads ? is_readable() : is_broken() || link_->can_write(*stream_);
  if (is_ready) return link_->defer(std::move(done), {});
  (reads ? reader_ : writer_) = std::move(done);
  if (!reads) link_->wants_to_write();
}

void http2_stream::wake_reader() {
  if (reader_.call != nullptr && is_readable()) std::exchange(reader_, {})({});
}

void http2_stream::wake_writer() {
  if (writer_.call != nullptr) std::exchange(writer_, {})({});
}

void http2_stream::tell_end() {
  for (net::completion* waiting : {&reader_, &writer_}) {
    if (waiting->call != nullptr) link_->defer(std::exchange(*waiting, {}), {});
  }
}

bool http2_stream::is_more_urgent_than(const http2_stream& other) const noexcept {
  const auto mine = stream_->priority();
  const auto its = other.stream_->priority();
  if (mine.urgency != its.urgency) return mine.urgency < its.urgency;
  if (mine.incremental && its.incremental) return last_turn_ < other.last_turn_;
  return stream_->id() < other.stream_->id();
}

void http2_stream::cancel() noexcept {
  for (net::completion* waiting : {&reader_, &writer_}) {
    if (waiting->call == nullptr) continue;
    auto cancelled = std::exchange(*waiting, {});
    if (link_ == nullptr) {
      http2_link::post(executor(), std::move(cancelled), asio::error::operation_aborted);
    } else {
      link_->defer(std::move(cancelled), asio::error::operation_aborted);
    }
  }
}

void http2_stream::drop() noexcept {
  const net::completion read_dropped = std::exchange(reader_, {});
  const net::completion write_dropped = std::exchange(writer_, {});
}

// --- the end -------------------------------------------------------------------------------------

void http2_stream::shutdown_send() noexcept {
  if (is_broken()) return;
  guarded([&]() -> net::io_result {
    link_->codec().send_end(*stream_, 0, nullptr);
    link_->work_soon();
    return {};
  });
}

bool http2_stream::finish() noexcept {
  if (is_broken() || !stream_->owes_end()) return true;
  guarded([&] { return sent(link_->codec().send(*stream_, {}, {})); });
  return !stream_->owes_end();
}

bool http2_stream::waits_for_others(std::uint64_t enough) noexcept {
  if (is_broken()) return false;
  const std::uint64_t now = link_->codec().content_sent();
  return now - std::exchange(others_sent_, now) >= enough && stream_->has_own_window();
}

void http2_stream::flush() noexcept {
  if (link_ != nullptr) link_->work_soon();
}

void http2_stream::break_off(http2::error why) noexcept {
  if (stream_) stream_->break_off(static_cast<std::uint32_t>(why));
}

void http2_stream::close(bool) noexcept {
  if (!stream_) return;
  cancel();
  stream_.reset();
  if (auto* const l = std::exchange(link_, nullptr)) l->remove(*this);
}

}  // namespace asio_httpd::serving
