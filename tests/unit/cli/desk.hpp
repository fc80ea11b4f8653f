// Desk is everything a verb works with, in a test's hands: a scripted daemon and person, files in memory, two strings
// as outputs. run() goes through the real parser and the real verb.
#pragma once

#include "cli/context.hpp"
#include "cli/parse.hpp"
#include "support/fake_daemon.hpp"
#include "support/fake_file_store.hpp"
#include "support/manual_clock.hpp"
#include "support/scripted_prompter.hpp"
#include "support/temp_folder.hpp"

#include <deque>
#include <fstream>
#include <functional>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace helper::test {

struct Desk {
  FakeDaemon daemon;
  FakeFileStore files;
  ScriptedPrompter person;
  ManualClock clock;
  TempFolder folder;
  bool can_ask = false;
  bool out_is_terminal = false;
  std::ostringstream out;
  std::ostringstream err;
  std::unique_ptr<cli::Interrupts> interrupts;
  std::vector<std::string> became;    // what the verb gave its place to
  std::vector<ProcessSpec> ran;       // processes that it ran,
  std::deque<CommandOutput> outputs;  // and what they answer, in order; else they cannot be run

  Desk() { std::ofstream(config_file()) << "{}"; }

  [[nodiscard]] std::filesystem::path config_file() const { return folder.path() / "helper.json"; }

  // `instead` takes the verb's place.
  Result<int> run(const std::vector<std::string>& words,
                  const std::function<Result<int>(cli::Context&)>& instead = {}) {
    HELPER_TRY_ASSIGN(const cli::Invocation invocation, cli::parse(words));
    std::optional<Milliseconds> limit;
    if (invocation.arguments.has("--timeout")) limit = Milliseconds(1000LL * invocation.arguments.number("--timeout"));
    interrupts.reset();  // one at a time in a process
    HELPER_TRY_ASSIGN(interrupts, cli::Interrupts::watch(limit));
    const cli::Style style{.color = false, .live = false, .utf8 = true, .width = 80};
    cli::Context context{.arguments = invocation.arguments,
                         .out = out,
                         .err = err,
                         .out_style = style,
                         .err_style = style,
                         .out_is_terminal = out_is_terminal,
                         .json = invocation.arguments.has("--json"),
                         .quiet = invocation.arguments.has("--quiet"),
                         .folder = folder.path(),
                         .agent_socket = "/run/agent.sock",
                         .files = files,
                         .person = person,
                         .can_ask = can_ask,
                         .interrupts = *interrupts,
                         .clock = clock,
                         .paths = [this]() -> Result<Paths> {
                           Paths paths;
                           paths.home = folder.path();
                           paths.runtime = folder.path() / "run" / "helper";
                           paths.data = folder.path() / "data";
                           paths.state = folder.path() / "state";
                           paths.user_config_file = folder.path() / "config" / "helper" / "config.json";
                           return paths;
                         },
                         .daemon = [this]() -> Result<cli::Daemon*> { return &daemon; },
                         .in_is_terminal = false,
                         .become = [this](const std::vector<std::string>& argv) -> Result<int> {
                           became = argv;
                           return 0;
                         },
                         .process = [this](const ProcessSpec& spec, const OutputSink&) -> Result<CommandOutput> {
                           ran.push_back(spec);
                           if (outputs.empty()) return fail(ErrorCode::server_command, spec.argv.front(), "no answer");
                           CommandOutput output = std::move(outputs.front());
                           outputs.pop_front();
                           return output;
                         }};
    return instead ? instead(context) : invocation.verb->runner(context);
  }
};

}  // namespace helper::test
