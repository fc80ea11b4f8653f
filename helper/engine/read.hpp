// What the engine prints as JSON, read into what plan observes. Pure; a document that is not as expected is an error,
// never a guess.
#pragma once

#include "base/result.hpp"
#include "plan/observed.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace helper::engine {

// One object of `docker container inspect` (Engine API v1.41 ContainerInspect).
[[nodiscard]] Result<plan::Container> read_container(std::string_view json);
// State.Status.
[[nodiscard]] plan::ContainerState read_state(std::string_view status);
// One object of `docker image inspect`.
[[nodiscard]] Result<plan::Image> read_image(std::string_view json);
// `docker info --format '{{json .}}'`, or podman's, which has another shape; `program` is the word that was typed. An
// engine that does not answer says so in ServerErrors: engine_permission or engine_down.
[[nodiscard]] Result<plan::Engine> read_engine(std::string_view json, std::string_view program = "docker");
// The same document of Docker; absent for podman's, whose packages are those of distributions.
[[nodiscard]] std::optional<plan::EngineBuild> read_engine_build(std::string_view json);
// What `nvidia-ctk --version` prints.
[[nodiscard]] std::optional<plan::Toolkit> read_toolkit(std::string_view text);
// Which Docker the account on the server has chosen; "" where it has chosen none.
struct ChosenDocker {
  std::string host;             // DOCKER_HOST
  std::string context;          // the current context's name
  bool context_is_set = false;  // by the variable DOCKER_CONTEXT
};

// Of an engine that does not answer: what it said on standard error, or its JSON with ServerErrors.
[[nodiscard]] Error engine_trouble(std::string_view text, std::string_view program = "docker",
                                   const ChosenDocker& chosen = {});

// A fix: of a variable that a start file of the account on the server has set.
[[nodiscard]] std::string remove_variable(const std::string& name);

}  // namespace helper::engine
