// SPDX-License-Identifier: BSL-1.0
//
// The head of a response.

#include "http1/serializer.hpp"

#include "http/response_content.hpp"

#include <charconv>
#include <optional>

namespace asio_httpd::http1 {

// The way into a response's `fields` (see fields.hpp).
struct field_source {
  // All lines as they are sent; nothing where they do not lie together.
  static std::optional<std::string_view> lines(const fields& f) noexcept {
    if (f.borrowed_ != nullptr || f.has_gaps_) return std::nullopt;
    return f.text_;
  }
};

namespace {

using http::announced_size;
using http::fields_of_server;

constexpr std::size_t longest_integer = 20;
// More than the parts of a head whose size hardly depends on the response: "HTTP/1.1 999 " and the
// reason phrase, "Content-Length: ", "Connection: upgrade, close", line ends.
constexpr std::size_t fixed_size = 160;

// Writes into room that is made before.
class writer {
 public:
  writer(base::byte_buffer& to, std::size_t room) : to_(to) {
    to_.prepare(room);
    at_ = to_.write_position();
  }
  writer(const writer&) = delete;
  writer& operator=(const writer&) = delete;
  ~writer() { to_.commit(static_cast<std::size_t>(at_ - to_.write_position())); }

  writer& add(std::string_view text) noexcept {
    at_ += text.copy(at_, text.size());
    return *this;
  }
  writer& add(std::uint64_t number) noexcept {
    at_ = std::to_chars(at_, at_ + longest_integer, number).ptr;
    return *this;
  }

 private:
  base::byte_buffer& to_;
  char* at_;
};

void write_status_line(status s, writer& to) {
  if (s == status::ok) {
    to.add("HTTP/1.1 200 OK\r\n");
    return;
  }
  to.add("HTTP/1.1 ").add(to_integer(s)).add(" ").add(reason_phrase(s)).add("\r\n");
}

std::size_t size_of(const fields& f) noexcept {
  std::size_t total = 0;
  for (auto [id, name, value] : f) total += name.size() + value.size() + 4;
  return total;
}

void write_fields_singly(const fields& f, writer& to) {
  for (auto [id, name, value] : f) {
    if (!fields_of_server.contains(id)) to.add(name).add(": ").add(value).add("\r\n");
  }
}

// A 204 and a 1xx have no Content-Length; a 304 may leave it away (RFC 9110 section 8.6).
void write_length(const response& r, const serialize_options& options, writer& to) {
  if (forbids_content(r.status())) return;
  if (!r.has_size()) {  // HTTP/1.0 knows its end by the close
    if (options.version_minor != 0) to.add("Transfer-Encoding: chunked\r\n");
    return;
  }
  to.add("Content-Length: ").add(announced_size(r)).add("\r\n");
}

// "" where nothing has to be said: HTTP/1.1 keeps connections by itself.
std::string_view connection_options(const response& r, const serialize_options& options) {
  if (r.status() == status::switching_protocols) return "upgrade";
  const bool upgrade = r.fields().contains(field::upgrade);  // RFC 9110 section 7.8
  if (!options.keep_alive) return upgrade ? "upgrade, close" : "close";
  if (options.version_minor == 0) return "keep-alive";
  return upgrade ? "upgrade" : "";
}

void write_connection(const response& r, const serialize_options& options, writer& to) {
  const std::string_view said = connection_options(r, options);
  if (!said.empty()) to.add("Connection: ").add(said).add("\r\n");
}

}  // namespace

void serialize_head(const response& r, const serialize_options& options, base::byte_buffer& to) {
  auto lines = field_source::lines(r.fields());
  if (lines && r.fields().contains_any(fields_of_server)) lines.reset();
  const std::size_t fields_size = lines ? lines->size() : size_of(r.fields());
  writer out(to, fixed_size + options.common.size() + fields_size);
  write_status_line(r.status(), out);
  out.add(options.common);
  lines ? void(out.add(*lines)) : write_fields_singly(r.fields(), out);
  write_length(r, options, out);
  write_connection(r, options, out);
  out.add("\r\n");
}

void append_chunk_line(std::size_t size, base::byte_buffer& to) {
  to.prepare(longest_integer);
  char* const begin = to.write_position();
  char* const end = std::to_chars(begin, begin + longest_integer, size, 16).ptr;
  to.commit(static_cast<std::size_t>(end - begin));
  to.append("\r\n");
}

void append_last_chunk(const fields& trailers, base::byte_buffer& to) {
  writer out(to, fixed_size + size_of(trailers));
  out.add("0\r\n");
  write_fields_singly(trailers, out);
  out.add("\r\n");
}

// Rare, and apart from the rest: what two call is not inlined into the one that must be fast.
void serialize_interim(status s, const fields& f, base::byte_buffer& to) {
  to.append("HTTP/1.1 " + std::to_string(to_integer(s)) + " ");
  to.append(reason_phrase(s));
  to.append("\r\n");
  for (auto [id, name, value] : f) {
    if (fields_of_server.contains(id)) continue;
    to.append(name);
    to.append(": ");
    to.append(value);
    to.append("\r\n");
  }
  to.append("\r\n");
}

}  // namespace asio_httpd::http1
