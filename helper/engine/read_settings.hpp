// How a container was made: out of the engine's document about it, and out of our label.
#pragma once

#include "plan/observed.hpp"

#include <nlohmann/json_fwd.hpp>

#include <map>
#include <string>
#include <string_view>

namespace helper::engine {

// `inspect` is an object of `docker container inspect`; what it does not say stays as it is by default.
[[nodiscard]] plan::EngineSettings read_settings(const nlohmann::json& inspect);

// The label in which a container keeps what was applied when it was made: a JSON object of texts.
[[nodiscard]] std::string applied_label(const std::map<std::string, std::string>& fields);
// None when the label is not such an object: anybody can write one.
[[nodiscard]] std::map<std::string, std::string> read_applied(std::string_view label);

}  // namespace helper::engine
