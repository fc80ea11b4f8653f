// The names and places of our own files, and nobody else's: every path that the helper itself owns is made here.
#pragma once

#include "base/result.hpp"

#include <filesystem>
#include <string>

namespace helper {

struct Paths {
  std::filesystem::path home;
  std::filesystem::path runtime;           // $XDG_RUNTIME_DIR/helper: dies with the login session
  std::filesystem::path data;              // $XDG_DATA_HOME/helper: keys, pinned host keys, what was written for IDEs
  std::filesystem::path state;             // $XDG_STATE_HOME/helper: logs
  std::filesystem::path user_config_file;  // $XDG_CONFIG_HOME/helper/config.json

  [[nodiscard]] std::filesystem::path endpoint_file() const { return runtime / "endpoint.json"; }
  [[nodiscard]] std::filesystem::path daemon_socket() const { return runtime / "helperd.sock"; }
  [[nodiscard]] std::filesystem::path daemon_lock() const { return runtime / "helperd.lock"; }
  // Which daemon the person wants to keep: it will not be replaced.
  [[nodiscard]] std::filesystem::path spared_daemon() const { return runtime / "spared-daemon"; }
  [[nodiscard]] std::filesystem::path daemon_options() const { return user_config_file.parent_path() / "daemon.json"; }
  [[nodiscard]] std::filesystem::path daemon_log() const { return state / "helperd.log"; }
  [[nodiscard]] std::filesystem::path known_hosts() const { return data / "known_hosts"; }
  [[nodiscard]] std::filesystem::path own_key() const { return data / "id_ed25519"; }
  // The host keys of the container of that name on that server: TYPE and TYPE.pub in it.
  [[nodiscard]] std::filesystem::path container_keys(const std::string& server, const std::string& container) const;
  // The nonce of the container of that name that was created last from here.
  [[nodiscard]] std::filesystem::path created_nonce(const std::string& server, const std::string& container) const {
    return container_keys(server, container) / "nonce";
  }
  // The nonce of the one whose record may still lack its private host keys.
  [[nodiscard]] std::filesystem::path half_recorded(const std::string& server, const std::string& container) const {
    return container_keys(server, container) / "half-recorded";
  }
  // Which target has which Host on this machine.
  [[nodiscard]] std::filesystem::path ssh_names() const { return data / "ssh_names.json"; }
  // Who this person is, in records on servers.
  [[nodiscard]] std::filesystem::path owner_file() const { return data / "owner.json"; }
  // Where they were in earlier versions, for all containers of a target.
  [[nodiscard]] std::filesystem::path host_keys(const std::string& target) const { return data / "host_keys" / target; }
  [[nodiscard]] std::filesystem::path jupyter_token(const std::string& target) const {
    return data / "jupyter" / target;
  }

  // The configs that the person has approved.
  [[nodiscard]] std::filesystem::path trust_record() const { return data / "trust.json"; }

  // Which notes about security were told, by the target's Host for ssh.
  [[nodiscard]] std::filesystem::path told_security(const std::string& target) const { return state / "told" / target; }

  // The targets that should run, for the next daemon.
  [[nodiscard]] std::filesystem::path wanted_targets() const { return state / "wanted.json"; }
  // This file exists once `helper daemon enable` was offered.
  [[nodiscard]] std::filesystem::path login_offered() const { return state / "login_offered"; }
  // What starts the daemon at login, each where its manager looks: systemd, launchd.
  [[nodiscard]] std::filesystem::path systemd_unit() const {
    return user_config_file.parent_path().parent_path() / "systemd" / "user" / "helperd.service";
  }
  [[nodiscard]] std::filesystem::path launch_agent() const {
    return home / "Library" / "LaunchAgents" / "helper.helperd.plist";
  }

  [[nodiscard]] std::filesystem::path settings_ledger() const { return data / "settings_ledger.json"; }
  [[nodiscard]] std::filesystem::path settings_backups() const { return data / "settings_backups"; }
  [[nodiscard]] std::filesystem::path settings_pending() const { return state / "settings_pending.json"; }
  // Host blocks of targets, which ~/.ssh/config includes.
  [[nodiscard]] std::filesystem::path ssh_hosts() const { return data / "ssh_config"; }

  std::filesystem::path keeper{};   // share/helper/keeper beside the program's folder: images of the keeper
  std::filesystem::path bundles{};  // $HELPER_SSH_BUNDLES, or share/helper/ssh beside the program's folder: SSH bundles
};

inline constexpr const char* k_project_config_name = "helper.json";

// From the environment (HOME, XDG_*). Makes the runtime folder (0700) and refuses one that another user owns.
[[nodiscard]] Result<Paths> find_paths();

// own_folder makes a folder that nobody else may open.

// Makes it (0700) when it is not there; its parent must be. Error file_failed when it cannot be made, or is another
// user's, a link, or open to others.
[[nodiscard]] Result<void> own_folder(const std::filesystem::path& folder);

}  // namespace helper
