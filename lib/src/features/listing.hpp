// SPDX-License-Identifier: BSL-1.0
//
// A list of a folder, and how it is written: as a page for people or as JSON for programs. A format
// is three functions that append to a text: what comes first, one entry, and what comes last; so a
// long list is written in pieces. Pure functions; any thread.

#pragma once

#include <cstddef>
#include <string>

#include "features/folder_entries.hpp"

namespace asio_httpd::features {

struct listing {
  // The request's, decoded, with a slash at either end.
  std::string path;
  // How many segments of it, counted from its end, are folders below the root.
  std::size_t depth = 0;
  listing_order order;
  bool offers_archive = false;
  folder_entries entries;
};

struct listing_format {
  void (*begin)(std::string& to, const listing& of);
  void (*entry)(std::string& to, const listing& of, std::size_t index);
  void (*end)(std::string& to, const listing& of);
};

// See listing_page.cpp and listing_json.cpp.
extern const listing_format html_listing;
extern const listing_format json_listing;

}  // namespace asio_httpd::features
