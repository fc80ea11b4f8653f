#include "ensure/converge.hpp"

#include "support/scripted_prompter.hpp"
#include "support/simulate.hpp"
#include "unit/ensure/fixture.hpp"

#include <gmock/gmock.h>

namespace helper::ensure {
namespace {

using test::ConvergeTest;
using Names = std::vector<std::string>;

static_assert(k_max_rounds >= helper::test::k_rounds_needed, "planning was shown to end within that many rounds");

constexpr const char* k_no_driver = "could not select device driver \"\" with capabilities: [[gpu]]";

TEST_F(ConvergeTest, TheFirstEnsureBringsEverythingUpInOrderAndTellsEachStep) {
  server.image_present = false;
  const auto report = converge();
  ASSERT_TRUE(report) << to_text(report.error());
  EXPECT_EQ(anonymous(events),
            "started open 127.0.0.1:LOCAL for ssh: not open yet\n"
            "done open 127.0.0.1:LOCAL for ssh: not open yet\n"
            "connecting gpu1\n"
            "started pin the container's host keys: none are pinned yet\n"
            "done pin the container's host keys: none are pinned yet\n"
            "started pull image centernet:1.2: not on the server yet\n"
            "done pull image centernet:1.2: not on the server yet\n"
            "started create container centernet from centernet:1.2 with --gpus: did not exist\n"
            "done create container centernet from centernet:1.2 with --gpus: did not exist\n"
            "started start container centernet: just created\n"
            "done start container centernet: just created\n"
            "started start sshd in the container: sshd is not running\n"
            "done start sshd in the container: sshd is not running\n"
            "started forward 127.0.0.1:LOCAL to sshd in centernet: through 127.0.0.1:49153 on the server\n"
            "done forward 127.0.0.1:LOCAL to sshd in centernet: through 127.0.0.1:49153 on the server\n");
  EXPECT_EQ(asked(), (Names{"look", "pull", "look", "create", "host keys", "start", "look", "start sshd", "look"}));
  EXPECT_EQ(report->state, "ready");
  EXPECT_TRUE(report->changed);
  EXPECT_EQ(report->rounds, 4);
  EXPECT_EQ(report->steps.size(), 7U);
  EXPECT_TRUE(report->notes.empty());
}

TEST_F(ConvergeTest, AReadyTargetTellsWhatItsUserMustKnow) {
  target.project = {"/home/me/project", "/workspace"};
  const auto report = converge();
  ASSERT_TRUE(report && report->settings);
  ide::Access expected;
  expected.target = "centernet";
  expected.host = "127.0.0.1";
  expected.port = target.ssh.local_port;
  expected.user = "root";
  expected.key_file = "/home/me/.ssh/id_ed25519";
  expected.known_hosts = "/data/helper/known_hosts";
  expected.host_key_alias = "helper-centernet";
  expected.ssh_name = "centernet";
  expected.python = "/opt/conda/bin/python";
  expected.python_version = "3.11.2";
  expected.python_prefix = "/opt/conda";
  expected.python_cause = "the login shell's `which python`";
  expected.project_local = "/home/me/project";
  expected.project_remote = "/workspace";
  EXPECT_EQ(*report->settings, expected);
}

constexpr const char* k_old_build =
    R"(,"RuncCommit":{"ID":"v1.2.5-0-g59923ef"},"ClientInfo":{"Version":"20.10.24","Platform":{"Name":"Docker Engine - Community"}})";

TEST_F(ConvergeTest, WhatOnlyAnEarlierLookOfTheRequestWasToldIsNotedOnceForTheTarget) {
  server.engine_build = k_old_build;
  server.root_password = true;
  const auto report = converge();
  ASSERT_TRUE(report) << to_text(report.error());
  EXPECT_THAT(report->notes,
              testing::ElementsAre(testing::StartsWith("Docker 20.10.24 on server gpu1 lacks"),
                                   testing::StartsWith("runc 1.2.5 on server gpu1 lacks"),
                                   testing::StartsWith("container centernet lets root in by a password")));
  EXPECT_EQ(files.files().at(paths.told_security("centernet")).bytes,
            "engine 20.10.24 gpu1\nrunc 1.2.5 gpu1\nroot-password gpu1 centernet\n");
  knowledge = {};
  server.state = "exited";
  const auto again = converge();
  ASSERT_TRUE(again) << to_text(again.error());
  EXPECT_TRUE(again->notes.empty());
}

TEST_F(ConvergeTest, NotesOfSecurityAreLeftOutWhereTheConfigSaysSo) {
  server.engine_build = k_old_build;
  target.security_notes = false;
  const auto report = converge();
  ASSERT_TRUE(report) << to_text(report.error());
  EXPECT_TRUE(report->notes.empty());
  EXPECT_FALSE(files.files().contains(paths.told_security("centernet")));
}

TEST_F(ConvergeTest, ThatSuchNotesCannotBeRememberedPreventsNothing) {
  server.root_password = true;
  ASSERT_TRUE(converge());
  ASSERT_TRUE(files.remove(paths.told_security("centernet")));
  ASSERT_TRUE(files.write(paths.state / "told", "a file is where the folder would be", 0600));
  const auto again = converge();
  ASSERT_TRUE(again) << to_text(again.error());
  EXPECT_EQ(again->notes.size(), 1U);
}

TEST_F(ConvergeTest, TheSecondEnsureChangesNothingInOneRoundTrip) {
  ASSERT_TRUE(converge());
  const auto calls = tunnels.calls().size();
  const auto report = converge();
  ASSERT_TRUE(report) << to_text(report.error());
  EXPECT_EQ(events, "connecting gpu1\n");
  EXPECT_EQ(asked(), Names{"look"});
  EXPECT_FALSE(report->changed);
  EXPECT_TRUE(report->steps.empty());
  EXPECT_EQ(report->rounds, 1);
  EXPECT_EQ(report->settings->python, "/opt/conda/bin/python");
  EXPECT_EQ(tunnels.calls().size(), calls + 1);  // "start", which does nothing when the link is up
}

TEST_F(ConvergeTest, ASessionIsTriedOnceForEachRunOfTheContainer) {
  ASSERT_TRUE(converge());
  ASSERT_TRUE(converge());
  EXPECT_EQ(ssh.sessions, 1);
}

TEST_F(ConvergeTest, ASessionThatDoesNotWorkIsAnErrorAndIsTriedAgain) {
  ssh.session.sftp = false;
  ssh.session.stray = "Welcome";
  const auto report = converge();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::inside_failed);
  EXPECT_NE(report.error().cause.find("Welcome"), std::string::npos) << report.error().cause;
  ASSERT_FALSE(converge());
  EXPECT_EQ(ssh.sessions, 5) << "two for each request, since what it was tried on may be gone, and one ahead of a look";
  ssh.session.sftp = true;
  ssh.session.stray.clear();
  ASSERT_TRUE(converge());
  ASSERT_TRUE(converge());
  EXPECT_EQ(ssh.sessions, 6);
}

TEST_F(ConvergeTest, ASessionWithAKeyThatNobodyCanUseIsNotTriedAndTheContainerIsLookedIntoOnce) {
  const std::string key = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n";
  ASSERT_TRUE(files.write("/home/me/.ssh/id_ed25519", key, 0600));
  const auto report = converge();
  ASSERT_TRUE(report) << to_text(report.error());
  ASSERT_EQ(report->notes.size(), 1U);
  EXPECT_NE(report->notes[0].find("no SSH session was tried"), std::string::npos) << report->notes[0];
  ASSERT_TRUE(converge());
  EXPECT_EQ(asked(), Names{"look"});
  EXPECT_EQ(ssh.sessions, 0);
  ssh.agent_has_the_key = true;
  const auto with_agent = converge();
  ASSERT_TRUE(with_agent);
  EXPECT_TRUE(with_agent->notes.empty());
  ASSERT_TRUE(converge());
  EXPECT_EQ(ssh.sessions, 1);
}

TEST_F(ConvergeTest, ASessionThatHasNoAnswerIsANoteAndIsTriedOnceForEachRequest) {
  ssh.session = {};
  ssh.session.undecided = true;
  ssh.session.words = "no answer within 20 s";
  const auto report = converge();
  ASSERT_TRUE(report) << to_text(report.error());
  ASSERT_EQ(report->notes.size(), 1U);
  EXPECT_NE(report->notes[0].find("no answer within 20 s"), std::string::npos) << report->notes[0];
  EXPECT_EQ(ssh.sessions, 1);
  ASSERT_TRUE(converge());
  EXPECT_EQ(ssh.sessions, 2);
}

TEST_F(ConvergeTest, AServerThatShowsAnotherHostKeyIsStartedAgainOnceAndThenNamed) {
  ASSERT_TRUE(converge());
  ssh.keys = {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAISomebodyElses"};
  const auto report = converge();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::tunnel_failed);
  EXPECT_EQ(asked(), (Names{"look", "start sshd", "look"}));
}

TEST_F(ConvergeTest, TheLinkIsMadeWhileTheContainerStarts) {
  ASSERT_TRUE(converge());
  const auto calls = tunnels.calls();
  const auto start = std::ranges::find(calls, "start");
  const auto point = std::ranges::find_if(calls, [](const auto& call) { return call.starts_with("point"); });
  EXPECT_LT(start, point);
}

TEST_F(ConvergeTest, FallsBackFromTheGpusFlagToTheRuntime) {
  server.gpus_flag_fails = k_no_driver;
  const auto report = converge();
  ASSERT_TRUE(report) << to_text(report.error());
  EXPECT_EQ(asked(), (Names{"look", "create", "host keys", "start", "look", "rm", "volume", "create", "host keys",
                            "start", "look", "start sshd", "look"}));
  EXPECT_NE(events.find(std::string("failed start container centernet: ") + k_no_driver), std::string::npos);
  EXPECT_NE(events.find("started create container centernet from centernet:1.2 with --runtime=nvidia: --gpus failed, "
                        "the engine has the runtime nvidia\n"),
            std::string::npos)
      << events;
}

TEST_F(ConvergeTest, SaysWhyNeitherWayWorksAndLeavesNoContainer) {
  server.gpus_flag_fails = k_no_driver;
  server.runtime_fails = "nvidia-container-cli: initialization error: nvml error: driver not loaded";
  const auto report = converge();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::gpu_unavailable);
  EXPECT_EQ(
      report.error().cause,
      "both ways failed, --gpus (could not select device driver \"\" with capabilities: [[gpu]]) and "
      "--runtime=nvidia (nvidia-container-cli: initialization error: nvml error: driver not loaded): the server's "
      "NVIDIA driver does not work");
  EXPECT_EQ(server.state, "");
}

TEST_F(ConvergeTest, SaysWhichPieceIsMissingWhenTheEngineHasNoRuntime) {
  server.gpus_flag_fails = k_no_driver;
  server.nvidia_runtime = false;
  const auto report = converge();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::gpu_unavailable);
  EXPECT_NE(report.error().cause.find("the NVIDIA Container Toolkit is missing or not set up"), std::string::npos);
  EXPECT_NE(report.error().fix.find("apt-get install -y nvidia-container-toolkit"), std::string::npos);
  EXPECT_EQ(server.state, "");
}

TEST_F(ConvergeTest, ABusyPortIsNamedBeforeTheServerIsAsked) {
  tunnels.set_held(target.ssh.local_port, "python3 (pid 4711)");
  const auto report = converge();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::port_busy);
  EXPECT_EQ(report.error().cause, "is held by python3 (pid 4711)");
  EXPECT_EQ(asked(), Names{});
  EXPECT_EQ(anonymous(events),
            "started open 127.0.0.1:LOCAL for ssh: not open yet\n"
            "failed open 127.0.0.1:LOCAL for ssh: is held by python3 (pid 4711)\n");
}

TEST_F(ConvergeTest, AnUnreachableServerIsTheErrorAndThePortsStayOpenForWhenItComesBack) {
  runner.always("docker", fail(ErrorCode::server_unreachable, "gpu1", "no route to host", "ping gpu1"));
  const auto report = converge();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error(), (Error{ErrorCode::server_unreachable, "gpu1", "no route to host", "ping gpu1"}));
  EXPECT_EQ(tunnels.status().size(), 1U);
  EXPECT_EQ(std::ranges::count(tunnels.calls(), "start"), 0);
}

TEST_F(ConvergeTest, AServerThatGoesAwayInTheMiddleIsTheError) {
  runner.always("docker create", fail(ErrorCode::server_unreachable, "gpu1", "connection reset"));
  const auto report = converge();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::server_unreachable);
  EXPECT_EQ(asked(), (Names{"look", "create"}));
}

TEST_F(ConvergeTest, AStartThatLostTheServerIsNotTakenForAWayThatFailed) {
  runner.always("docker start", fail(ErrorCode::timed_out, "gpu1", "no answer within 5 min"));
  const auto report = converge();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::timed_out);
  EXPECT_EQ(asked(), (Names{"look", "create", "host keys", "start"}));
}

// The stop comes while the n-th command runs, for every n of a first ensure.
TEST_F(ConvergeTest, ACancelledRequestEndsAtOnceWhereverItIs) {
  ASSERT_TRUE(converge());
  const std::size_t commands = asked().size();
  ASSERT_GT(commands, 5U);
  for (std::size_t n = 1; n <= commands; ++n) {
    server.forget_container();
    knowledge = {};
    stop = std::stop_source();
    ASSERT_TRUE(files.remove(paths.known_hosts()));
    tunnels.close(target.ssh.local_port);
    std::size_t seen = 0;
    bool cancelled = false;
    runner.once([&](const Command&) { return ++seen == n; },
                [&](const Command&) -> Result<CommandOutput> {
                  cancelled = stop.request_stop();
                  return fail(ErrorCode::cancelled, "gpu1", "the command was cancelled");
                });
    const auto report = converge();
    ASSERT_TRUE(cancelled) << n;
    ASSERT_FALSE(report) << n;
    EXPECT_EQ(report.error().code, ErrorCode::cancelled) << n;
    // A container that is created and has no record yet is taken away again.
    const bool is_created = n == 2;
    EXPECT_EQ(asked().size(), is_created ? n + 1 : n);
  }
}

TEST_F(ConvergeTest, ARecordThatLacksItsHostKeysGetsThemWithTheNextRequest) {
  runner.once(":/helper-record", CommandOutput{1, {}, "Error response from daemon: no space left on device\n"});
  const auto first = converge();
  ASSERT_FALSE(first);
  EXPECT_EQ(first.error().thing, "the container's record");
  EXPECT_EQ(first.error().cause, "no space left on device");
  const auto second = converge();
  ASSERT_TRUE(second) << to_text(second.error());
  EXPECT_EQ(second->steps.front().text, "record the owner of container centernet");
  EXPECT_EQ(second->steps.front().cause, "the request that created it was cut off");
  const auto third = converge();
  ASSERT_TRUE(third);
  EXPECT_TRUE(third->steps.empty());
}

// Of a container that another machine is creating at this moment, the open halves are in the record first.
TEST_F(ConvergeTest, HostKeysThatAnotherMachineStillWritesAreWaitedFor) {
  ASSERT_TRUE(converge());
  const auto folder = paths.container_keys(target.server, target.container.name);
  const auto has_others = [&] {
    for (const std::string type : {"ed25519", "ecdsa"}) {
      EXPECT_TRUE(files.write(folder / type, "secret of another", 0600));
      EXPECT_TRUE(files.write(folder / (type + ".pub"), test::k_public_line + std::string("\n"), 0644));
    }
    knowledge = {};
    server.start_another_run();  // so that they are needed
  };
  has_others();
  const std::string key = "-----BEGIN KEY-----\nAAAA\n-----END KEY-----\n";
  int asked_for = 0, given_after = 3;
  runner.always(runner.holds("cp \"$lender:"), [&](const Command&) {
    return Result<CommandOutput>(CommandOutput{0, ++asked_for < given_after ? std::string() : key + key, {}});
  });
  const auto report = converge();
  ASSERT_TRUE(report) << to_text(report.error());
  EXPECT_EQ(asked_for, 3);
  EXPECT_EQ(files.files().at(folder / "ecdsa").bytes, key);

  has_others();
  asked_for = 0, given_after = 1000;
  const auto never = converge();
  ASSERT_FALSE(never);
  EXPECT_EQ(never.error().cause, "its record does not hold them whole");
  EXPECT_LT(asked_for, 20);
}

TEST_F(ConvergeTest, ARequestThatIsCancelledBeforeItBeginsTouchesNothing) {
  stop.request_stop();
  const auto report = converge();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::cancelled);
  EXPECT_EQ(asked(), Names{});
  EXPECT_TRUE(tunnels.calls().empty());
}

TEST_F(ConvergeTest, AContainerThatWasRemovedIsMadeAgainWithTheSameHostKeys) {
  ASSERT_TRUE(converge());
  const auto pinned = known_hosts();
  server.forget_container();
  const auto report = converge();
  ASSERT_TRUE(report) << to_text(report.error());
  EXPECT_EQ(events.find("pin the container's host keys"), std::string::npos) << events;
  EXPECT_EQ(known_hosts(), pinned);
}

TEST_F(ConvergeTest, SecretsGoToTheContainerByStandardInputOnly) {
  ASSERT_TRUE(converge());
  int given = 0;
  for (const auto& command : runner.commands()) {
    EXPECT_EQ(command.script.find("secret host key"), std::string::npos);
    if (command.stdin_text.find("secret host key") != std::string::npos) ++given;
  }
  EXPECT_EQ(given, 2) << "to its record and to its sshd";
}

TEST_F(ConvergeTest, AContainerThatSomebodyRestartedIsMadeWholeWithoutBeingTouched) {
  ASSERT_TRUE(converge());
  server.start_another_run();
  const auto report = converge();
  ASSERT_TRUE(report) << to_text(report.error());
  EXPECT_EQ(asked(), (Names{"look", "start sshd", "look"}));
  EXPECT_NE(
      anonymous(events).find(
          "forward 127.0.0.1:LOCAL to sshd in centernet: the container's port is 127.0.0.1:49154 on the server now"),
      std::string::npos)
      << events;
}

TEST_F(ConvergeTest, AKilledSshdIsStartedAgain) {
  ASSERT_TRUE(converge());
  server.sshd_runs = false;
  const auto report = converge();
  ASSERT_TRUE(report) << to_text(report.error());
  EXPECT_EQ(asked(), (Names{"look", "start sshd", "look"}));
}

TEST_F(ConvergeTest, AStoppedOrPausedContainerIsStartedAndNotMadeAgain) {
  ASSERT_TRUE(converge());
  server.state = "exited";
  ASSERT_TRUE(converge());
  EXPECT_EQ(std::ranges::count(asked(), "create"), 0);
  server.state = "paused";
  ASSERT_TRUE(converge());
  EXPECT_EQ(asked(), (Names{"look", "unpause", "look"}));
}

TEST_F(ConvergeTest, WhenTheKnownPythonIsGoneAllAreLookedForInTheSameRound) {
  ASSERT_TRUE(converge());
  server.python_answers = false;
  const auto report = converge();
  ASSERT_TRUE(report) << to_text(report.error());
  EXPECT_EQ(asked(), (Names{"look", "look"}));
  EXPECT_EQ(report->rounds, 1);
}

TEST_F(ConvergeTest, AFullDiskIsTheErrorAndLeavesKnownHostsAsItWas) {
  ASSERT_TRUE(files.write(paths.known_hosts(), "example.org ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAA\n", 0600));
  const auto before_it = files.files();
  files.set_full(true);
  const auto report = converge();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::file_failed);
  EXPECT_NE(report.error().cause.find("No space left on device"), std::string::npos);
  EXPECT_EQ(files.files(), before_it);
  files.set_full(false);
  ASSERT_TRUE(converge());
  EXPECT_EQ(known_hosts().find("example.org ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAA\n"), 0U);
}

TEST_F(ConvergeTest, PinsWithModesThatKeepItPrivate) {
  ASSERT_TRUE(converge());
  EXPECT_EQ(files.files().at(paths.known_hosts()).mode, 0600U);
}

TEST_F(ConvergeTest, AnUnreadableKnownHostsIsTheErrorBeforeAnythingIsDone) {
  files.set_unreadable(paths.known_hosts());
  const auto report = converge();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::file_failed);
  EXPECT_EQ(asked(), Names{});
  EXPECT_TRUE(tunnels.calls().empty());
}

TEST_F(ConvergeTest, AContainerThatEndsAtOnceIsTheErrorAndIsStartedOnce) {
  server.ends_at_once = true;
  const auto report = converge();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::container_failed);
  EXPECT_EQ(report.error().cause, "it ended right after it was started (exit code 3)");
  EXPECT_EQ(asked(), (Names{"look", "create", "host keys", "start", "look"}));
}

TEST_F(ConvergeTest, AStepThatDoesNotHoldIsNotRepeatedForEver) {
  server.sshd_setup_never_holds = true;
  const auto report = converge();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().cause, "the step succeeded, but the problem is still there");
  EXPECT_LE(std::ranges::count(asked(), "start sshd"), 3);  // twice beside other steps
}

TEST_F(ConvergeTest, AnAdoptedContainerIsUsedAndToldOnce) {
  server.start_another_run();
  server.ours = false;
  const auto report = converge();
  ASSERT_TRUE(report) << to_text(report.error());
  EXPECT_EQ(report->notes,
            Names{"container centernet was not made by helper: it is used as it is, and never removed or "
                  "recreated"});
  EXPECT_EQ(std::ranges::count(asked(), "create") + std::ranges::count(asked(), "rm"), 0);
}

TEST_F(ConvergeTest, StopsTheContainerAndClosesThePorts) {
  ASSERT_TRUE(converge());
  const auto report = converge(plan::Power::stopped);
  ASSERT_TRUE(report) << to_text(report.error());
  EXPECT_EQ(report->state, "stopped");
  EXPECT_EQ(report->settings, std::nullopt);
  EXPECT_EQ(asked(), (Names{"look", "stop", "look"}));
  EXPECT_TRUE(tunnels.status().empty());
  EXPECT_EQ(server.state, "exited");
  EXPECT_NE(known_hosts(), "");
  const auto again = converge(plan::Power::stopped);
  ASSERT_TRUE(again);
  EXPECT_FALSE(again->changed);
}

TEST_F(ConvergeTest, RemovesTheContainerAndForgetsItsHostKeys) {
  ASSERT_TRUE(converge());
  const auto report = converge(plan::Power::absent);
  ASSERT_TRUE(report) << to_text(report.error());
  EXPECT_EQ(report->state, "absent");
  EXPECT_EQ(asked(), (Names{"look", "stop", "rm", "volume", "look"}));
  EXPECT_EQ(known_hosts(), "");
}

class InstallConverge : public ConvergeTest {
 protected:
  InstallConverge() {
    target.jupyter.emplace();
    server.publishes_jupyter = true;
    consents.offers = true;
  }
  helper::test::ScriptedPrompter person;
};

TEST_F(InstallConverge, APersonIsAskedOnceAndJupyterIsStartedAfterAYes) {
  consents.person = &person;
  person.will_answer("yes");
  const auto report = converge();
  ASSERT_TRUE(report) << to_text(report.error());
  ASSERT_EQ(person.asked().size(), 1U);
  EXPECT_EQ(person.asked().front().prompt, "Install JupyterLab in container centernet?");
  EXPECT_THAT(asked(), testing::IsSupersetOf({"install Jupyter", "start Jupyter"}));
  EXPECT_THAT(events, testing::HasSubstr("progress Successfully installed jupyterlab-4.2.0\n4.2.0\n"));
  EXPECT_THAT(report->notes, testing::Not(testing::Contains(testing::HasSubstr("Jupyter is not"))));
  ASSERT_TRUE(converge());
  EXPECT_EQ(asked(), Names{"look"});
  EXPECT_EQ(person.asked().size(), 1U);
}

TEST_F(InstallConverge, ANoHoldsForTheContainerAndTheTargetIsReadyWithoutJupyter) {
  consents.person = &person;
  for (int request = 1; request <= 2; ++request) {
    person.will_answer("no");
    const auto report = converge();
    ASSERT_TRUE(report) << to_text(report.error());
    EXPECT_EQ(report->state, "ready");
    EXPECT_THAT(report->notes, testing::Contains(testing::HasSubstr("to add it: helper exec centernet --")));
    EXPECT_THAT(asked(), testing::Not(testing::Contains("install Jupyter")));
    EXPECT_EQ(person.asked().size(), 1U) << "request " << request;
  }
}

TEST_F(InstallConverge, WhereNobodyCanBeAskedOnlyTheConfigAgrees) {
  ASSERT_TRUE(converge());
  EXPECT_THAT(asked(), testing::Not(testing::Contains("install Jupyter")));
  target.jupyter->install = true;
  const auto report = converge();
  ASSERT_TRUE(report) << to_text(report.error());
  EXPECT_THAT(asked(), testing::IsSupersetOf({"install Jupyter", "start Jupyter"}));
}

TEST_F(InstallConverge, AnInstallationThatFailsIsANoteAndTheTargetIsReady) {
  target.jupyter->install = true;
  set_config(knowledge, target);
  server.install_fails = "/opt/conda/bin/python: No module named pip\n";
  const auto report = converge();
  ASSERT_TRUE(report) << to_text(report.error());
  EXPECT_EQ(report->state, "ready");
  EXPECT_THAT(report->notes, testing::Contains(testing::HasSubstr(
                                 "JupyterLab could not be installed: /opt/conda/bin/python: No module named pip; ")));
  const auto all = asked();
  EXPECT_EQ(std::ranges::count(all, "install Jupyter"), 1);
  EXPECT_TRUE(settings_of(knowledge, paths)) << "what failed does not make it less ready";
}

class BusyConverge : public ConvergeTest {
 protected:
  BusyConverge() {
    target.jupyter.emplace();
    server.jupyter_listens = true;
    EXPECT_TRUE(converge());
    jupyter.will_answer(std::vector<plan::JupyterKernel>{{"1", "python3", "busy", "", "train.ipynb", 1},
                                                         {"2", "python3", "idle", "", "look.ipynb", 0}});
  }
  helper::test::ScriptedPrompter person;
};

TEST_F(BusyConverge, AWarmEnsureAsksJupyterNothing) {
  ASSERT_TRUE(converge());
  EXPECT_EQ(asked(), Names{"look"});
  EXPECT_TRUE(jupyter.tokens().empty());
}

TEST_F(BusyConverge, NothingIsStoppedWhileKernelsAreBusyAndNobodyIsThereToAsk) {
  for (const auto power : {plan::Power::stopped, plan::Power::absent}) {
    const auto ports = tunnels.status();
    const auto report = converge(power);
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, ErrorCode::usage);
    EXPECT_THAT(report.error().cause, testing::HasSubstr("1 kernel is busy: train.ipynb, and there is nobody to ask"));
    EXPECT_EQ(asked(), Names{"look"});
    EXPECT_EQ(tunnels.status(), ports);
    EXPECT_EQ(server.state, "running");
  }
}

TEST_F(BusyConverge, APersonIsAskedOnceAndTheAnswerHolds) {
  consents.person = &person;
  person.will_answer("no");
  const auto refused = converge(plan::Power::stopped);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::cancelled);
  EXPECT_EQ(server.state, "running");
  person.will_answer("yes");
  const auto report = converge(plan::Power::stopped);
  ASSERT_TRUE(report) << to_text(report.error());
  EXPECT_EQ(report->state, "stopped");
  ASSERT_EQ(person.asked().size(), 2U);
  EXPECT_THAT(person.asked().at(1).details, testing::Contains("1 kernel is busy: train.ipynb"));
}

TEST_F(BusyConverge, AYesBeforehandNeedsNoQuestionAndNoAnswerOfJupyters) {
  consents.end_work = true;
  const auto report = converge(plan::Power::absent);
  ASSERT_TRUE(report) << to_text(report.error());
  EXPECT_EQ(report->state, "absent");
  EXPECT_TRUE(jupyter.tokens().empty());
}

TEST_F(BusyConverge, IdleKernelsStandInNobodysWay) {
  jupyter.will_answer(std::vector<plan::JupyterKernel>{{"2", "python3", "idle", "", "look.ipynb", 0}});
  const auto report = converge(plan::Power::stopped);
  ASSERT_TRUE(report) << to_text(report.error());
  EXPECT_TRUE(report->notes.empty());
}

TEST_F(BusyConverge, AJupyterThatDoesNotAnswerStandsInNobodysWayAndThatIsTold) {
  jupyter.will_answer(fail(ErrorCode::timed_out, "Jupyter", "it did not answer within 5 s"));
  const auto report = converge(plan::Power::stopped);
  ASSERT_TRUE(report) << to_text(report.error());
  EXPECT_THAT(report->notes, testing::Contains("it is not known whether kernels of Jupyter are busy: it did not "
                                               "answer within 5 s"));
}

TEST_F(ConvergeTest, AnAdoptedContainerIsNotRemovedAndItsHostKeysStayPinned) {
  server.start_another_run();
  server.ours = false;
  ASSERT_TRUE(converge());
  const auto pinned = known_hosts();
  const auto report = converge(plan::Power::absent);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::container_not_ours);
  EXPECT_EQ(server.state, "running");
  EXPECT_EQ(known_hosts(), pinned);
}

TEST_F(ConvergeTest, RemovingOnAnUnreachableServerForgetsNothing) {
  ASSERT_TRUE(converge());
  const auto pinned = known_hosts();
  runner.always("docker", fail(ErrorCode::server_unreachable, "gpu1", "no route to host"));
  ASSERT_FALSE(converge(plan::Power::absent));
  EXPECT_EQ(known_hosts(), pinned);
}

TEST_F(ConvergeTest, TheReportsTimesAreTheClocks) {
  runner.once("docker start", CommandOutput{0, "", ""});
  runner.once(helper::test::FakeCommandRunner::holds("docker create"), [this](const Command&) {
    clock.advance(Milliseconds(1'500));
    server.state = "running";
    return Result<CommandOutput>(CommandOutput{});
  });
  const auto report = converge();
  ASSERT_TRUE(report) << to_text(report.error());
  EXPECT_EQ(report->elapsed, Milliseconds(1'500));
  const auto created = std::ranges::find_if(report->steps, [](const auto& s) { return s.text.starts_with("create"); });
  ASSERT_NE(created, report->steps.end());
  EXPECT_EQ(created->elapsed, Milliseconds(1'500));
}

// At whatever step, and however often within reason: the request ends with a container that is ready.
TEST_F(ConvergeTest, AContainerThatSomebodyRemovesMeanwhileIsMadeAgain) {
  for (const char* step : {"start", "start sshd", "look"}) {
    for (int times = 1; times <= 3; ++times) {
      server.forget_container();
      knowledge = {};
      ASSERT_TRUE(std::string(step) != "look" || converge());
      server.removed_before = step;
      server.times_removed = times;
      const auto report = converge();
      ASSERT_TRUE(report) << step << " x" << times << ": " << to_text(report.error()) << "\n" << events;
      EXPECT_EQ(report->state, "ready");
      EXPECT_TRUE(server.sshd_runs);
      server.times_removed = 0;
    }
  }
}

TEST_F(ConvergeTest, AContainerWhoseProcessesAreKilledBeforeTheEngineListsItAsGoneIsMadeAgain) {
  server.killed_before_sshd = true;
  const auto report = converge();
  ASSERT_TRUE(report) << to_text(report.error()) << events;
  EXPECT_EQ(report->state, "ready");
  EXPECT_EQ(report->notes, Names{"container centernet was removed by somebody else meanwhile"});
}

TEST_F(ConvergeTest, SaysThatSomebodyRemovedTheContainerAndGivesUpWhenTheyGoOn) {
  server.removed_before = "start sshd";
  server.times_removed = 1;
  auto report = converge();
  ASSERT_TRUE(report) << to_text(report.error());
  EXPECT_EQ(report->notes, Names{"container centernet was removed by somebody else meanwhile"});

  server.forget_container();
  server.times_removed = 1000;
  report = converge();
  ASSERT_FALSE(report);
  EXPECT_LT(asked().size(), 60U);
}

TEST_F(ConvergeTest, AContainerThatSomebodyElseCreatesAtTheSameMomentIsUsed) {
  server.created_before = 1;
  const auto report = converge();
  ASSERT_TRUE(report) << to_text(report.error()) << events;
  EXPECT_EQ(report->state, "ready");
  EXPECT_THAT(report->notes, testing::Contains("container centernet was created by somebody else at the same moment"));
  const auto all = asked();
  EXPECT_EQ(std::ranges::count(all, "create"), 1);
}

// What cannot be started is not taken for what somebody removed.
TEST_F(ConvergeTest, AStepThatFailsOnAContainerThatIsThereEndsTheRequest) {
  server.sshd_setup_never_holds = true;
  const auto report = converge();
  ASSERT_FALSE(report);
  EXPECT_EQ(events.find("removed by somebody"), std::string::npos);
}

TEST_F(ConvergeTest, AContainerThatHasEndedIsWaitedForWhereTheEngineRemovesItByItself) {
  server.ends_before_sshd = true;
  ASSERT_FALSE(converge());
  EXPECT_EQ(asked(), (Names{"look", "create", "host keys", "start", "look", "start sshd", "look", "look"}));
  server.forget_container();
  knowledge = {};
  server.auto_remove = true;
  ASSERT_FALSE(converge());
  EXPECT_GT(std::ranges::count(asked(), "look"), 3);
}

TEST_F(ConvergeTest, AContainerThatSomebodyRemovesBeforeItIsStoppedIsStoppedEnough) {
  ASSERT_TRUE(converge());
  server.removed_before = "stop";
  server.times_removed = 1;
  const auto report = converge(plan::Power::stopped);
  EXPECT_TRUE(report) << to_text(report.error());
}

}  // namespace
}  // namespace helper::ensure
