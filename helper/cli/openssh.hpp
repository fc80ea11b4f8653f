// How `helper exec` and `helper cp` call this machine's OpenSSH. Pure.
#pragma once

#include "base/result.hpp"
#include "ide/access.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace helper::cli {

// `words` is a command, each word quoted for the shell there; none: the login shell. Both begin in the project's
// folder, if there is one. `terminal`: with one of its own.
[[nodiscard]] Result<std::vector<std::string>> exec_argv(const ide::Access& access,
                                                         const std::vector<std::string>& words, bool terminal);

// Where a script is in the container: one that is in the project's folder here is in project.remote there; any other
// path is one in the container, as typed. `folder` is where the person is. Pure.
[[nodiscard]] std::string script_there(const ide::Access& access, const std::string& file,
                                       const std::filesystem::path& folder);

// What a `helper cp` is about: one place on this machine and one in a target's container.
struct Copy {
  std::string target;  // "" = the config's only one
  std::string remote;  // a path there; one that is not absolute is relative to the project's folder, else to the home
  std::string local;
  bool to_container = false;
};

// A place is in a container when it has a colon before any slash: "centernet:/workspace/x". Error: usage, when none or
// both are.
[[nodiscard]] Result<Copy> parse_copy(std::string_view from, std::string_view to);

[[nodiscard]] Result<std::vector<std::string>> copy_argv(const ide::Access& access, const Copy& copy, bool quiet);

// Asks ssh for its settings of such a connection, and whether its answer says that the person's configuration names a
// SessionType for it. scp cannot be given another: its way by SFTP contradicts that, so it must go that way (-s), which
// every scp does whose ssh knows SessionType (OpenSSH 8.7).
[[nodiscard]] Result<std::vector<std::string>> copy_settings_argv(const ide::Access& access);
[[nodiscard]] bool names_session_type(std::string_view settings);

}  // namespace helper::cli
