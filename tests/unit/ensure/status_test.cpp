#include "ensure/status.hpp"

#include "plan/make_plan.hpp"
#include "unit/plan/sample.hpp"

#include <gtest/gtest.h>

namespace helper::ensure {
namespace {

namespace sample = plan::test;

TargetStatus status_of(const plan::Observed& observed, const std::vector<tunnel::TunnelStatus>& tunnels = {}) {
  const auto desired = sample::desired();
  return target_status(desired, observed, plan::make_plan(desired, observed), tunnels);
}

TEST(TargetStatus, OfAReadyTargetSaysWhatRunsThere) {
  const auto status = status_of(
      sample::ready(), {{2222, "ssh", Endpoint{"127.0.0.1", 49153}, true, "", 2}, {8888, "jupyter", {}, true, "", 0}});
  EXPECT_EQ(status.target, "centernet");
  EXPECT_EQ(status.server, "gpu1");
  EXPECT_EQ(status.state, "ready");
  EXPECT_EQ(status.container, "centernet");
  EXPECT_EQ(status.container_state, "running");
  EXPECT_EQ(status.image, "centernet:1.2");
  EXPECT_EQ(status.gpus, std::vector<std::string>{"GPU 0: NVIDIA H100 (UUID: GPU-0)"});
  EXPECT_EQ(status.python, "/opt/conda/envs/CenterNet/bin/python");
  EXPECT_EQ(status.python_version, "3.11.2");
  ASSERT_EQ(status.tunnels.size(), 2U);
  EXPECT_EQ(status.tunnels[0].leads_to, "127.0.0.1:49153 on gpu1");
  EXPECT_TRUE(status.tunnels[0].up);
  EXPECT_EQ(status.tunnels[0].connections, 2U);
  EXPECT_EQ(status.tunnels[1].leads_to, "");
  EXPECT_FALSE(status.tunnels[1].up);
  EXPECT_TRUE(status.would_do.empty() && status.problems.empty() && status.notes.empty());
}

TEST(TargetStatus, OfATunnelWithoutALinkNamesTheTrouble) {
  const auto status =
      status_of(sample::ready(), {{2222, "ssh", Endpoint{"127.0.0.1", 49153}, false, "gpu1 does not answer", 0}});
  EXPECT_FALSE(status.tunnels.front().up);
  EXPECT_EQ(status.tunnels.front().trouble, "gpu1 does not answer");
}

TEST(TargetStatus, SaysInOneWordHowItStands) {
  using plan::ContainerState;
  const auto word = [](ContainerState state) {
    return status_of(sample::with_container(sample::container(state))).state;
  };
  EXPECT_EQ(word(ContainerState::created), "stopped");
  EXPECT_EQ(word(ContainerState::exited), "stopped");
  EXPECT_EQ(word(ContainerState::paused), "not ready");
  EXPECT_EQ(word(ContainerState::restarting), "not ready");
  EXPECT_EQ(word(ContainerState::dead), "not ready");
  EXPECT_EQ(status_of(sample::nothing_yet()).state, "absent");
  plan::Observed observed = sample::ready();
  observed.place.inside->sshd_listening = false;
  EXPECT_EQ(status_of(observed).state, "not ready");
  observed = {};
  observed.server.error = Error{ErrorCode::server_unreachable, "gpu1", "no route", ""};
  EXPECT_EQ(status_of(observed).state, "unreachable");
  EXPECT_EQ(status_of(observed).problems.front().cause, "no route");
  observed = {};
  observed.server.engine_error = Error{ErrorCode::engine_down, "engine", "it does not run", ""};
  EXPECT_EQ(status_of(observed).state, "not ready");
}

TEST(TargetStatus, ListsWhatEnsureWouldDo) {
  const auto status = status_of(sample::with_container(sample::container(plan::ContainerState::exited)));
  ASSERT_EQ(status.would_do.size(), 1U);
  EXPECT_EQ(status.would_do.front().text, "start container centernet");
  EXPECT_EQ(status.would_do.front().cause, "stopped with exit code 0");
}

TEST(TargetStatus, NamesTheImageThatRunsAndNotTheOneOfTheConfig) {
  plan::Observed observed = sample::ready();
  observed.server.container->image = "centernet:1.1";
  EXPECT_EQ(status_of(observed).image, "centernet:1.1");
}

TEST(WorkingStatus, SaysTheStepThatIsUnderWay) {
  const auto status = working_status(sample::target(), "pull image centernet:1.2");
  EXPECT_EQ(status.state, "working");
  EXPECT_EQ(status.container, "centernet");
  EXPECT_EQ(status.notes, std::vector<std::string>{"now: pull image centernet:1.2"});
  EXPECT_EQ(working_status(sample::target(), "").notes, std::vector<std::string>{"looking at it now"});
}

TEST(PlanReport, CarriesStepsProblemsAndNotes) {
  plan::Plan plan;
  plan.steps = {{plan::StartContainer{"c"}, "it is stopped"}};
  plan.problems = {{ErrorCode::python_missing, "Python", "none", ""}};
  plan.notes = {"adopted"};
  const auto report = plan_report("centernet", plan);
  EXPECT_EQ(report.target, "centernet");
  ASSERT_EQ(report.steps.size(), 1U);
  EXPECT_EQ(report.steps.front().text, "start container c");
  EXPECT_EQ(report.problems, plan.problems);
  EXPECT_EQ(report.notes,
            (std::vector<std::string>{
                "adopted", "what the container lacks inside (sshd, Jupyter, the way to them) is seen when it runs"}));
  plan.steps.clear();
  EXPECT_EQ(plan_report("centernet", plan).notes, plan.notes);
}

}  // namespace
}  // namespace helper::ensure
