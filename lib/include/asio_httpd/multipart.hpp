// SPDX-License-Identifier: BSL-1.0
//
// multipart/form-data (RFC 7578, RFC 2046 section 5.1) as it arrives: bytes are fed in pieces of
// any size, events are taken out. For a form that is in memory already, form.hpp does all of this.
//
//   multipart_parser parser(r.get(field::content_type));
//   while (...) {
//     parser.feed(piece);                    // or finish(), when there is no more
//     for (auto e = parser.next(); e != multipart_parser::event::need_more; e = parser.next()) {
//       ...                                  // and leave at `end` and `failed`
//     }
//   }
//
// The events, and the rule that is broken, depend on the bytes and not on how they are cut. It
// keeps the head of one part and no content: `data()` points into the piece that was fed.
//
// Strict: line ends are CRLF, a boundary line holds nothing else, a part has one
// Content-Disposition with one name, no field comes twice, and nothing is transfer-encoded.
// `filename*` is ignored (RFC 7578 section 4.2), and so are the preamble and the epilogue. Texts
// are not checked for UTF-8.
//
// An object belongs to one thread at a time. After an exception of the allocator it is of no use.

#pragma once

#include <asio_httpd/fields.hpp>
#include <asio_httpd/response.hpp>
#include <asio_httpd/status.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace asio_httpd {

// What a form may cost beside its content, which the limits of the server bound. 413 above.
struct form_limits {
  // Parts; pairs, of a form that is application/x-www-form-urlencoded.
  std::size_t parts = 1000;
  // The head of one part, in bytes: names, file names, types. At most 65,535, which more counts as.
  std::size_t part_head = 8 * 1024;
  // Field lines in the head of one part.
  std::size_t part_fields = 16;
  // Bytes before the first boundary.
  std::size_t preamble = 1024;
};

enum class multipart_rule : std::uint8_t {
  none,
  boundary_line,         // something else stands behind a boundary
  incomplete,            // the bytes end before the last boundary
  part_line_end,         // a line of a part's head does not end in CRLF
  part_field_syntax,     // no "name: value", or one that is continued on the next line
  part_field_repeated,   // a part's head has a field twice
  disposition_missing,   // no Content-Disposition
  disposition_syntax,    // not `form-data` with well-formed parameters
  name_missing,          // it has no name
  name_repeated,         // or several, or several file names
  part_transfer_coding,  // Content-Transfer-Encoding other than 7bit, 8bit and binary
  // These are limits.
  too_many_parts,
  too_many_part_fields,
  part_head_too_large,
  preamble_too_large,
};

// A sentence for the client. Static storage.
std::string_view to_string(multipart_rule r) noexcept;
// 413 for a limit, 400 for the others.
status answer_to(multipart_rule r) noexcept;

// The head of a part. Owns its text.
struct multipart_part {
  // As they were sent, but for what stands for '"', CR and LF: %22, %0D and %0A (URL Standard,
  // multipart/form-data encoding), or a backslash before '"' and '\'. A name of a file is the
  // client's choice: see safe_filename.hpp. It is "" where a file could have been chosen and was
  // not.
  std::string name;
  std::optional<std::string> filename;  // of a file
  asio_httpd::fields fields;            // all of the head

  // As it was sent; "", which means text/plain, where it was not (RFC 7578 section 4.4).
  std::string_view content_type() const noexcept { return fields.get(field::content_type); }
};

class multipart_parser {
 public:
  enum class event : std::uint8_t {
    need_more,   // all that was fed is used up
    part_begin,  // see part()
    part_data,   // see data(); any number of times, never empty
    part_end,
    end,     // the last boundary came: stays, and ignores what is fed
    failed,  // see broken(): stays, and ignores what is fed
  };

  // The value of the request's Content-Type. Throws http_error: 415 where it is another type, 400
  // where its boundary is missing or is none: 1 to 70 of the characters of RFC 2046 section 5.1.1,
  // quoted where they are no token.
  explicit multipart_parser(std::string_view content_type, const form_limits& limits = {});

  // The next bytes. They are not copied and must stay until next() answers need_more. Feed when it
  // has, or at the beginning; throws std::logic_error otherwise, and after finish().
  void feed(std::string_view bytes);
  // There are no more bytes than those that were fed.
  void finish() noexcept { finished_ = true; }
  // Allocates for the head of a part only. The content of a part that was fed in one piece comes in
  // one piece, so that with one feed() each part has one part_data at most.
  event next();

  // From part_begin to the next one.
  const multipart_part& part() const noexcept { return part_; }
  // Until the next call of a member function that is not const.
  std::string_view data() const noexcept { return data_; }
  multipart_rule broken() const noexcept { return broken_; }
  // What a handler may throw after `failed`.
  http_error error() const;

 private:
  enum class stage : std::uint8_t { preamble, boundary_line, head, data, part_end, ended, failed };

  std::optional<event> step();
  std::optional<event> skip_preamble();
  std::optional<event> read_boundary_line();
  std::optional<event> read_head_line();
  std::optional<event> take_data();
  event begin_data();
  std::optional<event> begin_head();
  std::optional<event> add_field(std::string_view line);
  std::string_view take_content() noexcept;
  bool take_delimiter() noexcept;
  bool take_line();
  void expect_delimiter_after_line() noexcept;
  event starve() noexcept;
  event fail(multipart_rule r) noexcept;

  std::string delimiter_;  // CRLF "--" boundary
  form_limits limits_;
  std::string_view input_;
  std::string_view data_;
  std::string line_;  // the beginning of a line, or all of it
  multipart_part part_;
  // How much of the delimiter was seen at the end of what was fed, and how much of that was not fed
  // as content, because it is the end of a line before it.
  std::size_t matched_ = 0;
  std::size_t not_content_ = 0;
  std::size_t head_size_ = 0;  // bytes of the head's lines before this one
  std::size_t parts_ = 0;
  std::size_t skipped_ = 0;  // of the preamble
  stage stage_ = stage::preamble;
  multipart_rule broken_ = multipart_rule::none;
  bool finished_ = false;
};

}  // namespace asio_httpd
