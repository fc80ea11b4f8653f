#include "inside/hooks.hpp"

#include "base/shell.hpp"
#include "base/text.hpp"
#include "inside/scripts.hpp"
#include "plan/our_names.hpp"
#include "plan/session_env.hpp"

namespace helper::inside {
namespace {

using shell::assign;

constexpr std::size_t k_max_words = 300;  // of a command's last line, in bytes
constexpr Milliseconds k_hook_limit = std::chrono::minutes(60);
constexpr std::chrono::seconds k_probe_limit{10};

const char* name_of(plan::RunHooks::Moment moment) {
  return moment == plan::RunHooks::Moment::create ? "post_create" : "post_start";
}

// Each ${containerEnv:NAME} is what the container has, before the probe and before any of these.
std::string values(const std::map<std::string, std::string>& env) {
  std::string text;
  for (const auto& [name, value] : env) {
    text += "helper_" + name + "=";
    for (const auto& piece : plan::env_pieces(value))
      text += piece.is_name ? "\"${" + piece.text + "-}\"" : shell::quote(piece.text);
    text += "\n";
  }
  return text;
}

std::string exports(const std::map<std::string, std::string>& env) {
  std::string text;
  for (const auto& [name, value] : env) text += "export " + name + "=\"$helper_" + name + "\"\n";
  return text;
}

// What the shell is told, for each kind of start files.
std::string probe(config::EnvProbe kind) {
  if (kind == config::EnvProbe::none) return {};
  const char* words = "-lic";
  if (kind == config::EnvProbe::login) words = "-lc";
  if (kind == config::EnvProbe::interactive) words = "-ic";
  return assign("words", words) + assign("limit", std::to_string(k_probe_limit.count())) +
         std::string(scripts::probe_env);
}

// Each line has a shell of its own and no standard input: that one brings this script.
std::string hook_script(const std::map<std::string, std::string>& env, const plan::RunHooks& action) {
  std::string script = values(env) + probe(action.env_probe) + "set -e\n";
  script += exports(env);
  if (!action.folder.empty()) script += "cd " + shell::quote(action.folder) + " 2>/dev/null || cd\n";
  for (const auto& line : action.lines) {
    script += "printf '%s\\n' " + shell::quote("$ " + line) + "\n";
    script += "sh -c " + shell::quote(line) + " </dev/null 2>&1\n";
  }
  return script;
}

std::string mark_script(const plan::RunHooks& action) {
  const std::string memory = plan::k_run_folder;
  return assign("folders", action.own_marks ? plan::k_marks_folder + (" " + memory) : memory) +
         assign("run", action.run) + assign("name", name_of(action.moment)) + std::string(scripts::mark);
}

// ": " and the last line that is not empty; "" when nothing was printed.
std::string last_words(std::string_view text) {
  const auto end = text.find_last_not_of(" \t\r\n");
  if (end == std::string_view::npos) return {};
  text = text.substr(0, end + 1);
  return ": " + printable(text.substr(text.rfind('\n') + 1), k_max_words);
}

}  // namespace

Result<void> run_hooks(CommandRunner& server, const Place& place, const std::map<std::string, std::string>& env,
                       const plan::RunHooks& action, const OutputSink& on_progress, const std::stop_token& stop) {
  HELPER_TRY_ASSIGN(const auto output, server.run({line(place, As::user, {"sh", "-s"}),
                                                   hook_script(env, action),
                                                   k_hook_limit,
                                                   {},
                                                   summary_of(place, name_of(action.moment))},
                                                  stop, on_progress));
  if (output.exit_status == 0)
    return run_script(server, place, mark_script(action),
                      std::string("the mark that ") + name_of(action.moment) + " has run", stop);
  return fail(ErrorCode::inside_failed, name_of(action.moment),
              "it failed with exit status " + std::to_string(output.exit_status) + last_words(output.out),
              "fix the command in the config, then: helper ensure");
}

}  // namespace helper::inside
