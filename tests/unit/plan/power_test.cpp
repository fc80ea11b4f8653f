// The plans that stop a target or remove it.
#include "plan/make_plan.hpp"
#include "unit/plan/sample.hpp"

#include <gtest/gtest.h>

namespace helper::plan {
namespace {

using test::container;
using test::plan_text;
using test::ready;
using test::with_container;

struct PowerCase {
  ContainerState state;
  const char* stopped;  // the plan's lines about the container
  const char* absent;
};

class MakePlanForPower : public testing::TestWithParam<PowerCase> {};

TEST_P(MakePlanForPower, StopsAndRemovesAContainerAsItsStateNeeds) {
  const Observed observed = with_container(container(GetParam().state));
  const auto closes = [](const std::string& cause) {
    return "close 127.0.0.1:2222: " + cause + "\nclose 127.0.0.1:8888: " + cause + "\n";
  };
  EXPECT_EQ(plan_text(observed, Power::stopped), closes("the target will be stopped") + GetParam().stopped);
  EXPECT_EQ(plan_text(observed, Power::absent), closes("the target will be removed") + GetParam().absent +
                                                    "forget the container's host keys: the target will be removed\n");
}

constexpr const char* k_stop = "stop container centernet: the target will be stopped\n";
constexpr const char* k_remove = "remove container centernet: the target will be removed\n";
constexpr const char* k_stop_and_remove =
    "stop container centernet: the target will be removed\nremove container centernet: the target will be removed\n";

INSTANTIATE_TEST_SUITE_P(EveryState, MakePlanForPower,
                         testing::Values(PowerCase{ContainerState::absent, "", ""},
                                         PowerCase{ContainerState::created, "", k_remove},
                                         PowerCase{ContainerState::running, k_stop, k_stop_and_remove},
                                         PowerCase{ContainerState::paused, k_stop, k_stop_and_remove},
                                         PowerCase{ContainerState::restarting, k_stop, k_stop_and_remove},
                                         PowerCase{ContainerState::removing, "", k_remove},
                                         PowerCase{ContainerState::exited, "", k_remove},
                                         PowerCase{ContainerState::dead, "", k_remove}),
                         [](const auto& each) { return to_text(each.param.state); });

// --rm: the engine deletes such a container as soon as it stops, whether helper made it or not.
TEST(MakePlan, StopsNoContainerThatTheEngineWouldDeleteThen) {
  for (const auto state : {ContainerState::running, ContainerState::paused, ContainerState::restarting}) {
    for (const bool ours : {true, false}) {
      Observed observed = with_container(container(state));
      observed.server.container->auto_remove = true;
      observed.local.tunnels.clear();
      observed.server.engine->program = "podman";
      if (!ours) observed.server.container->labels.clear();
      EXPECT_EQ(
          plan_text(observed, Power::stopped),
          "problem: container centernet was started with --rm: if helper stopped it, the engine would delete "
          "it with all that was written in it\n"
          "  fix: keep a copy first: helper snapshot centernet; then stop it yourself, on the server: podman stop "
          "centernet; to restart only what helper runs in it: helper eject centernet && helper ensure "
          "centernet\n");
      const Plan removes = test::plan_for(test::desired(Power::absent), observed);
      EXPECT_TRUE(removes.steps.empty());
      EXPECT_EQ(removes.problems.size(), 1U);
    }
  }
}

TEST(MakePlan, RecreatesNoContainerThatTheEngineWouldDeleteBeforeTheNewOneIsThere) {
  for (const Consent consent : {Consent::yes, Consent::snapshot_first}) {
    Observed observed = ready();
    observed.server.container->auto_remove = true;
    observed.server.container->labels[k_label_spec] = "another";
    observed.attempts.consent = consent;
    observed.attempts.consent_for = observed.server.container->id;
    const Plan plan = test::plan_for(test::desired(), observed);
    EXPECT_TRUE(plan.steps.empty()) << to_text(plan);
    ASSERT_EQ(plan.problems.size(), 1U);
    EXPECT_NE(plan.problems.front().cause.find("--rm"), std::string::npos);
  }
}

TEST(MakePlan, TellsThatAnAdoptedContainerEndsWithItsStop) {
  Observed observed = ready();
  observed.server.container->labels.clear();
  EXPECT_EQ(plan_text(observed).find("--rm"), std::string::npos);
  observed.server.container->auto_remove = true;
  EXPECT_NE(plan_text(observed).find("was started with --rm: the engine deletes it"), std::string::npos);
}

TEST(MakePlan, ATargetThatIsGoneNeedsNothing) {
  Observed observed;
  observed.server.container = Container{};
  EXPECT_EQ(plan_text(observed, Power::stopped), "");
  EXPECT_EQ(plan_text(observed, Power::absent), "");
}

TEST(MakePlan, RemovingTellsOfTheVolumeThatStays) {
  config::Target target = test::target();
  target.ide.backend_cache = true;
  Observed observed = with_container(container(ContainerState::exited));
  observed.server.engine->program = "podman";
  const auto removes = test::plan_for(desired_state(target, Power::absent), observed);
  const std::vector<std::string> told{
      "what ide.backend_cache keeps stays in volume helper-centernet-jetbrains; to remove it, on the server: podman "
      "volume rm helper-centernet-jetbrains"};
  EXPECT_EQ(removes.notes, told);
  observed.server.container = Container{};
  EXPECT_EQ(test::plan_for(desired_state(target, Power::absent), observed).notes, told);
  EXPECT_TRUE(test::plan_for(desired_state(target, Power::stopped), observed).notes.empty());
}

TEST(MakePlan, ForgetsNoHostKeysBeforeItIsKnownWhatTheServerHas) {
  Observed here = ready();
  here.server.container = std::nullopt;
  here.local.tunnels.clear();
  EXPECT_EQ(plan_text(here, Power::absent), "");
}

TEST(MakePlan, NeverRemovesAContainerThatHelperDidNotMake) {
  Observed observed = with_container(container(ContainerState::exited));
  observed.server.container->labels.clear();
  observed.local.tunnels.clear();
  EXPECT_EQ(plan_text(observed, Power::absent),
            "problem: container centernet: helper did not make it and so does not remove it\n"
            "  fix: on the server: docker rm centernet\n");
  observed.server.container->state = ContainerState::running;
  EXPECT_EQ(plan_text(observed, Power::absent),
            "problem: container centernet: helper did not make it and so does not remove it\n"
            "  fix: on the server: docker stop centernet && docker rm centernet\n");
}

TEST(MakePlan, StoppingAndRemovingNeedTheServerAndTheEngine) {
  for (const Power power : {Power::stopped, Power::absent}) {
    Observed observed = ready();
    observed.local.tunnels.clear();
    observed.server.error = Error{ErrorCode::server_unreachable, "gpu1", "no route to host", ""};
    EXPECT_EQ(plan_text(observed, power), "problem: gpu1: no route to host\n");
    observed.server.error = std::nullopt;
    observed.server.engine_error = Error{ErrorCode::engine_down, "engine", "it does not run", ""};
    EXPECT_EQ(plan_text(observed, power), "problem: engine does not run\n");
  }
}

}  // namespace
}  // namespace helper::plan
