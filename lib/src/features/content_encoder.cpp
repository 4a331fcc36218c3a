// SPDX-License-Identifier: BSL-1.0
//
// The three libraries, each behind the same two calls; see the header. All of them are fed a piece,
// and asked for output until they have no more.

#include "features/content_encoder.hpp"

#include <brotli/encode.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <limits>
#include <new>
#include <stdexcept>

namespace asio_httpd::features {

namespace {

using output_piece = std::array<char, 16 * 1024>;

constexpr int gzip_level = 5;
constexpr int brotli_quality = 4;
constexpr int zstd_level = 3;
constexpr int window_bits = 18;

[[noreturn]] void refuse(const char* who) {
  throw std::runtime_error(std::string("asio_httpd: ") + who + " refuses to compress");
}

}  // namespace

class content_encoder::implementation {
 public:
  implementation() = default;
  virtual ~implementation() = default;
  implementation(const implementation&) = delete;
  implementation& operator=(const implementation&) = delete;
  virtual void encode(std::string_view piece, bool is_last, std::string& to) = 0;
};

namespace {

class gzip_encoder final : public content_encoder::implementation {
 public:
  gzip_encoder() {
    constexpr int with_gzip_header = 16;
    constexpr int memory_level = 8;
    const int error = ::deflateInit2(&stream_, gzip_level, Z_DEFLATED, MAX_WBITS + with_gzip_header,
                                     memory_level, Z_DEFAULT_STRATEGY);
    if (error == Z_MEM_ERROR) throw std::bad_alloc();
    if (error != Z_OK) refuse("zlib");
  }
  ~gzip_encoder() override { ::deflateEnd(&stream_); }

  void encode(std::string_view piece, bool is_last, std::string& to) override {
    constexpr std::size_t most = std::numeric_limits<uInt>::max();
    do {
      const std::string_view now = piece.substr(0, most);
      piece.remove_prefix(now.size());
      encode_some(now, is_last && piece.empty(), to);
    } while (!piece.empty());
  }

 private:
  void encode_some(std::string_view piece, bool is_last, std::string& to) {
    output_piece out;
    // zlib does not write to its input.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));
    stream_.avail_in = static_cast<uInt>(piece.size());
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(out.data());
      stream_.avail_out = static_cast<uInt>(out.size());
      const int result = ::deflate(&stream_, is_last ? Z_FINISH : Z_NO_FLUSH);
      if (result == Z_STREAM_ERROR) refuse("zlib");
      to.append(out.data(), out.size() - stream_.avail_out);
    } while (stream_.avail_out == 0);
  }

  z_stream stream_{};
};

class brotli_encoder final : public content_encoder::implementation {
 public:
  explicit brotli_encoder(std::uint64_t size)
      : state_(::BrotliEncoderCreateInstance(nullptr, nullptr, nullptr)) {
    if (!state_) throw std::bad_alloc();
    // From a MiB on it would take tables of twice the size.
    constexpr std::uint64_t most = (1U << 20) - 1;
    ::BrotliEncoderSetParameter(state_.get(), BROTLI_PARAM_QUALITY, brotli_quality);
    ::BrotliEncoderSetParameter(state_.get(), BROTLI_PARAM_LGWIN, window_bits);
    ::BrotliEncoderSetParameter(state_.get(), BROTLI_PARAM_MODE, BROTLI_MODE_TEXT);
    ::BrotliEncoderSetParameter(state_.get(), BROTLI_PARAM_SIZE_HINT,
                                static_cast<std::uint32_t>(std::min(size, most)));
  }

  void encode(std::string_view piece, bool is_last, std::string& to) override {
    const auto operation = is_last ? BROTLI_OPERATION_FINISH : BROTLI_OPERATION_PROCESS;
    auto in = reinterpret_cast<const std::uint8_t*>(piece.data());
    std::size_t in_left = piece.size();
    do {
      std::size_t none = 0;
      if (!::BrotliEncoderCompressStream(state_.get(), operation, &in_left, &in, &none, nullptr,
                                         nullptr)) {
        refuse("Brotli");
      }
      take_output(to);
    } while (in_left != 0 || (is_last && !::BrotliEncoderIsFinished(state_.get())));
  }

 private:
  void take_output(std::string& to) {
    while (::BrotliEncoderHasMoreOutput(state_.get())) {
      std::size_t size = 0;
      const std::uint8_t* out = ::BrotliEncoderTakeOutput(state_.get(), &size);
      to.append(reinterpret_cast<const char*>(out), size);
    }
  }

  struct destroys {
    void operator()(BrotliEncoderState* s) const noexcept { ::BrotliEncoderDestroyInstance(s); }
  };
  std::unique_ptr<BrotliEncoderState, destroys> state_;
};

class zstd_encoder final : public content_encoder::implementation {
 public:
  explicit zstd_encoder(std::uint64_t size) : context_(::ZSTD_createCCtx()) {
    if (!context_) throw std::bad_alloc();
    set(ZSTD_c_compressionLevel, zstd_level);
    set(ZSTD_c_windowLog, window_bits);
    set(ZSTD_c_checksumFlag, 1);
    ::ZSTD_CCtx_setPledgedSrcSize(context_.get(), size);
  }

  void encode(std::string_view piece, bool is_last, std::string& to) override {
    const auto operation = is_last ? ZSTD_e_end : ZSTD_e_continue;
    output_piece piece_out;
    ZSTD_inBuffer in = {piece.data(), piece.size(), 0};
    for (bool done = false; !done;) {
      ZSTD_outBuffer out = {piece_out.data(), piece_out.size(), 0};
      const std::size_t left = ::ZSTD_compressStream2(context_.get(), &out, &in, operation);
      if (::ZSTD_isError(left)) refuse("Zstandard");
      to.append(piece_out.data(), out.pos);
      done = is_last ? left == 0 : in.pos == in.size;
    }
  }

 private:
  void set(ZSTD_cParameter what, int value) {
    if (::ZSTD_isError(::ZSTD_CCtx_setParameter(context_.get(), what, value))) refuse("Zstandard");
  }

  struct frees {
    void operator()(ZSTD_CCtx* c) const noexcept { ::ZSTD_freeCCtx(c); }
  };
  std::unique_ptr<ZSTD_CCtx, frees> context_;
};

std::unique_ptr<content_encoder::implementation> make(content_coding coding, std::uint64_t size) {
  switch (coding) {
    case content_coding::gzip:
      return std::make_unique<gzip_encoder>();
    case content_coding::brotli:
      return std::make_unique<brotli_encoder>(size);
    case content_coding::zstd:
      return std::make_unique<zstd_encoder>(size);
    case content_coding::identity:
      break;
  }
  throw std::invalid_argument("asio_httpd: identity is no coding");
}

}  // namespace

content_encoder::content_encoder(content_coding coding, std::uint64_t size)
    : implementation_(make(coding, size)) {}
content_encoder::~content_encoder() = default;
content_encoder::content_encoder(content_encoder&&) noexcept = default;
content_encoder& content_encoder::operator=(content_encoder&&) noexcept = default;

void content_encoder::encode(std::string_view piece, std::string& to) {
  if (!piece.empty()) implementation_->encode(piece, false, to);
}

void content_encoder::finish(std::string& to) {
  implementation_->encode({}, true, to);
}

std::string encoded(content_coding coding, std::string_view content) {
  std::string made;
  content_encoder encoder(coding, content.size());
  encoder.encode(content, made);
  encoder.finish(made);
  return made;
}

}  // namespace asio_httpd::features
