// The environment of the SSH sessions of a target: the container's with the config's, and the texts that carry it.
#pragma once

#include "config/config.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace helper::plan {

// Of a value of ssh.env: literal text, or the NAME of ${containerEnv:NAME}, which means a variable of the
// container.
struct EnvPiece {
  std::string text;
  bool is_name = false;
  friend bool operator==(const EnvPiece&, const EnvPiece&) = default;
};

// What is no such variable is literal.
[[nodiscard]] std::vector<EnvPiece> env_pieces(std::string_view value);

// "NAME=value" of the container's environment, with the config's in place of those of the same name; a
// ${containerEnv:NAME} in one of these is what the container has.
[[nodiscard]] std::vector<std::string> session_env(const config::SshConfig& ssh,
                                                   const std::vector<std::string>& containers);

// The SetEnv line for "NAME=value" entries: one line, since sshd takes only the first (OpenSSH 9.2, servconf.c).
// argv_split (misc.c) takes words in double quotes, with a backslash before '"' and itself.
[[nodiscard]] std::string set_env_line(const std::vector<std::string>& env);

// The names of variables that no sshd_config can carry: those with a line end in them.
[[nodiscard]] std::vector<std::string> not_carried(const std::vector<std::string>& env);

// sh text that sets it again, for login shells whose start files have changed it.
[[nodiscard]] std::string profile_text(const std::vector<std::string>& env);

}  // namespace helper::plan
