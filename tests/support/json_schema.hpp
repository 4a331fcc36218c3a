// SPDX-License-Identifier: BSL-1.0
//
// A validator for the part of JSON Schema 2020-12 that our schemas use: $ref into $defs, type,
// enum, minimum, minLength, maxLength, properties, required, additionalProperties: false, items.
//
// A keyword that it does not know is an error of the schema, so that no schema asks for something
// that is silently not checked.

#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace test_support {

// What is wrong, each with the place in the document; empty where it is valid.
std::vector<std::string> schema_errors(const nlohmann::json& schema,
                                       const nlohmann::json& document);

}  // namespace test_support
