// SPDX-License-Identifier: BSL-1.0
//
// Entries of a folder; see the header.

#include "features/folder_entries.hpp"

#include <algorithm>
#include <compare>

#include "features/natural_order.hpp"

namespace asio_httpd::features {

namespace {

std::strong_ordering by_key(const folder_entry& a, const folder_entry& b, listing_order::key by) {
  if (by == listing_order::key::size) return a.size <=> b.size;
  if (by == listing_order::key::modified) return a.modified <=> b.modified;
  return compare_natural(a.name, b.name);
}

bool comes_first(const folder_entry& a, const folder_entry& b, listing_order order) {
  if (a.is != b.is) return a.is == folder_entry::kind::folder;
  const auto found = by_key(a, b, order.by);
  if (found == 0) return compare_natural(a.name, b.name) < 0;
  return order.descending ? found > 0 : found < 0;
}

}  // namespace

bool folder_entries::add(const folder_entry& e) {
  if (size() == most_entries || e.name.size() > most_bytes - names_.size()) is_cut_ = true;
  if (is_cut_) return false;
  records_.push_back({.size = e.size,
                      .modified = e.modified,
                      .name_begin = static_cast<std::uint32_t>(names_.size()),
                      .name_size = static_cast<std::uint16_t>(e.name.size()),
                      .is = e.is,
                      .has_details = e.has_details});
  names_ += e.name;
  folders_ += e.is == folder_entry::kind::folder ? 1 : 0;
  total_size_ += e.size;
  return true;
}

folder_entry folder_entries::entry_of(const record& r) const noexcept {
  return {.name = std::string_view(names_).substr(r.name_begin, r.name_size),
          .is = r.is,
          .has_details = r.has_details,
          .size = r.size,
          .modified = r.modified};
}

void folder_entries::sort(listing_order order) {
  std::sort(records_.begin(), records_.end(), [&](const record& a, const record& b) {
    return comes_first(entry_of(a), entry_of(b), order);
  });
}

}  // namespace asio_httpd::features
