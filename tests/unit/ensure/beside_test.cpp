// What is done beside the rest of a request.
#include "ensure/beside.hpp"

#include "support/fake_command_runner.hpp"
#include "support/gate.hpp"
#include "support/manual_clock.hpp"

#include <gtest/gtest.h>

namespace helper::ensure {
namespace {

Beside::Work run(const std::string& script) {
  return [script](CommandRunner& server, const std::stop_token& stop) -> Result<void> {
    HELPER_TRY(run_or_fail(server, {script, {}}, {ErrorCode::container_failed, script, ""}, stop));
    return {};
  };
}

class BesideTest : public testing::Test {
 protected:
  BesideTest() {
    server.always("", CommandOutput{});
    beside_runner.always("", CommandOutput{});
  }
  [[nodiscard]] static std::vector<std::string> scripts(const helper::test::FakeCommandRunner& runner) {
    std::vector<std::string> all;
    for (const auto& command : runner.commands()) all.push_back(command.script);
    return all;
  }
  using Scripts = std::vector<std::string>;
  helper::test::FakeCommandRunner server;
  helper::test::FakeCommandRunner beside_runner;
  helper::test::ManualClock clock;
  std::stop_source stop;
  std::stop_token token = stop.get_token();
};

TEST_F(BesideTest, GoesOnWhileOthersWorkAndKeepsItsOrder) {
  helper::test::Gate gate;
  beside_runner.once(helper::test::FakeCommandRunner::holds("first"), [&](const Command&) {
    gate.pass({});
    return CommandOutput{};
  });
  Beside beside(server, &beside_runner, clock, token);
  beside.add(run("first"));
  beside.add(run("second"));
  gate.wait_until_reached();  // this thread goes on
  EXPECT_EQ(scripts(beside_runner), Scripts{"first"});
  gate.open();
  const auto all = beside.collect();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_TRUE(all[0] && all[0]->result && all[1] && all[1]->result);
  EXPECT_EQ(scripts(beside_runner), (Scripts{"first", "second"}));
  EXPECT_TRUE(server.commands().empty());
  EXPECT_TRUE(beside.collect().empty());
}

TEST_F(BesideTest, BeginsNothingAfterAFailure) {
  beside_runner.once("first", CommandOutput{1, {}, "Error: no\n"});
  Beside beside(server, &beside_runner, clock, token);
  beside.add(run("first"));
  beside.add(run("second"));
  beside.add(run("third"));
  const auto all = beside.collect();
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0]->result.error().cause, "no");
  EXPECT_FALSE(all[1] || all[2]);
  beside.add(run("fourth"));
  EXPECT_TRUE(beside.collect().front()->result) << "that failure was told";
}

TEST_F(BesideTest, WithoutARunnerOfItsOwnWorksAtOnce) {
  Beside beside(server, nullptr, clock, token);
  beside.add(run("first"));
  EXPECT_EQ(scripts(server), Scripts{"first"});
  EXPECT_TRUE(beside.collect().front()->result);
}

TEST_F(BesideTest, WaitsForItsWorkWhenItGoes) {
  {
    Beside beside(server, &beside_runner, clock, token);
    beside.add(run("first"));
    beside.add(run("second"));
  }
  EXPECT_EQ(scripts(beside_runner), (Scripts{"first", "second"}));
}

TEST_F(BesideTest, IsCancelledWithItsRequest) {
  stop.request_stop();
  Beside beside(server, &beside_runner, clock, token);
  beside.add(run("first"));
  EXPECT_EQ(beside.collect().front()->result.error().code, ErrorCode::cancelled);
}

}  // namespace
}  // namespace helper::ensure
