// SPDX-License-Identifier: BSL-1.0
//
// Invariant: whatever comes first on a listener that speaks TLS, however it is cut, there is one of
// three verdicts, the same for all cuts: it may still become TLS; it is plain HTTP, and then one
// plain answer goes out; or it is nothing. Nothing is established, and nothing is read, by who has
// no handshake. What the client is told are TLS records, or that one answer.
//
// Input: a byte for the cuts, then all that the client sends before it shuts its side down.

#include "fuzz_input.hpp"

#include "net/memory_transport.hpp"
#include "tls/context.hpp"
#include "tls/ticket_keys.hpp"
#include "tls/transport.hpp"

#include <asio_httpd/clock.hpp>
#include <asio_httpd/self_signed.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>

#include <unistd.h>

#include <array>
#include <memory>
#include <string>

namespace {

using namespace asio_httpd;

constexpr std::string_view last_word = "HTTP/1.1 400 Bad Request\r\n\r\n";

std::shared_ptr<tls::context> make_context() {
  const auto clock = std::make_shared<manual_clock>();
  const std::string folder = "/tmp/fuzz_tls." + std::to_string(::getuid());
  return std::make_shared<tls::context>(tls_options{{self_signed_certificate(folder)}},
                                        tls::make_ticket_keys(clock), clock, log_sink());
}

enum class verdict { waits, plain_http, failed };

struct outcome {
  verdict found = verdict::waits;
  std::string told;
};

// Records of TLS: a type, a version 3.x, and a length that is there. An alert may have any version:
// where OpenSSL refuses a hello before it has chosen one, it writes 0.0, or what the hello had.
bool are_records(std::string_view bytes) {
  while (bytes.size() >= 5) {
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    const std::size_t size = at(3) * 256u + at(4);
    const bool has_version = at(1) == 3 || at(0) == 21;
    if (at(0) < 20 || at(0) > 24 || !has_version || bytes.size() < 5 + size) return false;
    bytes.remove_prefix(5 + size);
  }
  return bytes.empty();
}

outcome play(const std::shared_ptr<tls::context>& context, std::string_view stream,
             std::uint64_t seed) {
  boost::asio::io_context io;
  auto pipe = net::make_memory_connection(io.get_executor());
  const auto end = tls::accept(context, std::move(pipe.server_end));
  fuzz::dice cuts(seed);
  outcome made;
  std::array<char, 512> room;
  while (made.found == verdict::waits) {
    const std::size_t n = seed == 0 ? stream.size() : std::min(stream.size(), 1 + cuts.below(40));
    if (n == 0) break;
    pipe.peer.send(stream.substr(0, n));
    stream.remove_prefix(n);
    const auto result = end->read(room.data(), room.size());
    FUZZ_REQUIRE(result.size == 0 && result.error);
    FUZZ_REQUIRE(!end->security()->is_established());
    if (result.error == boost::asio::error::would_block) continue;
    made.found = end->security()->is_plain_http() ? verdict::plain_http : verdict::failed;
    FUZZ_REQUIRE(!end->security()->failure().empty());
  }
  if (made.found == verdict::plain_http) {
    FUZZ_REQUIRE(end->write(last_word, {}, false).size == last_word.size());
  }
  end->close();
  made.told = pipe.peer.receive();
  return made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto context = make_context();
  fuzz::input in(data, size);
  const std::uint64_t seed = in.option();
  const outcome whole = play(context, in.rest(), 0);
  const outcome cut = play(context, in.rest(), seed + 1);
  FUZZ_REQUIRE(whole.found == cut.found);
  if (whole.found == verdict::plain_http) {
    FUZZ_REQUIRE(whole.told == last_word && cut.told == last_word);
  } else {
    FUZZ_REQUIRE(are_records(whole.told) && are_records(cut.told));
  }
  return 0;
}
