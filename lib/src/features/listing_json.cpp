// SPDX-License-Identifier: BSL-1.0
//
// A list of a folder as JSON, one entry a line:
//
//   {"path":"/x/","truncated":false,"entries":[
//   {"name":"sub","type":"folder","modified":"2026-11-21T18:45:55Z"},
//   {"name":"a.txt","type":"file","size":12,"modified":"2026-11-21T18:45:55Z"}
//   ]}
//
// JSON is Unicode and names are bytes. One that is not UTF-8 is shown with U+FFFD, and its bytes
// are in a member of their own, percent-encoded for a URL.

#include <asio_httpd/escape.hpp>
#include <asio_httpd/url.hpp>

#include "features/civil_time.hpp"
#include "features/listing.hpp"

namespace asio_httpd::features {

namespace {

void append_begin(std::string& to, const listing& of) {
  to += "{\"path\":";
  append_json_string(to, of.path);
  to += of.entries.is_cut() ? ",\"truncated\":true" : ",\"truncated\":false";
  to += ",\"entries\":[\n";
}

void append_name(std::string& to, std::string_view name) {
  to += "{\"name\":";
  append_json_string(to, name);
  if (valid_utf8(name) == name) return;
  to.append(",\"encoded_name\":\"").append(percent_encode_path(name)).append("\"");
}

void append_entry(std::string& to, const listing& of, std::size_t index) {
  const folder_entry e = of.entries[index];
  const bool is_file = e.is == folder_entry::kind::file;
  append_name(to, e.name);
  to += is_file ? ",\"type\":\"file\"" : ",\"type\":\"folder\"";
  if (e.has_details && is_file) to.append(",\"size\":").append(std::to_string(e.size));
  if (e.has_details) to.append(",\"modified\":\"").append(rfc3339(e.modified)).append("\"");
  to += index + 1 < of.entries.size() ? "},\n" : "}\n";
}

void append_end(std::string& to, const listing&) {
  to += "]}\n";
}

}  // namespace

const listing_format json_listing = {&append_begin, &append_entry, &append_end};

}  // namespace asio_httpd::features
