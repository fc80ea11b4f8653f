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

// What engines say of Dockerfiles that write CMD bash otherwise.
TEST(KeepAliveCommand, WaitsInPlaceOfAPromptHoweverItIsWritten) {
  for (const Command& command : {Command{"/bin/sh", "-c", "bash"},
                                 Command{"/bin/sh", "-c", "/bin/bash"},
                                 Command{"/bin/sh", "-c", "exec bash -l"},
                                 Command{"/bin/bash", "-c", "python3"},
                                 Command{"/bin/bash", "-o", "pipefail", "-c", "bash"},
                                 Command{"/bin/bash", "-lc", "zsh"},
                                 Command{"/bin/bash", "-l"},
                                 Command{"bash", "-i"},
                                 Command{"bash", "--login"},
                                 Command{"bash", "--rcfile", "/etc/rc", "-i"},
                                 Command{"/usr/bin/env", "bash"},
                                 Command{"env", "A=b", "bash", "-l"},
                                 Command{"busybox", "sh"},
                                 Command{"tini", "--", "bash"},
                                 Command{"tini", "-g", "bash", "-l"},
                                 Command{"python3", "-i"},
                                 Command{"python3", "-q"},
                                 Command{"ipython", "--no-banner"},
                                 Command{"bash", "-c"},
                                 Command{"node"},
                                 Command{"R"},
                                 Command{"julia"},
                                 Command{"/bin/sh", "-c", "/usr/local/bin/node"}}) {
    for (const Command& entrypoint : {Command{}, Command{"/entrypoint.sh"}, Command{"/usr/bin/tini", "--"}}) {
      const auto waits = of_image(entrypoint, command);
      ASSERT_TRUE(waits) << testing::PrintToString(command) << " behind " << testing::PrintToString(entrypoint);
      EXPECT_EQ(waits->front(), "sh");
      EXPECT_EQ(waits->size(), 3U);
    }
  }
}

TEST(KeepAliveCommand, IsTheTextOfAnEntrypointThatIsAShellWithMinusC) {
  const Command text{config::k_wait};
  EXPECT_EQ(of_image({"/bin/bash", "-c"}, {}), text);
  EXPECT_EQ(of_image({"/bin/bash", "-lc"}, {"bash"}), text);
  EXPECT_EQ(of_image({"/bin/sh", "-c"}, {"bash -l"}), text);
  EXPECT_EQ(of_image({"tini", "--", "/bin/bash", "-c"}, {}), text);
  EXPECT_EQ(of_image({"/bin/bash", "-c"}, {"serve --port 80"}), std::nullopt);
}

TEST(KeepAliveCommand, FollowsTheOptionsOfAnEntrypointThatIsAShell) {
  const Command options{"-c", config::k_wait};
  EXPECT_EQ(of_image({"/bin/bash", "-l"}, {}), options);
  EXPECT_EQ(of_image({"/bin/bash"}, {"-l"}), options);
  EXPECT_EQ(of_image({"/bin/bash"}, {"bash"}), options);
  EXPECT_EQ(of_image({"/usr/bin/env", "bash"}, {}), options);
  EXPECT_EQ(of_image({"/bin/bash", "--login"}, {"/start.sh"}), std::nullopt);
  EXPECT_EQ(of_image({"/bin/bash"}, {"-c", "serve"}), std::nullopt);
}

// "ENTRYPOINT bash": what a container is given after it is never read.
TEST(KeepAliveCommand, IsNoneBehindAnEntrypointThatTakesNoCommand) {
  const Image image{"sha256:1", {"/bin/sh", "-c", "bash"}, {"-l"}};
  EXPECT_EQ(keep_alive_command({}, image), std::nullopt);
  EXPECT_TRUE(entrypoint_takes_no_command(image));
  EXPECT_FALSE(entrypoint_takes_no_command({"sha256:1", {"/bin/bash"}, {}}));
  EXPECT_FALSE(entrypoint_takes_no_command({"sha256:1", {"/bin/sh", "-c", "serve"}, {}}));
  EXPECT_FALSE(entrypoint_takes_no_command({"sha256:1", {}, {"bash"}}));
}

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
  EXPECT_EQ(of_image({}, {"/bin/sh", "-c", "bash /start.sh"}), std::nullopt);
  EXPECT_EQ(of_image({}, {"/bin/sh", "-c", "bash; sleep 9"}), std::nullopt);
  EXPECT_EQ(of_image({}, {"/bin/sh", "-c", "while true; do sleep 9; done"}), std::nullopt);
  EXPECT_EQ(of_image({}, {"bash", "-l", "/start.sh"}), std::nullopt);
  EXPECT_EQ(of_image({}, {"python3", "-i", "train.py"}), std::nullopt);
  EXPECT_EQ(of_image({}, {"python3", "-m", "http.server"}), std::nullopt);
  EXPECT_EQ(of_image({}, {"env", "A=b", "serve"}), std::nullopt);
  EXPECT_EQ(of_image({}, {"env"}), std::nullopt);
  EXPECT_EQ(of_image({}, {"node", "server.js"}), std::nullopt);
}

}  // namespace
}  // namespace helper::plan
