// A `docker run` command line, as people have it in their notes, in terms of our own table of keys.
#pragma once

#include "base/result.hpp"
#include "config/devcontainer/translate.hpp"
#include "config/docker_run/run_command.hpp"
#include "config/local_variables.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace helper::config {

// Where the command would be typed: on the server. Only when that is this machine a shell's folder and home are known.
struct DockerRunPlace {
  std::filesystem::path folder;  // the person's folder here: $PWD
  std::string server = "local";
  LocalVariable variable = no_variable;         // of this machine: HOME and USER are asked for
  std::map<std::string, std::string> values{};  // what the person has answered for each of `unknown`
};

struct DockerRun {
  Devcontainer settings;             // without a file; `unsupported` is what was not used, and why
  std::vector<std::string> unknown;  // what a shell would replace, and only the person knows: "$(pwd)", "$DATA"
};

// Pure but for `place.variable`; nothing is run. A value that looks like a secret is not in the settings. Errors:
// usage, those of shell_words and of read_run_command.
[[nodiscard]] Result<DockerRun> read_docker_run(std::string_view text, const DockerRunPlace& place);

// A container that exists, as the command line that would make it. Its ports, its command and its lack of GPUs are
// described as they are; no shell reads the words.
[[nodiscard]] Result<Devcontainer> read_described(const std::vector<std::string>& words, const std::string& server);

// The local ports that the settings take on this machine: of tunnels, and on the server "local" published ones too. A
// tunnel that is Jupyter's own by default is not one of them.
[[nodiscard]] std::vector<std::uint16_t> taken_local_ports(const Devcontainer& settings, const std::string& server);

}  // namespace helper::config
