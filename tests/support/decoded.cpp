// SPDX-License-Identifier: BSL-1.0

#include "support/decoded.hpp"

#include <brotli/decode.h>
#include <zlib.h>
#include <zstd.h>

#include <cstdint>
#include <stdexcept>

namespace test_support {

namespace {

constexpr std::size_t most = std::size_t{64} << 20;

std::string gunzipped(std::string_view content) {
  std::string text(most, '\0');
  z_stream s{};
  s.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  s.avail_in = static_cast<uInt>(content.size());
  s.next_out = reinterpret_cast<Bytef*>(text.data());
  s.avail_out = static_cast<uInt>(text.size());
  ::inflateInit2(&s, MAX_WBITS + 16);
  const int result = ::inflate(&s, Z_FINISH);
  const auto left = s.avail_in;
  text.resize(s.total_out);
  ::inflateEnd(&s);
  if (result != Z_STREAM_END || left != 0) throw std::runtime_error("not gzip");
  return text;
}

std::string unbrotlied(std::string_view content) {
  std::string text(most, '\0');
  std::size_t size = text.size();
  const auto result = ::BrotliDecoderDecompress(
      content.size(), reinterpret_cast<const std::uint8_t*>(content.data()), &size,
      reinterpret_cast<std::uint8_t*>(text.data()));
  if (result != BROTLI_DECODER_RESULT_SUCCESS) throw std::runtime_error("not br");
  text.resize(size);
  return text;
}

std::string unzstd(std::string_view content) {
  std::string text(most, '\0');
  const std::size_t size =
      ::ZSTD_decompress(text.data(), text.size(), content.data(), content.size());
  if (::ZSTD_isError(size)) throw std::runtime_error("not zstd");
  text.resize(size);
  return text;
}

}  // namespace

std::string decoded(asio_httpd::content_coding coding, std::string_view content) {
  switch (coding) {
    case asio_httpd::content_coding::gzip:
      return gunzipped(content);
    case asio_httpd::content_coding::brotli:
      return unbrotlied(content);
    case asio_httpd::content_coding::zstd:
      return unzstd(content);
    case asio_httpd::content_coding::identity:
      break;
  }
  return std::string(content);
}

}  // namespace test_support
