// What is planned for Jupyter, in a world where all else is as it should be.
#include "plan/install.hpp"
#include "unit/plan/sample.hpp"

#include <gmock/gmock.h>
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

Desired with_install(bool install = true) {
  config::Target target = test::target();
  target.jupyter->install = install;
  return desired_state(target, Power::running);
}

const std::string k_installs =
    "install JupyterLab for /opt/conda/envs/CenterNet/bin/python: the container has no Jupyter\n";

TEST(InstallJupyter, IsPlannedWhenTheConfigOrAPersonHasAgreedAndOnlyAskedForElse) {
  Observed observed = without_jupyter();
  EXPECT_EQ(to_text(test::plan_for(with_install(), observed)), k_installs);
  EXPECT_FALSE(test::plan_for(with_install(), observed).wants_install);
  const Plan plan = test::plan_for(with_install(false), observed);
  EXPECT_TRUE(plan.steps.empty());
  ASSERT_TRUE(plan.wants_install);
  EXPECT_EQ(plan.wants_install->python, test::conda_python().path);
  EXPECT_EQ(plan.wants_install->home, "/root");
  EXPECT_EQ(plan.wants_install->new_environment, "/root/.venv");
  observed.attempts.install = Consent::yes;
  EXPECT_EQ(plan_text(observed), k_installs);
  observed.attempts.install = Consent::no;
  EXPECT_FALSE(test::plan_for(with_install(false), observed).wants_install) << "a no holds for the request";
  EXPECT_NE(plan_text(observed).find("to add it: helper exec"), std::string::npos);
}

TEST(InstallJupyter, IsNotPlannedWhereAJupyterIsThereOrNoneIsWanted) {
  EXPECT_EQ(to_text(test::plan_for(with_install(), ready())), "");
  Observed observed = without_jupyter();
  observed.place.inside->jupyter.listening = true;
  EXPECT_TRUE(test::plan_for(with_install(), observed).steps.empty()) << "the image's own";
  observed.place.inside->jupyter = {};
  observed.place.inside->jupyter.image_starts_one = true;
  EXPECT_TRUE(test::plan_for(with_install(), observed).steps.empty());
  observed = without_jupyter();
  observed.place.inside->jupyter.packages = {{k_other, JupyterKind::notebook, "6"}};
  EXPECT_EQ(to_text(test::plan_for(with_install(), observed)).find("install"), std::string::npos);
}

TEST(InstallJupyter, ComesAfterAllElseSinceAHookMayBringJupyter) {
  Desired desired = with_install();
  desired.target.post_create = {"pip install jupyterlab"};
  Observed observed = without_jupyter();
  const std::string text = to_text(test::plan_for(desired, observed));
  EXPECT_NE(text.find("run post_create"), std::string::npos) << text;
  EXPECT_EQ(text.find("install JupyterLab"), std::string::npos) << text;
  observed.place.inside->post_create_done = true;
  EXPECT_EQ(to_text(test::plan_for(desired, observed)), k_installs);
}

TEST(InstallJupyter, TheConfigAloneChangesNoContainerThatHelperDidNotMakeOrThatIsAnotherProjects) {
  Observed observed = without_jupyter();
  observed.server.container->labels.clear();
  Plan plan = test::plan_for(with_install(), observed);
  EXPECT_EQ(to_text(plan).find("install JupyterLab for"), std::string::npos) << to_text(plan);
  ASSERT_TRUE(plan.wants_install);
  EXPECT_THAT(install_question(with_install(), observed, *plan.wants_install).details,
              testing::Contains("helper did not make this container."));
  observed = without_jupyter();
  observed.local.other_project = "/home/me/other/helper.json";
  plan = test::plan_for(with_install(), observed);
  EXPECT_FALSE(plan.foreign);
  ASSERT_TRUE(plan.wants_install) << to_text(plan);
  EXPECT_THAT(install_question(with_install(), observed, *plan.wants_install).details,
              testing::Contains("The container is also that of /home/me/other/helper.json."));
  observed.attempts.install = Consent::yes;
  plan = test::plan_for(with_install(), observed);
  EXPECT_FALSE(plan.foreign) << to_text(plan);
  EXPECT_EQ(plan.steps.size(), 1U);
}

TEST(InstallJupyter, IsNothingThatTheDaemonDoesByItself) {
  Desired desired = with_install();
  desired.initiative = Initiative::daemon;
  EXPECT_TRUE(test::plan_for(desired, without_jupyter()).steps.empty());
  desired = with_install(false);
  desired.initiative = Initiative::program;
  EXPECT_FALSE(test::plan_for(desired, without_jupyter()).wants_install);
}

TEST(InstallJupyter, IsTriedOnceInARequestAndItsFailureIsANote) {
  Observed observed = without_jupyter();
  observed.attempts.jupyter_failed = "JupyterLab could not be installed: No module named pip; fix";
  EXPECT_EQ(to_text(test::plan_for(with_install(), observed)),
            "note: Jupyter is not running: JupyterLab could not be installed: No module named pip; fix\n");
  observed = without_jupyter();
  observed.attempts.installed = true;
  const Plan plan = test::plan_for(with_install(), observed);
  EXPECT_TRUE(plan.empty());
  EXPECT_FALSE(plan.wants_install);
}

TEST(InstallJupyter, TheQuestionNamesTheCommandAndNoSizeThatNobodyKnows) {
  const Observed observed = without_jupyter();
  const auto install = *test::plan_for(test::desired(), observed).wants_install;
  const Question question = install_question(test::desired(), observed, install);
  EXPECT_EQ(question.kind, Question::Kind::confirm);
  EXPECT_EQ(question.prompt, "Install JupyterLab in container centernet?");
  EXPECT_THAT(question.details,
              testing::ElementsAre(
                  "There is no Jupyter in container centernet. This would install JupyterLab, as root:",
                  "  /opt/conda/envs/CenterNet/bin/python -m pip install jupyterlab",
                  "It downloads JupyterLab and what that needs from the package index that pip is configured with.",
                  "no: all else works without Jupyter."));
  InstallJupyter of_uv = install;
  of_uv.is_environment = true;
  EXPECT_THAT(install_question(test::desired(), observed, of_uv).details,
              testing::Contains("  or, where this virtual environment has no pip: uv pip install --python "
                                "/opt/conda/envs/CenterNet/bin/python jupyterlab"));
}

// What the tools print, as they print it.
constexpr const char* k_managed =
    "error: externally-managed-environment\n\n\xC3\x97 This environment is externally managed\n"
    "note: If you believe this is a mistake, ... by passing --break-system-packages.\n"
    "hint: See PEP 668 for the detailed specification.\n";
constexpr const char* k_no_network =
    "WARNING: Retrying (Retry(total=0, ...)) after connection broken by 'NewConnectionError('<pip._vendor...>: Failed "
    "to "
    "establish a new connection: [Errno -3] Temporary failure in name resolution')': /simple/jupyterlab/\n"
    "ERROR: Could not find a version that satisfies the requirement jupyterlab (from versions: none)\n"
    "ERROR: No matching distribution found for jupyterlab\n";

TEST(InstallJupyter, AFailureKeepsTheToolsLastWordsAndNamesAFix) {
  const InstallJupyter install{"/usr/bin/python3", "/root", false, "/root/.venv"};
  const auto error = [&](const char* printed, bool is_environment = false) {
    InstallJupyter its = install;
    its.is_environment = is_environment;
    return install_error(test::target(), its, printed);
  };
  EXPECT_EQ(error(k_managed).code, ErrorCode::inside_failed);
  EXPECT_EQ(error(k_managed).cause, "JupyterLab could not be installed: error: externally-managed-environment");
  EXPECT_EQ(error(k_managed).fix,
            "this Python is the distribution's own; make a virtual environment beside it: helper exec centernet -- "
            "/usr/bin/python3 -m venv --system-site-packages /root/.venv && helper python use /root/.venv/bin/python "
            "centernet && helper ensure centernet");
  EXPECT_EQ(error(k_no_network).cause,
            "JupyterLab could not be installed: ERROR: No matching distribution found for jupyterlab");
  EXPECT_THAT(error(k_no_network).fix, testing::HasSubstr("pip got nothing from the package index"));
  const char* no_pip = "/usr/bin/python3: No module named pip\n";
  EXPECT_EQ(error(no_pip).cause, "JupyterLab could not be installed: /usr/bin/python3: No module named pip");
  EXPECT_THAT(error(no_pip).fix, testing::HasSubstr("apt-get install python3-pip"));
  EXPECT_EQ(error(no_pip, true).fix,
            "helper exec centernet -- /usr/bin/python3 -m ensurepip && helper ensure centernet");
  EXPECT_EQ(error("").cause, "JupyterLab could not be installed: it printed nothing");
  EXPECT_EQ(error("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device\n").fix,
            "helper exec centernet -- /usr/bin/python3 -m pip install jupyterlab");
  for (const char* printed : {k_managed, k_no_network, no_pip})
    EXPECT_EQ(error(printed).fix.find("break-system-packages"), std::string::npos);
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

// On the server's network, or in another container's, the port may be another Jupyter's.
TEST(PlanJupyter, APortThatAProgramOutsideOfTheContainerHasIsNotForwarded) {
  Observed observed = without_jupyter();
  Container& container = *observed.server.container;
  container.ways = {};
  container.ways.shares_network = true;
  JupyterFacts& jupyter = observed.place.inside->jupyter;
  jupyter.listening = jupyter.is_elsewhere = true;
  jupyter.free_port = 8889;
  EXPECT_TRUE(jupyter_port_is_anothers(test::desired(), observed));
  std::string text = plan_text(observed);
  EXPECT_NE(
      text.find("you have no Jupyter: a program outside of container centernet listens on port 8888 of the network "
                "that both share"),
      std::string::npos)
      << text;
  EXPECT_NE(text.find(R"("jupyter": {"port": 8889}; then: helper ensure)"), std::string::npos) << text;
  EXPECT_NE(text.find("close 127.0.0.1:8888"), std::string::npos) << text;
  EXPECT_EQ(text.find("forward 127.0.0.1:8888"), std::string::npos) << text;
  container.ways.shares_network = false;  // --network=container:NAME
  EXPECT_TRUE(jupyter_port_is_anothers(test::desired(), observed));
  container.ways.address = "172.17.0.2";  // nobody else listens there
  EXPECT_FALSE(jupyter_port_is_anothers(test::desired(), observed));
  container.ways.address.clear();
  jupyter.is_elsewhere = false;  // the image's own
  EXPECT_FALSE(jupyter_port_is_anothers(test::desired(), observed));
  jupyter.is_elsewhere = jupyter.ours_runs = true;
  EXPECT_FALSE(jupyter_port_is_anothers(test::desired(), observed));
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
