// SPDX-License-Identifier: BSL-1.0
//
// One pass over the field lines collects; then the checks, in the order of the RFC.

#include "http1/framing.hpp"

#include "base/ascii.hpp"
#include "http/target.hpp"

namespace asio_httpd::http1 {
namespace {

using base::for_each_element;
using base::iequals;

// What one pass over the fields finds.
struct findings {
  unsigned hosts = 0;
  unsigned lengths = 0;
  bool length_is_decimal = true;
  unsigned coding_lines = 0;
  unsigned chunked = 0;
  bool other_coding = false;
  bool close = false;
  bool keep_alive = false;
  bool upgrade_option = false;
  bool upgrade_field = false;
  bool continue_expected = false;
  bool other_expectation = false;
};

void read_codings(std::string_view value, findings& found) noexcept {
  ++found.coding_lines;
  const bool well_formed = for_each_element(value, [&](std::string_view coding) {
    iequals(coding, "chunked") ? void(++found.chunked) : void(found.other_coding = true);
  });
  if (!well_formed) found.other_coding = true;
}

void read_connection(std::string_view value, findings& found) noexcept {
  for_each_element(value, [&](std::string_view option) {
    if (iequals(option, "close")) found.close = true;
    if (iequals(option, "keep-alive")) found.keep_alive = true;
    if (iequals(option, "upgrade")) found.upgrade_option = true;
  });
}

void read_expectation(std::string_view value, findings& found) noexcept {
  (iequals(value, "100-continue") ? found.continue_expected : found.other_expectation) = true;
}

void read_line(fields::value_type line, findings& found, framing& to) noexcept {
  switch (line.id) {
    case field::host:
      ++found.hosts;
      to.host = line.value;
      break;
    case field::content_length:
      ++found.lengths;
      found.length_is_decimal &= base::parse_decimal(line.value, to.content_length);
      break;
    case field::transfer_encoding:
      read_codings(line.value, found);
      break;
    case field::connection:
      read_connection(line.value, found);
      break;
    case field::expect:
      read_expectation(line.value, found);
      break;
    case field::upgrade:
      found.upgrade_field = true;
      break;
    default:
      break;
  }
}

// Most requests: one Host, and nothing else of what decides here.
bool has_only_host(const fields& f) noexcept {
  static constexpr field_set others = {field::content_length, field::transfer_encoding,
                                       field::connection, field::expect, field::upgrade};
  return !f.contains_any(others) && f.count(field::host) == 1;
}

rule check_host(const findings& found, const framing& f, unsigned version_minor) noexcept {
  if (found.hosts == 0) return version_minor == 0 ? rule::none : rule::host_missing;
  if (found.hosts > 1) return rule::host_repeated;
  if (f.host_is_known || http::valid_host(f.host, http::empty_host::allow)) return rule::none;
  return rule::host_invalid;
}

rule check_body(const findings& found, unsigned version_minor) noexcept {
  if (found.coding_lines != 0) {
    if (found.lengths != 0) return rule::content_length_with_coding;
    if (version_minor == 0) return rule::coding_before_1_1;
    if (found.other_coding || found.chunked == 0) return rule::coding_unknown;
    if (found.chunked > 1) return rule::coding_repeated;
  }
  if (!found.length_is_decimal) return rule::content_length_syntax;
  if (found.lengths > 1) return rule::content_length_repeated;
  return rule::none;
}

}  // namespace

rule read_framing(const fields& f, unsigned version_minor, framing& to,
                  std::string_view known_host) noexcept {
  findings found;
  if (has_only_host(f)) {
    ++found.hosts;
    to.host = f.get(field::host);
  } else {
    for (auto line : f) read_line(line, found, to);
  }
  if (rule r = check_body(found, version_minor); r != rule::none) return r;
  to.host_is_known = to.host == known_host;
  if (rule r = check_host(found, to, version_minor); r != rule::none) return r;
  if (found.other_expectation && version_minor != 0) return rule::expectation_unknown;
  to.chunked = found.chunked != 0;
  to.keep_alive = !found.close && (version_minor != 0 || found.keep_alive);
  to.expects_continue = found.continue_expected && version_minor != 0 && to.has_body();
  to.wants_upgrade = found.upgrade_option && found.upgrade_field && version_minor != 0;
  return rule::none;
}

}  // namespace asio_httpd::http1
