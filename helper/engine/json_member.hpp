// Readers of the engines' JSON, which leave fields out freely: what is not there, or is of another type, reads as
// nothing.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace helper::engine {

// The member, or null.
[[nodiscard]] inline const nlohmann::json& member(const nlohmann::json& value, const char* name) {
  static const nlohmann::json k_null;
  if (!value.is_object()) return k_null;
  const auto found = value.find(name);
  return found == value.end() ? k_null : *found;
}

[[nodiscard]] inline std::string text(const nlohmann::json& value) {
  return value.is_string() ? value.get<std::string>() : std::string();
}

[[nodiscard]] inline std::int64_t number(const nlohmann::json& value) {
  return value.is_number_integer() ? value.get<std::int64_t>() : 0;
}

// Of a list, or of one text; what is no text in it is left out.
[[nodiscard]] inline std::vector<std::string> texts(const nlohmann::json& value) {
  std::vector<std::string> list;
  if (value.is_string()) list.push_back(value.get<std::string>());
  if (!value.is_array()) return list;
  for (const auto& item : value) {
    if (item.is_string()) list.push_back(item.get<std::string>());
  }
  return list;
}

}  // namespace helper::engine
