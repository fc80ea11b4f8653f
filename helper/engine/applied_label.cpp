#include "engine/applied_label.hpp"

#include <nlohmann/json.hpp>

namespace helper::engine {

using nlohmann::json;

std::string applied_label(const std::map<std::string, std::string>& fields) {
  return json(fields).dump(-1, ' ', true, json::error_handler_t::replace);
}

std::map<std::string, std::string> read_applied(std::string_view label) {
  std::map<std::string, std::string> fields;
  const json value = json::parse(label, nullptr, false);
  if (!value.is_object()) return fields;
  for (const auto& [name, text] : value.items()) {
    if (text.is_string()) fields.emplace(name, text.get<std::string>());
  }
  return fields;
}

}  // namespace helper::engine
