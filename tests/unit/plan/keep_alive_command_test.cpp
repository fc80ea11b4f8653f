#include "plan/keep_alive.hpp"

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

TEST(KeepAliveCommand, WaitsBehindAnEntrypointThatIsKnownToRunAShellWhenItIsGivenNothing) {
  for (const Command& entrypoint : {Command{"/opt/nvidia/nvidia_entrypoint.sh"}, Command{"/usr/bin/tini", "--"},
                                    Command{"/usr/bin/dumb-init"}, Command{"tini", "-g", "--"}}) {
    const auto command = of_image(entrypoint, {});
    ASSERT_TRUE(command) << entrypoint.front();
    EXPECT_EQ(command->front(), "sh");
  }
}

TEST(KeepAliveCommand, WaitsInsideAnEntrypointThatIsItselfAShellOrPython) {
  const auto shell = of_image({"/bin/bash"}, {});
  ASSERT_TRUE(shell);
  EXPECT_EQ(shell->front(), "-c");
  EXPECT_NE(shell->at(1).find("sleep"), std::string::npos);
  const auto python = of_image({"/usr/bin/python3.11"}, {});
  ASSERT_TRUE(python);
  EXPECT_EQ(python->front(), "-c");
  EXPECT_NE(python->at(1).find("signal.pause()"), std::string::npos);
}

TEST(KeepAliveCommand, WaitsWhenTheImageHasNothingToRun) { EXPECT_TRUE(of_image({}, {})); }

TEST(KeepAliveCommand, LeavesImagesAloneThatRunSomething) {
  EXPECT_EQ(of_image({}, {"/usr/sbin/sshd", "-D"}), std::nullopt);
  EXPECT_EQ(of_image({}, {"bash", "-c", "serve"}), std::nullopt);
  EXPECT_EQ(of_image({}, {"python", "train.py"}), std::nullopt);
  EXPECT_EQ(of_image({"/entrypoint.sh"}, {}), std::nullopt);
  EXPECT_EQ(of_image({}, {"mybash"}), std::nullopt);
  EXPECT_EQ(of_image({}, {"pythonic"}), std::nullopt);
  EXPECT_EQ(of_image({"python3", "-m", "serve"}, {}), std::nullopt);
  EXPECT_EQ(of_image({"/usr/bin/python3"}, {"serve.py"}), std::nullopt);
  EXPECT_EQ(of_image({"/usr/bin/tini", "--", "serve"}, {}), std::nullopt);
}

}  // namespace
}  // namespace helper::plan
