// SPDX-License-Identifier: BSL-1.0
//
// Responses as a client reads them (RFC 9112), from bytes that come in any pieces.
//
// The parser takes what a server is allowed to send and nothing else: a message that could be read
// in two ways, or whose length is in doubt, is an error that shows what came. It knows nothing of
// sockets or time. Not thread-safe.

#pragma once

#include <asio_httpd/fields.hpp>
#include <asio_httpd/method.hpp>
#include <asio_httpd/status.hpp>
#include <asio_httpd/testing/error.hpp>

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace asio_httpd::testing {

// How the end of an answer's content is known (RFC 9112 section 6.3).
enum class framing : std::uint8_t {
  no_content,  // to HEAD; 1xx, 204 and 304
  length,      // Content-Length
  chunked,     // Transfer-Encoding: chunked
  close,       // the end of the connection
};

namespace detail {
template <class Json>
struct json_needs_the_header_asio_httpd_testing_json_hpp;
}

// One answer. Owns its text.
class answer {
 public:
  asio_httpd::status status() const noexcept { return status_; }
  // "OK", as it came.
  const std::string& reason() const noexcept { return reason_; }
  // The minor version of HTTP/1.x.
  unsigned version_minor() const noexcept { return version_minor_; }
  const asio_httpd::fields& fields() const noexcept { return fields_; }
  // The first value of that field, or "".
  std::string_view get(field id) const noexcept { return fields_.get(id); }
  std::string_view get(std::string_view name) const noexcept { return fields_.get(name); }
  // The content, with the transfer coding taken off.
  const std::string& text() const noexcept { return text_; }
  // The fields behind the last chunk.
  const asio_httpd::fields& trailers() const noexcept { return trailers_; }
  // The 1xx answers that came before this one, in their order.
  const std::vector<answer>& interim() const noexcept { return interim_; }
  framing framed_by() const noexcept { return framing_; }

  // The content as nlohmann::json; throws `error` where it is none. For those who include
  // <asio_httpd/testing/json.hpp>.
  template <class Json = void>
  auto json() const {
    return detail::json_needs_the_header_asio_httpd_testing_json_hpp<Json>::read(*this);
  }

 private:
  friend class answer_parser;

  asio_httpd::status status_{};
  std::string reason_;
  unsigned version_minor_ = 1;
  framing framing_ = framing::no_content;
  asio_httpd::fields fields_;
  std::string text_;
  asio_httpd::fields trailers_;
  std::vector<answer> interim_;
};

// For messages of tests: the head and the content on lines of their own, control bytes visible,
// long content cut.
std::string to_string(const answer& a);
std::ostream& operator<<(std::ostream& to, const answer& a);

// Reads one answer, with the interim ones before it.
class answer_parser {
 public:
  // Content larger than this is an error, in bytes.
  static constexpr std::size_t most_content = std::size_t{256} << 20;

  // `asked` is the method of the request, on which the framing depends; `about` names the request
  // in errors: "GET /users/7".
  explicit answer_parser(method asked = method::get, std::string about = {});
  answer_parser(answer_parser&&) noexcept;
  answer_parser& operator=(answer_parser&&) noexcept;
  ~answer_parser();

  // Takes bytes, up to the end of the answer, and says how many. Throws `error` where they are no
  // answer; every call after that throws the same.
  std::size_t feed(std::string_view bytes);
  // The connection has ended. Throws `error` where the answer is not whole.
  void feed_end();

  // Nothing has come.
  bool is_empty() const noexcept;
  // The final answer's head is whole.
  bool has_head() const noexcept;
  // The answer is whole, and what follows belongs to another one or, behind a 101, to another
  // protocol.
  bool is_done() const noexcept;
  // The answer as far as it has come.
  const answer& current() const noexcept;
  // Takes out the content that has come; what follows is put behind nothing.
  std::string take_content();
  // Takes out the answer.
  answer release();

  // "5 of 12 bytes of content came"
  std::string progress() const;
  // An error that says "the answer to GET /users/7 <what>", and shows what came.
  error make_error(std::string_view what) const;

 private:
  struct implementation;
  std::unique_ptr<implementation> implementation_;
};

// All that came on a connection up to its end, which are answers to requests of the same method.
// Throws `error` where the last one is not whole.
std::vector<answer> parse_answers(std::string_view bytes, method asked = method::get);

}  // namespace asio_httpd::testing
