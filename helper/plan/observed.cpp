#include "plan/observed.hpp"

namespace helper::plan {

std::string to_text(ContainerState state) {
  switch (state) {
    case ContainerState::absent:
      return "absent";
    case ContainerState::created:
      return "created";
    case ContainerState::running:
      return "running";
    case ContainerState::paused:
      return "paused";
    case ContainerState::restarting:
      return "restarting";
    case ContainerState::removing:
      return "removing";
    case ContainerState::exited:
      return "exited";
    case ContainerState::dead:
      break;
  }
  return "dead";
}

std::string to_text(EngineKind kind) { return kind == EngineKind::podman ? "Podman" : "Docker"; }

}  // namespace helper::plan
