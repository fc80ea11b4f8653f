#include "config/local_variables.hpp"

namespace helper::config {
namespace {

bool is_home(const std::string& name) { return name == "HOME" || name == "USERPROFILE"; }
bool is_user(const std::string& name) { return name == "USER" || name == "USERNAME" || name == "LOGNAME"; }

constexpr std::string_view k_environment = "localEnv:";

// "NAME" or "NAME:DEFAULT".
std::string of_environment(std::string_view rest, const LocalVariable& variable, Expanded& expanded) {
  const std::size_t colon = rest.find(':');
  const std::string name(rest.substr(0, colon));
  if (is_home(name)) {
    expanded.is_local_path = true;
  } else if (!is_user(name) && !expanded.environment) {
    expanded.environment = name;
  }
  if (auto value = variable(name)) return std::move(*value);
  if (colon != std::string_view::npos) return std::string(rest.substr(colon + 1));
  if (!expanded.unset) expanded.unset = name;
  return {};
}

std::string base_name(std::string_view path) { return std::string(path.substr(path.rfind('/') + 1)); }

std::optional<std::string> value_of(std::string_view variable, const Variables& variables, Expanded& expanded) {
  for (const std::string_view prefix : {k_environment, std::string_view("env:")}) {
    if (variable.starts_with(prefix))
      return of_environment(variable.substr(prefix.size()), variables.local_env, expanded);
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

// `value_of` gives nullopt for what is no variable of ours: it is copied.
template <class ValueOf>
void replace_variables(std::string_view text, Expanded& expanded, ValueOf value_of) {
  while (!text.empty()) {
    const std::size_t begin = text.find("${");
    const std::size_t end = begin == std::string_view::npos ? begin : text.find('}', begin);
    if (end == std::string_view::npos) break;
    const std::optional<std::string> value = value_of(text.substr(begin + 2, end - begin - 2));
    expanded.text += text.substr(0, begin);
    // What is no variable of ours is copied up to its "${" only: another one may be in it.
    expanded.text += value ? std::string_view(*value) : std::string_view("${");
    text.remove_prefix(value ? end + 1 : begin + 2);
  }
  expanded.text += text;
}

}  // namespace

Expanded expand(std::string_view text, const Variables& variables) {
  Expanded expanded;
  replace_variables(text, expanded, [&](std::string_view variable) { return value_of(variable, variables, expanded); });
  return expanded;
}

Expanded expand_environment(std::string_view text, const LocalVariable& variable, Unset unset) {
  Expanded expanded;
  replace_variables(text, expanded, [&](std::string_view written) -> std::optional<std::string> {
    if (!written.starts_with(k_environment)) return std::nullopt;
    auto value = of_environment(written.substr(k_environment.size()), variable, expanded);
    if (unset == Unset::is_empty || !expanded.unset) return value;
    expanded.unset.reset();
    return std::nullopt;
  });
  return expanded;
}

}  // namespace helper::config
