// How a container was made, out of the engine's document about it.
#pragma once

#include "plan/observed.hpp"

#include <nlohmann/json_fwd.hpp>

namespace helper::engine {

// `inspect` is an object of `docker container inspect`; what it does not say stays as it is by default.
[[nodiscard]] plan::EngineSettings read_settings(const nlohmann::json& inspect);

}  // namespace helper::engine
