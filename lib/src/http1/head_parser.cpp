// SPDX-License-Identifier: BSL-1.0
//
// The scans with SSE4.2 and AVX2, and the choice among them.
//
// Everything between `push` and `pop` may use the instructions that it names; nothing from outside
// is instantiated there that other code could share.

#include "http1/head_parser.hpp"

#include "base/ascii.hpp"
#include "http1/scan.hpp"

#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#define ASIO_HTTPD_HAS_X86 1
#endif

namespace asio_httpd::http1 {

namespace portable {
using Scan = portable_scan;
#include "http1/head_parser.ipp"
}  // namespace portable

#ifdef ASIO_HTTPD_HAS_X86

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("sse4.2"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("sse4.2")
#endif
namespace sse42 {
struct Scan {
  static const char* token_end(const char* p) noexcept {
    for (;; p += 16) {
      if (const unsigned bad = not_token(load(p))) return p + __builtin_ctz(bad);
    }
  }
  static const char* target_end(const char* p) noexcept {
    for (;; p += 16) {
      const __m128i bytes = load(p);
      // Signed: what is not above 0x20 is a control byte, a space, or beyond ASCII.
      const __m128i good = _mm_cmpgt_epi8(bytes, _mm_set1_epi8(0x20));
      const __m128i del = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7f));
      if (const unsigned bad = mask(del) | (mask(good) ^ 0xffffu)) return p + __builtin_ctz(bad);
    }
  }
  static const char* value_end(const char* p) noexcept {
    for (;; p += 16) {
      const __m128i bytes = load(p);
      const __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);
      const __m128i tab = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\t'));
      const __m128i del = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7f));
      if (const unsigned bad = mask(_mm_or_si128(_mm_andnot_si128(tab, low), del))) {
        return p + __builtin_ctz(bad);
      }
    }
  }

 private:
  static __m128i load(const void* p) noexcept {
    return _mm_loadu_si128(static_cast<const __m128i*>(p));
  }
  static unsigned mask(__m128i v) noexcept { return static_cast<unsigned>(_mm_movemask_epi8(v)); }
  static unsigned not_token(__m128i bytes) noexcept {
    const __m128i by_low = _mm_shuffle_epi8(load(scan_detail::token_table.data()), bytes);
    const __m128i high = _mm_and_si128(_mm_srli_epi16(bytes, 4), _mm_set1_epi8(15));
    const __m128i by_high = _mm_shuffle_epi8(load(scan_detail::high_nibble_table.data()), high);
    return mask(_mm_cmpeq_epi8(_mm_and_si128(by_low, by_high), _mm_setzero_si128()));
  }
};
#include "http1/head_parser.ipp"
}  // namespace sse42
#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,bmi"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,bmi")
#endif
namespace avx2 {
struct Scan {
  static const char* token_end(const char* p) noexcept {
    for (;; p += 32) {
      if (const unsigned bad = not_token(load(p))) return p + __builtin_ctz(bad);
    }
  }
  static const char* target_end(const char* p) noexcept {
    for (;; p += 32) {
      const __m256i bytes = load(p);
      const __m256i good = _mm256_cmpgt_epi8(bytes, _mm256_set1_epi8(0x20));
      const __m256i del = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(0x7f));
      if (const unsigned bad = mask(del) | ~mask(good)) return p + __builtin_ctz(bad);
    }
  }
  static const char* value_end(const char* p) noexcept {
    for (;; p += 32) {
      const __m256i bytes = load(p);
      const __m256i low = _mm256_cmpeq_epi8(_mm256_min_epu8(bytes, _mm256_set1_epi8(0x1f)), bytes);
      const __m256i tab = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\t'));
      const __m256i del = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(0x7f));
      if (const unsigned bad = mask(_mm256_or_si256(_mm256_andnot_si256(tab, low), del))) {
        return p + __builtin_ctz(bad);
      }
    }
  }

 private:
  static __m256i load(const void* p) noexcept {
    return _mm256_loadu_si256(static_cast<const __m256i*>(p));
  }
  static __m256i twice(const void* p) noexcept {
    return _mm256_broadcastsi128_si256(_mm_loadu_si128(static_cast<const __m128i*>(p)));
  }
  static unsigned mask(__m256i v) noexcept {
    return static_cast<unsigned>(_mm256_movemask_epi8(v));
  }
  static unsigned not_token(__m256i bytes) noexcept {
    const __m256i by_low = _mm256_shuffle_epi8(twice(scan_detail::token_table.data()), bytes);
    const __m256i high = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(15));
    const __m256i by_high = _mm256_shuffle_epi8(twice(scan_detail::high_nibble_table.data()), high);
    return mask(_mm256_cmpeq_epi8(_mm256_and_si256(by_low, by_high), _mm256_setzero_si256()));
  }
};
#include "http1/head_parser.ipp"
}  // namespace avx2
#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#endif  // ASIO_HTTPD_HAS_X86

parse_head_function* parse_head_with(instruction_set set) noexcept {
#ifdef ASIO_HTTPD_HAS_X86
  if (set == instruction_set::avx2) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") ? avx2::parse : nullptr;
  }
  if (set == instruction_set::sse42) {
    return __builtin_cpu_supports("sse4.2") ? sse42::parse : nullptr;
  }
#endif
  return set == instruction_set::portable ? portable::parse : nullptr;
}

namespace {

parse_head_function* widest() noexcept {
  for (auto set : {instruction_set::avx2, instruction_set::sse42}) {
    if (auto* f = parse_head_with(set)) return f;
  }
  return portable::parse;
}

}  // namespace

parse_state parse_head(const char* message, std::size_t size, const head_limits& limits,
                       head& state, fields& to) {
  static parse_head_function* const chosen = widest();
  return chosen(message, size, limits, state, to);
}

}  // namespace asio_httpd::http1
