// The keeper, as the daemon sees it: its image on this machine, and what is handed to it.
#pragma once

#include "base/files.hpp"
#include "base/paths.hpp"
#include "base/result.hpp"
#include "config/config.hpp"
#include "inside/sshd.hpp"
#include "plan/observed.hpp"
#include "plan/step.hpp"

#include <optional>
#include <string>
#include <vector>

namespace helper::ensure {

// For `machine`, as uname -m names it; none when there is none or the file is not there.
[[nodiscard]] std::optional<plan::KeeperImage> find_keeper_image(const Paths& paths, const std::string& machine);

// What was handed to a keeper from here.
struct Recorded {
  std::string keeper;       // its container's id; "" until a look has seen it
  std::string container;    // the id; "" = nothing is known
  std::string fingerprint;  // plan::services_fingerprint(); "" = nothing is recorded for it
  friend bool operator==(const Recorded&, const Recorded&) = default;
};

// Is kept for the daemon's next start once both ids are known.
[[nodiscard]] Result<void> keep_recorded(FileStore& files, const Paths& paths, const config::Target& target,
                                         const Recorded& recorded);
// Nothing known where nothing was kept, or something else than was kept.
[[nodiscard]] Result<Recorded> find_recorded(FileStore& files, const Paths& paths, const config::Target& target);

// Pure: the JSON that `helper-keeper record` reads (helper/keeper/records.hpp). Secret. `jupyter_token` is used only
// with a Jupyter.
[[nodiscard]] std::string keeper_record(const plan::RecordServices& action, const plan::Place& place,
                                        const inside::HostKeyFiles& host_keys,
                                        const std::vector<std::string>& public_host_keys,
                                        const std::string& jupyter_token);

}  // namespace helper::ensure
