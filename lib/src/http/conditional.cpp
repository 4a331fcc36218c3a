// SPDX-License-Identifier: BSL-1.0
//
// Conditional requests; see the header. The functions stand in the order in which they are asked.

#include <asio_httpd/conditional.hpp>
#include <asio_httpd/date.hpp>
#include <asio_httpd/entity_tag.hpp>

#include "base/ascii.hpp"

namespace asio_httpd {

namespace {

// Methods that neither select nor change a representation ignore preconditions (section 13.2.1).
bool has_representation(method m) noexcept {
  return m != method::connect && m != method::options && m != method::trace;
}

bool is_retrieval(method m) noexcept {
  return m == method::get || m == method::head;
}

tag_match match(std::string_view field_value, const validators& current,
                tag_comparison how) noexcept {
  return match_entity_tags(field_value, parse_entity_tag(current.etag), how);
}

// Section 13.1.1.
bool if_match_holds(std::string_view field_value, const validators& current) noexcept {
  if (!current.exists) return false;
  const tag_match result = match(field_value, current, tag_comparison::strong);
  return result == tag_match::some || result == tag_match::any;
}

// Sections 13.1.3 and 13.1.4: without a valid date, or anything to compare it with, there is no
// condition. Nothing in that case; else whether there was no change after the date.
std::optional<bool> unmodified_since(std::string_view field_value,
                                     const validators& current) noexcept {
  if (!current.exists || !current.last_modified) return std::nullopt;
  const auto date = parse_http_date(base::trim_ows(field_value), current.now);
  if (!date) return std::nullopt;
  return *current.last_modified <= *date;
}

// Section 13.1.2.
bool if_none_match_holds(std::string_view field_value, const validators& current,
                         method verb) noexcept {
  switch (match(field_value, current, tag_comparison::weak)) {
    case tag_match::any:
    case tag_match::some:
      return !current.exists;
    case tag_match::malformed:
      return is_retrieval(verb);
    case tag_match::none:
      break;
  }
  return true;
}

// Section 13.2.2, steps 1 and 2.
bool guards_hold(const validators& current, const conditional_fields& request) noexcept {
  if (request.if_match) return if_match_holds(*request.if_match, current);
  if (!request.if_unmodified_since) return true;
  return unmodified_since(*request.if_unmodified_since, current).value_or(true);
}

// Section 13.2.2, steps 3 and 4: whether there is something new to tell or to do.
bool is_news(const validators& current, const conditional_fields& request) noexcept {
  if (request.if_none_match) {
    return if_none_match_holds(*request.if_none_match, current, request.verb);
  }
  if (!request.if_modified_since || !is_retrieval(request.verb)) return true;
  return !unmodified_since(*request.if_modified_since, current).value_or(false);
}

// Section 8.8.2.2: while its second lasts, a file can change again and keep its date.
bool is_strong_date(std::int64_t last_modified, std::int64_t now) noexcept {
  return last_modified < now;
}

// Section 13.1.5: the one field where only certainty helps. Joining parts of two versions would
// corrupt the client's copy, while a whole answer costs bytes only.
bool if_range_holds(std::string_view field_value, const validators& current) noexcept {
  field_value = base::trim_ows(field_value);
  if (const auto tag = parse_entity_tag(field_value)) {
    const auto own = parse_entity_tag(current.etag);
    return own && tags_equal(*tag, *own, tag_comparison::strong);
  }
  const auto date = parse_http_date(field_value, current.now);
  return date && current.last_modified && *date == *current.last_modified &&
         is_strong_date(*date, current.now);
}

precondition_outcome outcome_of(const validators& current,
                                const conditional_fields& request) noexcept {
  if (!has_representation(request.verb)) return precondition_outcome::proceed;
  if (!guards_hold(current, request)) return precondition_outcome::failed;
  if (is_news(current, request)) return precondition_outcome::proceed;
  return is_retrieval(request.verb) ? precondition_outcome::not_modified
                                    : precondition_outcome::failed;
}

}  // namespace

precondition evaluate_preconditions(const validators& current,
                                    const conditional_fields& request) noexcept {
  precondition result;
  result.outcome = outcome_of(current, request);
  if (result.outcome == precondition_outcome::proceed && request.verb == method::get &&
      current.exists) {
    result.range_applies = !request.if_range || if_range_holds(*request.if_range, current);
  }
  return result;
}

}  // namespace asio_httpd
