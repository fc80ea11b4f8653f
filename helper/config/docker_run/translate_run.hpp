// The flags of a docker run command line, put into a draft of settings: each to its key by the mapping that
// devcontainer.json's runArgs have, and what no config takes as a note.
#pragma once

#include "config/devcontainer/draft.hpp"
#include "config/docker_run/run_command.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace helper::config {

enum class RunKind {
  command,    // of a person, for a container to be made
  described,  // of a container that is there: its ports, its command and its lack of GPUs stay as they are
};

// Pure. `answers` is what the person said of relative paths on the server. What a shell on the server would replace,
// where it must be known, is returned: "$DATA", "./data".
[[nodiscard]] std::vector<std::string> translate_run(DevcontainerDraft& draft, const RunCommand& run,
                                                     const std::map<std::string, std::string>& answers, RunKind kind);

}  // namespace helper::config
