// SPDX-License-Identifier: BSL-1.0
//
// A client's end: bytes, answers, and how slowly it reads.

#include <asio_httpd/testing/connection.hpp>

#include "testing/connection_implementation.hpp"

#include <algorithm>
#include <utility>

namespace asio_httpd::testing {

// --- inside --------------------------------------------------------------------------------------

connection::implementation::implementation(std::shared_ptr<testing::loop> l, net::memory_peer p,
                                           std::shared_ptr<const log_lines> lines)
    : loop(std::move(l)), peer(std::move(p)), log(std::move(lines)) {}

// As the kernel closes a socket: with a reset where something was not received. The server sees it
// when it runs next.
connection::implementation::~implementation() {
  if (loop->is_over()) return;
  peer.receive().empty() ? peer.shutdown_send() : peer.reset();
}

void connection::implementation::pull(std::size_t wanted) {
  loop->run();
  while (unread.size() < wanted) {
    const std::string piece = peer.receive(wanted - unread.size());
    if (piece.empty()) return;
    if (unread.size() > answer_parser::most_content) {
      throw error("more than 256 MiB came, and there is no end to it");
    }
    unread.append(piece);
    loop->run();
  }
}

void connection::implementation::read_on() {
  pull();
  if (unread.empty()) return;
  if (!parser) parser = make_parser();
  unread.consume(parser->feed(unread.view()));
}

bool connection::implementation::read_answer() {
  read_on();
  if (!parser) return false;
  if (has_ended()) parser->feed_end();
  return parser->is_done();
}

answer_parser connection::implementation::make_parser() const {
  const asked_for what = asked.empty() ? asked_for() : asked.front();
  return answer_parser(what.asked, what.about);
}

answer connection::implementation::take_answer() {
  answer whole = parser->release();
  parser.reset();
  if (!asked.empty()) asked.pop_front();
  return whole;
}

void connection::implementation::fail() const {
  const answer_parser nothing = make_parser();
  const answer_parser& begun = parser ? *parser : nothing;
  std::string why = "is not whole: " + begun.progress() + ", and the connection is ";
  why += has_ended() ? "closed" : "open";
  if (!log->empty()) why += "; the log's last line is \"" + log->back() + "\"";
  throw begun.make_error(why);
}

// --- sending -------------------------------------------------------------------------------------

connection::connection(std::unique_ptr<implementation> i) : implementation_(std::move(i)) {}
connection::connection(connection&&) noexcept = default;
connection& connection::operator=(connection&&) noexcept = default;
connection::~connection() = default;

void connection::send(std::string_view bytes) {
  implementation_->act([&](net::memory_peer& p) { p.send(bytes); });
}

void connection::send(const client_request& r) {
  const std::string bytes = to_bytes(r);
  implementation_->asked.push_back({r.method, std::string(to_string(r.method)) + " " + r.target});
  send(bytes);
}

void connection::expect_answer_to(method asked) {
  implementation_->asked.push_back({asked, std::string(to_string(asked))});
}

void connection::shutdown_send() {
  implementation_->act([](net::memory_peer& p) { p.shutdown_send(); });
}

void connection::reset() {
  implementation_->act([](net::memory_peer& p) { p.reset(); });
}

void connection::drop_after(std::size_t bytes) {
  implementation_->act([&](net::memory_peer& p) { p.reset_after(bytes); });
}

// --- answers -------------------------------------------------------------------------------------

answer connection::request(const client_request& r) {
  send(r);
  return receive_answer();
}

answer connection::receive_answer() {
  auto& i = *implementation_;
  i.loop->wait_until([&] { return i.read_answer() || i.has_ended(); });
  if (!i.parser || !i.parser->is_done()) i.fail();
  return i.take_answer();
}

std::vector<answer> connection::receive_answers() {
  std::vector<answer> all;
  while (has_answer()) all.push_back(implementation_->take_answer());
  return all;
}

bool connection::has_answer() {
  return implementation_->read_answer();
}

const answer& connection::receive_head() {
  auto& i = *implementation_;
  const auto has_head = [&] { return i.parser && i.parser->has_head(); };
  i.loop->wait_until([&] {
    i.read_on();
    return has_head() || i.has_ended();
  });
  if (!has_head()) i.fail();
  return i.parser->current();
}

std::string connection::receive_content() {
  implementation_->read_on();
  auto& parser = implementation_->parser;
  return parser ? parser->take_content() : std::string();
}

// --- bytes ---------------------------------------------------------------------------------------

std::string connection::receive(std::size_t most) {
  auto& i = *implementation_;
  i.pull(most);
  std::string taken(i.unread.view().substr(0, most));
  i.unread.consume(taken.size());
  return taken;
}

std::string connection::ask(std::string_view bytes) {
  send(bytes);
  return receive();
}

// --- slow readers --------------------------------------------------------------------------------

void connection::set_capacity(std::size_t bytes) {
  implementation_->act([&](net::memory_peer& p) { p.set_capacity(bytes); });
}

void connection::stall() {
  implementation_->act([](net::memory_peer& p) { p.set_window(0); });
}

void connection::accept(std::size_t bytes) {
  implementation_->act([&](net::memory_peer& p) { p.set_window(bytes); });
  implementation_->pull();
}

void connection::resume() {
  implementation_->act([](net::memory_peer& p) { p.set_window(std::string::npos); });
}

// --- how it is -----------------------------------------------------------------------------------

bool connection::is_closed() {
  implementation_->loop->run();
  return implementation_->peer.is_closed();
}

bool connection::at_end() {
  implementation_->loop->run();
  return implementation_->has_ended();
}

bool connection::wait_until(const std::function<bool()>& done) {
  return implementation_->loop->wait_until(done);
}

}  // namespace asio_httpd::testing
