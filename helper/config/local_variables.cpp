#include "config/local_variables.hpp"

namespace helper::config {
namespace {

bool is_home(const std::string& name) { return name == "HOME" || name == "USERPROFILE"; }
bool is_user(const std::string& name) { return name == "USER" || name == "USERNAME" || name == "LOGNAME"; }

// "NAME" or "NAME:DEFAULT".
std::string of_environment(std::string_view rest, const Variables& variables, Expanded& expanded) {
  const std::size_t colon = rest.find(':');
  const std::string name(rest.substr(0, colon));
  if (is_home(name)) {
    expanded.is_local_path = true;
  } else if (!is_user(name) && !expanded.environment) {
    expanded.environment = name;
  }
  if (auto value = variables.local_env(name)) return std::move(*value);
  return colon == std::string_view::npos ? std::string() : std::string(rest.substr(colon + 1));
}

std::string base_name(std::string_view path) { return std::string(path.substr(path.rfind('/') + 1)); }

std::optional<std::string> value_of(std::string_view variable, const Variables& variables, Expanded& expanded) {
  for (const std::string_view prefix : {"localEnv:", "env:"}) {
    if (variable.starts_with(prefix)) return of_environment(variable.substr(prefix.size()), variables, expanded);
  }
  if (variable == "localWorkspaceFolder") {
    expanded.is_local_path = true;
    return variables.local_folder.string();
  }
  if (variable == "localWorkspaceFolderBasename") return variables.local_folder.filename().string();
  if (variable == "containerWorkspaceFolder") return variables.container_folder;
  if (variable == "containerWorkspaceFolderBasename") return base_name(variables.container_folder);
  if (variable == "devcontainerId") return variables.id;
  return std::nullopt;
}

}  // namespace

Expanded expand(std::string_view text, const Variables& variables) {
  Expanded expanded;
  while (!text.empty()) {
    const std::size_t begin = text.find("${");
    const std::size_t end = begin == std::string_view::npos ? begin : text.find('}', begin);
    if (end == std::string_view::npos) break;
    const auto value = value_of(text.substr(begin + 2, end - begin - 2), variables, expanded);
    expanded.text += text.substr(0, begin);
    // What is no variable of ours is copied up to its "${" only: another one may stand in it.
    expanded.text += value ? std::string_view(*value) : std::string_view("${");
    text.remove_prefix(value ? end + 1 : begin + 2);
  }
  expanded.text += text;
  return expanded;
}

}  // namespace helper::config
