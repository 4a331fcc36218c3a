// SPDX-License-Identifier: BSL-1.0
//
// Accept-Encoding; see the header.

#include <asio_httpd/content_coding.hpp>

#include "base/ascii.hpp"
#include "http/parameters.hpp"
#include "http/weight.hpp"

#include <algorithm>
#include <optional>

namespace asio_httpd {

std::string_view to_string(content_coding c) noexcept {
  switch (c) {
    case content_coding::gzip:
      return "gzip";
    case content_coding::brotli:
      return "br";
    case content_coding::zstd:
      return "zstd";
    case content_coding::identity:
      break;
  }
  return "identity";
}

// Collects what is named; the rest is as "*" says, which may come first.
class accepted_codings::reader {
 public:
  void read(std::string_view value) noexcept {
    base::for_each_element(value, [this](std::string_view element) { read_element(element); });
  }

  accepted_codings result() const noexcept {
    accepted_codings made;
    for (std::size_t i = 0; i < content_coding_count; ++i) {
      made.weights_[i] = named_[i].value_or(any_.value_or(made.weights_[i]));
    }
    return made;
  }

 private:
  using weight_of = std::optional<std::uint16_t>;

  void read_element(std::string_view element) noexcept {
    unsigned weight = http::full_weight;
    http::parameter_reader parameters(http::only_parameters(element));
    for (http::parameter p; parameters.next(p);) {
      if (!base::iequals(p.name, "q") || p.quoted || !http::read_weight(p.value, weight)) return;
    }
    if (parameters.malformed()) return;
    weight_of* const to = named(http::without_parameters(element));
    if (to != nullptr) *to = std::max(to->value_or(0), static_cast<std::uint16_t>(weight));
  }

  // "x-gzip" is what gzip was once called (section 8.4.1.3).
  weight_of* named(std::string_view name) noexcept {
    if (name == "*") return &any_;
    if (base::iequals(name, "x-gzip")) name = "gzip";
    for (std::size_t i = 0; i < content_coding_count; ++i) {
      if (base::iequals(name, to_string(static_cast<content_coding>(i)))) return &named_[i];
    }
    return nullptr;
  }

  std::array<weight_of, content_coding_count> named_;
  weight_of any_;
};

accepted_codings accepted_codings::of(std::string_view accept_encoding) noexcept {
  reader r;
  r.read(accept_encoding);
  return r.result();
}

accepted_codings accepted_codings::of(const request& q) noexcept {
  if (!q.fields().contains(field::accept_encoding)) return {};
  reader r;
  for (const auto& line : q.fields()) {
    if (line.id == field::accept_encoding) r.read(line.value);
  }
  return r.result();
}

}  // namespace asio_httpd
