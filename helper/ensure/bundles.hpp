// The SSH bundles that came with the helper (scripts/ssh-bundle makes them): files named MACHINE-DIGEST.tar.gz.
#pragma once

#include "base/paths.hpp"
#include "plan/observed.hpp"

#include <optional>
#include <string>

namespace helper::ensure {

// The one for a machine of that kind ("x86_64"); nullopt when there is none.
[[nodiscard]] std::optional<plan::SshBundle> find_bundle(const Paths& paths, const std::string& machine);

}  // namespace helper::ensure
