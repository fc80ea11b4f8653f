// The login manager of this machine is asked to start the daemon at login, or to forget it: systemd by
// systemctl, launchd by launchctl. Nothing here ends or restarts a daemon that runs.
#pragma once

#include "cli/autostart.hpp"
#include "cli/context.hpp"

#include <filesystem>
#include <optional>

namespace helper::cli {

// This machine's kind.
[[nodiscard]] LoginManager login_manager();
[[nodiscard]] std::filesystem::path autostart_path(LoginManager manager, const Paths& paths);

// Writes the file and enables it; false when all was so already. Errors: file_failed (the file is somebody else's, or
// cannot be written), not_ready (no manager, or it refused), daemon_unreachable (no helperd to start).
[[nodiscard]] Result<bool> enable_autostart(Context& context, LoginManager manager);
// Takes both back; false when there was nothing. Error: file_failed, as above.
[[nodiscard]] Result<bool> disable_autostart(Context& context, LoginManager manager);

struct AutostartStatus {
  std::filesystem::path file;
  AutostartFile kind = AutostartFile::absent;
  bool enabled = false;         // the manager starts it at login
  std::optional<bool> lingers;  // of systemd: from the boot on, without a login; nullopt = not known
};
// Error: file_failed.
[[nodiscard]] Result<AutostartStatus> autostart_status(Context& context, LoginManager manager);

// After an ensure that made a target ready: tells once, in a terminal, that the daemon can start at login.
void offer_autostart(Context& context, LoginManager manager);

}  // namespace helper::cli
