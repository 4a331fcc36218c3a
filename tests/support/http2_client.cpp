// SPDX-License-Identifier: BSL-1.0
//
// The client, and its two pipes.

#include "support/http2_client.hpp"

#include "support/socket_client.hpp"

#include <poll.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace test_support::http2 {

using namespace asio_httpd;

namespace {

class connection_pipe final : public byte_pipe {
 public:
  explicit connection_pipe(testing::connection c) : connection_(std::move(c)) {}
  void send(std::string_view bytes) override { connection_.send(bytes); }
  std::string receive() override { return connection_.receive(); }
  bool is_closed() override { return connection_.is_closed() || connection_.at_end(); }
  void wait(const std::function<bool()>& done) override { connection_.wait_until(done); }

 private:
  testing::connection connection_;
};

class peer_pipe final : public byte_pipe {
 public:
  explicit peer_pipe(std::uint16_t port) : socket_(socket_client::to_port(port)) {}
  void send(std::string_view bytes) override { socket_.send(bytes); }
  std::string receive() override {
    std::string all;
    while (!closed_ && is_readable(0)) {
      const std::string some = socket_.receive_some();
      closed_ = some.empty();
      all += some;
    }
    return all;
  }
  bool is_closed() override { return closed_; }
  void wait(const std::function<bool()>& done) override {
    while (!done() && !closed_ && is_readable(patience)) {
    }
    done();
  }

 private:
  // Milliseconds after which a server that says nothing has nothing to say.
  static constexpr int patience = 2000;
  bool is_readable(int milliseconds) const {
    pollfd p{socket_.descriptor(), POLLIN, 0};
    return ::poll(&p, 1, milliseconds) == 1;
  }
  socket_client socket_;
  bool closed_ = false;
};

}  // namespace

std::unique_ptr<byte_pipe> memory_pipe(testing::connection c) {
  return std::make_unique<connection_pipe>(std::move(c));
}

std::unique_ptr<byte_pipe> socket_pipe(std::string_view address) {
  const std::size_t colon = address.rfind(':');
  const std::string_view digits = address.substr(colon == std::string_view::npos ? 0 : colon + 1);
  std::uint16_t port = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (port == 0) throw std::invalid_argument("no port in " + std::string(address));
  return std::make_unique<peer_pipe>(port);
}

client::client(std::unique_ptr<byte_pipe> p) : pipe_(std::move(p)) {}

void client::start(const setting_list& values) {
  send(std::string(preface) + settings(values));
  receive_until([this] { return !peer_settings_.empty(); });
}

void client::send(std::string_view bytes) {
  send_only(bytes);
  receive();
}

void client::send_only(std::string_view bytes) {
  rules_.sent(bytes);
  reader_.allow(rules_.largest_frame());
  pipe_->send(bytes);
}

void client::receive() {
  for (std::string bytes = pipe_->receive(); !bytes.empty(); bytes = pipe_->receive()) {
    if (!reads_frames_) {
      text_ += bytes;
      continue;
    }
    reader_.feed(bytes);
    while (std::optional<received_frame> f = reader_.next()) take(std::move(*f));
    if (!answers_.empty()) send_only(std::exchange(answers_, {}));
  }
}

void client::take(received_frame f) {
  rules_.received(f);
  answer(f);
  if (f.type == frame_type::settings && !f.has(flag::ack)) peer_settings_.push_back(f);
  frames_.push_back(std::move(f));
}

void client::answer(const received_frame& f) {
  if (f.type == frame_type::settings && !f.has(flag::ack) && acknowledges_) {
    answers_ += settings_ack();
  }
  if (f.type == frame_type::ping && !f.has(flag::ack)) answers_ += ping(f.payload, flag::ack);
  if (f.type == frame_type::data && !f.payload.empty() && opens_windows_) {
    const auto size = static_cast<std::uint32_t>(f.payload.size());
    answers_ += window_update(0, size);
    if (!f.ends_stream()) answers_ += window_update(f.stream, size);
  }
}

bool client::receive_until(const std::function<bool()>& done) {
  const auto look = [&] {
    receive();
    return done();
  };
  if (look()) return true;
  pipe_->wait(look);
  return look();
}

bool client::is_closed() {
  return pipe_->is_closed();
}

const received_frame* client::find(frame_type t, std::uint32_t stream) const {
  const auto at = std::ranges::find_if(
      frames_, [&](const received_frame& f) { return f.type == t && f.stream == stream; });
  return at == frames_.end() ? nullptr : &*at;
}

std::size_t client::count(frame_type t) const {
  return static_cast<std::size_t>(std::ranges::count(frames_, t, &received_frame::type));
}

int client::status(std::uint32_t stream) const {
  for (const received_frame& f : frames_) {
    if (f.type == frame_type::headers && f.stream == stream && f.status() >= 200) {
      return f.status();
    }
  }
  return 0;
}

std::string_view client::field(std::uint32_t stream, std::string_view name) const {
  const received_frame* const head = find(frame_type::headers, stream);
  return head == nullptr ? std::string_view() : head->field(name);
}

std::string client::content(std::uint32_t stream) const {
  std::string all;
  for (const received_frame& f : frames_) {
    if (f.type == frame_type::data && f.stream == stream) all += f.payload;
  }
  return all;
}

bool client::has_ended(std::uint32_t stream) const {
  return std::ranges::any_of(
      frames_, [&](const received_frame& f) { return f.stream == stream && f.ends_stream(); });
}

std::optional<error_code> client::reset_code(std::uint32_t stream) const {
  const received_frame* const f = find(frame_type::rst_stream, stream);
  return f == nullptr ? std::nullopt : std::optional(f->code());
}

std::optional<error_code> client::goaway_code() const {
  std::optional<error_code> code;
  for (const received_frame& f : frames_) {
    if (f.type == frame_type::goaway) code = f.code();
  }
  return code;
}

bool client::has_pong(std::string_view eight_octets) const {
  return std::ranges::any_of(frames_, [&](const received_frame& f) {
    return f.type == frame_type::ping && f.has(flag::ack) && f.payload == eight_octets;
  });
}

std::uint32_t client::peer(setting s, std::uint32_t otherwise) const {
  for (const received_frame& f : peer_settings_) {
    for (std::size_t at = 0; at + 6 <= f.payload.size(); at += 6) {
      if (f.payload.substr(at, 2) == big_endian(std::uint16_t(s), 2)) otherwise = f.number(at + 2);
    }
  }
  return otherwise;
}

std::string to_string(const std::vector<received_frame>& frames) {
  std::string all;
  for (const received_frame& f : frames) all += to_string(f) + "\n";
  return all;
}

}  // namespace test_support::http2
