// SPDX-License-Identifier: BSL-1.0
//
// Members are `key=:base64:`, separated by commas. Of one whose key is not known, only the end is
// looked for; parameters mean nothing here.

#include "features/digest_field.hpp"

#include <asio_httpd/base64.hpp>
#include <asio_httpd/response.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace asio_httpd::features {
namespace {

std::string_view trim(std::string_view text) noexcept {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_key(std::string_view text) noexcept {
  const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto is_inner = [&](char c) {
    return is_lower(c) || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.' || c == '*';
  };
  return !text.empty() && (is_lower(text.front()) || text.front() == '*') &&
         std::all_of(text.begin(), text.end(), is_inner);
}

std::optional<std::string> byte_sequence(std::string_view text) {
  if (text.size() < 2 || text.front() != ':' || text.back() != ':') return std::nullopt;
  return base64_decode(text.substr(1, text.size() - 2));
}

std::optional<digest_algorithm> algorithm_of(std::string_view key) noexcept {
  if (key == "sha-256") return digest_algorithm::sha_256;
  if (key == "sha-512") return digest_algorithm::sha_512;
  return std::nullopt;
}

// Of several members with one key the last counts (RFC 8941 section 3.2).
void put(std::vector<expected_digest>& all, expected_digest one) {
  std::erase_if(all, [&](const expected_digest& d) { return d.algorithm == one.algorithm; });
  all.push_back(std::move(one));
}

// The first comma that is in no string, or the end; nothing where a string has no end.
std::optional<std::size_t> end_of_member(std::string_view text) noexcept {
  bool is_in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') is_in_string = !is_in_string;
    if (text[i] == '\\' && is_in_string) ++i;
    if (i < text.size() && text[i] == ',' && !is_in_string) return i;
  }
  return is_in_string ? std::nullopt : std::optional(text.size());
}

bool read_member(std::string_view member, std::vector<expected_digest>& to) {
  const std::size_t end = std::min(member.find_first_of("=;"), member.size());
  const std::string_view key = member.substr(0, end);
  if (!is_key(key)) return false;
  const auto algorithm = algorithm_of(key);
  if (!algorithm) return true;
  if (!member.substr(end).starts_with('=')) return false;
  member.remove_prefix(end + 1);
  auto value = byte_sequence(member.substr(0, member.find(';')));
  if (!value || value->size() != message_digest::size_of(*algorithm)) return false;
  put(to, {*algorithm, std::move(*value)});
  return true;
}

}  // namespace

std::vector<expected_digest> read_digests(std::string_view name, std::string_view value) {
  std::vector<expected_digest> all;
  while (!value.empty()) {
    const auto end = end_of_member(value);
    const std::size_t comma = end.value_or(0);
    const std::string_view rest = value.substr(std::min(comma + 1, value.size()));
    const bool ends_in_comma = comma < value.size() && trim(rest).empty();
    if (!end || !read_member(trim(value.substr(0, comma)), all) || ends_in_comma)
      throw http_error(status::bad_request, "The field " + std::string(name) + " is malformed\n");
    value = rest;
  }
  return all;
}

digest_check::digest_check(std::vector<expected_digest> expected) : expected_(std::move(expected)) {
  for (const expected_digest& d : expected_) running_.emplace_back(d.algorithm);
}

void digest_check::update(std::string_view piece) {
  for (message_digest& d : running_) d.update(piece);
}

void digest_check::finish() {
  for (std::size_t i = 0; i < running_.size(); ++i) {
    if (running_[i].finish() != expected_[i].value)
      throw http_error(status::bad_request, "The content does not have the digest that was sent\n");
  }
}

}  // namespace asio_httpd::features
