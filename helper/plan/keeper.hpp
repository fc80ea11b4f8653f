// The keeper's part of a plan: what is compared with what was recorded there. Pure.
#pragma once

#include "plan/jupyter.hpp"
#include "plan/sshd_setup.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace helper::plan {

// Changes whenever something changes that the keeper would start for this client. The keys of others are not in it: who
// adds a key tells the keeper.
[[nodiscard]] std::string services_fingerprint(const SshdSetup& sshd, const std::optional<JupyterSetup>& jupyter,
                                               const std::vector<std::string>& host_keys);

// Of versions such as "0.12.1", number by number.
[[nodiscard]] bool is_older(std::string_view version, std::string_view than);

}  // namespace helper::plan
