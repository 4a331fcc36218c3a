// SPDX-License-Identifier: BSL-1.0
//
// Where Boost.Beast (1.81) and this server may read the same bytes differently: how such a case is
// recognized, the sentence of the RFC that decides it, and who is right by it. Everything else that
// differs is a failure, and so is an entry that nothing falls under.

#pragma once

#include "reading.hpp"

#include <span>
#include <string_view>

namespace compare {

enum class right {
  ours,   // and Beast's reading breaks the sentence, or leaves its duty to the program
  beast,  // none may be in the table for long
  both,   // the sentence leaves the choice
};

struct known_difference {
  std::string_view name;
  right who;
  std::string_view sentence;
  bool (*covers)(std::string_view stream, const reading& ours, const reading& beast);
};

std::span<const known_difference> known_differences();

}  // namespace compare
