// SPDX-License-Identifier: BSL-1.0
//
// The same bytes to our engine and to Boost.Beast's parser: equal verdicts, or a difference that is
// known and decided by the RFC.

#include "corpus.hpp"
#include "known_differences.hpp"
#include "reading.hpp"

#include <doctest/doctest.h>

#include <iomanip>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

using namespace compare;

namespace {

std::string printable(std::string_view bytes) {
  std::ostringstream text;
  text << std::hex << std::setfill('0');
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\r') {
      text << "\\r";
    } else if (c == '\n') {
      text << "\\n";
    } else if (byte < 0x20 || byte >= 0x7f) {
      text << "\\x" << std::setw(2) << unsigned{byte};
    } else {
      text << c;
    }
  }
  return text.str();
}

std::string described(const reading& r) {
  std::ostringstream out;
  out << r;
  return printable(out.str());
}

const known_difference* find_cover(std::string_view bytes, const reading& ours,
                                   const reading& beast) {
  for (const known_difference& known : known_differences()) {
    if (known.covers(bytes, ours, beast)) return &known;
  }
  return nullptr;
}

std::string_view to_string(right who) {
  switch (who) {
    case right::ours:
      return "ours is right";
    case right::beast:
      return "Beast is right";
    case right::both:
      return "both may";
  }
  return "";
}

}  // namespace

TEST_CASE("the corpus is large and the same on every run") {
  const auto once = make_corpus();
  const auto twice = make_corpus();
  CHECK(once.size() >= 1000);
  REQUIRE(once.size() == twice.size());
  for (std::size_t i = 0; i < once.size(); ++i) REQUIRE(once[i].bytes == twice[i].bytes);
}

TEST_CASE("ours and Beast read the same, but for what is known") {
  const auto known = known_differences();
  std::vector<std::size_t> occurrences(known.size());
  std::map<ending, std::size_t> equal;
  const auto corpus = make_corpus();
  for (const stream& s : corpus) {
    const reading ours = read_with_ours(s.bytes);
    const reading beast = read_with_beast(s.bytes);
    if (ours.same_as(beast)) {
      ++equal[ours.end];
    } else if (const auto* cover = find_cover(s.bytes, ours, beast)) {
      ++occurrences[static_cast<std::size_t>(cover - known.data())];
    } else {
      FAIL_CHECK(s.origin << "\n  " << printable(s.bytes) << "\n  ours:  " << described(ours)
                          << "\n  beast: " << described(beast));
    }
  }
  std::cout << corpus.size()
            << " streams; both say the same: " << equal[ending::between] + equal[ending::closed]
            << " accepted, " << equal[ending::refused] << " refused, " << equal[ending::needs_more]
            << " unfinished; known differences:\n";
  for (std::size_t i = 0; i < known.size(); ++i) {
    std::cout << std::setw(5) << occurrences[i] << "  " << known[i].name << " ("
              << to_string(known[i].who) << ")\n";
    CHECK_MESSAGE(occurrences[i] != 0, "nothing falls under: " << known[i].name);
    CHECK(known[i].who != right::beast);
  }
}
