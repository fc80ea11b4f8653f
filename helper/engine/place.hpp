// The Place that a container is while it runs. Pure.
#pragma once

#include "engine/engine_cli.hpp"
#include "plan/observed.hpp"
#include "plan/place.hpp"

#include <string>

namespace helper::engine {

// `name` is how the engine is asked for the container; `user` is who As::user is.
[[nodiscard]] plan::Place place_of(const EngineCli& cli, const std::string& name, const std::string& user,
                                   const plan::Container& container);

// Changes with every start: the container's id and its start time, as JSON has that. The probe's script prints the
// same.
[[nodiscard]] std::string run_of(const plan::Container& container);

}  // namespace helper::engine
