// SPDX-License-Identifier: BSL-1.0
//
// Content-Digest and Repr-Digest (RFC 9530): what a client says that its content adds up to, and
// whether it does. SHA-256 and SHA-512 are looked at; other algorithms are ignored (section 5:
// those that are left are not safe).

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "features/message_digest.hpp"

namespace asio_httpd::features {

// One that was sent for content that is to come.
struct expected_digest {
  digest_algorithm algorithm;
  std::string value;  // bytes
};

// Reads the dictionary of a field (RFC 8941 section 3.2) that stands in a request: "" for none.
// Throws http_error 400, with the field's name, where it is malformed or a known digest has a
// wrong length.
std::vector<expected_digest> read_digests(std::string_view name, std::string_view value);

// Sees the content go by.
class digest_check {
 public:
  explicit digest_check(std::vector<expected_digest> expected);
  void update(std::string_view piece);
  // Throws http_error 400 where the content is not what was said. Once.
  void finish();

 private:
  std::vector<expected_digest> expected_;
  std::vector<message_digest> running_;  // of each
};

}  // namespace asio_httpd::features
