// SPDX-License-Identifier: BSL-1.0
//
// The same requests to our session and to one of nghttp2's that looks at messages itself (ours has
// it not do so): equal verdicts, on the wire and for who serves. There are no known differences. It
// was written with nghttp2 1.52; where another version is stricter or milder, RFC 9113 decides.

#include "http2_requests.hpp"

#include "http2/session.hpp"
#include "support/http2_feed.hpp"
#include "support/http2_peer.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace compare;
using namespace test_support::http2;

namespace {

namespace h2 = asio_httpd::http2;

struct verdict {
  std::optional<error_code> reset;  // of the stream
  bool goes_on = true;              // the connection
  bool ended = false;               // the request, for who serves it
  std::string content;
  std::size_t trailers = 0;  // lines, of a request that was not reset

  bool operator==(const verdict&) const = default;
};

std::string to_string(const verdict& v) {
  return (v.reset ? "reset by " + to_string(*v.reset) : "accepted") +
         (v.goes_on ? "" : ", end of the connection") + (v.ended ? ", ended" : "") + ", " +
         std::to_string(v.content.size()) + " octets, " + std::to_string(v.trailers) + " trailers";
}

// What a server's frames say of a stream, and of the connection.
void read_frames(std::string_view bytes, std::uint32_t stream, verdict& to) {
  frame_reader reader;
  reader.feed(bytes);
  while (const auto f = reader.next()) {
    if (f->type == frame_type::rst_stream && f->stream == stream) to.reset = f->code();
    if (f->type == frame_type::goaway) to.goes_on = false;
  }
}

class our_side {
 public:
  explicit our_side(const h2::session_options& options = {}) : session_(options) {}
  void receive(std::string_view bytes) {
    test_support::http2::feed(session_, bytes, [this](auto one) {
      const auto id = static_cast<std::uint32_t>(one->id());
      requests_[id] = std::move(one);
    });
    session_.pump();
  }
  verdict told(std::uint32_t stream) const {
    verdict v;
    read_frames(session_.output().view(), stream, v);
    const auto found = requests_.find(stream);
    if (found == requests_.end()) return v;
    const h2::stream& request = *found->second;
    v.ended = request.has_ended();
    v.content = request.received();
    if (!v.reset) v.trailers = request.trailers().size();
    if (v.goes_on) CHECK(request.is_broken() == v.reset.has_value());
    return v;
  }

 private:
  h2::session session_;
  std::map<std::uint32_t, std::unique_ptr<h2::stream>> requests_;
};

class its_side {
 public:
  void receive(std::string_view bytes) {
    peer_.receive(bytes);
    sent_ += peer_.send();
  }
  verdict told(std::uint32_t stream) {
    const test_support::http2_peer::request& r = peer_.requests[static_cast<std::int32_t>(stream)];
    verdict v{{}, true, r.ended, r.content, 0};
    read_frames(sent_, stream, v);
    const auto lines = std::count(r.trailers.begin(), r.trailers.end(), '\n');
    if (!v.reset) v.trailers = static_cast<std::size_t>(lines);
    return v;
  }

 private:
  test_support::http2_peer peer_{true};
  std::string sent_;
};

// In two pieces, of which one may be empty.
template <class Side>
void feed_in_two(Side& side, std::string_view bytes, std::size_t cut) {
  side.receive(bytes.substr(0, cut));
  side.receive(bytes.substr(cut));
}

template <class Side, class... Options>
verdict told_by(const std::string& bytes, std::size_t cut, const Options&... options) {
  Side side(options...);
  feed_in_two(side, bytes, cut);
  return side.told(1);
}

void check_same(const http2_request& request, const verdict& ours, const verdict& its) {
  CHECK_MESSAGE(ours == its, described(request), "\nours:    ", to_string(ours),
                "\nnghttp2: ", to_string(its));
}

// How often each verdict came.
struct tally {
  std::size_t accepted = 0;
  std::size_t refused = 0;
};

tally compare_all(const std::vector<http2_request>& requests) {
  tally found;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const std::string bytes = bytes_of(requests[i]);
    const std::size_t cut = i % bytes.size();
    const verdict ours = told_by<our_side>(bytes, cut);
    const verdict its = told_by<its_side>(bytes, cut);
    check_same(requests[i], ours, its);
    ++(its.reset ? found.refused : found.accepted);
  }
  std::cout << requests.size() << " requests of HTTP/2, as nghttp2 says: " << found.accepted
            << " accepted, " << found.refused << " refused\n";
  return found;
}

// A frame of each in turn, as of streams that are sent side by side.
std::string in_turns(std::span<const http2_request> requests) {
  std::vector<std::vector<std::string>> all;
  for (const http2_request& r : requests) {
    all.push_back(frames_of(r, static_cast<std::uint32_t>(2 * all.size() + 1)));
  }
  std::string bytes = beginning();
  for (std::size_t turn = 0, before = 0; before != bytes.size(); ++turn) {
    before = bytes.size();
    for (const auto& frames : all) bytes += turn < frames.size() ? frames[turn] : "";
  }
  return bytes;
}

}  // namespace

TEST_CASE("ours and nghttp2 say the same of every byte of a field") {
  const tally found = compare_all(requests_of_bytes());
  CHECK(found.accepted > 10'000);
  CHECK(found.refused > 10'000);
}

TEST_CASE("ours and nghttp2 say the same of requests that a machine has changed") {
  const tally found = compare_all(changed_requests());
  CHECK(found.accepted > 5'000);
  CHECK(found.refused > 10'000);
}

TEST_CASE("ours and nghttp2 say the same of streams that share a connection") {
  constexpr std::size_t streams = 4;
  const std::vector<http2_request> requests = changed_requests();
  for (std::size_t i = 0; i + streams <= requests.size(); i += streams) {
    const std::string bytes = in_turns(std::span(requests).subspan(i, streams));
    our_side ours;
    its_side its;
    feed_in_two(ours, bytes, i % bytes.size());
    feed_in_two(its, bytes, i % bytes.size());
    for (std::size_t n = 0; n < streams; ++n) {
      const auto id = static_cast<std::uint32_t>(2 * n + 1);
      check_same(requests[i + n], ours.told(id), its.told(id));
    }
  }
}

TEST_CASE("a head above its limits is malformed where nghttp2 says so, and only there") {
  h2::session_options tight;
  tight.head = {60, 2, 8};
  std::size_t answered = 0;
  for (const http2_request& request : changed_requests()) {
    const std::string bytes = bytes_of(request);
    const verdict ours = told_by<our_side>(bytes, 0, tight);
    const verdict its = told_by<its_side>(bytes, 0);
    CHECK_MESSAGE(ours.reset == its.reset, described(request), "\nours:    ", to_string(ours),
                  "\nnghttp2: ", to_string(its));
    if (!ours.reset) ++answered;
  }
  CHECK(answered > 5'000);
}
