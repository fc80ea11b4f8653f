#include "cli/login_manager.hpp"

#include "base/log.hpp"
#include "base/shell.hpp"
#include "base/text.hpp"
#include "cli/render/render.hpp"
#include "cli/rpc_daemon.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <unistd.h>

namespace helper::cli {
namespace {

namespace fs = std::filesystem;

// To start a unit is quick; a user manager that hangs must not keep a person waiting.
constexpr Milliseconds k_manager_limit{20'000};
constexpr Milliseconds k_look_limit{5'000};

std::string uid() { return std::to_string(::getuid()); }
std::string agent_domain() { return "gui/" + uid(); }

Result<CommandOutput> ask(Context& context, std::vector<std::string> argv, Milliseconds limit = k_manager_limit) {
  ProcessSpec spec;
  spec.argv = std::move(argv);
  spec.timeout = limit;
  return context.process(spec, {});
}

std::vector<std::string> systemctl(std::vector<std::string> words) {
  words.insert(words.begin(), {"systemctl", "--user"});
  return words;
}

bool has_control_characters(std::string_view text) {
  return std::ranges::any_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

// The last line of what a program said.
std::string last_words(const CommandOutput& output) {
  const auto lines = split(output.err.empty() ? output.out : output.err, '\n');
  for (auto at = lines.rbegin(); at != lines.rend(); ++at) {
    if (!at->empty()) return std::string(*at);
  }
  return "it ended with status " + std::to_string(output.exit_status);
}

std::string said_by(const Result<CommandOutput>& output) {
  return output ? last_words(*output) : sentence(output.error());
}

bool went_well(const Result<CommandOutput>& output) { return output && output->exit_status == 0; }

bool systemd_is_booted() {
  std::error_code unknown;
  return fs::is_directory("/run/systemd/system", unknown);  // as sd_booted(3)
}

// What decides where the daemon's files are and which programs it finds: the daemon of the login must be the same one
// that the command looks for.
std::vector<std::pair<std::string, std::string>> environment_to_keep() {
  std::vector<std::pair<std::string, std::string>> kept;
  for (const char* name : {"PATH", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "HELPER_SSH_BUNDLES"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0' && !has_control_characters(value)) kept.emplace_back(name, value);
  }
  return kept;
}

Error foreign(const fs::path& file, const std::string& verb) {
  const std::string path = file.string();
  return {ErrorCode::file_failed, path, "it was not written by helper, and stays as it is",
          "look at it, and move it away if it is of no use: " + shell::quote({"mv", path, path + ".bak"}) +
              "; then: helper daemon " + verb};
}

Result<void> must_answer(Context& context, LoginManager manager, const fs::path& helperd) {
  const auto answer = manager == LoginManager::systemd
                          ? ask(context, systemctl({"show-environment"}), k_look_limit)
                          : ask(context, {"launchctl", "print", agent_domain()}, k_look_limit);
  if (went_well(answer)) return {};
  if (!answer && answer.error().code == ErrorCode::cancelled) return fail(answer.error());
  return fail(no_manager(manager, helperd, systemd_is_booted(), answer ? last_words(*answer) : std::string()));
}

// systemd starts nothing where a daemon runs: the new one ends at once. launchd is told about the file once.
Result<void> switch_on(Context& context, LoginManager manager, const fs::path& file) {
  if (manager == LoginManager::launchd) {
    if (went_well(ask(context, {"launchctl", "print", agent_domain() + "/" + k_agent_name}, k_look_limit))) return {};
    const auto told = ask(context, {"launchctl", "bootstrap", agent_domain(), file.string()});
    if (went_well(told)) return {};
    return fail(ErrorCode::not_ready, "launchctl", "it did not accept " + file.string() + ": " + said_by(told));
  }
  const auto read = ask(context, systemctl({"daemon-reload"}));
  const auto on = went_well(read) ? ask(context, systemctl({"enable", "--now", k_unit_name})) : read;
  if (went_well(on)) return {};
  return fail(ErrorCode::not_ready, "systemctl", "it did not enable " + file.string() + ": " + said_by(on),
              "look at it: " + shell::quote({"systemd-analyze", "--user", "verify", file.string()}) +
                  "; or: systemctl --user status " + k_unit_name);
}

bool is_enabled(Context& context, LoginManager manager) {
  if (manager == LoginManager::launchd) return true;  // what lies in its folder is loaded at login
  const auto answer = ask(context, systemctl({"is-enabled", k_unit_name}), k_look_limit);
  return went_well(answer) && answer->out.starts_with("enabled");
}

// Without a manager that answers, what `systemctl enable` made is taken away by hand.
void remove_link(const fs::path& unit) {
  const fs::path link = unit.parent_path() / "default.target.wants" / k_unit_name;
  std::error_code not_there;
  if (fs::read_symlink(link, not_there) == unit) fs::remove(link, not_there);
}

void switch_off(Context& context, LoginManager manager, const fs::path& file) {
  if (manager == LoginManager::launchd) return;  // `bootout` would end the daemon; without the file it is not loaded
  const auto off = ask(context, systemctl({"disable", k_unit_name}));
  if (!went_well(off)) log_info("systemctl --user disable: {}", said_by(off));
  remove_link(file);
}

void read_again(Context& context, LoginManager manager) {
  if (manager != LoginManager::systemd) return;
  const auto read = ask(context, systemctl({"daemon-reload"}));
  if (!went_well(read)) log_info("systemctl --user daemon-reload: {}", said_by(read));
}

}  // namespace

LoginManager login_manager() {
#ifdef __APPLE__
  return LoginManager::launchd;
#else
  return LoginManager::systemd;
#endif
}

fs::path autostart_path(LoginManager manager, const Paths& paths) {
  return manager == LoginManager::systemd ? paths.systemd_unit() : paths.launch_agent();
}

Result<bool> enable_autostart(Context& context, LoginManager manager) {
  HELPER_TRY_ASSIGN(const Paths paths, context.paths());
  HELPER_TRY_ASSIGN(const fs::path helperd, find_helperd());
  if (!can_start(manager, helperd.string())) {
    return fail(ErrorCode::file_failed, helperd.string(),
                "its path has a character that the login manager does not take (a quote, say)",
                "install helper in a folder without it, then: helper daemon enable");
  }
  const fs::path file = autostart_path(manager, paths);
  HELPER_TRY_ASSIGN(const auto before, context.files.read(file));
  if (kind_of(before) == AutostartFile::foreign) return fail(foreign(file, "enable"));
  HELPER_TRY(must_answer(context, manager, helperd));
  const std::string text = autostart_file(manager, {helperd, environment_to_keep()});
  if (before == text && is_enabled(context, manager)) return false;
  HELPER_TRY(context.files.write(file, text, 0644));
  if (const auto on = switch_on(context, manager, file); !on) {
    if (!before) {  // do all of it or nothing
      HELPER_TRY(context.files.remove(file));
      read_again(context, manager);
    }
    return fail(on.error());
  }
  return true;
}

Result<bool> disable_autostart(Context& context, LoginManager manager) {
  HELPER_TRY_ASSIGN(const Paths paths, context.paths());
  const fs::path file = autostart_path(manager, paths);
  HELPER_TRY_ASSIGN(const auto text, context.files.read(file));
  if (kind_of(text) == AutostartFile::absent) return false;
  if (kind_of(text) == AutostartFile::foreign) return fail(foreign(file, "disable"));
  switch_off(context, manager, file);
  HELPER_TRY(context.files.remove(file));
  read_again(context, manager);
  return true;
}

Result<AutostartStatus> autostart_status(Context& context, LoginManager manager) {
  HELPER_TRY_ASSIGN(const Paths paths, context.paths());
  AutostartStatus status;
  status.file = autostart_path(manager, paths);
  HELPER_TRY_ASSIGN(const auto text, context.files.read(status.file));
  status.kind = kind_of(text);
  status.enabled = status.kind != AutostartFile::absent && is_enabled(context, manager);
  if (manager == LoginManager::systemd) {
    const auto lingers = ask(context, {"loginctl", "show-user", uid(), "--property=Linger", "--value"}, k_look_limit);
    if (went_well(lingers)) status.lingers = lingers->out.starts_with("yes");
  }
  return status;
}

void offer_autostart(Context& context, LoginManager manager) {
  const auto paths = context.paths();
  if (!paths || context.json || context.quiet || !context.can_ask) return;
  std::error_code unknown;
  const auto is_there = [&](const fs::path& file) {
    return fs::symlink_status(file, unknown).type() != fs::file_type::not_found;
  };
  OfferFacts facts;
  facts.can_ask = context.can_ask;
  // The user's own systemd has its folder beside ours.
  facts.manager_is_there = manager == LoginManager::launchd || is_there(paths->runtime.parent_path() / "systemd");
  facts.file_is_there = is_there(autostart_path(manager, *paths));
  const auto offered = context.files.read(paths->login_offered());
  facts.was_offered = !offered || offered->has_value();
  if (!should_offer(facts)) return;
  // Before it is shown: what cannot be remembered would be shown every time.
  if (!context.files.write(paths->login_offered(), "helper daemon enable\n", 0600)) return;
  context.err << render_note(context.err_style,
                             "after a reboot your targets come back by themselves once helper starts at login: helper "
                             "daemon enable");
}

}  // namespace helper::cli
