// SPDX-License-Identifier: BSL-1.0
//
// Whatever library a record's cipher comes from, the bytes are the same: each opens what the other
// has sealed, however the text is cut. Texts end where a page begins that may not be touched, so
// that a vector that reads or writes too far ends the test. (traffic_key_test.cpp has vectors that
// neither has made.)

#include "tls/record_cipher.hpp"
#include "tls/ipsec_mb_cipher.hpp"
#include "tls/openssl_cipher.hpp"
#include "tls/record_stream.hpp"

#include <doctest/doctest.h>

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using namespace asio_httpd;
using tls::cipher_suite;
using tls::record_cipher;

namespace {

constexpr std::array gcm_suites = {cipher_suite::aes_128_gcm_sha256,
                                   cipher_suite::aes_256_gcm_sha384};
constexpr std::array all_suites = {cipher_suite::aes_128_gcm_sha256,
                                   cipher_suite::aes_256_gcm_sha384,
                                   cipher_suite::chacha20_poly1305_sha256};
constexpr std::string_view header("\x17\x03\x03\x12\x34", tls::record_header_size);

// Memory that ends where a page begins that may not be touched.
class guarded {
 public:
  explicit guarded(std::size_t size) : size_(size) {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    room_ = (size + page - 1) / page * page + page;
    void* const made =
        ::mmap(nullptr, room_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    REQUIRE(made != MAP_FAILED);
    begin_ = static_cast<char*>(made);
    REQUIRE(::mprotect(begin_ + room_ - page, page, PROT_NONE) == 0);
    at_ = begin_ + room_ - page - size;
  }
  explicit guarded(std::string_view text) : guarded(text.size()) {
    std::copy(text.begin(), text.end(), at_);
  }
  guarded(const guarded&) = delete;
  guarded& operator=(const guarded&) = delete;
  ~guarded() { ::munmap(begin_, room_); }

  char* data() noexcept { return at_; }
  std::string_view view() const noexcept { return {at_, size_}; }

 private:
  std::size_t size_;
  std::size_t room_ = 0;
  char* begin_ = nullptr;
  char* at_ = nullptr;
};

std::string counted(std::size_t size) {
  std::string made(size, '\0');
  for (std::size_t i = 0; i < size; ++i) made[i] = static_cast<char>(i * 31 + i / 251);
  return made;
}

record_cipher::key key_of(int number) {
  record_cipher::key made{};
  for (std::size_t i = 0; i < made.size(); ++i) {
    made[i] = static_cast<unsigned char>(i * 7 + static_cast<std::size_t>(number));
  }
  return made;
}

record_cipher::nonce nonce_of(int number) {
  record_cipher::nonce made{};
  made.back() = static_cast<unsigned char>(number);
  return made;
}

// As many bytes as the text, and the tag.
std::string sealed(record_cipher& c, cipher_suite suite, std::string_view text, int number,
                   std::size_t first = 0) {
  guarded from(text);
  guarded to(text.size() + record_cipher::tag_size);
  c.begin(suite, key_of(number), nonce_of(number), header.data());
  char* at = c.add(from.data(), first, to.data());
  at = c.add(from.data() + first, text.size() - first, at);
  REQUIRE(at == to.data() + text.size());
  c.end_sealing(at);
  return std::string(to.view());
}

bool opens_to(record_cipher& c, cipher_suite suite, std::string_view record, int number,
              std::string_view text) {
  guarded from(record);
  const std::size_t size = record.size() - record_cipher::tag_size;
  guarded to(size);
  c.begin(suite, key_of(number), nonce_of(number), header.data());
  c.add(from.data(), size, to.data());
  return c.end_opening(from.data() + size) && to.view() == text;
}

struct both_ways {
  std::unique_ptr<record_cipher> seals;
  std::unique_ptr<record_cipher> opens;
};

template <class Make>
both_ways made_by(Make make) {
  using direction = record_cipher::direction;
  return {make(direction::seal), make(direction::open)};
}

std::vector<std::size_t> sizes_to_try() {
  std::vector<std::size_t> made = {1000, 1023, 1024, 4095, 16383, 16384, 16385};
  for (std::size_t n = 0; n <= 300; ++n) made.push_back(n);
  return made;
}

}  // namespace

TEST_CASE("both libraries seal to the same bytes, and open each other's") {
  const auto openssl = made_by(tls::make_openssl_cipher);
  for (const cipher_suite suite : gcm_suites) {
    if (!tls::has_ipsec_mb_cipher(suite)) {
      MESSAGE("no library for IPsec here, or none that this processor may use");
      return;
    }
    const auto ipsec = made_by(tls::make_ipsec_mb_cipher);
    int number = 0;
    for (const std::size_t size : sizes_to_try()) {
      CAPTURE(size);
      const std::string text = counted(size);
      const std::string record = sealed(*ipsec.seals, suite, text, number, size / 3);
      CHECK(record == sealed(*openssl.seals, suite, text, number));
      CHECK(opens_to(*ipsec.opens, suite, record, number, text));
      CHECK(opens_to(*openssl.opens, suite, record, number, text));
      number = (number + 1) % 5;
    }
  }
}

TEST_CASE("a text may be cut anywhere") {
  const std::string text = counted(100);
  for (const cipher_suite suite : all_suites) {
    auto& c = record_cipher::this_threads(suite, record_cipher::direction::seal);
    const std::string whole = sealed(c, suite, text, 1);
    for (std::size_t first = 1; first <= text.size(); ++first) {
      CHECK(sealed(c, suite, text, 1, first) == whole);
    }
  }
}

TEST_CASE("nothing opens that was changed: text, tag, header, nonce or key") {
  const std::string text = counted(77);
  for (const cipher_suite suite : all_suites) {
    auto& seals = record_cipher::this_threads(suite, record_cipher::direction::seal);
    auto& opens = record_cipher::this_threads(suite, record_cipher::direction::open);
    const std::string record = sealed(seals, suite, text, 1);
    REQUIRE(opens_to(opens, suite, record, 1, text));
    for (std::size_t i = 0; i < record.size(); ++i) {
      std::string changed = record;
      changed[i] = static_cast<char>(changed[i] ^ 1);
      CHECK_FALSE(opens_to(opens, suite, changed, 1, text));
    }
    const auto is_opened = [&](const record_cipher::key& k, const record_cipher::nonce& n,
                               std::string_view with_header) {
      std::string to(text.size(), '\0');
      opens.begin(suite, k, n, with_header.data());
      opens.add(record.data(), text.size(), to.data());
      return opens.end_opening(record.data() + text.size());
    };
    CHECK(is_opened(key_of(1), nonce_of(1), header));
    CHECK_FALSE(is_opened(key_of(2), nonce_of(1), header));
    CHECK_FALSE(is_opened(key_of(1), nonce_of(2), header));
    CHECK_FALSE(is_opened(key_of(1), nonce_of(1), std::string_view("\x17\x03\x03\x12\x35", 5)));
  }
}

TEST_CASE("a record may be opened where it lies") {
  const std::string text = counted(1000);
  for (const cipher_suite suite : all_suites) {
    auto& seals = record_cipher::this_threads(suite, record_cipher::direction::seal);
    auto& opens = record_cipher::this_threads(suite, record_cipher::direction::open);
    std::string record = sealed(seals, suite, text, 1);
    opens.begin(suite, key_of(1), nonce_of(1), header.data());
    opens.add(record.data(), text.size(), record.data());
    CHECK(opens.end_opening(record.data() + text.size()));
    CHECK(record.substr(0, text.size()) == text);
  }
}

TEST_CASE("suites take turns in a thread, and threads have ciphers of their own") {
  const std::string text = counted(50);
  const auto play = [&] {
    for (int turn = 0; turn < 20; ++turn) {
      for (const cipher_suite suite : all_suites) {
        auto& seals = record_cipher::this_threads(suite, record_cipher::direction::seal);
        auto& opens = record_cipher::this_threads(suite, record_cipher::direction::open);
        CHECK(opens_to(opens, suite, sealed(seals, suite, text, turn % 2), turn % 2, text));
      }
    }
    return &record_cipher::this_threads(all_suites[0], record_cipher::direction::seal);
  };
  record_cipher* others = nullptr;
  std::thread other([&] { others = play(); });
  const record_cipher* const mine = play();
  other.join();
  CHECK(mine != others);
}
