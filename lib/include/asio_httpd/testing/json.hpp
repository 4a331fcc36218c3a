// SPDX-License-Identifier: BSL-1.0
//
// `answer.json()` with nlohmann_json; needs nlohmann-json3-dev (CMake: asio_httpd::json).

#pragma once

#include <asio_httpd/testing/answer.hpp>

#include <nlohmann/json.hpp>

#include <string>

namespace asio_httpd::testing::detail {

template <>
struct json_needs_the_header_asio_httpd_testing_json_hpp<void> {
  static nlohmann::json read(const answer& a) {
    auto value = nlohmann::json::parse(a.text(), nullptr, /*allow_exceptions=*/false);
    if (value.is_discarded()) throw error("the content is not JSON\n" + to_string(a));
    return value;
  }
};

}  // namespace asio_httpd::testing::detail
