#include "plan/step.hpp"

#include <gtest/gtest.h>

namespace helper::plan {
namespace {

const DesiredTunnel k_tunnel{"ssh", 2222, 22};

TEST(ActionText, SaysEveryActionInOneLine) {
  const std::vector<std::pair<Action, std::string>> actions{
      {OpenTunnel{k_tunnel}, "open 127.0.0.1:2222 for ssh"},
      {CloseTunnel{2222}, "close 127.0.0.1:2222"},
      {PointTunnel{k_tunnel, Endpoint{"172.17.0.2", 22}}, "forward 127.0.0.1:2222 to sshd in the container"},
      {MakeLocalKey{}, "create an SSH key"},
      {PullImage{"a:1"}, "pull image a:1"},
      {CreateContainer{"c", "a:1", GpuWay::none, "", std::nullopt}, "create container c from a:1"},
      {CreateContainer{"c", "a:1", GpuWay::gpus_flag, "", std::nullopt}, "create container c from a:1 with --gpus"},
      {CreateContainer{"c", "a:1", GpuWay::runtime, "nvidia", std::nullopt},
       "create container c from a:1 with --runtime=nvidia"},
      {StartContainer{"c"}, "start container c"},
      {UnpauseContainer{"c"}, "unpause container c"},
      {StopContainer{"c"}, "stop container c"},
      {RemoveContainer{"c"}, "remove container c"},
      {MakeHostKeys{}, "create host keys for the container"},
      {WriteRecord{"c", {}}, "record the owner of container c"},
      {RemoveRecord{"c", "helper-of-c"}, "remove the record of container c"},
      {FetchHostKeys{"helper-of-c", "i", {}}, "copy the container's host keys to this machine"},
      {AuthorizeKey{}, "add your key to those that the container admits"},
      {FillBundleVolume{"v", "i", {}}, "copy an SSH server for containers to the server"},
      {SendBundle{"centernet", {}}, "copy an SSH server into container centernet"},
      {StartSshd{}, "start sshd in the container"},
      {InstallJupyter{"/opt/conda/bin/python", "/root"}, "install JupyterLab for /opt/conda/bin/python"},
      {Eject{"centernet"}, "remove everything of helper's from container centernet"},
      {PinHostKeys{{"ssh-ed25519 AAAA"}}, "pin the container's host keys"},
      {PinHostKeys{}, "forget the container's host keys"}};
  for (const auto& [action, text] : actions) EXPECT_EQ(to_text(action), text);
}

TEST(StepText, AddsTheCause) {
  EXPECT_EQ(to_text(Step{StartContainer{"c"}, "stopped with exit code 1"}),
            "start container c: stopped with exit code 1");
}

TEST(StepText, OfAFinishedStepIsInThePast) {
  const DesiredTunnel jupyter{"jupyter", 8888, 8888};
  const DesiredTunnel board{"port 6006", 6006, 6006};
  const std::vector<std::pair<Step, std::string>> steps{
      {{OpenTunnel{k_tunnel}, "not open yet", true}, "opened 127.0.0.1:2222 for ssh"},
      {{PointTunnel{k_tunnel, Endpoint{"172.17.0.2", 22}, "web"}, "x", true},
       "forwarded 127.0.0.1:2222 to sshd in web"},
      {{PointTunnel{jupyter, Endpoint{"172.17.0.2", 8888}, "web"}, "x", true},
       "forwarded 127.0.0.1:8888 to Jupyter in web"},
      {{PointTunnel{board, Endpoint{"172.17.0.2", 6006}, "web"}, "x", true},
       "forwarded 127.0.0.1:6006 to port 6006 of web"},
      {{CreateContainer{"c", "a:1", GpuWay::none, "", std::nullopt}, "did not exist"},
       "created container c from a:1 (did not exist)"},
      {{StartContainer{"c"}, "stopped with exit code 1"}, "started container c (stopped with exit code 1)"},
      {{StartSshd{}, "sshd is not running", true}, "started sshd in the container"},
      {{PinHostKeys{}, "", false}, "forgot the container's host keys"}};
  for (const auto& [step, text] : steps) EXPECT_EQ(done_text(step), text);
}

TEST(PlanText, IsStepsThenProblemsThenNotesAndNothingForAnEmptyPlan) {
  Plan plan;
  EXPECT_EQ(to_text(plan), "");
  EXPECT_TRUE(plan.empty());
  plan.notes = {"a note"};
  EXPECT_TRUE(plan.empty());
  plan.problems = {{ErrorCode::internal, "x", "it is broken", "fix it"}};
  EXPECT_FALSE(plan.empty());
  plan.steps = {{StartContainer{"c"}, "because"}};
  EXPECT_EQ(to_text(plan), "start container c: because\nproblem: x is broken\n  fix: fix it\nnote: a note\n");
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
