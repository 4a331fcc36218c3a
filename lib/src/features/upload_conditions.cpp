// SPDX-License-Identifier: BSL-1.0
//
// What conditional.hpp says of a PUT.

#include "features/upload_conditions.hpp"

#include <asio_httpd/conditional.hpp>

#include <algorithm>
#include <ctime>

namespace asio_httpd::features {
namespace {

template <class Predicate>
std::optional<std::string> join(const fields& from, Predicate belongs) {
  std::optional<std::string> joined;
  for (const auto& line : from) {
    if (!belongs(line)) continue;
    if (joined) *joined += ", ";
    joined = joined.value_or("").append(line.value);
  }
  return joined;
}

}  // namespace

std::optional<std::string> joined_value(const fields& from, field id) {
  return join(from, [id](const auto& line) { return line.id == id; });
}

std::string joined_value(const fields& from, std::string_view name) {
  const auto same = [](char a, char b) { return (a | 0x20) == (b | 0x20); };
  return join(from,
              [&](const auto& line) {
                return std::equal(line.name.begin(), line.name.end(), name.begin(), name.end(),
                                  same);
              })
      .value_or("");
}

upload_conditions upload_conditions::of(const request& r, bool may_replace) {
  const fields& f = r.fields();
  return {.if_match = joined_value(f, field::if_match),
          .if_unmodified_since = joined_value(f, field::if_unmodified_since),
          .if_none_match = joined_value(f, field::if_none_match),
          .may_replace = may_replace};
}

void upload_conditions::check(const present_file& now) const {
  using kind = present_file::kind;
  const std::int64_t seconds = std::time(nullptr);
  std::optional<std::int64_t> modified = now.last_modified;
  if (modified) modified = std::min(*modified, seconds);
  const validators current = {.etag = now.etag,
                              .last_modified = modified,
                              .now = seconds,
                              .exists = now.is != kind::nothing};
  const conditional_fields asked = {.verb = method::put,
                                    .if_match = if_match,
                                    .if_unmodified_since = if_unmodified_since,
                                    .if_none_match = if_none_match,
                                    .if_modified_since = {},
                                    .if_range = {}};
  if (evaluate_preconditions(current, asked).outcome != precondition_outcome::proceed)
    throw http_error(status::precondition_failed,
                     "The file is not in the state that was expected\n");
  const bool is_in_the_way = now.is == kind::other || (current.exists && !may_replace);
  if (is_in_the_way) throw http_error(status::conflict, "Something else has this name\n");
}

}  // namespace asio_httpd::features
