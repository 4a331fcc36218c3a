// SPDX-License-Identifier: BSL-1.0
//
// Where the sources are, for tests that read files of the tree.

#pragma once

#include <cstdlib>
#include <filesystem>

namespace test_support {

// The top of the source tree: as CTest says it, or else found from this file's own name.
inline std::filesystem::path source_tree() {
  if (const char* told = std::getenv("ASIO_HTTPD_SOURCE")) return told;
  return std::filesystem::absolute(__FILE__).parent_path().parent_path().parent_path();
}

}  // namespace test_support
