// SPDX-License-Identifier: BSL-1.0
//
// The records of RFC 8448, and others that were computed without OpenSSL's key schedule: by
// HKDF-Expand-Label (RFC 8446 section 7.1) written out with Python's hmac, and the AESGCM and
// ChaCha20Poly1305 of its package cryptography, from the secret 00 01 02 and so on. A record that
// is right in each bit has the right key, nonce, header and tag.

#include "support/record_peer.hpp"

#include <doctest/doctest.h>

#include "base/ascii.hpp"

#include <array>
#include <thread>

using namespace asio_httpd;
using test_support::counted_secret;
using tls::cipher_suite;
using tls::record_type;
using tls::traffic_key;

namespace {

constexpr std::array suites = {cipher_suite::aes_128_gcm_sha256, cipher_suite::aes_256_gcm_sha384,
                               cipher_suite::chacha20_poly1305_sha256};

std::string bytes(std::string_view hexadecimal) {
  std::string made;
  for (std::size_t i = 0; i + 1 < hexadecimal.size(); i += 2) {
    const int value = base::hex_value(hexadecimal[i]) * 16 + base::hex_value(hexadecimal[i + 1]);
    made += static_cast<char>(value);
  }
  return made;
}

std::string counted(std::size_t size) {
  std::string made(size, '\0');
  for (std::size_t i = 0; i < size; ++i) made[i] = static_cast<char>(i);
  return made;
}

std::string sealed(traffic_key& k, record_type type, std::string_view first,
                   std::string_view second = {}) {
  base::byte_buffer made;
  k.seal(type, first, second, made);
  return std::string(made.view());
}

std::string sealed_text(traffic_key& k, std::string_view text) {
  return sealed(k, record_type::application_data, text);
}

struct plain {
  bool is_genuine = false;
  record_type type = record_type::invalid;
  std::string text;
  bool operator==(const plain&) const = default;
};

plain text_record(std::string_view text) {
  return {true, record_type::application_data, std::string(text)};
}

// Into a block that is as large as the contract asks for, and no larger.
plain opened(traffic_key& k, std::string_view record) {
  constexpr std::size_t beside = tls::record_header_size + traffic_key::tag_size;
  const std::size_t room = record.size() > beside ? record.size() - beside : 0;
  const auto to = std::make_unique_for_overwrite<char[]>(room);
  const auto found = k.open(record, to.get());
  if (!found) return {};
  return {true, found->type, std::string(to.get(), found->size)};
}

bool is_refused(cipher_suite suite, std::string_view record) {
  traffic_key k(suite, counted_secret(suite), 0);
  return !opened(k, record).is_genuine;
}

}  // namespace

// --- vectors -------------------------------------------------------------------------------------

// Section 3, "Simple 1-RTT Handshake"; the server's first record under its key is the ticket.
TEST_CASE("the records of RFC 8448") {
  struct row {
    std::string_view secret;
    std::uint64_t number;
    std::string_view text_record;
    std::string_view goodbye;
  };
  const row client{"9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5", 0,
                   "1703030043a23f7054b62c94d0affafe8228ba55cbefacea42f914aa66bcab3f2b98"
                   "19a8a5b46b395bd54a9a20441e2b62974e1f5a6292a2977014bd1e3deae63aeebb21"
                   "694915e4",
                   "1703030013c9872760655666b74d7ff1153efd6db6d0b0e3"};
  const row server{"a11af9f05531f856ad47116b45a950328204b4f44bfb6b3a4b4f1f3fcb631643", 1,
                   "17030300432e937e11ef4ac740e538ad36005fc4a46932fc3225d05f82aa1b36e30e"
                   "faf97d90e6dffc602dcb501a59a8fcc49c4bf2e5f0a21c0047c2abf332540dd032e1"
                   "67c2955d",
                   "1703030013b58fd67166ebf599d24720cfbe7efa7a8864a9"};
  const std::string text = counted(50);
  const std::string goodbye("\1\0", 2);
  for (const row& r : {client, server}) {
    const std::string secret = bytes(r.secret);
    traffic_key seals(cipher_suite::aes_128_gcm_sha256, secret, r.number);
    CHECK(sealed_text(seals, text) == bytes(r.text_record));
    CHECK(sealed(seals, record_type::alert, goodbye) == bytes(r.goodbye));
    traffic_key opens(cipher_suite::aes_128_gcm_sha256, secret, r.number);
    CHECK(opened(opens, bytes(r.text_record)) == text_record(text));
    CHECK(opened(opens, bytes(r.goodbye)) == plain{true, record_type::alert, goodbye});
  }
}

// Of the text "hello".
struct vectors {
  cipher_suite suite;
  std::string_view first;
  std::string_view of_large_number;  // 0x0102030405060708
  std::string_view padded;           // by three zeros
  std::string_view renewed;
  std::string_view second_of_third_key;
};

constexpr std::array all_vectors = {
    vectors{cipher_suite::aes_128_gcm_sha256,
            "17030300164d6d8b52c4219f73abf497337bed8c6d80d86f23fcba",
            "1703030016cdd4ac940e74324f72353437b5a3ea805914d1702a2a",
            "17030300194d6d8b52c4216f9de6fe6904eb89baf80c370dbc1ae99f7dc4",
            "1703030016b251030a7625182ab0d04a821756401b6593ef4e2eea",
            "1703030016bde86e2459c09e86ba423d67556702952cd31a58bab0"},
    vectors{cipher_suite::aes_256_gcm_sha384,
            "1703030016205213507a1ab2a128abae5928a72bee1710dead4c7b",
            "1703030016d1ec3cd6b357841aa5b7237959d903c668db5d1bcdc9",
            "1703030019205213507a1ab68591ca5937e09679f9e6d88e97240a1c0046",
            "170303001644f0cfebe8116f596c306a34678202da56b8f5da1d6a",
            "1703030016efbe813d2b4fd0605e5aba02e91c9e12dbae22aa0d91"},
    vectors{cipher_suite::chacha20_poly1305_sha256,
            "1703030016dacb07926862dd4d07b1c3dded36b9846d879dc2d04f",
            "1703030016e2c8df8c80fc5eee2aa0ed5dc23476baecb385b0573f",
            "1703030019dacb07926862bae1efe191d7345e0c92e8cefdbf4b65dfc725",
            "17030300167a6e5d975db6556672673936cda0ac4b1f8dfff12da6",
            "170303001644a2f41526a2079e4f2bbffc374669c8bfef5bc5f085"},
};

TEST_CASE("each suite: keys, the nonce of a number, renewed keys") {
  for (const vectors& v : all_vectors) {
    CAPTURE(static_cast<int>(v.suite));
    const std::string secret = counted_secret(v.suite);
    traffic_key k(v.suite, secret, 0);
    CHECK(sealed_text(k, "hello") == bytes(v.first));
    k.renew();
    CHECK(sealed_text(k, "hello") == bytes(v.renewed));
    k.renew();
    CHECK(k.next() == 0);
    sealed_text(k, "any");
    CHECK(sealed_text(k, "hello") == bytes(v.second_of_third_key));
    traffic_key late(v.suite, secret, 0x0102030405060708);
    CHECK(sealed_text(late, "hello") == bytes(v.of_large_number));
    CHECK(late.next() == 0x0102030405060709);
  }
}

TEST_CASE("each suite: padding is not text") {
  for (const vectors& v : all_vectors) {
    traffic_key k(v.suite, counted_secret(v.suite), 0);
    CHECK(opened(k, bytes(v.padded)) == text_record("hello"));
  }
}

// --- sealed and opened ---------------------------------------------------------------------------

TEST_CASE("what is sealed can be opened, of any size, in one piece or two") {
  for (const cipher_suite suite : suites) {
    traffic_key seals(suite, counted_secret(suite), 7);
    traffic_key opens(suite, counted_secret(suite), 7);
    std::uint64_t number = 7;
    for (const std::size_t size : {0u, 1u, 15u, 16u, 17u, 1000u, 16384u}) {
      const std::string text = counted(size);
      for (const std::size_t cut : {std::size_t{0}, size / 3, size}) {
        CAPTURE(size);
        const std::string record =
            sealed(seals, record_type::application_data, text.substr(0, cut), text.substr(cut));
        CHECK(record.size() == tls::record_header_size + size + traffic_key::overhead);
        CHECK(opened(opens, record) == text_record(text));
        CHECK(seals.next() == ++number);
        CHECK(opens.next() == number);
      }
    }
  }
}

TEST_CASE("a record goes behind those that are there") {
  traffic_key seals(suites[0], counted_secret(suites[0]), 0);
  traffic_key opens(suites[0], counted_secret(suites[0]), 0);
  base::byte_buffer both;
  both.append("before");
  seals.seal(record_type::application_data, "a", {}, both);
  const std::size_t first = both.size();
  seals.seal(record_type::application_data, "b", {}, both);
  CHECK(both.view().substr(0, 6) == "before");
  CHECK(opened(opens, both.view().substr(6, first - 6)) == text_record("a"));
  CHECK(opened(opens, both.view().substr(first)) == text_record("b"));
}

TEST_CASE("zeros that are text stay, and a record of zeros has no type") {
  const std::string zeros(20, '\0');
  for (const cipher_suite suite : suites) {
    traffic_key seals(suite, counted_secret(suite), 0);
    traffic_key opens(suite, counted_secret(suite), 0);
    CHECK(opened(opens, sealed_text(seals, zeros)) == text_record(zeros));
    CHECK(opened(opens, sealed(seals, record_type::alert, {}, {})) ==
          plain{true, record_type::alert, {}});
    for (const std::size_t size : {0u, 1u, 20u}) {
      const std::string record = sealed(seals, record_type::invalid, zeros.substr(0, size));
      CHECK(opened(opens, record) == plain{true, record_type::invalid, {}});
    }
  }
}

// --- what is refused -----------------------------------------------------------------------------

TEST_CASE("a flipped bit, wherever it is") {
  for (const cipher_suite suite : suites) {
    traffic_key k(suite, counted_secret(suite), 0);
    const std::string record = sealed_text(k, "hello");
    CHECK_FALSE(is_refused(suite, record));
    for (std::size_t bit = 0; bit < 8 * record.size(); ++bit) {
      CAPTURE(bit);
      std::string damaged = record;
      damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
      CHECK(is_refused(suite, damaged));
    }
  }
}

TEST_CASE("a record that is cut off, or too short for its type and tag") {
  for (const cipher_suite suite : suites) {
    traffic_key k(suite, counted_secret(suite), 0);
    const std::string record = sealed_text(k, {});
    CHECK_FALSE(is_refused(suite, record));
    for (std::size_t size = 0; size < record.size(); ++size) {
      CHECK(is_refused(suite, record.substr(0, size)));
    }
    CHECK(is_refused(suite, record + '\0'));
  }
}

TEST_CASE("another number, key or suite") {
  for (const cipher_suite suite : suites) {
    const std::string secret = counted_secret(suite);
    traffic_key seals(suite, secret, 0);
    const std::string first = sealed_text(seals, "hello");
    const std::string second = sealed_text(seals, "hello");
    CHECK(first != second);
    CHECK(is_refused(suite, second));
    traffic_key opens(suite, secret, 0);
    CHECK(opened(opens, first) == text_record("hello"));
    CHECK_FALSE(opened(opens, first).is_genuine);  // again
    traffic_key renewed(suite, secret, 0);
    renewed.renew();
    CHECK_FALSE(opened(renewed, first).is_genuine);
    for (const cipher_suite other : suites) CHECK(is_refused(other, first) == (other != suite));
  }
}

// --- keys that share a thread's context ----------------------------------------------------------

namespace {

// A key for each direction, and what the sealing one would say if nobody else were there.
struct pair {
  pair(cipher_suite suite, int first)
      : seals(suite, counted_secret(suite, first), 0),
        opens(suite, counted_secret(suite, first), 0) {
    traffic_key alone(suite, counted_secret(suite, first), 0);
    for (std::string& record : expected) record = sealed_text(alone, "hello");
  }

  void take_turn(std::size_t round) {
    CHECK(sealed_text(seals, "hello") == expected[round]);
    CHECK(opened(opens, expected[round]) == text_record("hello"));
  }

  traffic_key seals;
  traffic_key opens;
  std::array<std::string, 6> expected;
};

}  // namespace

TEST_CASE("keys take turns: of one suite, of different ones, and one of them renewed") {
  for (const cipher_suite suite : suites) {
    for (const cipher_suite other_suite : suites) {
      CAPTURE(static_cast<int>(suite));
      CAPTURE(static_cast<int>(other_suite));
      pair one(suite, 0);
      pair other(other_suite, 1);
      for (const std::size_t round : {0u, 1u, 2u}) {
        one.take_turn(round);
        other.take_turn(round);
      }
      traffic_key renewed(suite, counted_secret(suite, 2), 0);
      renewed.renew();
      one.take_turn(3);
      one.take_turn(4);  // one key twice
      const std::string record = sealed_text(renewed, "hello");
      other.take_turn(3);
      renewed.renew();
      CHECK(sealed_text(renewed, "hello") != record);
      one.take_turn(5);
    }
  }
}

TEST_CASE("a record that is refused leaves the next one alone, whoever's it is") {
  for (const cipher_suite suite : suites) {
    for (const cipher_suite other_suite : suites) {
      pair one(suite, 0);
      pair other(other_suite, 1);
      for (const std::size_t round : {0u, 1u, 2u}) {
        traffic_key victim(suite, counted_secret(suite, 0), 0);
        std::string damaged = one.expected[0];
        damaged.back() = static_cast<char>(damaged.back() ^ 1);
        CHECK_FALSE(opened(victim, damaged).is_genuine);
        if (round != 1) other.take_turn(round == 0 ? 0 : 1);
        one.take_turn(round);
      }
    }
  }
}

TEST_CASE("a key goes from thread to thread") {
  for (const cipher_suite suite : suites) {
    pair one(suite, 0);
    for (std::size_t round = 0; round < 4; ++round) {
      if (round % 2 == 0) {
        one.take_turn(round);
      } else {
        std::thread([&] { one.take_turn(round); }).join();
      }
    }
  }
}
