// The rules of Knowledge, each with what its views tell before and after.
#include "ensure/knowledge.hpp"

#include "unit/ensure/fixture.hpp"

namespace helper::ensure {
namespace {

using namespace std::chrono_literals;

class KnowledgeTest : public test::ConvergeTest {
 protected:
  KnowledgeTest() { set_config(knowledge, target); }

  void make_ready() {
    const auto report = converge();
    ASSERT_TRUE(report) << to_text(report.error());
    ASSERT_TRUE(is_known());
  }
  [[nodiscard]] bool is_known() const { return known_settings(knowledge, target, paths, clock.now()).has_value(); }
  [[nodiscard]] TargetStatus status() const { return status_of(knowledge, target); }
};

TEST_F(KnowledgeTest, OfATargetThatNobodyAskedAboutNothingIsKnown) {
  knowledge = {};
  EXPECT_EQ(status().state, "unknown");
  EXPECT_EQ(status().target, "centernet");
  EXPECT_FALSE(is_known());
  EXPECT_FALSE(is_unreachable(knowledge));
  EXPECT_EQ(memory_of(knowledge, target).run, "");
  EXPECT_FALSE(cli_of(knowledge));
}

TEST_F(KnowledgeTest, TellsWhereOpenSshChecksTheHostKey) {
  make_ready();
  const std::string note = "OpenSSH checks the host key of " + target.server + " for helper";
  EXPECT_EQ(std::ranges::count(status().notes, note), 0);
  knowledge.openssh_checks = true;
  EXPECT_EQ(std::ranges::count(status().notes, note), 1);
}

TEST_F(KnowledgeTest, OneLookAnswersForEveryView) {
  make_ready();
  EXPECT_EQ(status().state, "ready");
  EXPECT_TRUE(status().tunnels.at(0).up);
  const auto settings = settings_of(knowledge, paths);
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->python, "/opt/conda/bin/python");
  EXPECT_EQ(known_settings(knowledge, target, paths, clock.now())->port, 2222);
  EXPECT_TRUE(plan_of(knowledge, plan::Power::running).empty());
  EXPECT_FALSE(plan_of(knowledge, plan::Power::stopped).empty());
  EXPECT_TRUE(holds_port(knowledge, 2222));
  EXPECT_FALSE(holds_port(knowledge, 2223));
}

TEST_F(KnowledgeTest, WhatIsNotReadySaysWhatTellsMost) {
  make_ready();
  knowledge.observed->local.tunnels.clear();
  EXPECT_EQ(settings_of(knowledge, paths).error().cause, "it is not ready: open 127.0.0.1:2222 for ssh: not open yet");
  auto& state = knowledge.observed->server.container->state;
  state = plan::ContainerState::exited;
  EXPECT_EQ(settings_of(knowledge, paths).error().cause, "it is not ready: its container is stopped");
  state = plan::ContainerState::paused;
  EXPECT_EQ(settings_of(knowledge, paths).error().cause, "it is not ready: its container is paused");
  state = plan::ContainerState::absent;
  EXPECT_EQ(settings_of(knowledge, paths).error().cause, "it is not ready: its container does not exist");
}

TEST_F(KnowledgeTest, TheNextLookNeedNotAskAgainForWhatIsRemembered) {
  make_ready();
  const auto memory = memory_of(knowledge, target);
  EXPECT_EQ(memory.run, run_of(knowledge));
  EXPECT_EQ(memory.python.path, "/opt/conda/bin/python");
  EXPECT_EQ(memory.inside, *knowledge.observed->place.inside);
  EXPECT_EQ(memory.server_gpu, knowledge.observed->server.gpu);
  target.python = "/no/such/python";
  EXPECT_EQ(memory_of(knowledge, target).run, "") << "where none is chosen, all must be looked for";
}

TEST_F(KnowledgeTest, ByAnotherConfigNothingHoldsThatWasSeen) {
  make_ready();
  const auto old = knowledge.config;
  target.python = "3.12";
  EXPECT_FALSE(is_known());
  set_config(knowledge, target);
  EXPECT_FALSE(knowledge.observed || knowledge.session);
  EXPECT_EQ(knowledge.proven, "");
  EXPECT_EQ(status().state, "unknown");
  EXPECT_TRUE(holds_port(knowledge, 2222)) << "the tunnels stay open until a look finds otherwise";
  set_config(knowledge, *old);
  EXPECT_FALSE(is_known());
}

TEST_F(KnowledgeTest, WhatIsKnownIsTrustedForATimeAndUntilSomebodyBeginsToChangeIt) {
  make_ready();
  clock.advance(k_known_for - 1ms);
  EXPECT_TRUE(is_known());
  clock.advance(1ms);
  EXPECT_FALSE(is_known());
  ASSERT_TRUE(converge());
  EXPECT_TRUE(is_known());
  doubt(knowledge);
  EXPECT_FALSE(is_known());
  EXPECT_EQ(status().state, "ready") << "that is how it was last seen";
}

TEST_F(KnowledgeTest, AStepIsToldUntilItsWorkIsOver) {
  make_ready();
  begin_step(knowledge, "stop it", tunnels.status());
  EXPECT_EQ(status().state, "working");
  EXPECT_EQ(status().notes, std::vector<std::string>{"now: stop it"});
  tunnels.close(2222);
  end_steps(knowledge, tunnels.status());
  EXPECT_NE(status().state, "working");
  EXPECT_FALSE(is_known());
  EXPECT_FALSE(holds_port(knowledge, 2222));
}

TEST_F(KnowledgeTest, AfterTheLinkWentDownNoTunnelLeadsAnywhereUntilTheNextLook) {
  make_ready();
  lose_link(knowledge, "it is silent");
  EXPECT_FALSE(is_known());
  EXPECT_EQ(status().state, "unreachable");
  EXPECT_FALSE(status().tunnels.at(0).up);
  EXPECT_EQ(status().tunnels.at(0).trouble, "it is silent");
  EXPECT_FALSE(is_unreachable(knowledge)) << "the link of the tunnels is not the way that a look takes";
  ASSERT_TRUE(converge());
  EXPECT_EQ(status().state, "ready");
  EXPECT_TRUE(is_known());
}

TEST_F(KnowledgeTest, OfAServerThatDoesNotAnswerOnlyThisMachinesPartHolds) {
  make_ready();
  lose_server(knowledge, {ErrorCode::server_unreachable, "gpu1", "no answer", ""}, clock.now());
  EXPECT_TRUE(is_unreachable(knowledge));
  EXPECT_FALSE(is_known());
  const auto now = status();
  EXPECT_EQ(now.state, "unreachable");
  ASSERT_EQ(now.problems.size(), 1U);
  EXPECT_EQ(now.problems[0].cause, "no answer");
  EXPECT_TRUE(now.would_do.empty()) << "keys, host keys and tunnels are as they were";
  EXPECT_EQ(memory_of(knowledge, target).run, "");
  EXPECT_FALSE(knowledge.session) << "it was tried in a container that may have gone";
}

TEST_F(KnowledgeTest, AContainerThatIsGoneTakesAlongWhatWasTriedInIt) {
  make_ready();
  EXPECT_TRUE(knowledge.session);
  knowledge.proven = "that sshd";
  server.forget_container();
  ASSERT_TRUE(observe({runner, tunnels, files, clock, jupyter, ssh}, paths,
                      plan::desired_state(target, plan::Power::running), knowledge, {}));
  EXPECT_FALSE(knowledge.session);
  EXPECT_EQ(knowledge.proven, "");
  EXPECT_EQ(status().state, "absent");
  EXPECT_FALSE(is_known());
}

TEST_F(KnowledgeTest, ALookForAnotherPowerTellsNothingOfHowReadyItIs) {
  make_ready();
  ASSERT_TRUE(converge(plan::Power::stopped));
  EXPECT_FALSE(knowledge.fresh);
  EXPECT_EQ(status().state, "stopped");
}

TEST_F(KnowledgeTest, WhatLacksTheSessionOfAnIdeIsNotKnownToBeReady) {
  ssh.session.sftp = false;
  ssh.session.stray = "Welcome";
  EXPECT_FALSE(converge());
  ASSERT_TRUE(knowledge.session);
  EXPECT_FALSE(is_known());
  EXPECT_FALSE(settings_of(knowledge, paths));
}

}  // namespace
}  // namespace helper::ensure
