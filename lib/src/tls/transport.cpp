// SPDX-License-Identifier: BSL-1.0
//
// A handshake, then a record layer, fed from and emptied into the buffers of the thread.
//
// Writing: records that are made but not taken are `pending_`; of the caller's bytes, `encrypted_`
// from the first one on are behind them. The caller comes again with these bytes, and they are
// skipped. At most one batch is encrypted ahead, and nothing while something is pending.
//
// What TLS says of its own accord (tickets, alerts) goes out with the next write, or when the
// connection waits.
//
// From the first large file on, the kernel encrypts where it can (tls_options::kernel_tls): then
// what is written passes by here, and the socket takes plain text, and files by sendfile(2).

#include "tls/transport.hpp"

#include "base/byte_buffer.hpp"
#include "tls/context.hpp"
#include "tls/handshake.hpp"
#include "tls/kernel_tls.hpp"
#include "tls/record_input.hpp"
#include "tls/record_layer.hpp"
#include "tls/record_stream.hpp"
#include "tls/waiters.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <cerrno>
#include <new>
#include <string>
#include <utility>

#include <unistd.h>

namespace asio_httpd::tls {
namespace {

using net::completion;
using net::error_code;
using net::io_result;
using net::peer_state;

// Encrypted before it is sent: a head and 64 KiB of content, or what HTTP/2 makes at once.
constexpr std::size_t batch = 5 * most_plain_text;
// A file that is larger is worth the system calls that set the kernel to work.
constexpr std::size_t worth_the_kernel = 128 * 1024;
constexpr std::size_t kept_output = 256 * 1024;  // of a thread's buffer, which handshakes may grow
// Answers to what the peer sends, which takes none of them: RFC 8446 section 4.6.3, for one.
constexpr std::size_t most_unsent = 3 * batch;

// Of a thread; used within one call of a transport only.
struct workspace {
  std::unique_ptr<char[]> plain = std::make_unique_for_overwrite<char[]>(batch);
  base::byte_buffer output;
};

workspace& this_threads() {
  thread_local workspace w;
  return w;
}

bool is_would_block(const error_code& ec) noexcept {
  return ec == boost::asio::error::would_block;
}

enum class opening { tls, http, unknown, unclear };

// The first bytes of a connection. No record begins with a letter, nor does a hello of SSL 2.
opening what_begins(std::string_view bytes) noexcept {
  constexpr std::size_t longest_method = 20;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char c = bytes[i];
    if (c >= 'A' && c <= 'Z' && i < longest_method) continue;
    if (i == 0) return opening::tls;
    return c == ' ' ? opening::http : opening::unknown;
  }
  return opening::unclear;
}

class transport final : public net::transport, private net::security, private record_stream {
 public:
  transport(std::shared_ptr<context> c, std::unique_ptr<net::transport> plain)
      : context_(std::move(c)), inner_(std::move(plain)) {}
  ~transport() override { close(false); }

  io_result read(char* data, std::size_t size) noexcept override;
  io_result write(std::string_view first, std::string_view second, bool more) noexcept override;
  io_result send_file(int descriptor, std::uint64_t offset, std::size_t size) noexcept override;
  peer_state look_at_peer() noexcept override;
  bool peer_has_ended() const noexcept override;
  void async_wait(wait what, completion done) override;
  void cancel() noexcept override;
  void shutdown_send() noexcept override;
  void close(bool reset) noexcept override;
  std::uint64_t unsent() const noexcept override { return inner_->unsent() + pending_.size(); }
  const net::endpoint& remote() const noexcept override { return inner_->remote(); }
  const net::security* security() const noexcept override { return this; }
  int native_handle() const noexcept override { return inner_->native_handle(); }
  boost::asio::any_io_executor executor() const override { return inner_->executor(); }

 private:
  enum class phase : std::uint8_t { opening, handshake, established, plain_http, failed, closed };
  class turn;

  // net::security
  tls_info info() const override { return facts_.info(); }
  std::string_view protocol() const noexcept override { return facts_.protocol; }
  tls_version version() const noexcept override { return facts_.version; }
  bool is_resumed() const noexcept override { return facts_.is_resumed; }
  bool is_established() const noexcept override { return records_ != nullptr; }
  std::string failure() const override { return failure_; }
  bool is_plain_http() const noexcept override { return phase_ == phase::plain_http; }

  // record_stream
  std::size_t take_records(char* to, std::size_t size) noexcept override;
  state after_read() const noexcept override { return after_read_; }
  std::string_view next_record() override;
  void drop(std::size_t n) noexcept override;
  base::byte_buffer& output() noexcept override;
  void receive() noexcept;

  template <class F>
  io_result in_turn(std::size_t room, F f) noexcept;

  bool is_tls();
  bool shake_hands();
  void establish();
  error_code fail(std::string why);
  error_code last_error() const noexcept;

  record_layer::state peer() const noexcept;
  bool has_left() const noexcept { return peer() != record_layer::state::open; }
  io_result result_of_no_data();
  peer_state peek();

  error_code ready_to_write();
  void begin_output();
  io_result write_in_turn(std::string_view first, std::string_view second, bool more);
  void encrypt(std::string_view first, std::string_view second);
  void try_kernel();
  io_result send_file_in_turn(int descriptor, std::uint64_t offset, std::size_t size);
  io_result accepted(std::size_t offered) noexcept;
  std::size_t send(std::string_view records, bool more) noexcept;
  void send_output(bool more);
  void flush(bool more = false) noexcept;
  void say_goodbye() noexcept;

  bool has_input() const noexcept;
  bool waits_by_steps(wait what) const noexcept;
  void wait_by_steps(wait what, completion done);

  const std::shared_ptr<context> context_;
  const std::unique_ptr<net::transport> inner_;
  std::unique_ptr<handshake> handshake_;   // from the first byte on
  std::unique_ptr<record_layer> records_;  // instead, once that is done
  negotiated facts_;
  turn* turn_ = nullptr;            // the call that is under way, where it uses buffers
  std::string leftover_;            // received, and not taken yet
  base::byte_buffer pending_;       // records that are not sent yet
  std::size_t encrypted_ = 0;       // of the caller's bytes, that it was not told of
  std::weak_ptr<waiters> waiters_;  // where waiting is not the inner transport's alone
  std::string failure_;
  error_code inner_error_;
  phase phase_ = phase::opening;
  state after_read_ = state::open;
  bool owes_write_ = false;  // the caller has more to write, and will come again
  bool untried_ = false;     // what is pending has not been sent because more may follow
  bool tried_kernel_ = false;
  bool said_goodbye_ = false;
};

// One call of the transport: the thread's buffers belong to it.
class transport::turn {
 public:
  turn(transport& t, std::size_t room) : input(t.leftover_, room), of_(t), work_(this_threads()) {
    of_.turn_ = this;
    of_.after_read_ = state::would_block;
    work_.output.clear();
  }
  ~turn() { of_.turn_ = nullptr; }
  turn(const turn&) = delete;
  turn& operator=(const turn&) = delete;

  // What nobody took is kept; and what nobody has sent, since a write is likely to follow.
  void end() {
    input.keep();
    if (!output().empty()) {
      of_.untried_ = of_.pending_.empty();
      of_.pending_.append(output().view());
    }
    if (output().capacity() > kept_output) output().release();
  }
  base::byte_buffer& output() noexcept { return work_.output; }
  char* plain() noexcept { return work_.plain.get(); }

  record_input input;

 private:
  transport& of_;
  workspace& work_;
};

template <class F>
io_result transport::in_turn(std::size_t room, F f) noexcept {
  try {
    turn t(*this, room);
    const io_result result = f();
    t.end();
    return result;
  } catch (...) {  // no memory
    phase_ = phase::failed;
    return {0, boost::asio::error::no_memory};
  }
}

// --- records -------------------------------------------------------------------------------------

std::size_t transport::take_records(char* to, std::size_t size) noexcept {
  if (turn_ == nullptr) return 0;
  if (turn_->input.bytes().empty()) receive();
  const std::size_t n = turn_->input.bytes().copy(to, size);
  turn_->input.drop(n);
  return n;
}

std::string_view transport::next_record() {
  while (turn_->input.may_receive() && !is_whole_or_too_long(turn_->input.bytes())) receive();
  return turn_->input.bytes();
}

void transport::drop(std::size_t n) noexcept {
  turn_->input.drop(n);
}

base::byte_buffer& transport::output() noexcept {
  return turn_ != nullptr ? turn_->output() : pending_;
}

// Where there is no other receive, waiting tells what it would have told.
void transport::receive() noexcept {
  after_read_ = state::would_block;
  if (!turn_->input.may_receive()) return;
  const auto result = turn_->input.receive(*inner_);
  if (result.error) {
    if (is_would_block(result.error)) return;
    inner_error_ = result.error;
    after_read_ = state::failed;
  } else if (result.size == 0) {
    after_read_ = state::ended;
  }
}

// --- the handshake -------------------------------------------------------------------------------

// False where it is not, or where that is not clear yet.
bool transport::is_tls() {
  if (phase_ != phase::opening) return true;
  receive();
  const opening found = what_begins(turn_->input.bytes());
  if (found == opening::http) {
    phase_ = phase::plain_http;
    failure_ = "plain HTTP, not TLS";
  } else if (found == opening::unknown) {
    fail("not TLS");
  }
  return found == opening::tls;
}

// True once it is done.
bool transport::shake_hands() {
  if (phase_ == phase::established) return true;
  if (!is_tls()) return false;
  phase_ = phase::handshake;
  if (!handshake_) {
    record_stream& stream = *this;
    handshake_ = std::make_unique<handshake>(context_->current(), stream);
  }
  if (handshake_->go_on() == handshake::state::done) establish();
  return phase_ == phase::established;
}

error_code transport::fail(std::string why) {
  if (!records_) failure_ = std::move(why);
  phase_ = phase::failed;
  return last_error();
}

error_code transport::last_error() const noexcept {
  return inner_error_ ? inner_error_ : error_code(boost::asio::error::connection_reset);
}

// --- reading -------------------------------------------------------------------------------------

io_result transport::read(char* data, std::size_t size) noexcept {
  if (phase_ >= phase::plain_http) return {0, last_error()};
  return in_turn(size, [&]() -> io_result {
    if (pending_.size() > most_unsent) return {0, fail("the client takes nothing")};
    const std::size_t n = shake_hands() ? records_->read(data, size) : 0;
    return n != 0 ? io_result{n, {}} : result_of_no_data();
  });
}

record_layer::state transport::peer() const noexcept {
  using enum record_layer::state;
  if (records_) return records_->peer();
  if (!handshake_) return open;
  switch (handshake_->now()) {
    case handshake::state::under_way:
    case handshake::state::done:
      return open;
    case handshake::state::closed:
      return closed;
    case handshake::state::failed:
      break;
  }
  return failed;
}

// What has to be said is said at once: nothing else follows.
io_result transport::result_of_no_data() {
  if (phase_ == phase::opening && after_read_ == state::ended) return {};
  if (phase_ >= phase::plain_http) return {0, last_error()};
  send_output(false);
  if (after_read_ == state::failed) return {0, fail(inner_error_.message())};
  if (peer() == record_layer::state::closed) return {};
  if (after_read_ == state::ended) return {0, fail("the client closed the connection")};
  if (peer() == record_layer::state::open) return {0, boost::asio::error::would_block};
  return {0, fail(handshake_ ? handshake_->failure() : std::string())};
}

// Records are taken apart to see what they are; their text stays where it is.
peer_state transport::peek() {
  records_->read(nullptr, 0);
  if (records_->has_text()) return peer_state::has_sent;
  return has_left() ? peer_state::gone : peer_state::silent;
}

peer_state transport::look_at_peer() noexcept {
  if (records_ && records_->has_text()) return peer_state::has_sent;
  if (has_left()) return peer_state::gone;
  if (has_input()) return peer_state::has_sent;
  const peer_state below = inner_->look_at_peer();
  if (below != peer_state::has_sent || phase_ != phase::established) return below;
  peer_state found = peer_state::gone;
  in_turn(0, [&] {
    found = peek();
    return io_result();
  });
  return found;
}

bool transport::peer_has_ended() const noexcept {
  return has_left() || inner_->peer_has_ended();
}

// --- writing -------------------------------------------------------------------------------------

// How much of it the inner transport took. Errors are remembered, and told to who writes next.
std::size_t transport::send(std::string_view records, bool more) noexcept {
  std::size_t sent = 0;
  while (sent < records.size()) {
    const auto result = inner_->write(records.substr(sent), {}, more);
    if (result.error) {
      if (!is_would_block(result.error)) inner_error_ = result.error;
      break;
    }
    sent += result.size;
  }
  return sent;
}

void transport::flush(bool more) noexcept {
  untried_ = false;
  if (pending_.empty()) return;
  pending_.consume(send(pending_.view(), more));
  if (pending_.empty()) pending_.release();
}

// Of this turn, behind what is pending.
void transport::send_output(bool more) {
  auto& output = turn_->output();
  flush();
  if (pending_.empty()) output.consume(send(output.view(), more));
  if (output.empty()) return;
  pending_.append(output.view());
  output.clear();
}

// What was not tried yet goes out in one piece with what follows.
void transport::begin_output() {
  if (!untried_) return flush();
  turn_->output().append(pending_.view());
  pending_.release();
  untried_ = false;
}

// Not to who has failed, which may have been seen behind text that was read before.
error_code transport::ready_to_write() {
  if (phase_ >= phase::failed) return last_error();
  const bool is_ready = shake_hands() && peer() != record_layer::state::failed;
  return is_ready ? error_code() : result_of_no_data().error;
}

io_result transport::write(std::string_view first, std::string_view second, bool more) noexcept {
  if (phase_ == phase::plain_http) {
    phase_ = phase::failed;
    return inner_->write(first, second, more);
  }
  return in_turn(0, [&] { return write_in_turn(first, second, more); });
}

// To the kernel without the hint that more follows: it would hold a record back that the end of the
// connection might overtake.
io_result transport::write_in_turn(std::string_view first, std::string_view second, bool more) {
  if (const error_code ec = ready_to_write()) return {0, ec};
  if (records_->is_in_kernel()) return inner_->write(first, second, false);
  begin_output();
  if (pending_.empty()) {
    encrypt(first, second);
    send_output(more);
  }
  return accepted(first.size() + second.size());
}

void transport::encrypt(std::string_view first, std::string_view second) {
  const std::size_t skipped = std::min(encrypted_, first.size());
  first = first.substr(skipped, batch);
  second = second.substr(std::min(encrypted_ - skipped, second.size()), batch - first.size());
  const std::size_t n = records_->write(first, second);
  encrypted_ += n;
  if (n != first.size() + second.size()) fail({});
}

io_result transport::send_file(int descriptor, std::uint64_t offset, std::size_t size) noexcept {
  return in_turn(0, [&] { return send_file_in_turn(descriptor, offset, size); });
}

void transport::try_kernel() {
  if (tried_kernel_ || !context_->options().kernel_tls || !kernel_has_tls()) return;
  flush();
  if (!pending_.empty() || encrypted_ != 0 || inner_error_) return;
  tried_kernel_ = true;
  records_->move_to_kernel(inner_->native_handle());
}

io_result transport::send_file_in_turn(int descriptor, std::uint64_t offset, std::size_t size) {
  if (const error_code ec = ready_to_write()) return {0, ec};
  if (size >= worth_the_kernel) try_kernel();
  if (records_->is_in_kernel()) return inner_->send_file(descriptor, offset, size);
  begin_output();
  if (pending_.empty() && encrypted_ < size) {
    const auto from = static_cast<off_t>(offset + encrypted_);
    const ssize_t n = ::pread(descriptor, turn_->plain(), std::min(batch, size - encrypted_), from);
    if (n < 0) return {0, error_code(errno, boost::system::system_category())};
    if (n == 0 && encrypted_ == 0) return {};
    encrypted_ += records_->write({turn_->plain(), static_cast<std::size_t>(n)}, {});
    send_output(false);
  }
  return accepted(size);
}

// The last bytes of records are what is missing: so many of the caller's are not sent, at most.
io_result transport::accepted(std::size_t offered) noexcept {
  const std::size_t sent = encrypted_ - std::min(encrypted_, pending_.size());
  const std::size_t n = std::min(sent, offered);
  encrypted_ -= n;
  owes_write_ = n < offered;
  if (n != 0 || offered == 0) return {n, {}};
  if (inner_error_ || phase_ == phase::failed) return {0, last_error()};
  return {0, boost::asio::error::would_block};
}

// --- waiting -------------------------------------------------------------------------------------

// Who waits for the handshake may go on.
void transport::establish() {
  facts_ = handshake_->result();
  records_ = handshake_->take_records();
  handshake_.reset();
  phase_ = phase::established;
  if (const auto w = waiters_.lock()) w->wake_later({});
}

bool transport::has_input() const noexcept {
  return records_ && (records_->has_text() || is_whole_or_too_long(leftover_));
}

void transport::async_wait(wait what, completion done) {
  if (phase_ != phase::closed) flush();
  if (what == wait::read && (has_input() || has_left())) {
    return defer(inner_->executor(), std::move(done), {});
  }
  if (waits_by_steps(what)) return wait_by_steps(what, std::move(done));
  inner_->async_wait(what, std::move(done));
}

bool transport::waits_by_steps(wait what) const noexcept {
  if (phase_ > phase::established) return false;
  const bool in_handshake = phase_ != phase::established;
  const auto others = waiters_.lock();
  if (what == wait::write) return in_handshake || (others && others->writes);
  const bool has_words = !pending_.empty() && !owes_write_ && !inner_error_;
  return (in_handshake && others && others->is_waiting()) || has_words;
}

void transport::wait_by_steps(wait what, completion done) {
  auto w = waiters_.lock();
  if (!w) {
    w = std::make_shared<waiters>(inner_->executor());
    waiters_ = w;
  }
  (what == wait::read ? w->reader : w->writer) = std::move(done);
  if (!std::exchange(w->reads, true)) {
    inner_->async_wait(wait::read, {w, &waiters::on_readable, w.get()});
  }
  if (!pending_.empty() && !inner_error_ && !std::exchange(w->writes, true)) {
    inner_->async_wait(wait::write, {w, &waiters::on_writable, w.get()});
  }
}

void transport::cancel() noexcept {
  if (const auto w = std::exchange(waiters_, {}).lock()) {
    w->wake_later(boost::asio::error::operation_aborted);
  }
  inner_->cancel();
}

// --- the end -------------------------------------------------------------------------------------

// Where records are stuck, the peer would take it for their end. The end of the connection follows
// at once, in the same packet.
void transport::say_goodbye() noexcept try {
  if (phase_ != phase::established || said_goodbye_) return;
  flush();
  if (!pending_.empty() || inner_error_) return;
  said_goodbye_ = true;
  records_->close();
  flush(true);
} catch (const std::bad_alloc&) {  // it is missed, and no more than that
}

void transport::shutdown_send() noexcept {
  say_goodbye();
  inner_->shutdown_send();
}

void transport::close(bool reset) noexcept {
  if (phase_ == phase::closed) return;
  if (!reset) say_goodbye();
  phase_ = phase::closed;
  cancel();
  inner_->close(reset);
}

}  // namespace

std::unique_ptr<net::transport> accept(std::shared_ptr<context> c,
                                       std::unique_ptr<net::transport> plain) {
  return std::make_unique<transport>(std::move(c), std::move(plain));
}

}  // namespace asio_httpd::tls
