// SPDX-License-Identifier: BSL-1.0
//
// Requests of HTTP/2 that our session and nghttp2's read: every byte in every kind of name and
// value, and requests that a machine changes. The same ones in the same order on every run and
// machine: the generator has a fixed seed. Holds no test by itself; any thread.

#pragma once

#include "support/http2_wire.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace compare {

// In the order in which its parts are sent.
struct http2_request {
  struct piece {
    std::string content;
    std::size_t padding = 0;
  };
  test_support::http2::field_list head;
  std::vector<piece> content;  // a DATA frame each
  test_support::http2::field_list trailers;
  bool has_trailers = false;
  bool ends = true;  // END_STREAM is on the last frame
};

// What a connection begins with.
std::string beginning();
// The frames of a request: its head, each piece of its content, its trailers.
std::vector<std::string> frames_of(const http2_request& r, std::uint32_t stream);
// Those of stream 1, behind the beginning.
std::string bytes_of(const http2_request& r);
// For a person.
std::string described(const http2_request& r);

std::vector<http2_request> requests_of_bytes();
std::vector<http2_request> changed_requests();

}  // namespace compare
