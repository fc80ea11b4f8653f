// The rules of a config that no key can check alone: what two keys, or two targets, must not have in common.
#pragma once

#include "config/config.hpp"
#include "config/faults.hpp"

namespace helper::config {

// No local port twice; no container twice. Each fault names both places.
void validate(const Config& config, const Places& places, Faults& faults);

}  // namespace helper::config
