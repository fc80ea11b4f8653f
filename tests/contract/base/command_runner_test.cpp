#include "base/process/local_runner.hpp"
#include "support/command_runner_contract.hpp"
#include "support/fake_command_runner.hpp"

namespace helper::test {
namespace {

const RunnerCase k_local{"LocalRunner", [] { return std::make_unique<LocalRunner>(); }};

const RunnerCase k_fake{"FakeCommandRunner", [] {
                          auto runner = std::make_unique<FakeCommandRunner>();
                          for (const auto& [script, output] : contract_answers()) runner->always(script, output);
                          return runner;
                        }};

}  // namespace

INSTANTIATE_TEST_SUITE_P(Fake, CommandRunnerContract, ::testing::Values(k_fake), runner_case_name);
INSTANTIATE_TEST_SUITE_P(Local, CommandRunnerContract, ::testing::Values(k_local), runner_case_name);
INSTANTIATE_TEST_SUITE_P(Local, ShellContract, ::testing::Values(k_local), runner_case_name);

}  // namespace helper::test
