#include "config/docker_run/choose_gpus.hpp"

#include "config/characters.hpp"

namespace helper::config {

GpuChoice choose_gpus(std::string_view value) {
  GpuChoice choice;
  std::string plain(value);
  std::erase_if(plain, [](char c) { return c == '"' || c == '\''; });
  std::string_view name;  // of the field before: what has none belongs to it
  for (const std::string_view field : split(plain, ',')) {
    const auto equals = field.find('=');
    const bool is_more = equals == std::string_view::npos && !name.empty();
    if (!is_more) name = field.substr(0, equals == std::string_view::npos ? 0 : equals);
    if (name == "device") {
      choice.which += is_more ? "," + std::string(field) : std::string(field);
    } else if (name == "count") {
      choice.which = field.substr(equals + 1);
    } else if (name.empty()) {
      choice.which = field;
    } else if (name == "capabilities") {
      const auto its = is_more ? field : field.substr(equals + 1);
      if (its != "gpu") choice.capabilities += (choice.capabilities.empty() ? "" : ",") + std::string(its);
    } else if (name != "driver") {
      choice.not_known.emplace_back(name);
    }
  }
  if (choice.which == "-1" || choice.which.empty()) choice.which = "all";
  if (choice.which == "0") choice.which = "none";
  if (choice.capabilities == "compute,utility" || choice.capabilities == "utility,compute") choice.capabilities.clear();
  return choice;
}

}  // namespace helper::config
