// Docker's two builders and Podman's: which of them builds, and what a build that failed said, with the fix for that
// cause. Pure.
#pragma once

#include "base/command.hpp"
#include "base/error.hpp"
#include "config/config.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace helper::engine {

// Without BuildKit a Dockerfile of today, such as one with RUN --mount=type=cache, is not understood.
enum class BuildKit {
  of_its_own,   // the program decides: Podman, and Docker from 23.0, which takes it where its program buildx is there
  by_variable,  // Docker from 18.09 has it, and takes it when DOCKER_BUILDKIT=1 asks for it
  absent,       // Docker before 18.09
};

// From `docker version --format '{{.Client.Version}} {{.Server.Version}}'`; of_its_own where that says nothing.
[[nodiscard]] BuildKit buildkit_of(std::string_view versions);

// What a failed build printed.
struct BuildWords {
  std::string cause;               // the builder's own words
  std::string step;                // the instruction that failed, such as "RUN make"; "" when none had begun
  std::vector<std::string> lines;  // the last ones of that step, its name first
  bool by_buildkit = false;
};
[[nodiscard]] BuildWords read_build(const CommandOutput& output);

// What is known where a build failed.
struct FailedBuild {
  std::string program = "docker";
  std::string image{};
  BuildKit kit = BuildKit::of_its_own;
  std::string dockerfile{};  // its text
};
[[nodiscard]] Error build_error(const BuildWords& words, const FailedBuild& failed, const config::BuildConfig& build);

}  // namespace helper::engine
