// Each state of the world, and the whole plan that follows from it, as a person reads it.
#include "plan/make_plan.hpp"

#include "unit/plan/sample.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace helper::plan {
namespace {

using test::container;
using test::nothing_yet;
using test::plan_text;
using test::ready;
using test::with_container;

constexpr const char* k_no_driver = "could not select device driver \"\" with capabilities: [[gpu]]";

TEST(MakePlan, NothingIsLeftToDoWhenAllIsAsItShouldBe) {
  EXPECT_EQ(plan_text(ready()), "");
  EXPECT_TRUE(test::plan_for(test::desired(), ready()).empty());
}

TEST(MakePlan, WhatDoesNotRunStaysAsItIsWhenNobodyHasAsked) {
  Desired desired = test::desired();
  desired.initiative = Initiative::daemon;
  for (const auto& [state, word] : {std::pair{ContainerState::exited, "stopped"},
                                    {ContainerState::paused, "paused"},
                                    {ContainerState::created, "created"}}) {
    const auto plan = test::plan_for(desired, with_container(container(state)));
    EXPECT_TRUE(plan.steps.empty());
    ASSERT_EQ(plan.problems.size(), 1U) << word;
    EXPECT_EQ(plan.problems[0].code, ErrorCode::not_ready);
  }
  const auto absent = test::plan_for(desired, with_container(Container{}));
  ASSERT_EQ(absent.problems.size(), 1U);
  EXPECT_EQ(absent.problems[0].cause, "it does not exist, and nobody has asked to create it again");
  EXPECT_TRUE(absent.steps.empty());
  EXPECT_TRUE(test::plan_for(desired, ready()).empty()) << "what runs is looked after";
}

TEST(MakePlan, AProgramThatConnectsUndoesNoStopAndMakesTheFirstContainer) {
  Desired desired = test::desired();
  desired.initiative = Initiative::program;
  for (const auto state : {ContainerState::exited, ContainerState::paused}) {
    const auto plan = test::plan_for(desired, with_container(container(state)));
    EXPECT_TRUE(plan.steps.empty());
    EXPECT_EQ(plan.problems.size(), 1U);
  }
  EXPECT_FALSE(test::plan_for(desired, with_container(Container{})).steps.empty());
  EXPECT_FALSE(test::plan_for(desired, with_container(container(ContainerState::created))).steps.empty());
  desired.was_ended = true;
  EXPECT_TRUE(test::plan_for(desired, with_container(Container{})).steps.empty());
  EXPECT_TRUE(test::plan_for(desired, ready()).empty());
  desired.was_ended = false;
  desired.was_ready = true;
  EXPECT_TRUE(test::plan_for(desired, with_container(Container{})).steps.empty()) << "somebody removed it";
  EXPECT_FALSE(test::plan_for(desired, with_container(container(ContainerState::created))).steps.empty());
}

TEST(MakePlan, FromNothingItOpensThePortsMakesAKeyAndCreatesAndStarts) {
  EXPECT_EQ(plan_text(nothing_yet()),
            "open 127.0.0.1:2222 for ssh: not open yet\n"
            "open 127.0.0.1:8888 for jupyter: not open yet\n"
            "create an SSH key: no key of yours is of a kind that the container accepts\n"
            "create host keys for the container: none exist for centernet yet\n"
            "create container centernet from centernet:1.2 with --gpus: did not exist\n"
            "start container centernet: just created\n");
}

TEST(MakePlan, WithoutTheServerKnownItPlansOnlyForThisMachine) {
  EXPECT_EQ(plan_text(Observed{}),
            "open 127.0.0.1:2222 for ssh: not open yet\n"
            "open 127.0.0.1:8888 for jupyter: not open yet\n"
            "create an SSH key: no key of yours is of a kind that the container accepts\n"
            "create host keys for the container: none exist for centernet yet\n");
}

TEST(MakePlan, PullsAnImageThatTheServerDoesNotHaveAndLeavesTheRestToTheNextLook) {
  Observed observed = with_container(Container{});
  observed.server.image = std::nullopt;
  EXPECT_EQ(plan_text(observed), "pull image centernet:1.2: not on the server yet\n");
}

TEST(MakePlan, StartsAContainerThatWasCreatedAndNeverStarted) {
  EXPECT_EQ(plan_text(with_container(container(ContainerState::created))),
            "start container centernet: created, but never started\n");
}

TEST(MakePlan, TriesTheRuntimeWhenTheFlagFailed) {
  Observed observed = with_container(container(ContainerState::created));
  observed.attempts.failed_ways[GpuWay::gpus_flag] = k_no_driver;
  EXPECT_EQ(plan_text(observed),
            "remove container centernet: cannot be started and has never run, so nothing is lost\n"
            "create container centernet from centernet:1.2 with --runtime=nvidia: --gpus failed, "
            "the engine has the runtime nvidia\n"
            "start container centernet: just created\n");
}

TEST(MakePlan, SaysWhatIsMissingWhenTheFlagFailedAndThereIsNoRuntime) {
  Observed observed = with_container(container(ContainerState::created));
  observed.server.engine = test::engine_without_nvidia();
  observed.attempts.failed_ways[GpuWay::gpus_flag] = k_no_driver;
  EXPECT_EQ(plan_text(observed),
            "remove container centernet: cannot be started and has never run, so nothing is lost\n"
            "problem: GPU: --gpus failed (could not select device driver \"\" with capabilities: [[gpu]]) and the "
            "engine has no runtime named nvidia (it has runc): the NVIDIA Container Toolkit is missing or not set up\n"
            "  fix: on the server: sudo apt-get install -y nvidia-container-toolkit && sudo nvidia-ctk runtime "
            "configure --runtime=docker && sudo systemctl restart docker\n");
}

TEST(MakePlan, SaysWhatEachWaySaidWhenBothFailed) {
  Observed observed = with_container(container(ContainerState::created));
  observed.server.container->gpu_way = GpuWay::runtime;
  observed.attempts.failed_ways[GpuWay::gpus_flag] = k_no_driver;
  observed.attempts.failed_ways[GpuWay::runtime] = "nvidia-container-cli: nvml error: driver not loaded";
  EXPECT_EQ(plan_text(observed),
            "remove container centernet: cannot be started and has never run, so nothing is lost\n"
            "problem: GPU: both ways failed, --gpus (could not select device driver \"\" with capabilities: [[gpu]]) "
            "and --runtime=nvidia (nvidia-container-cli: nvml error: driver not loaded): the server's NVIDIA driver "
            "does not work\n"
            "  fix: on the server: sudo apt-get install -y nvidia-driver && sudo reboot; then this must list the GPUs, "
            "on the server: nvidia-smi\n");
}

TEST(MakePlan, AStartThatFailedForAnotherReasonIsNotTriedAgainAndLeavesNothing) {
  Observed observed = with_container(container(ContainerState::created));
  observed.attempts.failed_ways[GpuWay::gpus_flag] = "driver failed programming external connectivity: port is taken";
  EXPECT_EQ(plan_text(observed),
            "remove container centernet: cannot be started and has never run, so nothing is lost\n"
            "problem: container centernet: the engine cannot start it: driver failed programming external connectivity:"
            " port is taken\n"
            "  fix: correct \"container\" in the config, then: helper ensure centernet\n");
}

TEST(MakePlan, AStartThatFailedOverGpusThoughNoneWereAskedForIsNotTriedAgain) {
  config::Target target = test::target();
  target.container.gpus = "none";
  Observed observed = with_container(Container{});
  observed.attempts.failed_ways[GpuWay::none] = "Unknown runtime specified nvidia";
  EXPECT_EQ(to_text(test::plan_for(desired_state(target, Power::running), observed)),
            "problem: container centernet: the engine cannot start it: Unknown runtime specified nvidia\n"
            "  fix: correct \"container\" in the config, then: helper ensure centernet\n");
}

TEST(MakePlan, AContainerOfSomebodyElseThatCannotBeStartedIsLeftAlone) {
  Observed observed = with_container(container(ContainerState::created));
  observed.server.container->labels.clear();
  observed.attempts.failed_ways[GpuWay::gpus_flag] = k_no_driver;
  EXPECT_EQ(plan_text(observed),
            "problem: container centernet: the engine cannot start it: could not select device driver \"\" with "
            "capabilities: [[gpu]]\n"
            "  fix: remove that cause; or remove the container, on the server: docker rm centernet\n"
            "note: container centernet was not made by helper: it is used as it is, and never removed or recreated\n");
}

TEST(MakePlan, StartsAnExitedContainerAndSaysHowItEnded) {
  Observed observed = with_container(container(ContainerState::exited));
  observed.server.container->exit_code = 137;
  EXPECT_EQ(plan_text(observed), "start container centernet: stopped with exit code 137\n");
}

TEST(MakePlan, AContainerThatEndsRightAfterItsStartIsNotStartedForEver) {
  Observed observed = with_container(container(ContainerState::exited));
  observed.server.container->exit_code = 3;
  observed.attempts.starts = 1;
  EXPECT_EQ(plan_text(observed),
            "problem: container centernet ended right after it was started (exit code 3)\n"
            "  fix: see why: helper logs centernet; a command that stays up can be set in helper.json: \"command\": "
            "[\"sleep\", \"infinity\"]\n");
}

// It was created by one way to its GPUs, which is gone.
Observed without_its_way(const std::string& words) {
  Observed observed = with_container(container(ContainerState::exited));
  observed.server.container->gpu_way = GpuWay::runtime;
  observed.attempts.failed_ways[GpuWay::runtime] = words;
  return observed;
}

TEST(MakePlan, AContainerThatRanBeforeIsReplacedByAnotherWayToGpusOnlyWithAYes) {
  Observed observed = without_its_way("Unknown runtime specified nvidia");
  Plan plan = test::plan_for(test::desired(), observed);
  EXPECT_TRUE(plan.steps.empty());
  EXPECT_EQ(plan.wants_consent, observed.server.container->id) << "--gpus may work: a person is asked";
  ASSERT_EQ(plan.problems.size(), 1U);
  EXPECT_EQ(helper::to_text(plan.problems[0]),
            "container centernet: the engine cannot start it as it was created: Unknown runtime specified nvidia\n"
            "  fix: recreate it; helper asks first, and can save a copy: helper ensure centernet; without a terminal: "
            "helper ensure centernet --recreate");
  observed.attempts.consent = Consent::no;
  observed.attempts.consent_for = observed.server.container->id;
  EXPECT_TRUE(test::plan_for(test::desired(), observed).steps.empty());
  observed.attempts.consent = Consent::snapshot_first;
  observed.attempts.snapshot_image = "copy";
  plan = test::plan_for(test::desired(), observed);
  ASSERT_EQ(plan.steps.size(), 2U);
  EXPECT_TRUE(is<SnapshotContainer>(plan.steps[0].action));
  EXPECT_TRUE(is<SetAside>(plan.steps[1].action));
}

TEST(MakePlan, WhereNoWayToGpusIsLeftTheErrorNamesWhatTheServerLacks) {
  Observed observed = without_its_way("Unknown runtime specified nvidia");
  observed.server.engine = test::engine_without_nvidia();
  observed.attempts.failed_ways[GpuWay::gpus_flag] = k_no_driver;
  const Plan plan = test::plan_for(test::desired(), observed);
  EXPECT_TRUE(plan.steps.empty());
  EXPECT_TRUE(plan.wants_consent.empty()) << "to recreate it would help nobody";
  ASSERT_EQ(plan.problems.size(), 1U);
  EXPECT_EQ(plan.problems[0].code, ErrorCode::gpu_unavailable);
  EXPECT_NE(plan.problems[0].fix.find("nvidia-container-toolkit"), std::string::npos);
}

TEST(MakePlan, AStartThatFailsForAnotherReasonRecreatesNothing) {
  Observed observed = without_its_way("Bind for 127.0.0.1:6006 failed: port is already allocated");
  const Plan plan = test::plan_for(test::desired(), observed);
  EXPECT_TRUE(plan.steps.empty());
  EXPECT_TRUE(plan.wants_consent.empty());
  ASSERT_EQ(plan.problems.size(), 1U);
  EXPECT_EQ(plan.problems[0].code, ErrorCode::container_failed);
}

TEST(MakePlan, AnExitedContainerThatCannotBeStartedForAnotherReasonIsNoMatterOfGpus) {
  Observed observed = with_container(container(ContainerState::exited));
  observed.attempts.failed_ways[GpuWay::gpus_flag] = "error mounting \"/data\": no space left on device";
  EXPECT_EQ(test::plan_for(test::desired(), observed).problems.front().code, ErrorCode::container_failed);
}

TEST(MakePlan, UnpausesAPausedContainer) {
  EXPECT_EQ(plan_text(with_container(container(ContainerState::paused))), "unpause container centernet: was paused\n");
}

TEST(MakePlan, ARestartingContainerIsAProblemWithItsExitCode) {
  Observed observed = with_container(container(ContainerState::restarting));
  observed.server.container->exit_code = 1;
  EXPECT_EQ(plan_text(observed),
            "problem: container centernet starts and ends again and again (exit code 1)\n"
            "  fix: see why: helper logs centernet; a command that stays up can be set in helper.json: \"command\": "
            "[\"sleep\", \"infinity\"]\n");
}

TEST(MakePlan, TheFixOfARestartingContainerFitsItsImageAndWhoMadeIt) {
  Observed observed = with_container(container(ContainerState::restarting));
  observed.server.image = Image{"sha256:1", {"/bin/sh", "-c", "bash"}, {}};
  EXPECT_THAT(plan_text(observed),
              testing::HasSubstr(R"("command": ["infinity"], "extra_args": ["--entrypoint=sleep"])"));
  observed.server.container->labels.clear();
  EXPECT_THAT(plan_text(observed), testing::HasSubstr("fix: see why: helper logs centernet\n"));
}

TEST(MakePlan, ADeadContainerIsAProblem) {
  EXPECT_EQ(plan_text(with_container(container(ContainerState::dead))),
            "problem: container centernet: the engine says it is dead\n"
            "  fix: remove it and recreate it: helper remove centernet && helper ensure centernet\n");
}

TEST(MakePlan, AContainerThatIsBeingRemovedIsAProblem) {
  EXPECT_EQ(plan_text(with_container(container(ContainerState::removing))),
            "problem: container centernet: the engine says it is removing\n"
            "  fix: remove it and recreate it: helper remove centernet && helper ensure centernet\n");
}

TEST(MakePlan, StartsSshdThatDoesNotRun) {
  Observed observed = ready();
  observed.place.inside->sshd_listening = false;
  observed.place.inside->sshd_fingerprint.clear();
  EXPECT_EQ(plan_text(observed), "start sshd in the container: sshd is not running\n");
}

TEST(MakePlan, StartsSshdAnewWhenTheEnvironmentOrTheHostKeysAreOthers) {
  const std::string expected = "start sshd in the container: sshd was running with other keys or another environment\n";
  Observed observed = ready();
  observed.server.container->env.emplace_back("NEW=1");
  EXPECT_EQ(plan_text(observed), expected);
  observed = ready();
  observed.local.host_keys = observed.local.pinned_host_keys = {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAnother"};
  observed.server.records.front().host_keys = observed.local.host_keys;
  EXPECT_EQ(plan_text(observed), expected);
}

TEST(MakePlan, StartsSshdThatNoLongerListens) {
  Observed observed = ready();
  observed.place.inside->sshd_listening = false;
  EXPECT_EQ(plan_text(observed), "start sshd in the container: sshd was running, but not listening\n");
}

TEST(MakePlan, AnotherProgramOnTheSshPortIsAProblem) {
  Observed observed = ready();
  observed.place.inside->sshd_fingerprint.clear();
  EXPECT_EQ(plan_text(observed),
            "problem: port 61022 of container centernet: another program listens there, where helper's sshd belongs\n"
            "  fix: end that program, or: helper restart centernet\n");
}

TEST(MakePlan, FillsTheVolumeOfAContainerThatWasMadeWithIt) {
  Observed observed = ready();
  observed.place.inside->bundle.clear();
  observed.place.inside->sshd_fingerprint.clear();
  observed.place.inside->sshd_listening = false;
  EXPECT_EQ(plan_text(observed),
            "copy an SSH server for containers to the server: not there yet\n"
            "start sshd in the container: sshd is not running\n");
}

TEST(MakePlan, SendsTheBundleIntoAContainerThatHasNoVolumeForIt) {
  Observed observed = ready();
  observed.place.inside->bundle.clear();
  observed.server.container->bundle_volume.clear();
  observed.place.inside->sshd_fingerprint.clear();
  observed.place.inside->sshd_listening = false;
  EXPECT_EQ(plan_text(observed),
            "copy an SSH server into container centernet: not there yet\n"
            "start sshd in the container: sshd is not running\n");
}

TEST(MakePlan, TakesTheImagesSshdOnAMachineForWhichThereIsNoBundle) {
  Observed observed = ready();
  observed.local.bundle = std::nullopt;
  observed.place.inside->bundle.clear();
  observed.place.inside->image_sshd = "/usr/sbin/sshd";
  const auto plan = test::plan_for(test::desired(), observed);
  ASSERT_EQ(to_text(plan),
            "start sshd in the container: sshd was running with other keys or another environment\n"
            "forward 127.0.0.1:2222 to sshd in centernet: the way around the container's port has changed\n");
  EXPECT_EQ(test::action_of<StartSshd>(plan.steps.front()).setup.sshd, "/usr/sbin/sshd");
}

TEST(MakePlan, WithNeitherABundleNorAnSshdOfTheImageThereIsAProblem) {
  Observed observed = ready();
  observed.server.machine = "riscv64";
  observed.local.bundle = std::nullopt;
  observed.place.inside->bundle.clear();
  EXPECT_EQ(
      plan_text(observed),
      "problem: container centernet: its image has no sshd, and helper brings none for a machine of kind riscv64\n"
      "  fix: add openssh-server to the image: RUN apt-get update && apt-get install -y openssh-server\n");
}

TEST(MakePlan, AContainerWithoutAShellGetsTheBundleAndIsLookedIntoAgain) {
  Observed observed = ready();
  observed.place.inside = Inside{};
  observed.place.inside->has_shell = false;
  EXPECT_EQ(plan_text(observed), "copy an SSH server for containers to the server: not there yet\n");
}

TEST(MakePlan, AUserOtherThanRootIsServedBySshdOfItsOwnWhenRootMayNotSwitchUsers) {
  Observed observed = ready();
  observed.place.inside->can_switch_users = false;
  EXPECT_EQ(test::plan_for(test::desired(), observed).problems.front().cause,
            "the container's root may not become another user, which sshd needs");
  config::Target target = test::target();
  target.ssh.user = "dev";
  observed.server.container->labels.erase(k_label_spec);
  const auto plan = test::plan_for(desired_state(target, Power::running), observed);
  ASSERT_FALSE(plan.steps.empty());
  EXPECT_TRUE(test::action_of<StartSshd>(plan.steps.front()).setup.as_user);
}

// What the plan forwards the tunnel of that name to.
Remote forwards_to(const Plan& plan, const std::string& name) {
  for (const auto& step : plan.steps) {
    const auto* point = get_if<PointTunnel>(step.action);
    if (point != nullptr && point->tunnel.name == name) return point->remote;
  }
  ADD_FAILURE() << name << " is forwarded nowhere: " << to_text(plan);
  return Endpoint{};
}

TEST(MakePlan, AContainerWithoutANetworkIsReachedByAPipe) {
  Observed observed = ready();
  observed.server.container->ways.published.clear();
  observed.server.container->ways.address.clear();
  const auto plan = test::plan_for(test::desired(), observed);
  EXPECT_FALSE(test::action_of<StartSshd>(plan.steps.front()).setup.listens);
  const auto ssh = std::get<Pipe>(forwards_to(plan, "ssh"));
  EXPECT_EQ(ssh.name, "an sshd in container centernet");
  const auto jupyter = std::get<Pipe>(forwards_to(plan, "jupyter"));
  EXPECT_EQ(jupyter.name, "port 8888 of container centernet");
}

TEST(MakePlan, OnTheServersNetworkNoPortOfOursIsOpenedThere) {
  Observed observed = ready();
  observed.server.container->ways.published.clear();
  observed.server.container->ways.address.clear();
  observed.server.container->ways.shares_network = true;
  const auto plan = test::plan_for(test::desired(), observed);
  EXPECT_FALSE(test::action_of<StartSshd>(plan.steps.front()).setup.listens);
  EXPECT_EQ(forwards_to(plan, "jupyter"), Remote(Endpoint{"127.0.0.1", 8888}));
}

TEST(MakePlan, AVariableWithALineEndIsNamedInANote) {
  Observed observed = ready();
  observed.server.container->env.emplace_back("KEY=a\nb");
  observed.place.inside->sshd_fingerprint = test::fingerprint_of(observed);
  EXPECT_EQ(plan_text(observed),
            "note: not in SSH sessions, since OpenSSH carries no variable with a line end in it: KEY\n");
}

TEST(MakePlan, PinsTheHostKeysThatWereMade) {
  Observed observed = ready();
  observed.local.pinned_host_keys.clear();
  EXPECT_EQ(plan_text(observed), "pin the container's host keys: none are pinned yet\n");
  observed.local.pinned_host_keys = {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAnother"};
  const Plan plan = test::plan_for(test::desired(), observed);
  EXPECT_EQ(to_text(plan), "pin the container's host keys: other keys were pinned\n");
  EXPECT_EQ(test::action_of<PinHostKeys>(plan.steps.front()).host_keys, observed.local.host_keys);
}

TEST(MakePlan, EjectsOnlyWhatIsThere) {
  Observed observed = ready();
  observed.local.tunnels.clear();
  EXPECT_EQ(plan_text(observed, Power::ejected), "remove everything of helper's from container centernet: asked for\n");
  observed.place.inside->traces = false;
  EXPECT_EQ(plan_text(observed, Power::ejected), "");
}

TEST(MakePlan, AUserWhomTheContainerLacksIsAProblem) {
  Observed observed = ready();
  observed.place.inside->user_home.clear();
  EXPECT_EQ(plan_text(observed),
            "problem: user root: the container has no such user\n"
            "  fix: set \"ssh\": {\"user\": ...} in helper.json to one that it has, or \"create\": true beside it\n");
}

TEST(MakePlan, AContainerWithoutPythonIsAProblemAndTheRestIsStillDone) {
  Observed observed = ready();
  observed.place.inside->pythons.clear();
  observed.place.inside->sshd_fingerprint.clear();
  observed.place.inside->sshd_listening = false;
  EXPECT_EQ(
      plan_text(observed),
      "start sshd in the container: sshd is not running\n"
      "problem: Python: there is no Python in the container\n"
      "  fix: install Python 3 in the image, or name one in helper.json: \"python\": \"conda:NAME\" or an absolute"
      " path\n");
}

TEST(MakePlan, APodmanContainerOfOthersUsesItsOwnSshdSinceNothingRunsFromItsDev) {
  Observed observed = ready();
  observed.server.engine = test::engine();
  observed.server.engine->kind = EngineKind::podman;
  observed.server.engine->program = "podman";
  observed.server.container->labels.clear();
  observed.server.container->bundle_volume.clear();
  observed.place.inside->bundle.clear();
  observed.place.inside->sshd_fingerprint.clear();
  observed.place.inside->sshd_listening = false;
  observed.place.inside->image_sshd = "/usr/sbin/sshd";
  observed.local.tunnels[0].remote = test::door_of(observed);
  const auto plan = test::plan_for(test::desired(), observed);
  ASSERT_EQ(plan.steps.size(), 1U) << to_text(plan);
  EXPECT_EQ(test::action_of<StartSshd>(plan.steps.front()).setup.sshd, "/usr/sbin/sshd");
  observed.place.inside->image_sshd.clear();
  EXPECT_NE(plan_text(observed).find("its image has no sshd, and helper's own cannot be put into its /dev\n"),
            std::string::npos)
      << plan_text(observed);
}

TEST(MakePlan, GpusThatAreMissingAreAShortfallOfATargetThatCanBeUsed) {
  Observed observed = ready();
  observed.place.inside->gpu.gpus.clear();
  observed.place.inside->gpu.nodes = {"nvidia0", "nvidiactl"};
  EXPECT_EQ(
      plan_text(observed),
      "shortfall: GPU: nvidia-smi -L lists no GPU in the container\n"
      "  fix: recreate it (what was written in it is lost): helper remove centernet && helper ensure centernet\n");
  EXPECT_TRUE(test::plan_for(test::desired(), observed).empty());
}

TEST(MakePlan, AServerWithoutADriverGetsAContainerWithoutGpus) {
  Observed observed = with_container(container(ContainerState::created));
  observed.server.engine = test::engine_without_nvidia();
  observed.attempts.failed_ways[GpuWay::gpus_flag] = k_no_driver;
  observed.server.gpu = GpuFacts{};
  const auto text = plan_text(observed);
  EXPECT_NE(text.find("create container centernet from centernet:1.2: no NVIDIA driver on the server, so "
                      "without GPUs\n"),
            std::string::npos)
      << text;
  observed.server.gpu->nodes = {"nvidia0"};  // it has one, and lacks the toolkit: that is quickly fixed
  EXPECT_NE(plan_text(observed).find("problem: GPU: --gpus failed"), std::string::npos);
}

TEST(MakePlan, GpusThatNobodyAskedForAreNotMissed) {
  config::Target target = test::target();
  target.container.gpus = "none";
  const Desired desired = desired_state(target, Power::running);
  Observed observed = ready();
  observed.server.container->labels[k_label_spec] = desired.spec_hash;
  observed.place.inside->gpu.gpus.clear();
  observed.place.inside->gpu.smi_found = false;
  EXPECT_EQ(to_text(test::plan_for(desired, observed)), "");
}

TEST(MakePlan, AnInsideThatCannotBeSeenIsAProblemAndTheTunnelsAreLedAllTheSame) {
  Observed observed = ready();
  observed.place.inside = std::nullopt;
  observed.place.inside_error =
      Error{ErrorCode::inside_failed, "container", "the look inside it ended early", "try again"};
  observed.local.tunnels[1].remote = std::nullopt;
  EXPECT_EQ(plan_text(observed),
            "forward 127.0.0.1:8888 to Jupyter in centernet: through 127.0.0.1:49154 on the server\n"
            "problem: container: the look inside it ended early\n"
            "  fix: try again\n");
}

TEST(MakePlan, AnAdoptedContainerIsUsedAndNeverRemade) {
  Observed observed = ready();
  observed.server.container->labels = {{"com.example", "x"}};
  EXPECT_EQ(plan_text(observed),
            "note: container centernet was not made by helper: it is used as it is, and never removed or recreated\n");
}

TEST(MakePlan, ABusyPortOfTheServerIsSaidAsTheKeyThatAsksForIt) {
  for (const char* text :
       {"driver failed programming external connectivity on endpoint c (4f5e): Bind for 0.0.0.0:8080 "
        "failed: port is already allocated",
        "Error starting userland proxy: listen tcp4 0.0.0.0:8080: bind: address already in use",
        "rootlessport listen tcp 127.0.0.1:8080: bind: address already in use",
        "pasta failed with exit code 1: Failed to bind port 8080 (Address already in use) for option '-t "
        "127.0.0.1/8080-8080:22-22'"}) {
    Observed observed = with_container(container(ContainerState::exited));
    observed.server.container->gpu_way = GpuWay::gpus_flag;
    observed.attempts.failed_ways[GpuWay::gpus_flag] = text;
    const Plan plan = test::plan_for(test::desired(), observed);
    ASSERT_EQ(plan.problems.size(), 1U);
    EXPECT_EQ(plan.problems.front().thing, "container.ports");
    EXPECT_EQ(plan.problems.front().cause.find("port 8080 of "), 0U) << plan.problems.front().cause;
    EXPECT_NE(plan.problems.front().fix.find("--filter publish=8080"), std::string::npos);
  }
}

TEST(MakePlan, AChangedConfigIsANoteBecauseRecreatingDestroys) {
  Observed observed = ready();
  observed.server.container->labels[k_label_spec] = "0000000000000000";
  EXPECT_EQ(
      plan_text(observed),
      "drift: container: the config has changed\n"
      "note: helper.json and container centernet differ: container: the config has changed. Applying this recreates "
      "the container (files in it outside its mounts are lost): helper ensure centernet --recreate\n");
}

TEST(MakePlan, AnUnreachableServerIsAProblemAndThePortsAreOpenedAllTheSame) {
  Observed observed;
  observed.local.key = ready().local.key;
  observed.local.host_keys = observed.local.pinned_host_keys = ready().local.host_keys;
  observed.server.error = Error{ErrorCode::server_unreachable, "gpu1", "no route to host", "ping gpu1"};
  EXPECT_EQ(plan_text(observed),
            "open 127.0.0.1:2222 for ssh: not open yet\n"
            "open 127.0.0.1:8888 for jupyter: not open yet\n"
            "problem: gpu1: no route to host\n"
            "  fix: ping gpu1\n");
}

TEST(MakePlan, AnEngineThatCannotBeUsedIsAProblemAndNothingBelowItIsPlanned) {
  Observed observed = with_container(container(ContainerState::exited));
  observed.server.engine_error =
      Error{ErrorCode::engine_permission, "engine", "this user may not use Docker", "usermod"};
  EXPECT_EQ(plan_text(observed), "problem: engine: this user may not use Docker\n  fix: usermod\n");
}

TEST(MakePlan, MakesAKeyFirst) {
  Observed observed = ready();
  observed.local.key = std::nullopt;
  EXPECT_EQ(plan_text(observed), "create an SSH key: no key of yours is of a kind that the container accepts\n");
}

TEST(MakePlan, ClosesPortsThatTheConfigNoLongerNames) {
  Observed observed = ready();
  observed.local.tunnels.push_back({6006, std::nullopt, "", std::nullopt});
  EXPECT_EQ(plan_text(observed), "close 127.0.0.1:6006: no longer in the config\n");
}

TEST(MakePlan, ForwardsTunnelsToWhereTheContainerIsNow) {
  Observed observed = ready();
  observed.local.tunnels[0].remote = Endpoint{"127.0.0.1", 40000};
  observed.local.tunnels[1].remote = std::nullopt;
  EXPECT_EQ(plan_text(observed),
            "forward 127.0.0.1:2222 to sshd in centernet: the container's port is 127.0.0.1:49153 on the server now\n"
            "forward 127.0.0.1:8888 to Jupyter in centernet: through 127.0.0.1:49154 on the server\n");
}

TEST(MakePlan, OpensATunnelAndForwardsItInOnePlan) {
  Observed observed = ready();
  observed.local.tunnels.erase(observed.local.tunnels.begin());
  EXPECT_EQ(plan_text(observed),
            "open 127.0.0.1:2222 for ssh: not open yet\n"
            "forward 127.0.0.1:2222 to sshd in centernet: through 127.0.0.1:49153 on the server\n");
}

TEST(MakePlan, UsesTheContainersAddressForPortsThatAreNotPublished) {
  Observed observed = ready();
  observed.server.container->ways.published.clear();
  EXPECT_EQ(
      plan_text(observed),
      "forward 127.0.0.1:2222 to sshd in centernet: the container's port is 172.17.0.2:61022 on the server now\n"
      "forward 127.0.0.1:8888 to Jupyter in centernet: the container's port is 172.17.0.2:8888 on the server now\n");
}

TEST(MakePlan, APortThatNoWayLeadsToIsAProblem) {
  Observed observed = ready();
  observed.server.container->ways.published.erase(8888);
  observed.server.container->ways.address.clear();
  observed.local.bundle = std::nullopt;
  observed.place.inside->bundle.clear();
  observed.place.inside->image_sshd = "/usr/sbin/sshd";
  EXPECT_NE(plan_text(observed).find(
                "problem: port 8888 of container centernet is not published and the container has no address that "
                "the server reaches\n"
                "  fix: give it a network, or recreate it: helper remove centernet && helper ensure centernet\n"),
            std::string::npos)
      << plan_text(observed);
}

TEST(MakePlan, ATunnelThroughWhichNobodyAnswersIsAProblemThatNamesTheTroubleOfTheLink) {
  Observed observed = ready();
  observed.local.tunnels[0].answers = false;
  EXPECT_EQ(plan_text(observed),
            "problem: 127.0.0.1:2222: no SSH server answers through it\n"
            "  fix: try again in a moment: helper ensure centernet\n");
  observed.local.tunnels[0].trouble = "gpu1 does not answer";
  EXPECT_EQ(plan_text(observed),
            "problem: 127.0.0.1:2222: no SSH server answers through it: gpu1 does not answer\n"
            "  fix: try again in a moment: helper ensure centernet\n");
}

TEST(MakePlan, ASilentTunnelIsNotJudgedWhileThereAreStepsThatMayMendIt) {
  Observed observed = ready();
  observed.local.tunnels[0].answers = false;
  observed.place.inside->sshd_listening = false;
  EXPECT_EQ(plan_text(observed), "start sshd in the container: sshd was running, but not listening\n");
}

}  // namespace
}  // namespace helper::plan
