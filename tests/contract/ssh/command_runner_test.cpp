#include "ssh/ssh_runner.hpp"
#include "support/command_runner_contract.hpp"
#include "support/sshd.hpp"

namespace helper::test {
namespace {

// A runner together with the server that it speaks to.
class RunnerOnItsServer final : public CommandRunner {
 public:
  [[nodiscard]] Result<CommandOutput> run(const Command& command, const std::stop_token& stop,
                                          const OutputSink& on_output = {}) override {
    return runner_.run(command, stop, on_output);
  }
  [[nodiscard]] std::string where() const override { return runner_.where(); }

 private:
  Sshd sshd_;
  OwnSshConfig config_{sshd_.host_block("gpu1")};
  ssh::SshRunner runner_{"gpu1", {}};
};

const RunnerCase k_ssh{"SshRunner", [] { return std::make_unique<RunnerOnItsServer>(); }};

}  // namespace

INSTANTIATE_TEST_SUITE_P(Ssh, CommandRunnerContract, ::testing::Values(k_ssh), runner_case_name);
INSTANTIATE_TEST_SUITE_P(Ssh, ShellContract, ::testing::Values(k_ssh), runner_case_name);

}  // namespace helper::test
