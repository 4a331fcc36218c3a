// SPDX-License-Identifier: BSL-1.0
//
// Invariant: a form gives the same parts with the same verdict however it is cut, and so does the
// form object for a body in memory; content is a view into what was fed and holds no delimiter;
// and what was read and is written again, with another boundary, is read as the same.
//
// Input: a byte for the cuts and the limits ('0' for the usual ones), a line with the value of
// Content-Type, the body.

#include "fuzz_input.hpp"

#include <asio_httpd/form.hpp>
#include <asio_httpd/multipart.hpp>
#include <asio_httpd/safe_filename.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace asio_httpd;
using event = multipart_parser::event;

struct read_part {
  std::string name;
  std::string filename;
  bool is_file = false;
  std::string content_type;
  std::size_t field_count = 0;
  std::string content;
  bool complete = false;
  friend bool operator==(const read_part&, const read_part&) = default;
};

struct outcome {
  std::vector<read_part> parts;
  multipart_rule broken = multipart_rule::none;
  bool ended = false;
  friend bool operator==(const outcome&, const outcome&) = default;
};

void begin_part(const multipart_part& part, outcome& to) {
  FUZZ_REQUIRE(to.parts.empty() || to.parts.back().complete);
  to.parts.push_back({part.name, part.filename.value_or(""), part.filename.has_value(),
                      std::string(part.content_type()), part.fields.size(), "", false});
}

// False when the form ended or failed.
bool take_events(multipart_parser& parser, outcome& to) {
  for (;;) {
    switch (parser.next()) {
      case event::need_more:
        return true;
      case event::part_begin:
        begin_part(parser.part(), to);
        break;
      case event::part_data:
        FUZZ_REQUIRE(!to.parts.back().complete && !parser.data().empty());
        to.parts.back().content.append(parser.data());
        break;
      case event::part_end:
        FUZZ_REQUIRE(!to.parts.back().complete);
        to.parts.back().complete = true;
        break;
      case event::end:
        to.ended = true;
        return false;
      case event::failed:
        to.broken = parser.broken();
        FUZZ_REQUIRE(to.broken != multipart_rule::none);
        return false;
    }
  }
}

template <class NextPiece>
outcome read(multipart_parser parser, std::string_view body, NextPiece next_piece) {
  outcome result;
  while (!body.empty()) {
    const std::string_view piece = body.substr(0, next_piece());
    // A block of its own, so that a read past the piece is seen.
    const auto copy = std::make_unique<char[]>(piece.size());
    piece.copy(copy.get(), piece.size());
    parser.feed({copy.get(), piece.size()});
    if (!take_events(parser, result)) return result;
    body.remove_prefix(piece.size());
  }
  parser.finish();
  FUZZ_REQUIRE(!take_events(parser, result));
  return result;
}

void require_sound(const outcome& result, const form_limits& limits) {
  FUZZ_REQUIRE(result.ended == (result.broken == multipart_rule::none));
  FUZZ_REQUIRE(result.parts.size() <= limits.parts);
  for (const read_part& part : result.parts) {
    FUZZ_REQUIRE(part.complete || (!result.ended && &part == &result.parts.back()));
    FUZZ_REQUIRE(part.field_count >= 1 && part.field_count <= limits.part_fields);
    FUZZ_REQUIRE(part.name.size() + part.filename.size() < limits.part_head);
    const auto safe = safe_filename(part.filename);
    if (!safe) continue;
    FUZZ_REQUIRE(safe->find_first_of(std::string_view("/\\\0\r\n", 5)) == std::string::npos);
    FUZZ_REQUIRE(!safe->empty() && *safe != "." && *safe != "..");
  }
}

// The form object reads the same, and its views lie in the body.
void require_same_form(const std::string& type, std::string_view body, const form_limits& limits,
                       const outcome& expected) {
  fields f;
  f.set(field::content_type, type);
  const request r(method::post, "/", std::move(f), std::string(body));
  try {
    const form made(r, limits);
    FUZZ_REQUIRE(expected.ended && made.size() == expected.parts.size());
    auto entry = made.begin();
    for (const read_part& part : expected.parts) {
      FUZZ_REQUIRE(entry->name == part.name && entry->value == part.content);
      FUZZ_REQUIRE(entry->is_file() == part.is_file &&
                   entry->filename.value_or("") == part.filename);
      FUZZ_REQUIRE(entry->value.empty() || (entry->value.data() >= r.body().data() &&
                                            entry->value.data() < r.body().data() + body.size()));
      ++entry;
    }
  } catch (const http_error& e) {
    FUZZ_REQUIRE(!expected.ended && e.status() == answer_to(expected.broken));
  }
}

// As the URL Standard writes names; a backslash is doubled, so that it is one again.
std::string encoded(std::string_view name) {
  std::string text;
  for (const char c : name) {
    if (c == '"') {
      text += "%22";
    } else if (c == '\r' || c == '\n') {
      text += c == '\r' ? "%0D" : "%0A";
    } else {
      text.append(c == '\\' ? 2 : 1, c);
    }
  }
  return text;
}

std::string write(const outcome& result, std::string_view boundary) {
  std::string body;
  for (const read_part& part : result.parts) {
    body.append("--").append(boundary).append(" \r\n");
    body.append("content-disposition: form-data; name=\"").append(encoded(part.name)).append("\"");
    if (part.is_file) body.append("; filename=\"").append(encoded(part.filename)).append("\"");
    body.append("\r\n");
    if (!part.content_type.empty()) body.append("Content-Type:" + part.content_type + "\r\n");
    body.append("\r\n").append(part.content).append("\r\n");
  }
  return body.append("--").append(boundary).append("--");
}

void require_same_again(outcome result, fuzz::dice& dice) {
  constexpr std::string_view boundary = "another boundary of the fuzzer";
  for (read_part& part : result.parts) {
    if (part.content.find(boundary) != std::string::npos) return;
    part.field_count = 1 + (part.content_type.empty() ? 0U : 1U);
  }
  const form_limits wide{.part_head = 65'535};
  const outcome again =
      read(multipart_parser("multipart/form-data; boundary=\"" + std::string(boundary) + '"', wide),
           write(result, boundary), [&] { return dice.piece(); });
  FUZZ_REQUIRE(again == result);
}

void run(const std::string& type, std::string_view body, const form_limits& limits,
         fuzz::dice& dice) {
  const multipart_parser parser(type, limits);
  const outcome expected = read(parser, body, [&] { return body.size(); });
  require_sound(expected, limits);
  FUZZ_REQUIRE(read(parser, body, [] { return 1; }) == expected);
  FUZZ_REQUIRE(read(parser, body, [&] { return dice.piece(); }) == expected);
  require_same_form(type, body, limits, expected);
  if (expected.ended) require_same_again(expected, dice);
}

bool is_field_value(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) || c == '\t';
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in(data, size);
  const std::uint8_t option = in.option();
  fuzz::dice dice(option);
  form_limits limits;
  if (option != '0')
    limits = {1 + dice.below(4), 40 + dice.below(80), 1 + dice.below(4), dice.below(9)};

  const std::string_view text = in.rest();
  const std::size_t line_end = std::min(text.find('\n'), text.size());
  const std::string type(text.substr(0, line_end));
  if (!is_field_value(type)) return 0;
  try {
    run(type, text.substr(std::min(line_end + 1, text.size())), limits, dice);
  } catch (const http_error& e) {
    FUZZ_REQUIRE(e.status() == status::bad_request || e.status() == status::unsupported_media_type);
  }
  return 0;
}
