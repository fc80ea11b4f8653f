#include "engine/engine_cli.hpp"

#include "base/sections.hpp"
#include "base/shell.hpp"
#include "engine/probe.hpp"

namespace helper::engine {
namespace {

constexpr Milliseconds k_find_limit{20'000};

}  // namespace

Argv EngineCli::argv(std::initializer_list<std::string> words) const {
  Argv line{program};
  line.insert(line.end(), words.begin(), words.end());
  return line;
}

EngineCli cli_of(const plan::Engine& engine) { return {engine.program}; }

Result<EngineCli> find_cli(CommandRunner& server, const config::Target& target, const std::stop_token& stop) {
  if (target.engine != "auto") return EngineCli{target.engine};
  const std::string nonce = make_nonce();
  HELPER_TRY_ASSIGN(
      const auto output,
      server.run({choice_script(target, nonce), {}, k_find_limit, {}, "sh (which engine answers)"}, stop));
  HELPER_TRY_ASSIGN(auto program, read_choice(output.out, nonce, target));
  return EngineCli{std::move(program)};
}

Command command(const Argv& argv, Milliseconds limit, std::string stdin_text) {
  return {k_engine_path + shell::quote(argv), std::move(stdin_text), limit, {}, summary_of(argv)};
}

std::string summary_of(const Argv& argv) {
  std::string text;
  bool shown = true;
  for (const auto& word : argv) {
    if (word == "--") {
      shown = true;
    } else if (word.starts_with('-')) {
      shown = false;
    } else if (shown) {
      text += (text.empty() ? "" : " ") + word;
    }
  }
  return text;
}

Result<CommandOutput> run_engine(CommandRunner& server, const EngineCli& cli, const Command& what,
                                 const std::string& name, const std::stop_token& stop) {
  return run_or_fail(server, what,
                     {ErrorCode::container_failed, "container " + name,
                      "look at it on the server: " + cli.program + " inspect " + shell::quote(name)},
                     stop);
}

Result<void> run_engine(CommandRunner& server, const EngineCli& cli, std::initializer_list<std::string> words,
                        const std::string& name, const std::stop_token& stop) {
  HELPER_TRY(run_engine(server, cli, command(cli.argv(words), k_start_limit), name, stop));
  return {};
}

}  // namespace helper::engine
