// SPDX-License-Identifier: BSL-1.0
//
// Several ranges; see the header. The heads of all parts are made first, so that the length of the
// whole is known; then they are sent in turn with what they announce.

#include "features/byte_ranges.hpp"

#include <asio_httpd/body_writer.hpp>

#include <array>
#include <charconv>
#include <utility>
#include <vector>

#include "features/file_pieces.hpp"
#include "features/random.hpp"

namespace asio_httpd::features {

namespace {

struct part {
  std::string head;
  byte_range range;
};

struct parts {
  std::vector<part> all;
  std::string end;
};

// Content that has it by chance is as likely as two random numbers that are alike.
std::string random_boundary() {
  std::array<char, 33> text{};
  char* at = text.data();
  for (int i = 0; i < 2; ++i) at = std::to_chars(at, text.data() + 32, random_bits(), 16).ptr;
  return {text.data(), at};
}

parts parts_of(const byte_range_set& ranges, std::uint64_t size, std::string_view type,
               std::string_view boundary) {
  parts made;
  for (const byte_range& range : ranges) {
    std::string head = made.all.empty() ? "--" : "\r\n--";
    head.append(boundary).append("\r\nContent-Type: ").append(type);
    head.append("\r\nContent-Range: ").append(content_range(range, size)).append("\r\n\r\n");
    made.all.push_back({std::move(head), range});
  }
  made.end.append("\r\n--").append(boundary).append("--\r\n");
  return made;
}

std::uint64_t size_of(const parts& p) noexcept {
  std::uint64_t size = p.end.size();
  for (const part& one : p.all) size += one.head.size() + one.range.length();
  return size;
}

std::string from_memory(const parts& p, std::string_view content) {
  std::string text;
  for (const part& one : p.all) {
    text.append(one.head);
    text.append(content.substr(static_cast<std::size_t>(one.range.first),
                               static_cast<std::size_t>(one.range.length())));
  }
  return text.append(p.end);
}

boost::asio::awaitable<void> send(std::shared_ptr<const parts> p, file_pieces pieces,
                                  body_writer to) {
  for (const part& one : p->all) {
    co_await to.write(one.head);
    pieces.seek(one.range.first, one.range.length());
    for (auto piece = co_await pieces.next(); !piece.empty(); piece = co_await pieces.next()) {
      co_await to.write(piece);
    }
  }
  co_await to.write(p->end);
}

}  // namespace

std::string content_range(const byte_range& range, std::uint64_t size) {
  return "bytes " + std::to_string(range.first) + "-" + std::to_string(range.last) + "/" +
         std::to_string(size);
}

byte_range_set merged(const byte_range_set& asked) noexcept {
  byte_range_set together = asked;
  coalesce(together, multipart_overhead);
  return together.size() == asked.size() ? asked : together;
}

bool is_abusive(const byte_range_set& asked, std::uint64_t size) noexcept {
  std::uint64_t left = 2 * size;  // sizes of files have a bit to spare
  for (const byte_range& range : asked) {
    if (range.length() > left) return true;
    left -= range.length();
  }
  return false;
}

void answer_parts(const byte_range_set& ranges, const file_state& state,
                  std::shared_ptr<const file> opened, const std::string* content, response& to) {
  const std::string boundary = random_boundary();
  auto made = std::make_shared<const parts>(
      parts_of(ranges, state.size, to.fields().get(field::content_type), boundary));
  to.status(status::partial_content);
  to.set(field::content_type, "multipart/byteranges; boundary=" + boundary);
  if (opened == nullptr) {
    to.body(from_memory(*made, *content));
    return;
  }
  const std::uint64_t size = size_of(*made);
  to.body(std::make_shared<const body_producer>(body_producer{
              [made = std::move(made), opened = std::move(opened), state](body_writer out) {
                return send(made, file_pieces(opened, state), std::move(out));
              }}),
          size);
}

}  // namespace asio_httpd::features
