#include "ssh/control.hpp"
#include "support/command_runner_contract.hpp"
#include "support/sshd.hpp"

#include <thread>

namespace helper::test {
namespace {

// A runner together with the server that it speaks to.
class RunnerOnItsServer : public CommandRunner {
 public:
  [[nodiscard]] Result<CommandOutput> run(const Command& command, const std::stop_token& stop,
                                          const OutputSink& on_output = {}) override {
    return runner_.run(command, stop, on_output);
  }
  [[nodiscard]] std::string where() const override { return runner_.where(); }

 protected:
  Sshd sshd_;
  OwnSshConfig config_{sshd_.host_block("gpu1")};
  std::shared_ptr<ssh::Control> control_ = std::make_shared<ssh::Control>("gpu1");
  ssh::SshRunner runner_{control_, {}};
};

// The same, while seven others work on the same session: some all the time, some silently, one with a sink that is
// slow.
class RunnerAmongOthers final : public RunnerOnItsServer {
 public:
  RunnerAmongOthers() {
    for (const std::string script :
         {"echo out; echo err >&2", "head -c 300000 /dev/zero", "exit 3", "cat", "sleep 60"}) {
      others_.emplace_back([this, script](const std::stop_token& stop) { work(script, {}, stop); });
    }
    others_.emplace_back([this](const std::stop_token& stop) { work("sleep 0.05", {}, stop); });
    others_.emplace_back([this](const std::stop_token& stop) {
      work(
          "yes | head -c 100000", [](std::string_view) { std::this_thread::sleep_for(Milliseconds(20)); }, stop);
    });
  }

 private:
  void work(const std::string& script, const OutputSink& sink, const std::stop_token& stop) {
    ssh::SshRunner runner(control_, {});
    while (!stop.stop_requested()) {
      const auto output = runner.run({script, "some text\n", Milliseconds(60'000)}, stop, sink);
      if (!output && !stop.stop_requested()) ADD_FAILURE() << script << ": " << to_text(output.error());
    }
  }
  std::vector<std::jthread> others_;  // last: they use the rest
};

const RunnerCase k_ssh{"SshRunner", [] { return std::make_unique<RunnerOnItsServer>(); }};
const RunnerCase k_among_others{"SshRunnerAmongOthers", [] { return std::make_unique<RunnerAmongOthers>(); }};

}  // namespace

INSTANTIATE_TEST_SUITE_P(Ssh, CommandRunnerContract, ::testing::Values(k_ssh, k_among_others), runner_case_name);
INSTANTIATE_TEST_SUITE_P(Ssh, ShellContract, ::testing::Values(k_ssh, k_among_others), runner_case_name);

}  // namespace helper::test
