// A Target with everything around it faked: what its callers share, what it keeps between requests, and what those who
// watch are told.
#include "ensure/target.hpp"

#include "support/fake_connections.hpp"
#include "support/gate.hpp"
#include "unit/ensure/fixture.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <future>
#include <stdexcept>

namespace helper::ensure {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using State = std::string;

class TargetTest : public testing::Test {
 protected:
  TargetTest() {
    ssh.keys = {test::k_host_keys[0], test::k_host_keys[1]};
    test::write_keys(files, paths, config.name);
  }

  [[nodiscard]] Call call() const {
    Call call;
    call.config = config;
    return call;
  }
  Result<Report> ensure() { return target.converge(call(), plan::Power::running); }
  std::future<Result<Report>> ensure_meanwhile(Call its) {
    return std::async(std::launch::async, [this, its] { return target.converge(its, plan::Power::running); });
  }
  // A caller that has seen nothing is told at once.
  TargetStatus now() { return target.watch(config, 0, {}).value().status; }
  // The next status that watchers are told in which `wanted` holds.
  TargetStatus wait_for(const State& wanted) {
    std::uint64_t seen = 0;
    for (;;) {
      const auto report = target.watch(config, seen, {}).value();
      if (report.status.state == wanted) return report.status;
      seen = report.revision;
    }
  }
  // The first command of that name waits at the gate.
  void hold_up(const std::string& command) {
    connections.before_each_command([this, command](const std::string& name, const std::stop_token& stop) {
      if (name == command) gate.pass(stop);
    });
  }
  [[nodiscard]] std::size_t asked(const std::string& words) { return server.runner.count(words); }

  helper::test::FakeConnections connections;
  helper::test::FakeConnections::Server& server = connections.server("gpu1");
  helper::test::FakeFileStore files;
  helper::test::ManualClock clock;
  helper::test::FakeJupyterApi jupyter;
  helper::test::FakeSshClient ssh;
  helper::test::Gate gate;
  Paths paths{"/home/me", "/run/me", "/data/helper", "/state", "/config.json"};
  World world{paths, connections, files, clock, jupyter, ssh};
  Questions questions;
  config::Target config = test::a_target();
  Target target{world, questions};
};

TEST_F(TargetTest, WhatAnEnsureFoundIsKnownAndTold) {
  const auto report = ensure();
  ASSERT_TRUE(report) << to_text(report.error());
  EXPECT_EQ(report->state, "ready");
  EXPECT_EQ(report->round_trips, server.runner.commands().size());
  EXPECT_TRUE(target.holds_port(2222));
  const auto asked_before = server.runner.commands().size();
  EXPECT_EQ(target.known(config).value(), *report->settings);
  EXPECT_EQ(now().state, "ready");
  EXPECT_EQ(connections.calls(), std::vector<std::string>{"open gpu1"});
  const auto status = target.status(call());
  ASSERT_TRUE(status);
  EXPECT_EQ(status->state, "ready");
  EXPECT_GT(server.runner.commands().size(), asked_before);
}

TEST_F(TargetTest, AConfigEditedWhileItsEnsureRunsIsMadeTrueByAJobOfItsOwn) {
  hold_up("create");
  auto first = ensure_meanwhile(call());
  gate.wait_until_reached();
  auto edited = call();
  edited.config.ssh.local_port = 2322;
  auto second = ensure_meanwhile(edited);
  gate.open();
  const auto before = first.get();
  const auto after = second.get();
  ASSERT_TRUE(before && after);
  EXPECT_EQ(before->settings->port, 2222);
  EXPECT_EQ(after->settings->port, 2322);
  EXPECT_FALSE(target.holds_port(2222));
  EXPECT_TRUE(target.holds_port(2322));
  EXPECT_FALSE(target.known(config)) << "what was found by the old config is asked for no more";
  EXPECT_TRUE(target.known(edited.config));
}

TEST_F(TargetTest, TwoCallersOfTheSameThingShareOneJobAndBothHearIt) {
  hold_up("create");
  std::string first_heard;
  std::string second_heard;
  auto one = call();
  one.on_event = [&](const Event& event) { first_heard += test::to_line(event); };
  auto other = call();
  auto first = ensure_meanwhile(one);
  gate.wait_until_reached();
  std::promise<void> joined;
  other.on_event = [&, told = false](const Event& event) mutable {
    if (!std::exchange(told, true)) joined.set_value();
    second_heard += test::to_line(event);
  };
  auto second = ensure_meanwhile(other);
  joined.get_future().wait();
  gate.open();
  ASSERT_TRUE(first.get() && second.get());
  EXPECT_EQ(asked("docker create"), 1U);
  EXPECT_THAT(first_heard, HasSubstr("done start sshd"));
  EXPECT_EQ(first_heard, second_heard);
}

TEST_F(TargetTest, ACancelledEnsureLeavesNeitherAStepNorAPortBehind) {
  hold_up("create");
  std::stop_source stop;
  auto its = call();
  its.stop = stop.get_token();
  auto first = ensure_meanwhile(its);
  gate.wait_until_reached();
  EXPECT_EQ(now().state, "working");
  EXPECT_EQ(target.status(call())->state, "working") << "it answers while the worker is busy";
  EXPECT_TRUE(target.holds_port(2222));
  stop.request_stop();
  EXPECT_EQ(first.get().error().code, ErrorCode::cancelled);
  wait_for("absent");
  EXPECT_FALSE(target.holds_port(2222));
  EXPECT_FALSE(target.known(config));
  gate.open();
  EXPECT_TRUE(ensure());
}

TEST_F(TargetTest, AJobThatBreaksOffIsAnErrorAndNoLongerUnderWay) {
  std::atomic<bool> broke = false;
  connections.before_each_command([&](const std::string& name, const std::stop_token& stop) {
    if (name == "look" && broke) gate.pass(stop);  // what is told comes from no look
    if (name != "create") return;
    broke = true;
    throw std::runtime_error("out of luck");
  });
  const auto report = ensure();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::internal);
  EXPECT_THAT(report.error().cause, HasSubstr("out of luck"));
  EXPECT_EQ(now().state, "absent");
  EXPECT_FALSE(target.known(config));
  EXPECT_TRUE(target.holds_port(2222)) << "it is open, whatever broke off";
  gate.open();
  connections.before_each_command({});
  ASSERT_TRUE(ensure());
  EXPECT_TRUE(target.known(config));
}

TEST_F(TargetTest, TheOldServersConnectionIsClosedBeforeTheNewOnesIsMade) {
  ASSERT_TRUE(ensure());
  config.server = "gpu2";
  const auto status = target.status(call());
  ASSERT_TRUE(status);
  EXPECT_EQ(status->state, "absent");
  EXPECT_THAT(connections.calls(), ElementsAre("open gpu1", "close gpu1", "open gpu2"));
  EXPECT_FALSE(target.holds_port(2222)) << "it closed with the connection";
  const auto report = ensure();
  ASSERT_TRUE(report) << to_text(report.error());
  EXPECT_EQ(connections.server("gpu2").simulated.state, "running");
  EXPECT_TRUE(target.holds_port(2222));
  EXPECT_THAT(connections.calls(), ElementsAre("open gpu1", "close gpu1", "open gpu2"));
}

TEST_F(TargetTest, AnotherAgentIsWorthANewConnectionOnlyWhereTheServerCouldNotBeReached) {
  server.runner.once("inspect", fail(ErrorCode::server_unreachable, "gpu1", "no answer"));
  auto its = call();
  its.caller.agent_socket = "/tmp/one";
  EXPECT_EQ(target.converge(its, plan::Power::running).error().code, ErrorCode::server_unreachable);
  EXPECT_EQ(now().state, "unreachable");
  its.caller.agent_socket = "/tmp/two";
  ASSERT_TRUE(target.converge(its, plan::Power::running));
  EXPECT_THAT(connections.calls(), ElementsAre("open gpu1", "close gpu1", "open gpu1"));
  EXPECT_EQ(connections.newest_order().agent_socket, "/tmp/two");
  its.caller.agent_socket = "/tmp/three";
  ASSERT_TRUE(target.converge(its, plan::Power::running));
  EXPECT_EQ(connections.calls().size(), 3U);
}

TEST_F(TargetTest, AServerThatIsLostDuringAStepIsUnreachableForThoseWhoWatch) {
  server.runner.once("docker create", fail(ErrorCode::server_unreachable, "gpu1", "the connection broke"));
  EXPECT_FALSE(ensure());
  const auto status = now();
  EXPECT_EQ(status.state, "unreachable");
  ASSERT_EQ(status.problems.size(), 1U);
  EXPECT_EQ(status.problems[0].cause, "the connection broke");
  EXPECT_THAT(status.tunnels, IsEmpty()) << "a first ensure that failed holds no port";
}

TEST_F(TargetTest, ARestartStopsAndStartsAndTellsBothAsOne) {
  ASSERT_TRUE(ensure());
  const auto report = target.restart(call());
  ASSERT_TRUE(report) << to_text(report.error());
  ASSERT_GT(report->steps.size(), 3U);
  EXPECT_THAT(report->steps[1].text, HasSubstr("stop container"));
  EXPECT_EQ(report->state, "ready");
  EXPECT_TRUE(report->changed);
  EXPECT_EQ(asked("docker stop"), 1U);
  EXPECT_TRUE(target.known(config));
}

TEST_F(TargetTest, ARestartThatCannotStopClosesNothing) {
  ASSERT_TRUE(ensure());
  server.runner.once("inspect", fail(ErrorCode::server_unreachable, "gpu1", "no answer"));
  EXPECT_EQ(target.restart(call()).error().code, ErrorCode::server_unreachable);
  EXPECT_TRUE(target.holds_port(2222));
  EXPECT_EQ(connections.tunnels().status().size(), 1U);
}

TEST_F(TargetTest, WatchingConnectsNothing) {
  EXPECT_EQ(now().state, "unknown");
  std::stop_source stop;
  auto waiting = std::async(std::launch::async, [&] { return target.watch(config, 1, stop.get_token()); });
  EXPECT_EQ(waiting.wait_for(20ms), std::future_status::timeout) << "there is no news";
  stop.request_stop();
  EXPECT_EQ(waiting.get().error().code, ErrorCode::cancelled);
  EXPECT_THAT(connections.calls(), IsEmpty());
}

TEST_F(TargetTest, WhoeverBeginsToWatchCausesALookAtOnce) {
  ASSERT_TRUE(ensure());
  server.simulated.forget_container();
  auto told = std::async(std::launch::async, [this] { return wait_for("absent"); });
  EXPECT_EQ(told.wait_for(10s), std::future_status::ready) << "it must not take until the next look by the clock";
}

TEST_F(TargetTest, WhoeverWatchesIsToldTheStepThenWhatCameOfIt) {
  hold_up("create");
  auto first = ensure_meanwhile(call());
  const auto working = wait_for("working");
  gate.wait_until_reached();
  gate.open();
  ASSERT_TRUE(first.get());
  EXPECT_THAT(wait_for("ready").tunnels, testing::SizeIs(1));
  const auto seen = target.watch(config, 0, {}).value().revision;
  auto news = std::async(std::launch::async, [&] { return target.watch(config, seen, {}); });
  EXPECT_EQ(news.wait_for(20ms), std::future_status::timeout);
  connections.lose_link("it is silent");
  const auto report = news.get();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->status.state, "unreachable");
  EXPECT_EQ(report->status.tunnels.at(0).trouble, "it is silent");
  EXPECT_NE(report->revision, seen);
}

TEST_F(TargetTest, WhoeverWatchesIsToldHowItIsAfterAnEnsureThatFailed) {
  ASSERT_TRUE(ensure());
  wait_for("ready");
  server.simulated.forget_container();
  server.simulated.ends_at_once = true;
  EXPECT_FALSE(ensure());
  EXPECT_EQ(wait_for("stopped").container_state, "exited");
}

TEST_F(TargetTest, WhatIsKnownIsForgottenWhenTheLinkGoesDownAndALookBringsItBack) {
  ASSERT_TRUE(ensure());
  connections.make_link();
  EXPECT_TRUE(target.known(config));
  connections.lose_link("it is silent");
  EXPECT_EQ(target.known(config).error().code, ErrorCode::not_ready);
  connections.tunnels().set_link(true);
  ASSERT_TRUE(target.status(call()));
  EXPECT_TRUE(target.known(config));
}

TEST_F(TargetTest, WhatIsKnownIsForgottenAfterItsTime) {
  ASSERT_TRUE(ensure());
  clock.advance(k_known_for);
  EXPECT_EQ(target.known(config).error().code, ErrorCode::not_ready);
}

TEST_F(TargetTest, WhatIsKnownIsNotGivenWhileSomebodyChangesTheTarget) {
  ASSERT_TRUE(ensure());
  hold_up("look");
  auto again = ensure_meanwhile(call());
  gate.wait_until_reached();
  EXPECT_FALSE(target.known(config));
  gate.open();
  ASSERT_TRUE(again.get());
  EXPECT_TRUE(target.known(config));
}

TEST_F(TargetTest, ALinkThatComesBackBringsTheTargetBackUnlessItWasStopped) {
  ASSERT_TRUE(ensure());
  connections.make_link();
  server.simulated.start_another_run();
  connections.lose_link("the server starts again");
  connections.make_link();
  while (!target.known(config)) std::this_thread::yield();
  EXPECT_TRUE(server.simulated.sshd_runs);
  ASSERT_TRUE(target.converge(call(), plan::Power::stopped));
  connections.lose_link("the server starts again");
  connections.make_link();
  ASSERT_TRUE(target.status(call()));  // which waits for whatever was posted
  EXPECT_EQ(server.simulated.state, "exited");
}

TEST_F(TargetTest, AContainerThatWasStartedAgainIsLookedAfterWhenAPortRefuses) {
  ASSERT_TRUE(ensure());
  server.simulated.start_another_run();
  connections.refuse(2222, "connection refused");
  while (!target.known(config)) std::this_thread::yield();
  EXPECT_TRUE(server.simulated.sshd_runs);
  EXPECT_EQ(now().state, "ready");
}

// Nobody has connected, so that no port has refused.
TEST_F(TargetTest, AContainerThatWasStartedAgainIsLookedAfterWhenALookForSomebodySeesIt) {
  ASSERT_TRUE(ensure());
  server.simulated.start_another_run();
  const auto access = target.settings(call());
  ASSERT_TRUE(access) << to_text(access.error());
  EXPECT_TRUE(server.simulated.sshd_runs);

  server.simulated.start_another_run();
  ASSERT_TRUE(target.status(call()));
  while (!target.known(config)) std::this_thread::yield();
  EXPECT_TRUE(server.simulated.sshd_runs);
  EXPECT_EQ(now().state, "ready");

  config.project.local = "/home/me/other";
  const auto restarted = target.restart(call());
  ASSERT_TRUE(restarted) << to_text(restarted.error());
  server.simulated.start_another_run();
  EXPECT_TRUE(target.settings(call())) << "as a restart has made it, too";
}

TEST_F(TargetTest, ALookForSomebodyChangesNothingOfAContainerThatIsStoppedOrConfiguredAnew) {
  ASSERT_TRUE(ensure());
  server.simulated.start_another_run();
  Call changed = call();
  changed.config.forwards = {{16006, 6006}};
  EXPECT_FALSE(target.settings(changed));
  ASSERT_TRUE(target.status(changed));
  ASSERT_TRUE(target.run(changed, verbs::list));  // which waits for what was posted
  EXPECT_FALSE(server.simulated.sshd_runs);
  server.simulated.state = "exited";
  EXPECT_FALSE(target.settings(call()));
  ASSERT_TRUE(target.status(call()));
  ASSERT_TRUE(target.run(call(), verbs::list));
  EXPECT_EQ(server.simulated.state, "exited");
}

TEST_F(TargetTest, APortThatRefusesAgainAndAgainIsLookedAfterOnceForAWhile) {
  ASSERT_TRUE(ensure());
  connections.refuse(2222, "connection refused");
  while (!target.known(config)) std::this_thread::yield();
  const auto looks = asked("container inspect");
  for (int i = 0; i < 20; ++i) connections.refuse(2222, "connection refused");
  ASSERT_TRUE(target.run(call(), verbs::list));  // which waits for what was posted
  EXPECT_EQ(asked("container inspect"), looks);
}

TEST_F(TargetTest, ALookThatBreaksOffIsNotTheLastOne) {
  ASSERT_TRUE(ensure());
  std::atomic<int> looks = 0;
  connections.before_each_command([&](const std::string& name, const std::stop_token&) {
    if (name == "look" && ++looks == 1) throw std::runtime_error("out of luck");
  });
  server.simulated.start_another_run();
  connections.refuse(2222, "connection refused");
  while (looks < 2) std::this_thread::yield();  // by itself, after a pause
  connections.before_each_command({});
  while (!target.known(config)) std::this_thread::yield();
  EXPECT_TRUE(server.simulated.sshd_runs);
}

TEST_F(TargetTest, WhatAPersonStoppedIsNotStartedAgainByTheDaemonItself) {
  ASSERT_TRUE(ensure());
  server.simulated.state = "exited";
  connections.make_link();
  connections.refuse(2222, "connection refused");
  wait_for("stopped");
  EXPECT_EQ(server.simulated.state, "exited");
  server.simulated.forget_container();
  connections.lose_link("the server starts again");
  connections.make_link();
  ASSERT_TRUE(target.status(call()));
  EXPECT_EQ(server.simulated.state, "");
  ASSERT_TRUE(ensure()) << "who asks for it gets it";
  EXPECT_EQ(server.simulated.state, "running");
}

TEST_F(TargetTest, TheNextLookIsAQuickOneUnlessItMustListEverything) {
  ASSERT_TRUE(ensure());
  const auto is_quick = [&] {
    return server.runner.commands().back().script.find("known_run=''") == std::string::npos;
  };
  ASSERT_TRUE(target.status(call()));
  EXPECT_TRUE(is_quick());
  ASSERT_TRUE(target.run(call(), verbs::pythons));
  EXPECT_FALSE(is_quick());
  ASSERT_TRUE(target.status(call()));
  EXPECT_TRUE(is_quick());
  EXPECT_EQ(ssh.sessions, 1);
  ASSERT_TRUE(ensure());
  EXPECT_EQ(ssh.sessions, 1) << "it was tried on what is still there";
}

TEST_F(TargetTest, LogsThatAreFollowedKeepNoOtherRequestWaiting) {
  config.engine = "docker";
  ASSERT_TRUE(ensure());
  hold_up("logs");
  auto following = std::async(std::launch::async, [&] { return target.follow_logs(call(), 10); });
  gate.wait_until_reached();
  EXPECT_EQ(target.status(call())->state, "ready");
  gate.open();
  EXPECT_TRUE(following.get());
  EXPECT_THAT(connections.calls(), ElementsAre("open gpu1", "open beside gpu1"));
}

}  // namespace
}  // namespace helper::ensure
