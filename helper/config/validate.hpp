// The rules of a config that no key can check alone: what two keys, or two targets, must not have in common.
#pragma once

#include "base/result.hpp"
#include "config/config.hpp"

#include <filesystem>
#include <map>
#include <string>

namespace helper::config {

// The line on which each key of the file stands, by its full path: "targets.centernet.ssh.local_port", "….forwards[0]".
using Places = std::map<std::string, int>;

// "helper.json:12: targets.centernet.ssh": how errors name a place. With places: the line of the key, or of the nearest
// object around it when the key is not in the file.
[[nodiscard]] std::string thing_at(const std::filesystem::path& file, int line, const std::string& path);
[[nodiscard]] std::string thing_at(const std::filesystem::path& file, const Places& places, const std::string& path);

// No local port twice; no container twice. Error: config_invalid, naming both places.
[[nodiscard]] Result<void> validate(const Config& config, const Places& places);

}  // namespace helper::config
