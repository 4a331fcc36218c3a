// SPDX-License-Identifier: BSL-1.0
//
// Accept; see the header. The list is read once for each candidate: there are few, and nothing has
// to be remembered of it. Its size is bounded by that of a request's head.

#include <asio_httpd/negotiation.hpp>

#include <algorithm>
#include <cstddef>
#include <string>

#include "base/ascii.hpp"
#include "http/parameters.hpp"
#include "http/weight.hpp"

namespace asio_httpd {
namespace {

struct media_range {
  std::string_view type;  // "*" for any
  std::string_view subtype;
  std::string_view parameters;  // with the ';' before each; without the weight
  std::size_t parameter_count = 0;
  unsigned weight = 1000;  // thousandths
};

// "type/subtype", "type/*" and "*/*".
bool read_type(std::string_view text, media_range& to) noexcept {
  const std::size_t slash = std::min(text.find('/'), text.size());
  to.type = text.substr(0, slash);
  to.subtype = text.substr(std::min(slash + 1, text.size()));
  const auto is_token = [](std::string_view t) {
    return !t.empty() && std::all_of(t.begin(), t.end(), base::is_tchar);
  };
  return is_token(to.type) && is_token(to.subtype) && (to.type != "*" || to.subtype == "*");
}

// Parameters up to the weight; what follows that, older versions had extensions for.
bool read_range(std::string_view text, media_range& to) noexcept {
  if (!read_type(http::without_parameters(text), to)) return false;
  const std::string_view parameters = http::only_parameters(text);
  to.parameters = parameters;
  http::parameter_reader reader(parameters);
  for (http::parameter p; reader.next(p); ++to.parameter_count) {
    if (!base::iequals(p.name, "q")) continue;
    const auto before = static_cast<std::size_t>(p.name.data() - parameters.data());
    to.parameters = parameters.substr(0, before);
    return !p.quoted && http::read_weight(p.value, to.weight);
  }
  return !reader.malformed();
}

// Whether both are the same text, however quoted; case does not matter, as with charset.
bool same_value(const http::parameter& a, const http::parameter& b) {
  if (!a.quoted && !b.quoted) return base::iequals(a.value, b.value);
  return base::iequals(http::unquote(a), http::unquote(b));
}

bool has_parameter(std::string_view parameters, const http::parameter& wanted) {
  http::parameter_reader reader(parameters);
  for (http::parameter p; reader.next(p);) {
    if (base::iequals(p.name, wanted.name) && same_value(p, wanted)) return true;
  }
  return false;
}

bool has_parameters_of(std::string_view parameters, const media_range& range) {
  http::parameter_reader reader(range.parameters);
  for (http::parameter p; reader.next(p);) {
    if (!has_parameter(parameters, p)) return false;
  }
  return true;
}

// How closely the range describes the candidate; 0 where it does not.
std::size_t specificity(const media_range& range, const media_range& candidate) {
  const bool any_type = range.type == "*";
  const bool any_subtype = range.subtype == "*";
  if (!any_type && !base::iequals(range.type, candidate.type)) return 0;
  if (!any_subtype && !base::iequals(range.subtype, candidate.subtype)) return 0;
  if (!has_parameters_of(candidate.parameters, range)) return 0;
  constexpr std::size_t step = 1 << 16;  // more than there can be parameters in a head
  return (any_type ? 1 : any_subtype ? 2 : 3) * step + range.parameter_count;
}

unsigned weight_of(const media_range& candidate, std::string_view accept) {
  bool any_range = false;
  std::size_t closest = 0;
  unsigned weight = 0;
  base::for_each_element(accept, [&](std::string_view element) {
    media_range range;
    if (!read_range(element, range)) return;
    any_range = true;
    const std::size_t found = specificity(range, candidate);
    if (found == 0 || found < closest) return;
    weight = found == closest ? std::max(weight, range.weight) : range.weight;
    closest = found;
  });
  return any_range ? weight : 1000;
}

}  // namespace

std::string_view negotiate(std::string_view accept, std::span<const std::string_view> candidates) {
  std::string_view best;
  unsigned highest = 0;
  for (const std::string_view candidate : candidates) {
    media_range type;
    if (!read_range(candidate, type)) continue;
    const unsigned weight = weight_of(type, accept);
    if (weight <= highest) continue;
    highest = weight;
    best = candidate;
  }
  return best;
}

std::string_view negotiate(const request& r, std::span<const std::string_view> candidates) {
  if (r.fields().count(field::accept) < 2) return negotiate(r.get(field::accept), candidates);
  std::string all;
  for (const auto [id, name, value] : r.fields()) {
    if (id == field::accept) all.append(value).append(", ");
  }
  return negotiate(all, candidates);
}

}  // namespace asio_httpd
