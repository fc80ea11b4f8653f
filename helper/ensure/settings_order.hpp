// What a target's config and the person's words make of `settings apply` and `settings undo`. Pure but for the clock.
#pragma once

#include "base/clock.hpp"
#include "base/paths.hpp"
#include "config/config.hpp"
#include "ide/access.hpp"
#include "settings/settings_writer.hpp"

#include <string>
#include <vector>

namespace helper::ensure {

// What a request says beside its target.
struct SettingsOptions {
  std::string ides;               // names joined by commas, as settings::choose() takes them; "" = all
  std::string project;            // the folder that the IDE opens, absolute; "" = the config's
  std::string run_configuration;  // as settings::Order
  bool ssh_config = true;
  bool now = false;
  bool follow_links = false;
  bool dry_run = false;
};

// True unless a mount of a container on this machine brings the project's own folder in.
[[nodiscard]] bool needs_upload(const config::Target& target);

// `helper` is the program's absolute path.
[[nodiscard]] ide::Wanted wanted_of(const config::Target& target, const std::string& config_file, ide::Access access,
                                    const Paths& paths, const std::string& helper, const Clock& clock);

// `servers` are those of every target of the config: a Host block must not hide one of them.
[[nodiscard]] settings::Order order_of(ide::Wanted wanted, const config::Target& target,
                                       const std::vector<std::string>& servers, const SettingsOptions& options);
[[nodiscard]] settings::UndoOrder undo_order_of(ide::Wanted wanted, const SettingsOptions& options);

// The `helper` beside the program that runs.
[[nodiscard]] std::string helper_beside_us();

}  // namespace helper::ensure
