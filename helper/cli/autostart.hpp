// Autostart is how the daemon starts at login: by a systemd user unit, or by a launchd agent. Pure: the texts of their
// files, and what follows from facts about this machine.
#pragma once

#include "base/error.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace helper::cli {

enum class LoginManager { systemd, launchd };

// What is written into its file.
struct Autostart {
  std::filesystem::path helperd;                                 // absolute; can_start() holds
  std::vector<std::pair<std::string, std::string>> environment;  // that the daemon must have, as the command has it
};

inline constexpr const char* k_unit_name = "helperd.service";
inline constexpr const char* k_agent_name = "helper.helperd";

// One word of a unit file's ExecStart= or Environment=, by systemd.syntax(7) and systemd.unit(5): in double quotes,
// with backslash, quote and the percent sign of specifiers escaped. No control characters in it.
[[nodiscard]] std::string systemd_quoted(std::string_view text);
[[nodiscard]] std::string xml_text(std::string_view text);

// Whether the manager takes a program of that path: no control characters, and for systemd no quote and no backslash.
[[nodiscard]] bool can_start(LoginManager manager, std::string_view program);

// The whole file, our mark in its first lines. A daemon that runs already goes on: the one that the manager starts sees
// it and ends with status 0, which is no failure.
[[nodiscard]] std::string autostart_file(LoginManager manager, const Autostart& autostart);

// How the file is: absent, as helper wrote it, or somebody else's, which is never changed.
enum class AutostartFile { absent, ours, foreign };
[[nodiscard]] AutostartFile kind_of(const std::optional<std::string>& text);

// What the offer depends on, after an ensure that made a target ready.
struct OfferFacts {
  bool can_ask = false;           // a person sees our lines
  bool manager_is_there = false;  // that could start the daemon
  bool file_is_there = false;     // who wrote it does not matter
  bool was_offered = false;
};
[[nodiscard]] bool should_offer(const OfferFacts& facts);

// Why there is no manager to ask, with what to do instead. `booted`: systemd runs this machine, and only the person's
// own does not answer; `said`: what the manager's program said, "" when it is not there.
[[nodiscard]] Error no_manager(LoginManager manager, const std::filesystem::path& helperd, bool booted,
                               const std::string& said);

}  // namespace helper::cli
