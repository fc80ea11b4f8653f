#include "plan/step.hpp"

#include <gtest/gtest.h>

namespace helper::plan {
namespace {

const DesiredTunnel k_tunnel{"ssh", 2222, 22};

TEST(ActionText, SaysEveryActionInOneLine) {
  const std::vector<std::pair<Action, std::string>> actions{
      {OpenTunnel{k_tunnel}, "open 127.0.0.1:2222 (ssh)"},
      {CloseTunnel{2222}, "close 127.0.0.1:2222"},
      {PointTunnel{k_tunnel, Endpoint{"172.17.0.2", 22}}, "forward 127.0.0.1:2222 (ssh) to 172.17.0.2:22"},
      {MakeLocalKey{}, "make an SSH key"},
      {PullImage{"a:1"}, "pull image a:1"},
      {CreateContainer{"c", "a:1", GpuWay::none, "", std::nullopt}, "create container c from a:1"},
      {CreateContainer{"c", "a:1", GpuWay::gpus_flag, "", std::nullopt}, "create container c from a:1 with --gpus"},
      {CreateContainer{"c", "a:1", GpuWay::runtime, "nvidia", std::nullopt},
       "create container c from a:1 with --runtime=nvidia"},
      {StartContainer{"c"}, "start container c"},
      {UnpauseContainer{"c"}, "unpause container c"},
      {StopContainer{"c"}, "stop container c"},
      {RemoveContainer{"c"}, "remove container c"},
      {MakeHostKeys{}, "make host keys for the container"},
      {WriteRecord{"c", {}}, "record the owner of container c"},
      {RemoveRecord{"c", "helper-of-c"}, "remove the record of container c"},
      {FetchHostKeys{"helper-of-c", "i", {}}, "copy the container's host keys to this machine"},
      {AuthorizeKey{}, "add your key to those that the container admits"},
      {FillBundleVolume{"v", "i", {}}, "put an SSH server for containers on the server"},
      {SendBundle{"centernet", {}}, "put an SSH server into container centernet"},
      {StartSshd{}, "start sshd in the container"},
      {Eject{"centernet"}, "take everything of helper's out of container centernet"},
      {PinHostKeys{{"ssh-ed25519 AAAA"}}, "pin the container's host keys"},
      {PinHostKeys{}, "forget the container's host keys"}};
  for (const auto& [action, text] : actions) EXPECT_EQ(to_text(action), text);
}

TEST(StepText, AddsTheCause) {
  EXPECT_EQ(to_text(Step{StartContainer{"c"}, "it is stopped (exit code 1)"}),
            "start container c: it is stopped (exit code 1)");
}

TEST(PlanText, IsStepsThenProblemsThenNotesAndNothingForAnEmptyPlan) {
  Plan plan;
  EXPECT_EQ(to_text(plan), "");
  EXPECT_TRUE(plan.empty());
  plan.notes = {"a note"};
  EXPECT_TRUE(plan.empty());
  plan.problems = {{ErrorCode::internal, "x", "it is broken", "mend it"}};
  EXPECT_FALSE(plan.empty());
  plan.steps = {{StartContainer{"c"}, "because"}};
  EXPECT_EQ(to_text(plan), "start container c: because\nproblem: x: it is broken\n  fix: mend it\nnote: a note\n");
}

TEST(ContainerStateText, IsTheEnginesOwnWord) {
  for (const auto& [state, text] :
       {std::pair(ContainerState::absent, "absent"), std::pair(ContainerState::created, "created"),
        std::pair(ContainerState::running, "running"), std::pair(ContainerState::paused, "paused"),
        std::pair(ContainerState::restarting, "restarting"), std::pair(ContainerState::removing, "removing"),
        std::pair(ContainerState::exited, "exited"), std::pair(ContainerState::dead, "dead")}) {
    EXPECT_EQ(to_text(state), text);
  }
}

}  // namespace
}  // namespace helper::plan
