#include "inside/run.hpp"

#include "base/shell.hpp"
#include "base/text.hpp"

#include <utility>

namespace helper::inside {
namespace {

std::string quoted(Words words, const Words& program) {
  words.insert(words.end(), program.begin(), program.end());
  return shell::quote(words);
}

bool is_full(std::string_view said) {
  const std::string words = lower_case(said);
  return words.find("no space left") != std::string::npos || words.find("disk quota") != std::string::npos;
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

Result<void> run_there(CommandRunner& server, const Place& place, const Command& command, const std::string& thing,
                       const std::stop_token& stop) {
  auto output = run_or_fail(server, command, {ErrorCode::inside_failed, thing, look_inside(place)}, stop);
  if (output) return {};
  Error error = std::move(output).error();
  if (error.code == ErrorCode::inside_failed && is_full(error.cause))
    error.fix = "make room in " + place.name + "; to see what is full, on the server: " + place.by_hand + " df -h";
  return fail(std::move(error));
}

Result<void> run_script(CommandRunner& server, const Place& place, const std::string& script, const std::string& doing,
                        const std::stop_token& stop) {
  return run_there(
      server, place,
      {script_line(place, As::root, script) + " </dev/null", {}, k_inside_limit, {}, summary_of(place, doing)}, doing,
      stop);
}

std::string summary_of(const Place& place, const std::string& what) {
  return "sh in " + place.name + " (" + what + ")";
}

std::string look_inside(const Place& place) { return "look inside, on the server: " + place.to_enter; }

std::string yes(bool value) { return value ? "yes" : "no"; }

}  // namespace helper::inside
