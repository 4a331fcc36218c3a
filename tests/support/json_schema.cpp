// SPDX-License-Identifier: BSL-1.0
//
// One function for each keyword. Recursion follows the schema's nesting, which is ours.

#include "support/json_schema.hpp"

#include <algorithm>
#include <functional>
#include <map>

namespace test_support {

namespace {

using nlohmann::json;

class validator {
 public:
  explicit validator(const json& root) : root_(root) {}

  void check(const json& schema, const json& value, const std::string& where) {
    for (const auto& [keyword, rule] : schema.items()) {
      const auto known = keywords().find(keyword);
      if (known == keywords().end()) {
        fail(where, "the schema has the unknown keyword " + keyword);
      } else if (known->second) {
        (this->*known->second)(rule, schema, value, where);
      }
    }
  }

  std::vector<std::string> errors;

 private:
  using checker = void (validator::*)(const json&, const json&, const json&, const std::string&);

  static const std::map<std::string, checker>& keywords() {
    static const std::map<std::string, checker> all = {
        {"$schema", nullptr},
        {"$defs", nullptr},
        {"title", nullptr},
        {"description", nullptr},
        {"format", nullptr},  // a remark, as the standard has it
        {"$ref", &validator::check_reference},
        {"type", &validator::check_type},
        {"enum", &validator::check_enum},
        {"minimum", &validator::check_minimum},
        {"minLength", &validator::check_min_length},
        {"maxLength", &validator::check_max_length},
        {"properties", &validator::check_properties},
        {"required", &validator::check_required},
        {"additionalProperties", &validator::check_additional},
        {"items", &validator::check_items},
    };
    return all;
  }

  void fail(const std::string& where, const std::string& what) {
    errors.push_back((where.empty() ? "/" : where) + ": " + what);
  }

  void check_reference(const json& rule, const json&, const json& value, const std::string& where) {
    check(root_.at(json::json_pointer(rule.get<std::string>().substr(1))), value, where);
  }

  static bool has_type(const json& value, const std::string& type) {
    if (type == "integer") return value.is_number_integer();
    if (type == "number") return value.is_number();
    return type == value.type_name();
  }

  void check_type(const json& rule, const json&, const json& value, const std::string& where) {
    if (!has_type(value, rule.get<std::string>())) fail(where, "not of type " + rule.dump());
  }

  void check_enum(const json& rule, const json&, const json& value, const std::string& where) {
    if (std::find(rule.begin(), rule.end(), value) == rule.end()) {
      fail(where, value.dump() + " is not one of " + rule.dump());
    }
  }

  void check_minimum(const json& rule, const json&, const json& value, const std::string& where) {
    if (value.is_number() && value < rule) fail(where, "less than " + rule.dump());
  }

  void check_min_length(const json& rule, const json&, const json& value,
                        const std::string& where) {
    if (value.is_string() && value.get<std::string>().size() < rule) fail(where, "too short");
  }

  void check_max_length(const json& rule, const json&, const json& value,
                        const std::string& where) {
    if (value.is_string() && value.get<std::string>().size() > rule) fail(where, "too long");
  }

  void check_properties(const json& rule, const json&, const json& value,
                        const std::string& where) {
    for (const auto& [name, schema] : rule.items()) {
      if (value.contains(name)) check(schema, value.at(name), where + '/' + name);
    }
  }

  void check_required(const json& rule, const json&, const json& value, const std::string& where) {
    for (const json& name : rule) {
      if (!value.contains(name.get<std::string>())) fail(where, "lacks " + name.dump());
    }
  }

  void check_additional(const json& rule, const json& schema, const json& value,
                        const std::string& where) {
    if (rule != false) return fail(where, "the schema allows additional properties");
    if (!value.is_object()) return;
    for (const auto& [name, ignored] : value.items()) {
      if (!schema.at("properties").contains(name)) fail(where, "has the additional " + name);
    }
  }

  void check_items(const json& rule, const json&, const json& value, const std::string& where) {
    for (std::size_t i = 0; value.is_array() && i < value.size(); ++i) {
      check(rule, value[i], where + '/' + std::to_string(i));
    }
  }

  const json& root_;
};

}  // namespace

std::vector<std::string> schema_errors(const json& schema, const json& document) {
  validator v(schema);
  v.check(schema, document, "");
  return v.errors;
}

}  // namespace test_support
