// SPDX-License-Identifier: BSL-1.0
//
// Invariant: the parts of a target lie within its text and give that text when they are put
// together again; and what a path decodes to has no dot segments and no control bytes, and comes
// out the same when it is encoded and parsed once more.
//
// Input: a byte for the method ('C' CONNECT, 'O' OPTIONS, else GET), the target.

#include "fuzz_input.hpp"

#include "base/ascii.hpp"
#include "http/path.hpp"
#include "http/target.hpp"

#include <memory>
#include <string>

namespace {

using namespace asio_httpd;
using http::target;
using http::target_error;

bool lies_within(std::string_view part, std::string_view whole) {
  return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
}

std::string put_together(const target& t, bool path_was_empty) {
  std::string text(t.scheme);
  if (!text.empty()) text += "://";
  text += t.authority;
  if (!path_was_empty) text += t.path;
  if (t.has_query) text.append("?").append(t.query);
  return text;
}

void require_sound(const target& t, std::string_view text, method m) {
  FUZZ_REQUIRE((t.kind == target::form::authority) == (m == method::connect));
  if (t.kind == target::form::asterisk) FUZZ_REQUIRE(m == method::options && text == "*");
  const bool path_was_empty = !t.path.empty() && !lies_within(t.path, text);
  if (path_was_empty) FUZZ_REQUIRE(t.kind == target::form::absolute && t.path == "/");
  for (const auto part : {t.scheme, t.authority, t.query}) {
    FUZZ_REQUIRE(part.empty() || lies_within(part, text));
  }
  if (!t.authority.empty()) FUZZ_REQUIRE(http::valid_host(t.authority));
  const std::string again = put_together(t, path_was_empty);
  FUZZ_REQUIRE(again == text);

  target second;
  FUZZ_REQUIRE(http::parse_target(again, m, second) == target_error::none);
  FUZZ_REQUIRE(second.kind == t.kind && second.authority == t.authority);
  FUZZ_REQUIRE(second.path == t.path && second.query == t.query);
  FUZZ_REQUIRE(second.has_query == t.has_query && second.scheme == t.scheme);
}

void require_refused_alone(const target& t) {
  FUZZ_REQUIRE(t.path.empty() && t.authority.empty() && t.query.empty() && !t.has_query);
}

std::string encode(std::string_view segment) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string text;
  for (const char c : segment) {
    const auto byte = static_cast<unsigned char>(c);
    text.append({'%', digits[byte >> 4], digits[byte & 15]});
  }
  return text;
}

void require_sound_path(std::string_view raw) {
  http::path path;
  if (path.parse(raw) != http::path_error::none) {
    FUZZ_REQUIRE(path.size() == 0 && path.text().empty());
    return;
  }
  std::string text;
  std::string encoded;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const std::string_view segment = path[i];
    FUZZ_REQUIRE(segment != "." && segment != "..");
    FUZZ_REQUIRE(lies_within(segment, path.text()));
    for (const char c : segment) FUZZ_REQUIRE(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
    FUZZ_REQUIRE(path.tail(i).starts_with(segment));
    text.append("/").append(segment);
    encoded.append("/").append(encode(segment));
  }
  if (path.trailing_slash()) {
    text += '/';
    encoded += '/';
  }
  FUZZ_REQUIRE(path.text() == text);
  if (encoded.size() > http::path::max_length) return;
  http::path again;
  FUZZ_REQUIRE(again.parse(encoded) == http::path_error::none);
  FUZZ_REQUIRE(again.text() == text && again.size() == path.size());
  FUZZ_REQUIRE(again.trailing_slash() == path.trailing_slash());
  FUZZ_REQUIRE(again.has_encoded_slash() == path.has_encoded_slash());
}

method method_of(std::uint8_t option) {
  return option == 'C' ? method::connect : option == 'O' ? method::options : method::get;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input in(data, size);
  const method m = method_of(in.option());
  // A block of its own, so that a read past the text is seen.
  const auto copy = std::make_unique<char[]>(in.rest().size());
  in.rest().copy(copy.get(), in.rest().size());
  const std::string_view text(copy.get(), in.rest().size());

  target t;
  const target_error error = http::parse_target(text, m, t);
  FUZZ_REQUIRE(!http::to_string(error).empty());
  if (error == target_error::none) {
    require_sound(t, text, m);
  } else {
    require_refused_alone(t);
  }
  require_sound_path(error == target_error::none && !t.path.empty() ? t.path : text);
  if (http::valid_host(text)) {
    FUZZ_REQUIRE(!http::host_without_port(text).empty());
    FUZZ_REQUIRE(lies_within(http::host_without_port(text), text));
    FUZZ_REQUIRE(text.find_first_of("/?#@ \t\r\n") == std::string_view::npos);
  }
  return 0;
}
