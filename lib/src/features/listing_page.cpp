// SPDX-License-Identifier: BSL-1.0
//
// A list of a folder as a page. All links are relative, so that they are right wherever the folder
// is mounted, also behind a proxy that takes off a prefix; sorting is links, too, and no script
// runs. Names are whatever somebody managed to put into the file system: they are escaped, isolated
// from the direction of the text around them, and shown without what turns text around.

#include <asio_httpd/escape.hpp>
#include <asio_httpd/media_type.hpp>
#include <asio_httpd/url.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <string_view>

#include "features/civil_time.hpp"
#include "features/listing.hpp"
#include "features/listing_style.hpp"

namespace asio_httpd::features {

namespace {

using key = listing_order::key;

// ---- names --------------------------------------------------------------------------------------

bool is_control(char c) noexcept {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

// The picture of a control character: U+2400 and up, and U+2421.
void append_picture(std::string& to, char control) {
  const int code = control == 0x7f ? 0x21 : control;
  to += "\xe2\x90";
  to += static_cast<char>(0x80 + code);
}

// U+202A to U+202E and U+2066 to U+2069 embed, override and isolate directions, and let
// "exe.gnp" read as "png.exe". Marks (U+200E, U+200F) stay; names in Hebrew or Arabic have them.
bool turns_text_around(std::string_view character) noexcept {
  if (!character.starts_with("\xe2\x80") && !character.starts_with("\xe2\x81")) return false;
  return (character >= "\xe2\x80\xaa" && character <= "\xe2\x80\xae") ||
         (character >= "\xe2\x81\xa6" && character <= "\xe2\x81\xa9");
}

// Names as they are shown: UTF-8 in which nothing is invisible or misleading. Not escaped.
std::string visible(std::string_view name) {
  const std::string text = valid_utf8(name);
  std::string made;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view character = std::string_view(text).substr(i, 3);
    if (is_control(text[i])) {
      append_picture(made, text[i]);
    } else if (turns_text_around(character)) {
      made += "\xef\xbf\xbd";
      i += 2;
    } else {
      made += text[i];
    }
  }
  return made;
}

void append_visible(std::string& to, std::string_view name) {
  append_html(to, visible(name));
}

// No path with a control byte is a request (404), so there is nothing to link to.
bool can_be_asked_for(std::string_view name) noexcept {
  return std::none_of(name.begin(), name.end(), is_control);
}

// A reference to something in the folder. "a:b" alone would have a scheme (RFC 3986 section 4.2).
std::string link_to(std::string_view name) {
  const std::string encoded = percent_encode_path(name);
  return encoded.find(':') == std::string_view::npos ? encoded : "./" + encoded;
}

// ---- numbers ------------------------------------------------------------------------------------

std::string with_separators(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, 1, ',');
  return digits;
}

// "1 file", "12 files"
std::string count_of(std::uint64_t number, std::string_view what) {
  std::string made = with_separators(number);
  made.append(" ").append(what);
  return number == 1 ? made : made + "s";
}

// "512 B", "1.5 KiB", "15 MiB"
std::string short_size(std::uint64_t bytes) {
  constexpr std::array units = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; value >= 1023.5; ++unit) value /= 1024;
  std::array<char, 32> text{};
  const int decimals = unit > 0 && value < 9.95 ? 1 : 0;
  std::snprintf(text.data(), text.size(), "%.*f %s", decimals, value, units[unit]);
  return text.data();
}

void append_size(std::string& to, std::uint64_t bytes) {
  to.append("<data value=\"").append(std::to_string(bytes)).append("\" title=\"");
  to.append(count_of(bytes, "byte")).append("\">").append(short_size(bytes)).append("</data>");
}

// The text is the first 16 characters of the other, "2026-11-21T18:45", without the T.
void append_time(std::string& to, std::int64_t time) {
  const std::string text = rfc3339(time);
  to.append("<time datetime=\"").append(text).append("\" title=\"").append(text).append("\">");
  to.append(text, 0, 10).append(" ").append(text, 11, 5).append("</time>");
}

// ---- the order ----------------------------------------------------------------------------------

std::string_view name_of(key k) noexcept {
  return k == key::size ? "size" : k == key::modified ? "modified" : "name";
}

std::string query_for(listing_order order) {
  std::string made = "?sort=";
  return made.append(name_of(order.by))
      .append("&amp;order=")
      .append(order.descending ? "desc" : "asc");
}

// What links to other folders take along.
std::string kept_query(const listing& of) {
  return of.order == listing_order{} ? "" : query_for(of.order);
}

// What a click on the head of a column leads to: the largest and the latest first.
listing_order next_order(listing_order now, key k) noexcept {
  if (now.by == k) return {.by = k, .descending = !now.descending};
  return {.by = k, .descending = k != key::name};
}

void append_column(std::string& to, const listing& of, key k, std::string_view label) {
  to += "<th scope=\"col\"";
  if (of.order.by == k) {
    to += of.order.descending ? " aria-sort=\"descending\"" : " aria-sort=\"ascending\"";
  }
  to.append("><a href=\"").append(query_for(next_order(of.order, k)));
  to.append("\">").append(label).append("</a></th>");
}

// ---- the head of the page -----------------------------------------------------------------------

// Where the last `depth` segments of a path begin, and the slash before them ends.
std::size_t begin_of_depth(std::string_view path, std::size_t depth) noexcept {
  std::size_t slash = path.size() - 1;
  for (; depth > 0 && slash > 0; --depth) slash = path.rfind('/', slash - 1);
  return slash + 1;
}

void append_crumb(std::string& to, const listing& of, std::string_view text, std::size_t up) {
  if (up == 0) {
    to += "<b aria-current=\"page\"><bdi>";
    append_visible(to, text);
    to += "</bdi></b>";
    return;
  }
  to += "<a href=\"";
  for (std::size_t i = 0; i < up; ++i) to += "../";
  to.append(kept_query(of)).append("\"><bdi>");
  append_visible(to, text);
  to += "</bdi></a>";
}

// The path to the root of the files is one crumb: nothing above it belongs to them.
void append_crumbs(std::string& to, const listing& of) {
  std::string_view rest = of.path;
  const std::size_t begin = begin_of_depth(rest, of.depth);
  std::size_t up = of.depth;
  append_crumb(to, of, begin == 1 ? "/" : rest.substr(0, begin - 1), up);
  if (begin > 1) to += "<i>/</i>";
  rest.remove_prefix(begin);
  while (!rest.empty() && up > 0) {
    const std::size_t slash = rest.find('/');
    append_crumb(to, of, rest.substr(0, slash), --up);
    to += "<i>/</i>";
    rest.remove_prefix(slash + 1);
  }
}

void append_summary(std::string& to, const folder_entries& entries) {
  to.append(count_of(entries.folders(), "folder")).append(", ");
  to.append(count_of(entries.files(), "file"));
  if (entries.files() == 0) return;
  to += ", ";
  append_size(to, entries.total_size());
}

void append_header(std::string& to, const listing& of) {
  to += "<header>\n<nav aria-label=\"Folders\"><h1>";
  append_crumbs(to, of);
  to += "</h1></nav>\n<div class=\"bar\"><p>";
  append_summary(to, of.entries);
  to += "</p>";
  if (of.offers_archive) {
    to += "<a class=\"button\" href=\"?archive=tar\" title=\"This folder and all that is in it\">";
    to += "Download .tar</a>";
  }
  to += "</div>\n</header>\n";
}

void append_table_head(std::string& to, const listing& of) {
  to += "<table>\n<thead><tr>";
  append_column(to, of, key::name, "Name");
  append_column(to, of, key::size, "Size");
  append_column(to, of, key::modified, "Modified<span> (UTC)</span>");
  to += "</tr></thead>\n<tbody>\n";
  if (of.depth == 0) return;
  to.append("<tr class=\"up\"><td><a href=\"../").append(kept_query(of));
  to += "\">Parent folder</a></td><td></td><td></td></tr>\n";
}

void append_begin(std::string& to, const listing& of) {
  to += "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n";
  to += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
  to += "<meta name=\"color-scheme\" content=\"light dark\">\n<title>";
  append_visible(to, of.path);
  to.append("</title>\n<style>\n").append(listing_style).append("</style>\n</head>\n<body>\n");
  append_header(to, of);
  to += "<main>\n";
  append_table_head(to, of);
}

// ---- an entry -----------------------------------------------------------------------------------

struct look {
  std::string_view media_type;  // its beginning
  std::string_view row_class;
};

// Those that are more than their general type first.
constexpr std::array looks = {
    look{"image/", "image"},          look{"audio/", "media"},
    look{"video/", "media"},          look{"text/", "text"},
    look{"application/json", "text"}, look{"application/xml", "text"},
    look{"application/pdf", "text"},  look{"application/zip", "pack"},
    look{"application/gzip", "pack"}, look{"application/x-", "pack"},
    look{"application/zstd", "pack"},
};

// For the icon; see listing_style.hpp.
std::string_view row_class(const folder_entry& e) noexcept {
  if (e.is == folder_entry::kind::folder) return "folder";
  const std::string_view type = media_type_for(e.name);
  for (const look& l : looks) {
    if (type.starts_with(l.media_type)) return l.row_class;
  }
  return "file";
}

void append_name(std::string& to, const listing& of, const folder_entry& e) {
  const bool folder = e.is == folder_entry::kind::folder;
  const bool linked = can_be_asked_for(e.name);
  if (linked) {
    to += "<a href=\"";
    append_html(to, link_to(e.name));
    if (folder) to.append("/").append(kept_query(of));
    to += "\"><bdi>";
  } else {
    to += "<span title=\"No address can have this name\"><bdi>";
  }
  append_visible(to, e.name);
  to.append("</bdi>").append(folder ? "/" : "").append(linked ? "</a>" : "</span>");
}

void append_entry(std::string& to, const listing& of, std::size_t index) {
  const folder_entry e = of.entries[index];
  to.append("<tr class=\"").append(row_class(e)).append("\"><td>");
  append_name(to, of, e);
  to += "</td><td>";
  if (e.has_details && e.is == folder_entry::kind::file) append_size(to, e.size);
  to += "</td><td>";
  if (e.has_details) append_time(to, e.modified);
  to += "</td></tr>\n";
}

void append_end(std::string& to, const listing& of) {
  to += "</tbody>\n</table>\n";
  if (of.entries.size() == 0) to += "<p class=\"note\">This folder is empty.</p>\n";
  if (of.entries.is_cut()) {
    to.append("<p class=\"note\">There is more in this folder: only ");
    to.append(with_separators(of.entries.size())).append(" entries are shown.</p>\n");
  }
  to += "</main>\n</body>\n</html>\n";
}

}  // namespace

const listing_format html_listing = {&append_begin, &append_entry, &append_end};

}  // namespace asio_httpd::features
