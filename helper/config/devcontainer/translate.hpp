// What a devcontainer.json (containers.dev) says, in terms of our own table of keys, and what of it helper does not do.
#pragma once

#include "base/result.hpp"
#include "config/config.hpp"
#include "config/json_tree.hpp"
#include "config/local_variables.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace helper::config {

// Where the text is, and what its variables mean.
struct DevcontainerPlace {
  std::filesystem::path file;            // absolute
  std::filesystem::path folder;          // the workspace's on this machine: ${localWorkspaceFolder}
  std::string server = "local";          // on another one no folder of this machine can be mounted
  LocalVariable variable = no_variable;  // ${localEnv:NAME}
  bool is_kept = false;                  // the values go into a file: those of the environment may be secrets
};

// A value for a row of the table of keys; keys[i] is where its i-th item (of a list or object), or itself, came from:
// "runArgs[2]".
struct Setting {
  std::string row;
  JsonNode value;
  std::vector<std::string> keys;
};

// What is not done. It is no matter when the target itself writes the key `row` (of a map, one entry:
// "targets.*.container.env.NAME"; image and build are one), or mounts something at `mount_point`.
struct Unsupported {
  std::string key;
  int line = 1;
  std::string cause;
  std::string fix;
  std::string row{};
  std::string mount_point{};
};

// What cannot be used. It is no error when the target itself writes what takes its place, as above.
struct Mistake {
  Error error;
  std::string row{};
  std::string mount_point{};
};

struct Devcontainer {
  std::filesystem::path file;     // "" when a command line, or a container, says it
  std::vector<Setting> settings;  // a row comes before those below it
  std::vector<Unsupported> unsupported;
  std::vector<Mistake> mistakes{};  // in the order in which they were read
  HostRequirements requirements{};
  EnvProbe env_probe = EnvProbe::none;
};

// "container.image": whether a row is set.
[[nodiscard]] bool says(const Devcontainer& devcontainer, std::string_view row);

// What it says in place of an image, safe to show; "" when it says nothing about one.
[[nodiscard]] std::string why_no_image(const Devcontainer& devcontainer);

// Pure but for `place.variable`. Comments and commas after the last entry are allowed, unknown keys are listed.
// Errors: config_syntax; config_invalid for a text that is no object. A value of the wrong type is a mistake of the
// result, so that the others are read too. The table of keys checks the values, not this.
[[nodiscard]] Result<Devcontainer> read_devcontainer(std::string_view text, const DevcontainerPlace& place);

// "devcontainer.json:7: features", or only the key where there is no file.
[[nodiscard]] std::string origin(const std::filesystem::path& file, int line, const std::string& key);

// "devcontainer.json:7: features: CAUSE; FIX", safe to show.
[[nodiscard]] std::string to_text(const std::filesystem::path& file, const Unsupported& unsupported);

}  // namespace helper::config
