// SPDX-License-Identifier: BSL-1.0
//
// Functions stand in the order of a turn: in, to the streams, out; then the deadline and the end.

#include "server/http2_link.hpp"

#include "base/block_pool.hpp"
#include "server/connection.hpp"
#include "server/lent_output.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <array>

namespace asio_httpd::serving {

namespace asio = boost::asio;
using net::transport;

namespace {

constexpr std::size_t read_size = 32 * 1024;
constexpr unsigned most_reads_in_turn = 8;
// More than this is not made before it is sent. The last DATA frame, of 16 KiB, may go beyond: with
// three of them it is one write, which TLS encrypts at once, and of which the kernel makes one
// packet that is cut as it leaves (GSO); 64 KiB and a few bytes would be two.
constexpr std::size_t output_limit = 47 * 1024;
// Each sends as much as that, before others get their turn.
constexpr unsigned most_rounds = 8;
// While a peer takes nothing, more than so much is not made for it.
constexpr std::size_t most_output = 256 * 1024;
// Also a buffer that has just doubled its memory for it is lent again.
static_assert(2 * most_output <= lent_output::most_kept);
// What a peer has to answer that we are going to leave.
constexpr std::chrono::seconds notice{1};

http2::session_options options_of(const core& c) noexcept {
  const auto& l = c.options.limits;
  return {c.head_limits, l.streams, l.stream_window, l.connection_window, output_limit};
}

// What a stream's transport keeps by keeping its parent needs no count of its own: four atomic
// operations less for each request.
template <class T>
std::shared_ptr<T> kept_by_parent(T& kept) noexcept {
  return {std::shared_ptr<T>(), &kept};
}

}  // namespace

// Owns the session while the transport is waited for. Where the executor goes away without running
// what waits, what streams wait for goes with this.
struct http2_link::keeper {
  keeper(std::shared_ptr<net::session> s, http2_link& l) noexcept
      : session(std::move(s)), link(l) {}
  keeper(const keeper&) = delete;
  keeper& operator=(const keeper&) = delete;
  ~keeper() {
    if (session) link.drop();
  }
  std::shared_ptr<net::session> session;
  http2_link& link;
};

// What streams do meanwhile needs no turn of its own.
struct http2_link::working_scope {
  explicit working_scope(bool& is_working) noexcept : flag(is_working) { flag = true; }
  working_scope(const working_scope&) = delete;
  working_scope& operator=(const working_scope&) = delete;
  ~working_scope() { flag = false; }
  bool& flag;
};

// Until all streams have ended, and the connection with them.
class http2_link::end_operation {
 public:
  explicit end_operation(http2_link& l) noexcept : link_(l) {}
  bool await_ready() const noexcept { return link_.is_done(); }
  void await_suspend(std::coroutine_handle<> waiting) noexcept {
    link_.waiting_ = waiting;
    link_.session_.begin_waiting();
  }
  void await_resume() const noexcept {}

 private:
  http2_link& link_;
};

http2_link::http2_link(io_session& s, std::shared_ptr<core> c)
    : session_(s), core_(std::move(c)), codec_(options_of(*core_)) {
  session_.observe(this);
  session_.counters().http2_connections.add(1);
}

http2_link::~http2_link() {
  session_.observe(nullptr);
  count_idle(false);
  drop();
}

net::task<> http2_link::run(std::string first) {
  receive(first);
  turn();
  co_await end_operation(*this);
  if (!is_cut_off_) {  // whoever is gone is told nothing
    codec_.terminate(http2::error::no_error);
    send_output();
  }
  count();
}

close_reason http2_link::reason() const noexcept {
  switch (codec_.fault()) {
    case http2::error::no_error:
      return drains_for_ != close_reason::none ? drains_for_ : close_reason::client_done;
    case http2::error::enhance_your_calm:
      return close_reason::flooded;
    case http2::error::internal_error:
      return close_reason::internal_error;
    default:
      return close_reason::parse_error;
  }
}

// --- in ------------------------------------------------------------------------------------------

// The bytes are used up at once, so all connections of a thread share the room for them.
void http2_link::read_input() {
  thread_local std::array<char, read_size> room;
  for (unsigned n = 0; n < most_reads_in_turn && !session_.has_failed(); ++n) {
    const auto result = session_.transport().read(room.data(), room.size());
    if (result.error == asio::error::would_block) return;
    is_cut_off_ = static_cast<bool>(result.error);
    if (result.error || result.size == 0) {
      return session_.fail(streams_.empty() ? reason() : close_reason::client_aborted);
    }
    session_.received(result.size);
    receive({room.data(), result.size});
    if (result.size < room.size()) return;
    work();
  }
}

// Request by request. Behind each one is another look, also where no bytes are left: a head that is
// one line long would wait for more of them.
void http2_link::receive(std::string_view bytes) {
  const working_scope works{is_working_};
  const auto now = session_.now();
  bool goes_on = !bytes.empty();
  while (goes_on) {
    bytes.remove_prefix(codec_.receive(bytes, now));
    auto s = codec_.take_request();
    goes_on = !bytes.empty() || s;
    if (s) start(std::move(s), now);
  }
}

void http2_link::take_turn(bool reads) {
  const auto kept = session_.shared_from_this();
  session_.guard([&] {
    const lent_output lent(codec_.output());
    if (reads && !session_.has_failed()) read_input();
    turn();
  });
  if (is_done()) end();
}

void http2_link::turn() {
  work();
  if (session_.has_failed() || codec_.is_over()) break_streams();
  set_deadline();
  count();
  wait_for_more();
}

// --- to the streams ------------------------------------------------------------------------------

void http2_link::work() {
  if (is_working_) return;
  const working_scope works{is_working_};
  for (unsigned round = 0; round < most_rounds; ++round) {
    run_deferred();
    while (auto* s = codec_.take_touched()) {
      if (s->context != nullptr) static_cast<http2_stream*>(s->context)->wake_reader();
    }
    if (codec_.wants_end()) begin_drain(close_reason::handler_requested);
    if (is_draining() && !has_gone_away_ && codec_.was_noticed()) go_away();
    if (session_.has_failed()) break;
    codec_.pump();
    if (!send_output()) break;
    if (!wake_writers() && deferred_.empty() && !codec_.has_news()) return;
  }
  is_working_ = false;
  const bool is_cut_short = !session_.has_failed() && codec_.output().empty();
  if (is_cut_short || !deferred_.empty()) work_soon();
}

// What a client gave up before its head was whole was never begun.
void http2_link::start(std::unique_ptr<http2::stream> s, clock::time_point arrival) {
  if (s->is_broken() || s->is_closed() || session_.has_failed()) return;
  ++requests_;
  due_ = due::unknown;  // no longer idle, also where it is answered within this turn
  count_idle(false);
  const auto most = core_->options.limits.requests_per_connection;
  if (most != 0 && requests_ >= most) begin_drain(close_reason::request_refused);
  auto& worker = session_.owner();
  auto parent = std::static_pointer_cast<io_session>(session_.shared_from_this());
  auto carrier = std::make_unique<http2_stream>(std::move(parent), *this, std::move(s));
  auto work = http2_workspace::take();
  work->codec.begin(carrier->stream());
  const auto made = std::allocate_shared<connection>(base::pool_allocator<connection>(),
                                                     kept_by_parent(worker), kept_by_parent(*core_),
                                                     std::move(carrier), std::move(work), arrival);
  made->start();
  if (!made->has_ended()) worker.watch(*made);
}

void http2_link::defer(net::completion done, net::error_code ec) noexcept {
  deferred_.emplace_back(std::move(done), ec);
  work_soon();
}

void http2_link::run_deferred() {
  auto running = std::exchange(deferred_, {});
  for (auto& [done, ec] : running) done(ec);
}

// Whether there was one.
bool http2_link::wake_writers() {
  bool any = false;
  while (codec_.has_room() && !session_.has_failed()) {
    http2_stream* const next = most_urgent();
    if (next == nullptr) break;
    any = true;
    next->wake_writer();
  }
  return any;
}

// RFC 9218 section 10: by urgency; of equals those that share take turns, others go one by one.
http2_stream* http2_link::most_urgent() noexcept {
  http2_stream* found = nullptr;
  for (http2_stream* s : streams_) {
    if (!s->is_waiting_to_write() || !can_write(s->stream())) continue;
    if (found == nullptr || s->is_more_urgent_than(*found)) found = s;
  }
  if (found != nullptr) found->note_turn(++turns_);
  return found;
}

void http2_link::remove(http2_stream& s) noexcept {
  std::erase(streams_, &s);
  work_soon();
}

void http2_link::work_soon() noexcept {
  if (is_working_ || std::exchange(is_posted_, true)) return;
  asio::post(session_.transport().executor(),
             [kept = session_.shared_from_this(), alive = std::weak_ptr<void>(alive_), this] {
               if (alive.expired()) return;
               is_posted_ = false;
               take_turn(false);
             });
}

void http2_link::post(const asio::any_io_executor& executor, net::completion done,
                      net::error_code ec) noexcept {
  asio::post(executor, [done = std::move(done), ec]() mutable { done(ec); });
}

// --- out -----------------------------------------------------------------------------------------

// False where the transport takes no more.
bool http2_link::send_output() {
  auto& output = codec_.output();
  while (!output.empty()) {
    const auto result = session_.transport().write(output.view(), {}, false);
    if (result.error == asio::error::would_block) return false;
    if (result.error) {
      is_cut_off_ = true;
      session_.fail(close_reason::client_aborted);
      return false;
    }
    output.consume(result.size);
    session_.sent(result.size);
  }
  return true;
}

void http2_link::wait_for_more() {
  if (session_.has_failed()) return;
  if (is_over()) return session_.transport().cancel();
  const auto& output = codec_.output();
  if (!reads_ && output.size() < most_output) {
    reads_ = true;
    session_.transport().async_wait(
        transport::wait::read,
        {std::make_shared<keeper>(session_.shared_from_this(), *this), &on_readable, this});
  }
  if (!writes_ && !output.empty()) {
    writes_ = true;
    session_.transport().async_wait(
        transport::wait::write,
        {std::make_shared<keeper>(session_.shared_from_this(), *this), &on_writable, this});
  }
}

void http2_link::on_readable(void* self, std::shared_ptr<void> owner, net::error_code ec) {
  const auto kept = std::exchange(static_cast<keeper*>(owner.get())->session, nullptr);
  auto& link = *static_cast<http2_link*>(self);
  link.reads_ = false;
  link.take_turn(!ec);
}

void http2_link::on_writable(void* self, std::shared_ptr<void> owner, net::error_code) {
  const auto kept = std::exchange(static_cast<keeper*>(owner.get())->session, nullptr);
  auto& link = *static_cast<http2_link*>(self);
  link.writes_ = false;
  link.take_turn(false);
}

// --- the deadline --------------------------------------------------------------------------------

void http2_link::set_deadline() {
  if (session_.has_failed()) return;
  begin_waiting(!codec_.output().empty()                     ? due::write
                : !codec_.has_begun() || codec_.is_in_head() ? due::head
                : is_draining() && !has_gone_away_           ? due::notice
                : streams_.empty()                           ? due::idle
                                                             : due::nothing);
}

// Only what is new begins anew: a client that does nothing but ping is idle.
void http2_link::begin_waiting(due what) {
  if (std::exchange(due_, what) == what) return;
  count_idle(what == due::idle);
  const auto& d = core_->options.deadlines;
  switch (what) {
    case due::write:
      return session_.begin_writing();
    case due::head:
      return session_.wait_for(waiting::head, d.head);
    case due::notice:
      return session_.wait_for(waiting::producer, notice);
    case due::idle:
      return session_.wait_for(waiting::next_request, d.idle);
    case due::unknown:
    case due::nothing:
      return session_.wait_is_over();
  }
}

void http2_link::count_idle(bool idle) noexcept {
  if (std::exchange(is_idle_, idle) == idle) return;
  auto& counters = session_.counters();
  (idle ? counters.idle_begun : counters.idle_ended).add(1);
}

void http2_link::on_quiet() {
  go_away();
  work_soon();
}

// --- the end -------------------------------------------------------------------------------------

void http2_link::on_drain() {
  begin_drain(close_reason::drained);
  work_soon();
}

// The first reason counts.
void http2_link::begin_drain(close_reason why) {
  if (is_draining()) return;
  drains_for_ = why;
  codec_.announce_end();
}

void http2_link::go_away() {
  if (!std::exchange(has_gone_away_, true)) codec_.go_away();
}

bool http2_link::is_over() const noexcept {
  if (!streams_.empty()) return false;
  return session_.has_failed() || (codec_.is_over() && codec_.output().empty());
}

// What waits for the transport refers to this.
bool http2_link::is_done() const noexcept {
  return is_over() && !reads_ && !writes_;
}

// Who waits finds the connection gone.
void http2_link::break_streams() {
  if (!std::exchange(is_broken_, true)) {
    for (http2_stream* s : streams_) s->tell_end();
  }
  run_deferred();
}

void http2_link::end() {
  if (!waiting_) return;
  session_.end_waiting();
  std::exchange(waiting_, nullptr).resume();
}

// Each may be the end of one, or of several.
void http2_link::drop() noexcept {
  deferred_.clear();
  while (!streams_.empty()) {
    http2_stream* const last = streams_.back();
    streams_.pop_back();
    last->detach();
    last->drop();
  }
}

void http2_link::count() {
  auto& counters = session_.counters();
  const auto& now = codec_.counted();
  counters.http2_streams.add(now.streams - counted_.streams);
  counters.http2_reset.add(now.reset - counted_.reset);
  for (std::size_t i = 1; i < http2::error_count; ++i) {
    counters.http2_errors[i].add(now.told[i] - counted_.told[i]);
  }
  counted_ = now;
}

}  // namespace asio_httpd::serving
