// SPDX-License-Identifier: BSL-1.0

#include "features/file_rules.hpp"

#include <asio_httpd/fields.hpp>
#include <asio_httpd/media_type.hpp>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "features/attachment.hpp"

namespace asio_httpd::features {

namespace {

coding_set codings_of(const compression_options& options) noexcept {
  coding_set made;
  if (options.zstd) made.insert(content_coding::zstd);
  if (options.brotli) made.insert(content_coding::brotli);
  if (options.gzip) made.insert(content_coding::gzip);
  return made;
}

// In lower case; "" where there is none, or it is longer than any that was given can be.
constexpr std::size_t longest_extension = 32;
std::string_view extension_of(std::string_view path, std::array<char, longest_extension>& memory) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  const std::size_t dot = name.rfind('.');
  if (dot == name.npos || dot == 0 || name.size() - dot - 1 > memory.size()) return {};
  const std::string_view extension = name.substr(dot + 1);
  std::transform(extension.begin(), extension.end(), memory.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return {memory.data(), extension.size()};
}

void check_extension(const std::string& extension) {
  std::array<char, longest_extension> memory;
  if (!extension.empty() && extension_of("x." + extension, memory) == extension) return;
  throw std::invalid_argument("asio_httpd: \"" + extension +
                              "\" is no extension: it is written without its dot, in lower case");
}

// Throws where it cannot be the value of a field.
void check_value(const std::string& value) {
  fields().set(field::cache_control, value);
}

}  // namespace

file_rules::file_rules(const file_options& options)
    : media_types_(options.media_types),
      attachments_(options.attachments.begin(), options.attachments.end()),
      names_(options.dotfiles, options.hidden),
      precompressed_(options.precompressed),
      codings_(codings_of(options.compression)),
      min_size_(options.compression.min_size) {
  for (const cache_control_rule& rule : options.cache_control) {
    check_value(rule.value);
    cache_control_.push_back({name_pattern(rule.pattern), rule.value});
  }
  for (const auto& [extension, type] : media_types_) {
    check_extension(extension);
    check_value(type);
  }
}

std::string_view file_rules::media_type(std::string_view name) const {
  if (!media_types_.empty()) {
    std::array<char, longest_extension> memory;
    const auto own = media_types_.find(extension_of(name, memory));
    if (own != media_types_.end()) return own->second;
  }
  return media_type_for(name);
}

std::string_view file_rules::cache_control(std::string_view name) const noexcept {
  for (const cache_rule& rule : cache_control_) {
    if (rule.pattern.matches(name)) return rule.value;
  }
  return {};
}

std::string file_rules::disposition(std::string_view name) const {
  const auto fits = [name](const name_pattern& p) { return p.matches(name); };
  if (std::none_of(attachments_.begin(), attachments_.end(), fits)) return {};
  return attachment_disposition(name.substr(name.rfind('/') + 1));
}

bool file_rules::looks_for_precompressed(std::string_view media_type) const noexcept {
  return precompressed_ && is_compressible(media_type);
}

coding_set file_rules::compressed_into(std::string_view media_type,
                                       std::uint64_t size) const noexcept {
  return size >= min_size_ && is_compressible(media_type) ? codings_ : coding_set();
}

}  // namespace asio_httpd::features
