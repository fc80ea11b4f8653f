#include "ensure/wanted.hpp"

#include "support/fake_file_store.hpp"

#include <gmock/gmock.h>

namespace helper::ensure {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const WantedTarget k_one{"/home/me/a/helper.json", "centernet", "/run/agent"};
const WantedTarget k_other{"/home/me/b/helper.json", "centernet", ""};

class WantedListTest : public testing::Test {
 protected:
  std::vector<WantedTarget> read() { return list.read().value(); }

  helper::test::FakeFileStore files;
  Paths paths{"/home/me", "/run/me", "/data/helper", "/state/helper", "/config.json"};
  WantedList list{paths, files};
};

TEST_F(WantedListTest, IsEmptyUntilSomethingIsWanted) {
  EXPECT_THAT(read(), IsEmpty());
  ASSERT_TRUE(list.remove(k_one.config_file, k_one.target));
  EXPECT_THAT(files.files(), IsEmpty()) << "what is not in the list makes no file";
}

TEST_F(WantedListTest, KeepsTargetsOfOneNameInTwoConfigsApart) {
  ASSERT_TRUE(list.add(k_one));
  ASSERT_TRUE(list.add(k_other));
  EXPECT_THAT(read(), ElementsAre(k_one, k_other));
  ASSERT_TRUE(list.remove(k_one.config_file, k_one.target));
  EXPECT_THAT(read(), ElementsAre(k_other));
}

TEST_F(WantedListTest, HoldsATargetOnceWithTheAgentOfWhoAskedLast) {
  ASSERT_TRUE(list.add(k_one));
  auto again = k_one;
  again.agent_socket = "/run/another";
  ASSERT_TRUE(list.add(again));
  EXPECT_THAT(read(), ElementsAre(again));
}

TEST_F(WantedListTest, IsAFileForThisUserAlone) {
  ASSERT_TRUE(list.add(k_one));
  EXPECT_EQ(files.files().at("/state/helper/wanted.json").mode, 0600U);
}

TEST_F(WantedListTest, OneThatCannotBeReadIsAnErrorAndIsWrittenAgain) {
  ASSERT_TRUE(files.write(paths.wanted_targets(), R"({"version": 1, "targets": [{"config": 7}]})", 0600));
  EXPECT_EQ(list.read().error().code, ErrorCode::file_failed);
  ASSERT_TRUE(list.add(k_one));
  EXPECT_THAT(read(), ElementsAre(k_one));
}

TEST(IsWanted, OnlyAnEndThatCameAboutTakesTheWishBack) {
  EXPECT_EQ(is_wanted({.keep_running = true}), std::optional(true));
  EXPECT_EQ(is_wanted({.was_ended = true}), std::optional(false));
  EXPECT_EQ(is_wanted({}), std::nullopt) << "an ensure that failed, a stop that was refused";
}

TEST(AgentFor, AnAgentOfSomebodyElsesIsNeverUsed) {
  EXPECT_EQ(agent_for("/run/own", "/tmp/old", true), "/run/own");
  EXPECT_EQ(agent_for("", "/tmp/old", true), "/tmp/old");
  EXPECT_EQ(agent_for("", "/tmp/old", false), "");
}

}  // namespace
}  // namespace helper::ensure
