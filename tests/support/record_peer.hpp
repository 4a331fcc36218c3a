// SPDX-License-Identifier: BSL-1.0
//
// What a record layer of TLS 1.3 is tested with: a stream of records in memory, and a peer that
// seals whatever it is told to, right or wrong, and opens what comes back.

#pragma once

#include "tls/protected_records.hpp"
#include "tls/record_stream.hpp"
#include "tls/traffic_key.hpp"

#include <algorithm>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace test_support {

using asio_httpd::tls::cipher_suite;
using asio_httpd::tls::record_type;
using asio_httpd::tls::traffic_key;

constexpr std::size_t hash_size(cipher_suite suite) noexcept {
  return suite == cipher_suite::aes_256_gcm_sha384 ? 48 : 32;
}

// 0, 1, 2 and so on from `first` on, as long as the suite's secrets are.
inline std::string counted_secret(cipher_suite suite, int first = 0) {
  std::string made(hash_size(suite), '\0');
  for (std::size_t i = 0; i < made.size(); ++i) {
    made[i] = static_cast<char>(first + static_cast<int>(i));
  }
  return made;
}

// Each view that it gives is a block of the heap of its own, and ends when the contract says so:
// the address sanitizer sees who looks longer, or further.
class memory_records final : public asio_httpd::tls::record_stream {
 public:
  memory_records() = default;
  memory_records(const memory_records&) = delete;
  memory_records& operator=(const memory_records&) = delete;
  virtual ~memory_records() = default;

  std::size_t take_records(char* to, std::size_t size) noexcept override {
    const std::size_t n = incoming.copy(to, size);
    incoming.erase(0, n);
    return n;
  }
  state after_read() const noexcept override { return state::would_block; }
  std::string_view next_record() override {
    constexpr std::size_t beyond = 3;
    std::size_t n = incoming.size();
    if (asio_httpd::tls::has_whole_record(incoming)) {
      n = std::min(n, asio_httpd::tls::record_header_size +
                          asio_httpd::tls::size_in_header(incoming) + beyond);
    }
    shown_ = std::make_unique_for_overwrite<char[]>(n);
    std::copy_n(incoming.data(), n, shown_.get());
    return {shown_.get(), n};
  }
  void drop(std::size_t n) noexcept override {
    shown_.reset();
    incoming.erase(0, n);
  }
  asio_httpd::base::byte_buffer& output() noexcept override { return written; }

  std::string take_output() {
    std::string taken(written.view());
    written.clear();
    return taken;
  }

  std::string incoming;
  asio_httpd::base::byte_buffer written;

 private:
  std::unique_ptr<char[]> shown_;
};

// One behind the other, made from left to right; the operands of + may be made in any order.
inline std::string in_order(std::initializer_list<std::string> records) {
  std::string all;
  for (const std::string& r : records) all += r;
  return all;
}

struct opened_record {
  record_type type = record_type::invalid;
  std::string text;
};

inline constexpr std::string_view key_update("\x18\0\0\1\0", 5);
inline constexpr std::string_view key_update_request("\x18\0\0\1\1", 5);

// The client.
class record_peer {
 public:
  record_peer(cipher_suite suite, std::string_view ours, std::string_view theirs,
              std::uint64_t theirs_next = 0)
      : ours_(suite, ours, 0), theirs_(suite, theirs, theirs_next) {}

  // `padding` zeros are behind the type.
  std::string seal(record_type type, std::string_view text, std::size_t padding = 0) {
    asio_httpd::base::byte_buffer made;
    if (padding == 0) {
      ours_.seal(type, text, {}, made);
    } else {  // what is sealed as the type is the last zero
      std::string rest(padding, '\0');
      rest.front() = static_cast<char>(type);
      ours_.seal(record_type::invalid, text, rest, made);
    }
    return std::string(made.view());
  }
  std::string seal_text(std::string_view text, std::size_t padding = 0) {
    return seal(record_type::application_data, text, padding);
  }
  // A KeyUpdate in one record; what follows is under the new key.
  std::string update_keys(bool asks = false) {
    std::string made = seal(record_type::handshake, asks ? key_update_request : key_update);
    renew();
    return made;
  }
  void renew() { ours_.renew(); }

  // Nothing where anything is not genuine or not whole. Follows the KeyUpdates in it.
  std::optional<std::vector<opened_record>> open(std::string_view records) {
    std::vector<opened_record> made;
    while (!records.empty()) {
      if (!asio_httpd::tls::has_whole_record(records)) return std::nullopt;
      const std::size_t size = asio_httpd::tls::size_in_header(records);
      std::string text(size, '\0');
      const std::string_view one = records.substr(0, asio_httpd::tls::record_header_size + size);
      const auto found = theirs_.open(one, text.data());
      if (!found) return std::nullopt;
      text.resize(found->size);
      if (found->type == record_type::handshake) theirs_.renew();
      made.push_back({found->type, std::move(text)});
      records.remove_prefix(one.size());
    }
    return made;
  }

 private:
  traffic_key ours_;
  traffic_key theirs_;
};

}  // namespace test_support
