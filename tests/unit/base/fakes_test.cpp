// The fakes are trusted by every other test, so their own promises are tested here.
#include "support/fake_command_runner.hpp"
#include "support/fake_file_store.hpp"
#include "support/manual_clock.hpp"
#include "support/scripted_prompter.hpp"

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

namespace helper::test {
namespace {

TEST(FakeCommandRunner, TheNewestRuleWinsAndOneUseRulesAreUsedUp) {
  FakeCommandRunner runner;
  runner.always("docker", CommandOutput{0, "always", ""});
  runner.once("docker ps", CommandOutput{0, "once", ""});
  EXPECT_EQ(runner.run({"docker ps", {}}, {})->out, "once");
  EXPECT_EQ(runner.run({"docker ps", {}}, {})->out, "always");
  EXPECT_EQ(runner.count("docker ps"), 2U);
}

TEST(FakeCommandRunner, CanFailAsAServerDoes) {
  FakeCommandRunner runner("gpu1");
  runner.always("true", fail(ErrorCode::server_unreachable, "gpu1", "does not answer"));
  EXPECT_EQ(runner.run({"true", {}}, {}).error().code, ErrorCode::server_unreachable);
}

TEST(FakeCommandRunner, ACommandThatNobodyForesawFailsTheTest) {
  EXPECT_NONFATAL_FAILURE(
      {
        FakeCommandRunner runner;
        (void)runner.run({"rm -rf /", {}}, {});
      },
      "no answer was scripted for: rm -rf /");
}

TEST(FakeFileStore, RefusesToReadWhatItWasToldTo) {
  FakeFileStore store;
  ASSERT_TRUE(store.write("/secret", "x", 0600).has_value());
  store.set_unreadable("/secret");
  EXPECT_EQ(store.read("/secret").error().code, ErrorCode::file_failed);
}

TEST(FakeFileStore, KeepsWhatWasWrittenInOrder) {
  FakeFileStore store;
  ASSERT_TRUE(store.write("/b", "x", 0600).has_value());
  ASSERT_TRUE(store.write("/a", "x", 0600).has_value());
  EXPECT_EQ(store.written(), (std::vector<std::filesystem::path>{"/b", "/a"}));
}

TEST(ManualClock, ASleepPassesAtOnceAndMovesTheTime) {
  ManualClock clock;
  const auto start = clock.now();
  const auto wall = clock.wall();
  EXPECT_TRUE(clock.sleep(Milliseconds(1'500), {}));
  clock.advance(Milliseconds(500));
  EXPECT_EQ(since(clock, start), Milliseconds(2'000));
  EXPECT_EQ(clock.wall() - wall, Milliseconds(2'000));
  EXPECT_EQ(clock.sleeps(), (std::vector<Milliseconds>{Milliseconds(1'500)}));
}

TEST(ManualClock, ACancelledSleepMovesNothing) {
  ManualClock clock;
  const auto start = clock.now();
  std::stop_source source;
  source.request_stop();
  EXPECT_FALSE(clock.sleep(Milliseconds(1'500), source.get_token()));
  EXPECT_EQ(clock.now(), start);
}

TEST(ScriptedPrompter, AnswersInOrderAndThenWalksAway) {
  ScriptedPrompter prompter{"yes", "secret"};
  EXPECT_EQ(prompter.ask({Question::Kind::confirm, "Trust it?", {}}, {}).value_or(""), "yes");
  EXPECT_EQ(prompter.ask({Question::Kind::secret, "Passphrase", {}}, {}).value_or(""), "secret");
  EXPECT_EQ(prompter.ask({Question::Kind::text, "More?", {}}, {}).error().code, ErrorCode::not_ready);
  ASSERT_EQ(prompter.asked().size(), 3U);
  EXPECT_EQ(prompter.asked().back().prompt, "More?");
}

}  // namespace
}  // namespace helper::test
