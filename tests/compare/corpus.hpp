// SPDX-License-Identifier: BSL-1.0
//
// The byte streams that both parsers read: requests written by hand, well-formed and not, and
// mutations of them. The same ones in the same order on every run and machine: the generator has a
// fixed seed. Holds no test by itself; any thread.

#pragma once

#include <string>
#include <vector>

namespace compare {

struct stream {
  std::string origin;  // where it comes from, for a person
  std::string bytes;
};

std::vector<stream> make_corpus();

}  // namespace compare
