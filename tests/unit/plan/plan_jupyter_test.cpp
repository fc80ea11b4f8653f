// What is planned for Jupyter, in a world where all else is as it should be.
#include "unit/plan/sample.hpp"

#include <gtest/gtest.h>

namespace helper::plan {
namespace {

using test::plan_text;
using test::ready;

const std::string k_other = "/opt/conda/bin/python";

Observed without_jupyter() {
  Observed observed = ready();
  observed.place.inside->jupyter = {};
  return observed;
}

std::string with_packages(std::vector<JupyterPackage> packages) {
  Observed observed = without_jupyter();
  observed.place.inside->jupyter.packages = std::move(packages);
  return plan_text(observed);
}

TEST(PlanJupyter, LeavesOursAloneWhenItRunsAsItShould) { EXPECT_EQ(plan_text(ready()), ""); }

TEST(PlanJupyter, StartsItWhenItDoesNotRunAndSaysWhenItHasEnded) {
  Observed observed = ready();
  observed.place.inside->jupyter.ours_runs = observed.place.inside->jupyter.listening = false;
  EXPECT_EQ(plan_text(observed), "start JupyterLab 4.0.11 for root: Jupyter is not running\n");
  observed.place.inside->jupyter.ours_ended = true;
  EXPECT_EQ(plan_text(observed), "start JupyterLab 4.0.11 for root: Jupyter had ended\n");
}

TEST(PlanJupyter, PrefersTheChosenInterpretersAndLabToNotebook) {
  const std::string chosen = test::conda_python().path;
  using enum JupyterKind;
  EXPECT_EQ(with_packages({{chosen, notebook, "6.4.12"}, {chosen, lab, "4.0.11"}}),
            "start JupyterLab 4.0.11 for root: Jupyter is not running\n");
  EXPECT_EQ(with_packages({{k_other, lab, "4.0.11"}, {chosen, notebook, ""}}),
            "start Jupyter Notebook for root: Jupyter is not running\n");
  EXPECT_EQ(with_packages({{"/a/python", notebook, "6"}, {k_other, lab, "4.0.11"}}),
            "start JupyterLab 4.0.11 for root: Jupyter is not running\n");
  EXPECT_EQ(with_packages({{k_other, notebook, "6"}}), "start Jupyter Notebook 6 for root: Jupyter is not running\n");
}

TEST(PlanJupyter, SaysHowToAddItWhereItIsAbsentAndTheTargetIsReadyAllTheSame) {
  const Observed observed = without_jupyter();
  EXPECT_EQ(
      plan_text(observed),
      "note: Jupyter is not in the container; to add it: helper exec centernet -- /opt/conda/envs/CenterNet/bin/python "
      "-m pip install jupyterlab; then: helper ensure centernet\n");
  EXPECT_TRUE(test::plan_for(test::desired(), observed).empty());
}

TEST(PlanJupyter, SaysWhenAnotherInterpreterThanTheChosenRunsIt) {
  Observed observed = ready();
  observed.place.inside->jupyter.packages = {{k_other, JupyterKind::lab, "4.0.11"}};
  observed.place.inside->jupyter.setup = "lab by " + k_other + " for root in /workspace/project on 0.0.0.0:8888";
  EXPECT_EQ(
      plan_text(observed),
      "note: Jupyter is run by /opt/conda/bin/python, since /opt/conda/envs/CenterNet/bin/python has none; to add "
      "it there: helper exec centernet -- /opt/conda/envs/CenterNet/bin/python -m pip install jupyterlab\n");
}

TEST(PlanJupyter, StartsOursAnewWhenItRunsOtherwiseThanTheConfigSays) {
  Observed observed = ready();
  observed.place.inside->jupyter.uid = 1000;
  observed.place.inside->jupyter.setup = "lab by /old/python for root in / on 0.0.0.0:8888";
  EXPECT_EQ(plan_text(observed),
            "stop Jupyter: Jupyter was started with other settings (lab by /old/python for root in / on 0.0.0.0:8888)\n"
            "start JupyterLab 4.0.11 for root: just stopped\n");
  EXPECT_EQ(test::action_of<StopJupyter>(test::plan_for(test::desired(), observed).steps.front()).who, As::full_root)
      << "of another user's";
  observed.place.inside->user_uid = 1000;
  EXPECT_EQ(test::action_of<StopJupyter>(test::plan_for(test::desired(), observed).steps.front()).who, As::user);
  observed = ready();
  observed.place.inside->jupyter.listening = false;
  EXPECT_EQ(plan_text(observed),
            "stop Jupyter: Jupyter is running, but does not listen on port 8888\n"
            "start JupyterLab 4.0.11 for root: just stopped\n");
  observed = ready();
  observed.place.inside->jupyter.token.clear();
  EXPECT_EQ(plan_text(observed),
            "stop Jupyter: Jupyter's token cannot be read\n"
            "start JupyterLab 4.0.11 for root: just stopped\n");
}

TEST(PlanJupyter, EndsNoKernelForAChangeOfTheConfig) {
  Observed observed = ready();
  observed.place.inside->jupyter.setup = "lab by /old/python for root in / on 0.0.0.0:8888";
  observed.place.inside->jupyter.sessions = 2;
  EXPECT_EQ(
      plan_text(observed),
      "note: Jupyter keeps running as it was started (lab by /old/python for root in / on 0.0.0.0:8888), because 2 "
      "of its kernels and terminals would end; shut them down in it, then: helper ensure centernet\n");
}

TEST(PlanJupyter, UsesWhatElseListensThereAsItIs) {
  Observed observed = ready();
  observed.place.inside->jupyter.ours_runs = false;
  EXPECT_EQ(plan_text(observed),
            "note: something that helper did not start listens on port 8888 of the container, such as a Jupyter of the "
            "image's own: it is used as it is, with its own token\n");
}

TEST(PlanJupyter, LeavesThePortToAJupyterThatTheImageIsAboutToStart) {
  Observed observed = ready();
  observed.place.inside->jupyter.ours_runs = observed.place.inside->jupyter.listening = false;
  observed.place.inside->jupyter.image_starts_one = true;
  EXPECT_EQ(
      plan_text(observed),
      "note: the image starts a Jupyter of its own, which does not listen on port 8888 yet; look again in a minute: "
      "helper ensure centernet\n");
}

TEST(PlanJupyter, OneThatDidNotComeUpIsANoteAndNotTriedAgainInTheSameRequest) {
  Observed observed = ready();
  observed.place.inside->jupyter.ours_runs = observed.place.inside->jupyter.listening = false;
  observed.attempts.jupyter_failed = "it ended at once";
  EXPECT_EQ(plan_text(observed), "note: Jupyter is not running: it ended at once\n");
  EXPECT_TRUE(test::plan_for(test::desired(), observed).empty());
  observed = ready();
  observed.attempts.jupyter_failed = "it does not listen after 30 s";
  EXPECT_EQ(plan_text(observed), "");
}

TEST(PlanJupyter, ATargetWithoutItEndsOursUnlessKernelsRun) {
  config::Target target = test::target();
  target.jupyter = std::nullopt;
  const Desired desired = desired_state(target, Power::running);
  Observed observed = ready();
  observed.server.container->labels[k_label_spec] = desired.spec_hash;
  std::erase_if(observed.local.tunnels, [](const Tunnel& tunnel) { return tunnel.local_port == 8888; });
  EXPECT_EQ(to_text(test::plan_for(desired, observed)), "stop Jupyter: no longer in the config\n");
  observed.place.inside->jupyter.sessions = 1;
  EXPECT_EQ(to_text(test::plan_for(desired, observed)), "");
  observed.place.inside->jupyter = {};
  EXPECT_EQ(to_text(test::plan_for(desired, observed)), "");
}

TEST(JupyterSetup, ListensForEverybodyOnlyInANetworkOfTheContainersOwn) {
  const auto address = [](const Observed& observed) { return jupyter_setup(test::desired(), observed)->address; };
  Observed observed = ready();
  EXPECT_EQ(address(observed), "0.0.0.0");
  observed.server.container->ways.published.clear();
  observed.server.container->ways.address = "172.17.0.2";
  EXPECT_EQ(address(observed), "0.0.0.0");
  observed.server.container->ways.address.clear();
  EXPECT_EQ(address(observed), "127.0.0.1");
  observed.server.container->ways.shares_network = true;
  observed.server.container->ways.address = "127.0.0.1";
  EXPECT_EQ(address(observed), "127.0.0.1");
}

TEST(JupyterSetup, HasItsFolderFromTheConfigOrTheProjectOrTheHome) {
  config::Target target = test::target();
  const auto folder = [&] { return jupyter_setup(desired_state(target, Power::running), ready())->folder; };
  EXPECT_EQ(folder(), "/workspace/project");
  target.jupyter->dir = "/data";
  EXPECT_EQ(folder(), "/data");
  target.jupyter->dir.clear();
  target.project.remote.clear();
  EXPECT_EQ(folder(), "/root");
}

TEST(JupyterSetup, NoTextOfAPlanHoldsTheToken) {
  Observed observed = ready();
  const std::string token = observed.place.inside->jupyter.token;
  observed.place.inside->jupyter.setup = "otherwise";
  EXPECT_EQ(plan_text(observed).find(token), std::string::npos);
  observed.place.inside->jupyter.sessions = 1;
  EXPECT_EQ(plan_text(observed).find(token), std::string::npos);
}

}  // namespace
}  // namespace helper::plan
