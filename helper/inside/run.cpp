#include "inside/run.hpp"

#include "base/shell.hpp"

namespace helper::inside {
namespace {

std::string quoted(Words words, const Words& program) {
  words.insert(words.end(), program.begin(), program.end());
  return shell::quote(words);
}

}  // namespace

std::string line(const Place& place, As who, const Words& program) {
  return quoted(plan::entry(place, who).words, program);
}

std::string detached_line(const Place& place, As who, const Words& program) {
  return quoted(plan::entry(place, who).detached, program);
}

Words script_words(const Words& shell, const std::string& script) {
  Words words = shell;
  words.insert(words.end(), {"-c", "unset IFS\n" + script});
  return words;
}

std::string script_line(const Place& place, As who, const std::string& script) {
  return line(place, who, script_words(place.shell, script));
}

Result<void> run_script(CommandRunner& server, const Place& place, const std::string& script, const std::string& doing,
                        const std::stop_token& stop) {
  HELPER_TRY(run_or_fail(
      server, {script_line(place, As::root, script) + " </dev/null", {}, k_inside_limit, {}, summary_of(place, doing)},
      {ErrorCode::inside_failed, doing, look_inside(place)}, stop));
  return {};
}

std::string summary_of(const Place& place, const std::string& what) {
  return "sh in " + place.name + " (" + what + ")";
}

std::string look_inside(const Place& place) { return "look inside, on the server: " + place.to_enter; }

std::string yes(bool value) { return value ? "yes" : "no"; }

}  // namespace helper::inside
