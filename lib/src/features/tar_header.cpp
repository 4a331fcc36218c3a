// SPDX-License-Identifier: BSL-1.0
//
// Headers of tar archives; see the header. The offsets and sizes are those of the table "ustar
// Header Block" of POSIX.1-2017, pax.

#include "features/tar_header.hpp"

#include <asio_httpd/escape.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <numeric>

namespace asio_httpd::features {

namespace {

constexpr std::size_t block_size = 512;

struct place {
  std::size_t begin;
  std::size_t size;
};

constexpr place name_place{0, 100};
constexpr place mode_place{100, 8};
constexpr place owner_place{108, 8};
constexpr place group_place{116, 8};
constexpr place size_place{124, 12};
constexpr place modified_place{136, 12};
constexpr place checksum_place{148, 8};
constexpr place type_place{156, 1};
constexpr place magic_place{257, 8};
constexpr place device_major_place{329, 8};
constexpr place device_minor_place{337, 8};
constexpr place prefix_place{345, 155};

constexpr char file_type = '0';
constexpr char folder_type = '5';
constexpr char extended_type = 'x';

// Eleven octal digits: 8 GiB, or the year 2242.
constexpr std::uint64_t largest_number = 077777777777;

// ---- a block ------------------------------------------------------------------------------------

class header_block {
 public:
  header_block() { put(magic_place, std::string_view("ustar\00000", 8)); }

  // What does not fit is cut.
  void put(place at, std::string_view text) { text.copy(bytes_.data() + at.begin, at.size); }

  // Octal digits with a NUL behind them.
  void put(place at, std::uint64_t number) {
    for (std::size_t i = at.size - 1; i-- > 0; number /= 8) {
      bytes_[at.begin + i] = static_cast<char>('0' + number % 8);
    }
  }

  // The sum counts its own place as spaces.
  std::string_view finish() {
    put(checksum_place, std::string_view("        "));
    const auto sum = std::accumulate(
        bytes_.begin(), bytes_.end(), std::uint64_t{0},
        [](std::uint64_t so_far, char c) { return so_far + static_cast<unsigned char>(c); });
    put({checksum_place.begin, checksum_place.size - 1}, sum);
    return {bytes_.data(), bytes_.size()};
  }

 private:
  std::array<char, block_size> bytes_{};
};

void append_block(std::string& to, header_block& block, char type, std::uint64_t mode,
                  std::uint64_t size, std::uint64_t modified) {
  block.put(mode_place, mode);
  block.put(owner_place, 0);
  block.put(group_place, 0);
  block.put(size_place, size);
  block.put(modified_place, modified);
  block.put(type_place, std::string_view(&type, 1));
  block.put(device_major_place, 0);
  block.put(device_minor_place, 0);
  to += block.finish();
}

// ---- the path -----------------------------------------------------------------------------------

// A path of more than 100 bytes is cut in two at a slash, which neither part has. npos where there
// is no such place.
std::size_t cut_of(std::string_view path) noexcept {
  const std::size_t first = path.size() - name_place.size - 1;
  const std::size_t slash = path.find('/', std::max<std::size_t>(first, 1));
  const bool fits = slash <= prefix_place.size && slash + 1 < path.size();
  return fits ? slash : std::string_view::npos;
}

bool fits_in_block(std::string_view path) noexcept {
  return path.size() <= name_place.size || cut_of(path) != path.npos;
}

// A path that does not fit is cut short; then an extended header has said the right one.
void put_path(header_block& block, std::string_view path) {
  const std::size_t cut = path.size() > name_place.size ? cut_of(path) : path.npos;
  if (cut == path.npos) return block.put(name_place, path);
  block.put(prefix_place, path.substr(0, cut));
  block.put(name_place, path.substr(cut + 1));
}

bool is_ascii(std::string_view text) noexcept {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

// The last component, for a name that old programs show.
std::string_view last_component(std::string_view path) noexcept {
  while (path.ends_with('/')) path.remove_suffix(1);
  return path.substr(path.rfind('/') + 1);
}

// ---- extended headers ---------------------------------------------------------------------------

std::size_t digits_of(std::size_t number) {
  return std::to_string(number).size();
}

// "27 path=...\n", where 27 is the length of it all, its own digits among it.
void append_record(std::string& to, std::string_view key, std::string_view value) {
  const std::size_t rest = key.size() + value.size() + std::string_view(" =\n").size();
  std::size_t length = rest + digits_of(rest);
  length = rest + digits_of(length);
  to.append(std::to_string(length)).append(" ").append(key);
  to.append("=").append(value).append("\n");
}

bool fits_in_block(std::int64_t time) noexcept {
  return time >= 0 && static_cast<std::uint64_t>(time) <= largest_number;
}

// Records are UTF-8. Bytes that are none need a record of their own that says so, and not every
// program knows it; where they fit in a block, all take them from there as they are.
void append_path_records(std::string& to, std::string_view path) {
  const bool utf8 = valid_utf8(path) == path;
  if (fits_in_block(path) && (is_ascii(path) || !utf8)) return;
  if (!utf8) append_record(to, "hdrcharset", "BINARY");
  append_record(to, "path", path);
}

std::string records_of(const tar_member& m) {
  std::string made;
  append_path_records(made, m.path);
  if (m.size > largest_number) append_record(made, "size", std::to_string(m.size));
  if (!fits_in_block(m.modified)) append_record(made, "mtime", std::to_string(m.modified));
  return made;
}

void append_extended_header(std::string& to, const tar_member& m, std::string_view records) {
  header_block block;
  block.put(name_place, std::string("PaxHeaders/").append(last_component(m.path)));
  append_block(to, block, extended_type, 0644, records.size(), 0);
  to += records;
  append_tar_padding(to, records.size());
}

}  // namespace

void append_tar_header(std::string& to, const tar_member& m) {
  const std::string records = records_of(m);
  if (!records.empty()) append_extended_header(to, m, records);
  const bool is_folder = m.is == tar_member::kind::folder;
  header_block block;
  put_path(block, m.path);
  append_block(to, block, is_folder ? folder_type : file_type,
               is_folder || m.executable ? 0755 : 0644, m.size > largest_number ? 0 : m.size,
               fits_in_block(m.modified) ? static_cast<std::uint64_t>(m.modified) : 0);
}

void append_tar_padding(std::string& to, std::uint64_t size) {
  to.append(static_cast<std::size_t>((block_size - size % block_size) % block_size), '\0');
}

void append_tar_end(std::string& to) {
  to.append(2 * block_size, '\0');
}

}  // namespace asio_httpd::features
