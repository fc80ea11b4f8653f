// How a target gets what its devcontainer.json says: before its own keys are read, and completed after them.
#pragma once

#include "base/result.hpp"
#include "config/config.hpp"
#include "config/devcontainer/translate.hpp"

#include <functional>
#include <string_view>

namespace helper::config {

// Sets the fields by the table of keys. What does not fit is a mistake: "devcontainer.json:4: forwardPorts[1]".
[[nodiscard]] std::vector<Mistake> inherit(Target& target, const Devcontainer& devcontainer);

// Whether the target itself writes "targets.*.ssh.user", or the entry "targets.*.container.env.NAME".
using WritesItself = std::function<bool(std::string_view row)>;

// Those of the mistakes for which the target writes nothing that takes their place.
[[nodiscard]] std::vector<Error> errors_left(const std::vector<Mistake>& mistakes,
                                             const std::vector<std::string>& own_mounts,
                                             const WritesItself& writes_itself);

// The target's own image or build replaces both: called before its own keys are read.
void give_way(Target& target, bool has_own_image);

// Its own mounts, and those of `inherited` at other places; no inherited tunnel on a port that SSH or Jupyter has;
// what is left of the unsupported parts becomes its remarks.
void settle(Target& target, const Devcontainer& devcontainer, const std::vector<std::string>& inherited_mounts,
            const WritesItself& writes_itself);

}  // namespace helper::config
