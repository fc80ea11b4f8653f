#include "base/local_runner.hpp"
#include "support/command_runner_contract.hpp"

namespace helper::test {
namespace {

const RunnerCase k_local{"LocalRunner", [] { return std::make_unique<LocalRunner>(); }};

}  // namespace

INSTANTIATE_TEST_SUITE_P(Local, CommandRunnerContract, ::testing::Values(k_local), runner_case_name);
INSTANTIATE_TEST_SUITE_P(Local, ShellContract, ::testing::Values(k_local), runner_case_name);

}  // namespace helper::test
