#include "plan/make_plan.hpp"

#include <gtest/gtest.h>

namespace helper::plan {
namespace {

using Command = std::vector<std::string>;

std::optional<Command> of_image(Command entrypoint, Command command) {
  return keep_alive_command({}, {"sha256:1", std::move(entrypoint), std::move(command)});
}

TEST(KeepAliveCommand, IsTheConfigsOwnWhateverTheImageRuns) {
  config::ContainerConfig config;
  config.command = Command{"sleep", "infinity"};
  EXPECT_EQ(keep_alive_command(config, {"sha256:1", {}, {"bash"}}), config.command);
  EXPECT_EQ(keep_alive_command(config, {"sha256:1", {}, {"serve"}}), config.command);
}

TEST(KeepAliveCommand, WaitsInPlaceOfABareShellOrPython) {
  for (const char* program :
       {"sh", "bash", "/bin/bash", "/usr/bin/zsh", "python", "/opt/conda/bin/python3", "ipython"}) {
    const auto command = of_image({}, {program});
    ASSERT_TRUE(command) << program;
    EXPECT_EQ(command->front(), "sh");
    EXPECT_EQ(command->at(1), "-c");
    EXPECT_NE(command->at(2).find("sleep"), std::string::npos);
  }
}

TEST(KeepAliveCommand, WaitsBehindAnEntrypointThatRunsWhatItIsGiven) {
  EXPECT_TRUE(of_image({"/opt/nvidia/nvidia_entrypoint.sh"}, {"bash"}));
}

TEST(KeepAliveCommand, WaitsWhenTheImageHasNothingToRun) { EXPECT_TRUE(of_image({}, {})); }

TEST(KeepAliveCommand, LeavesImagesAloneThatRunSomething) {
  EXPECT_EQ(of_image({}, {"/usr/sbin/sshd", "-D"}), std::nullopt);
  EXPECT_EQ(of_image({}, {"bash", "-c", "serve"}), std::nullopt);
  EXPECT_EQ(of_image({}, {"python", "train.py"}), std::nullopt);
  EXPECT_EQ(of_image({"/entrypoint.sh"}, {}), std::nullopt);
  EXPECT_EQ(of_image({}, {"mybash"}), std::nullopt);
}

}  // namespace
}  // namespace helper::plan
