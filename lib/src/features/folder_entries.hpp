// SPDX-License-Identifier: BSL-1.0
//
// The entries of a folder, kept to be sorted. Bounded: at most `most_entries`, with names of at
// most `most_bytes` together; 12 MiB in the worst case. What is beyond is not kept, and known to be
// there.
//
// Owns the names. One thread at a time.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "features/folder_reader.hpp"

namespace asio_httpd::features {

struct listing_order {
  enum class key : std::uint8_t { name, size, modified };
  key by = key::name;
  bool descending = false;
  friend bool operator==(const listing_order&, const listing_order&) = default;
};

class folder_entries {
 public:
  static constexpr std::size_t most_entries = 100'000;
  static constexpr std::size_t most_bytes = 8U << 20U;

  // False, and not kept, where there is no room.
  bool add(const folder_entry& e);
  // Folders first whatever the order; what is alike by its name, from the first to the last.
  void sort(listing_order order);

  std::size_t size() const noexcept { return records_.size(); }
  // The name is valid up to the next `add`.
  folder_entry operator[](std::size_t index) const noexcept { return entry_of(records_[index]); }

  std::size_t folders() const noexcept { return folders_; }
  std::size_t files() const noexcept { return size() - folders_; }
  // Of all files, as far as it is known.
  std::uint64_t total_size() const noexcept { return total_size_; }
  // There is more, which is not kept.
  void cut() noexcept { is_cut_ = true; }
  // Whether there was more than was kept.
  bool is_cut() const noexcept { return is_cut_; }

 private:
  struct record {
    std::uint64_t size;
    std::int64_t modified;
    std::uint32_t name_begin;
    std::uint16_t name_size;
    folder_entry::kind is;
    bool has_details;
  };
  folder_entry entry_of(const record& r) const noexcept;

  std::vector<record> records_;
  std::string names_;
  std::size_t folders_ = 0;
  std::uint64_t total_size_ = 0;
  bool is_cut_ = false;
};

}  // namespace asio_httpd::features
