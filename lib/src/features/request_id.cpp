// SPDX-License-Identifier: BSL-1.0
//
// Ids are made or taken over before the handler, and shown on the response.

#include <asio_httpd/request_id.hpp>

#include "features/random.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace asio_httpd {
namespace {

constexpr std::size_t longest_id = 128;
constexpr std::size_t trace_digits = 32;
constexpr std::size_t span_digits = 16;
constexpr std::size_t traceparent_size = 2 + 1 + trace_digits + 1 + span_digits + 1 + 2;

template <std::size_t Size>
class short_text {
 public:
  short_text& add(std::string_view text) noexcept {
    size_ += text.copy(bytes_.data() + size_, Size - size_);
    return *this;
  }
  short_text& add_random() {
    std::uint64_t bits = features::random_bits();
    for (std::size_t i = 0; i < 16 && size_ < Size; ++i, bits >>= 4) {
      bytes_[size_++] = "0123456789abcdef"[bits & 15];
    }
    return *this;
  }
  std::string_view view() const noexcept { return {bytes_.data(), size_}; }

 private:
  std::array<char, Size> bytes_;
  std::size_t size_ = 0;
};

// What handlers are told; trivially destructible, so that it costs no allocation.
struct names {
  short_text<longest_id> id;
  short_text<traceparent_size> traceparent;
};

constexpr bool is_letter_or_digit(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_well_formed(std::string_view id) noexcept {
  constexpr std::string_view others = "-_.:+/=@~";
  return !id.empty() && id.size() <= longest_id && std::all_of(id.begin(), id.end(), [&](char c) {
    return is_letter_or_digit(c) || others.find(c) != std::string_view::npos;
  });
}

constexpr bool is_lower_hex(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

bool is_lower_hex(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) { return is_lower_hex(c); });
}

bool is_id(std::string_view text) noexcept {
  return is_lower_hex(text) && text.find_first_not_of('0') != std::string_view::npos;
}

// The only line of that name, or "".
std::string_view single(const request& r, field name) noexcept {
  return r.fields().count(name) == 1 ? r.get(name) : std::string_view();
}

// The client's span is the parent of ours, whose id takes its place.
void write_traceparent(const request& r, short_text<traceparent_size>& to) {
  const auto from = parse_traceparent(single(r, field::traceparent));
  to.add("00-");
  from ? to.add(from->trace_id) : to.add_random().add_random();
  to.add("-").add_random().add(from && from->sampled ? "-01" : "-00");
}

struct naming {
  void before(const request& r) const {
    names& made = r.attributes().set(names());
    const std::string_view given =
        options.from_client ? single(r, field::x_request_id) : std::string_view();
    is_well_formed(given) ? made.id.add(given) : made.id.add_random().add_random();
    if (options.trace_context) write_traceparent(r, made.traceparent);
  }
  void after(const request& r, response& to) const {
    const std::string_view id = request_id_of(r);
    if (id.empty()) return;  // a hook outside of this one had answered
    to.set(field::x_request_id, id);
    if (options.trace_context) to.set("traceresponse", traceparent_of(r));
  }

  request_id_options options;
};

}  // namespace

middleware request_id(request_id_options options) {
  return naming{options};
}

std::string_view request_id_of(const request& r) noexcept {
  const names* known = r.attributes().get<names>();
  return known != nullptr ? known->id.view() : std::string_view();
}

std::string_view traceparent_of(const request& r) noexcept {
  const names* known = r.attributes().get<names>();
  return known != nullptr ? known->traceparent.view() : std::string_view();
}

std::optional<trace_parent> parse_traceparent(std::string_view text) noexcept {
  if (text.size() < traceparent_size) return std::nullopt;
  const std::string_view version = text.substr(0, 2);
  const std::string_view flags = text.substr(53, 2);
  const bool sampled =
      std::string_view("13579bdf").find(flags[1]) != std::string_view::npos;  // bit 0
  const trace_parent parts{text.substr(3, trace_digits), text.substr(36, span_digits), sampled};
  const bool separated = text[2] == '-' && text[35] == '-' && text[52] == '-';
  const bool ends = text.size() == traceparent_size || (version != "00" && text[55] == '-');
  if (!separated || !ends || !is_lower_hex(version) || version == "ff" || !is_lower_hex(flags) ||
      !is_id(parts.trace_id) || !is_id(parts.parent_id)) {
    return std::nullopt;
  }
  return parts;
}

}  // namespace asio_httpd
