// The keeper, as the daemon sees it: its image on this machine, and what is handed to it.
#pragma once

#include "base/paths.hpp"
#include "inside/sshd.hpp"
#include "plan/observed.hpp"
#include "plan/step.hpp"

#include <optional>
#include <string>
#include <vector>

namespace helper::ensure {

// For `machine`, as uname -m names it; none when there is none or the file is not there.
[[nodiscard]] std::optional<plan::KeeperImage> find_keeper_image(const Paths& paths, const std::string& machine);

// Pure: the JSON that `helper-keeper record` reads (helper/keeper/records.hpp). Secret. `jupyter_token` is used only
// with a Jupyter.
[[nodiscard]] std::string keeper_record(const plan::RecordServices& action, const plan::Place& place,
                                        const inside::HostKeyFiles& host_keys,
                                        const std::vector<std::string>& public_host_keys,
                                        const std::string& jupyter_token);

}  // namespace helper::ensure
