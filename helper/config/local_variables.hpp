// The variables of ${...} in a devcontainer.json or helper.json that this machine knows, and a text with their values
// in place.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace helper::config {

// The value of a variable of this machine's environment; nullopt when it is not set.
using LocalVariable = std::function<std::optional<std::string>(const std::string& name)>;
[[nodiscard]] inline std::optional<std::string> no_variable(const std::string& /*name*/) { return std::nullopt; }

struct Variables {
  LocalVariable local_env;
  std::filesystem::path local_folder;
  std::string container_folder;  // "" while it is not known
  std::string id;                // ${devcontainerId}
};

struct Expanded {
  std::string text;
  bool is_local_path = false;                // a folder of this machine is in it
  std::optional<std::string> environment{};  // the first variable of the environment in it but for home and user
  std::optional<std::string> unset{};        // the first one that is not set and has no default: it gives ""
};

// ${containerEnv:NAME} stays as it is, and so does what is no such variable: a shell's own ${NAME}.
[[nodiscard]] Expanded expand(std::string_view text, const Variables& variables);

enum class Unset { is_empty, stays };

// The same for a text of helper.json, which has ${localEnv:NAME} and ${localEnv:NAME:DEFAULT} only. With `stays` a
// variable that is not set and has no default stays as it is written.
[[nodiscard]] Expanded expand_environment(std::string_view text, const LocalVariable& variable,
                                          Unset unset = Unset::is_empty);

}  // namespace helper::config
