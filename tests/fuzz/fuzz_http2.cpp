// SPDX-License-Identifier: BSL-1.0
//
// Invariant: whatever frames a client sends to a server, the server's frames are right (form,
// stream states, windows, sizes, answers to what was asked), every handler that was called is
// released when the connection is gone, and the verdict is the same in whatever pieces the frames
// come.
//
// Input: a byte for the limits, a byte for the cuts, then operations of a byte each with the bytes
// that they need: requests, content, resets, windows, settings, frames that are no such thing, and
// time that passes. So a mutation of the input is mostly another conversation, and not a broken
// frame; that is an operation, too.

#include "fuzz_input.hpp"

#include "support/http2_wire.hpp"

#include <asio_httpd/asio_httpd.hpp>
#include <asio_httpd/testing/connection.hpp>
#include <asio_httpd/testing/server.hpp>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace asio_httpd;
using namespace std::chrono_literals;
using namespace test_support::http2;

// ---- the server ---------------------------------------------------------------------------------

std::size_t handlers_alive = 0;

struct alive {
  alive() noexcept { ++handlers_alive; }
  alive(const alive&) = delete;
  alive& operator=(const alive&) = delete;
  ~alive() { --handlers_alive; }
};

boost::asio::awaitable<void> echo_content(request_body body, body_writer out) {
  const alive here;
  for (;;) {
    const std::string_view piece = co_await body.read();
    if (piece.empty()) break;
    co_await out.write(piece);
  }
}

boost::asio::awaitable<void> count_up(body_writer out) {
  const alive here;
  for (int i = 0; i < 1000; ++i) co_await out.write(std::to_string(i) + " bottles of beer\n");
}

boost::asio::awaitable<std::string> read_all(request_body body) {
  const alive here;
  co_return co_await body.read_all(100'000);
}

boost::asio::awaitable<void> echo_messages(websocket socket) {
  const alive here;
  while (const std::optional<websocket_message> m = co_await socket.receive()) {
    co_await socket.send(*m);
  }
}

router make_routes() {
  router routes;
  routes.get("/", [] { return "hello"; });
  routes.post("/", [](const request& r) { return std::string(r.body()); });
  routes.post("/read", read_all);
  routes.post("/echo", [](request_body body) -> boost::asio::awaitable<response> {
    co_return streaming("text/plain",
                        [body](body_writer out) { return echo_content(body, std::move(out)); });
  });
  routes.get("/streamed", [] { return streaming("text/plain", count_up); });
  routes.get("/large", [] { return std::string(300'000, 'x'); });
  routes.websocket("/websocket", echo_messages);
  return routes;
}

server_options options_of(std::uint8_t choice) {
  server_options options;
  options.limits.streams = choice % 2 == 0 ? 100 : 3;
  options.limits.head = choice % 4 < 2 ? 16 * 1024 : 256;
  options.limits.body = choice % 8 < 4 ? 1024 * 1024 : 40;
  return options;
}

// ---- the client's frames ------------------------------------------------------------------------

// One thing that the client does: bytes, which are sent, or time.
struct step {
  std::string bytes;
  std::chrono::milliseconds time{};
};

class composer {
 public:
  explicit composer(fuzz::input& in) : in_(in) {}

  std::vector<step> compose() {
    std::vector<step> steps{{std::string(preface) + settings({})}, {settings_ack()}};
    while (!in_.rest().empty() && steps.size() < most_steps) steps.push_back(next());
    return steps;
  }

 private:
  static constexpr std::size_t most_steps = 200;

  step next() {
    const std::uint8_t operation = in_.option();
    if (operation % 32 == 31) return {{}, 500ms * in_.option()};
    std::string bytes = frames(operation % 32);
    if (operation >= 224 && !bytes.empty()) {
      char& broken = bytes[in_.option() % bytes.size()];
      broken = static_cast<char>(in_.option());
    }
    return {std::move(bytes)};
  }

  std::string frames(std::uint8_t operation) {
    switch (operation) {
      case 0:
        return get(open());
      case 1:
        return get(open(), "/streamed");
      case 2:
        return get(open(), "/large");
      case 3:
        return post(open());
      case 4:
        return post(open(), "/echo");
      case 5:
        return post(open(), "/read", {{"content-length", std::to_string(in_.option())}});
      case 6:
        return headers(open(), websocket_block(), flag::end_headers);
      case 7:
        return get(open(), "/none", {{text(5), text(9)}});
      case 8:
        return data(stream(), text(in_.option()), flag::none);
      case 9:
        return data(stream(), text(in_.option()));
      case 10:
        return data(stream(), std::string(default_frame_size, 'x'), flag::none);
      case 11:
        return data(stream(), padded(in_.option(), text(7)), flag::padded | in_.option() % 2);
      case 12:
        return headers(stream(), hpack::literal("x-trailer", text(3)));
      case 13:
        return rst_stream(stream(), error_code(in_.option() % 16));
      case 14:
        return window_update(stream(), size());
      case 15:
        return window_update(0, size());
      case 16:
        return settings({{setting::initial_window_size, size()}});
      case 17:
        return settings({{setting(in_.option() % 10), size()}});
      case 18:
        return ping();
      case 19:
        return priority(stream(), stream(), in_.option() % 2 == 1, in_.option());
      case 20:
        return priority_update(stream(), text(6));
      case 21:
        return goaway(stream(), error_code(in_.option() % 16), text(4));
      case 22:
        return headers(open(), text(40), in_.option());
      case 23:
        return split(request_block());
      case 24:
        return continuation(stream(), text(10), in_.option());
      case 25:
        return headers(open(), padded(in_.option(), request_block()), flag::whole | flag::padded);
      case 26:
        return data(stream(), websocket_frame(text(in_.option() % 100)), flag::none);
      case 27:
        return frame(frame_type(in_.option()), in_.option(), stream(), text(in_.option()));
      case 28:
        return headers(open(), hpack::size_update(size()) + request_block());
      case 29:
        return headers(open(), request_block() +
                                   hpack::literal("x-a", text(9), hpack::indexing::incremental) +
                                   hpack::indexed(62 + in_.option() % 4));
      default:
        return text(20);
    }
  }

  std::uint32_t open() {
    const std::uint32_t id = next_stream_;
    next_stream_ += 2;
    return id;
  }
  // One that was opened, mostly.
  std::uint32_t stream() {
    const std::uint8_t choice = in_.option();
    return choice >= 250 ? choice : (next_stream_ - 2 - 2 * (choice % 8U)) & largest_window;
  }
  std::uint32_t size() {
    const std::uint8_t exponent = in_.option() % 32;
    return (1U << exponent) + in_.option() - 128;
  }
  std::string text(std::size_t most) {
    std::string all;
    while (all.size() < most && !in_.rest().empty()) all += static_cast<char>(in_.option());
    return all;
  }
  std::string split(const std::string& block) {
    const std::size_t at = in_.option() % block.size();
    const std::uint32_t id = open();
    return headers(id, block.substr(0, at), flag::end_stream) + continuation(id, block.substr(at));
  }
  static std::string websocket_block() {
    return hpack::block({{":method", "CONNECT"},
                         {":protocol", "websocket"},
                         {":scheme", "http"},
                         {":path", "/websocket"},
                         {":authority", "test"},
                         {"sec-websocket-version", "13"}});
  }
  // RFC 6455 section 5.2, with a mask of zeros; the first byte is the fuzzer's, or text.
  std::string websocket_frame(const std::string& payload) {
    const std::uint8_t choice = in_.option();
    std::string all(1, static_cast<char>(choice % 4 == 0 ? choice : 0x81));
    all += static_cast<char>(0x80 | payload.size());
    return all.append(4, '\0').append(payload);
  }

  fuzz::input& in_;
  std::uint32_t next_stream_ = 1;
};

// ---- playing ------------------------------------------------------------------------------------

// What is to be the same in whatever pieces the frames come.
struct outcome {
  std::map<std::uint32_t, int> statuses;  // of streams that were not reset
  std::optional<error_code> goaway;
  bool is_closed = false;

  friend bool operator==(const outcome&, const outcome&) = default;
};

class player {
 public:
  player(std::uint8_t limits, std::uint64_t cuts, bool in_pieces)
      : server_(make_routes(), options_of(limits)),
        connection_(server_.connect()),
        dice_(cuts),
        in_pieces_(in_pieces) {
    server_.patience(0ms);
  }

  outcome play(const std::vector<step>& steps) {
    for (const step& s : steps) {
      if (s.time != s.time.zero()) server_.advance(s.time);
      send(s.bytes);
    }
    outcome_.is_closed = connection_.is_closed() || connection_.at_end();
    return outcome_;
  }

 private:
  void send(std::string_view bytes) {
    rules_.sent(bytes);
    reader_.allow(rules_.largest_frame());
    do {
      const std::size_t size = in_pieces_ ? dice_.piece() : bytes.size();
      connection_.send(bytes.substr(0, size));
      bytes.remove_prefix(std::min(size, bytes.size()));
      receive();
    } while (!bytes.empty());
  }

  void receive() {
    for (std::string bytes = connection_.receive(); !bytes.empty(); bytes = connection_.receive()) {
      reader_.feed(bytes);
      while (const std::optional<received_frame> f = reader_.next()) take(*f);
    }
  }

  void take(const received_frame& f) {
    rules_.received(f);
    if (f.type == frame_type::goaway) outcome_.goaway = f.code();
    if (f.type == frame_type::rst_stream) outcome_.statuses[f.stream] = -1;
    if (f.type == frame_type::headers && f.status() >= 200) {
      outcome_.statuses.try_emplace(f.stream, f.status());
    }
  }

  testing::server server_;
  testing::connection connection_;
  frame_reader reader_;
  server_rules rules_;
  fuzz::dice dice_;
  bool in_pieces_;
  outcome outcome_;
};

// A reset may come before the answer or behind it, by how much of a frame was there already.
void forget_resets(outcome& one, outcome& other) {
  for (const auto& [stream, status] : std::map(one.statuses)) {
    if (status != -1) continue;
    one.statuses.erase(stream);
    other.statuses.erase(stream);
  }
}

outcome played(const std::vector<step>& steps, std::uint8_t limits, std::uint64_t cuts,
               bool in_pieces) {
  const outcome o = player(limits, cuts, in_pieces).play(steps);
  FUZZ_REQUIRE(handlers_alive == 0);
  return o;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in(data, size);
  const std::uint8_t limits = in.option();
  const std::uint8_t cuts = in.option();
  const std::vector<step> steps = composer(in).compose();
  try {
    outcome whole = played(steps, limits, cuts, false);
    outcome cut = played(steps, limits, cuts, true);
    forget_resets(whole, cut);
    forget_resets(cut, whole);
    FUZZ_REQUIRE(whole == cut);
  } catch (const testing::error& e) {
    std::fprintf(stderr, "the server broke a rule: %s\n", e.what());
    FUZZ_REQUIRE(false);
  }
  return 0;
}
