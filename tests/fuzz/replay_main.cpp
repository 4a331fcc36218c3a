// SPDX-License-Identifier: BSL-1.0
//
// The main function of the fuzz targets in every build but the preset `fuzz`, where libFuzzer
// brings its own.
//
// Feeds the empty input and then each file named on the command line, folders with all files below
// them, to the target. Each input lies in a block of the heap of exactly its size, so that the
// address sanitizer sees a read of even one byte past its end. A target reports a finding by
// crashing; an argument that does not exist is an error.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

namespace fs = std::filesystem;

bool replay(const fs::path& file) {
  const auto size = static_cast<std::size_t>(fs::file_size(file));
  const auto bytes = std::make_unique<char[]>(size);
  std::ifstream stream(file, std::ios::binary);
  if (!stream.read(bytes.get(), static_cast<std::streamsize>(size))) {
    std::fprintf(stderr, "cannot read %s\n", file.c_str());
    return false;
  }
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.get()), size);
  return true;
}

void collect(const fs::path& argument, std::vector<fs::path>& files) {
  if (!fs::is_directory(argument)) {
    files.push_back(argument);
    return;
  }
  for (const auto& entry : fs::recursive_directory_iterator(argument)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<fs::path> files;
  for (int i = 1; i < argc; ++i) {
    if (!fs::exists(argv[i])) {
      std::fprintf(stderr, "%s does not exist\n", argv[i]);
      return EXIT_FAILURE;
    }
    collect(argv[i], files);
  }

  const std::uint8_t nothing = 0;
  LLVMFuzzerTestOneInput(&nothing, 0);
  for (const auto& file : files) {
    if (!replay(file)) return EXIT_FAILURE;
  }
  std::printf("replayed %zu files\n", files.size());
}
