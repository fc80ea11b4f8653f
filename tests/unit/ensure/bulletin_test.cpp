#include "ensure/shared_knowledge.hpp"

#include <gtest/gtest.h>

#include <future>

namespace helper::ensure {
namespace {

using namespace std::chrono_literals;

Knowledge a_target(const std::string& step) {
  Knowledge knowledge;
  knowledge.config.emplace();
  knowledge.config->name = "centernet";
  knowledge.step = step;
  return knowledge;
}

TEST(SharedKnowledge, GivesWhatIsThereAtOnceToWhoeverHasSeenNothing) {
  SharedKnowledge bulletin;
  EXPECT_TRUE(bulletin.wait(0, 1ms, {}));
  EXPECT_FALSE(bulletin.wait(bulletin.read().revision, 1ms, {}));
}

TEST(SharedKnowledge, WakesWhoeverWaitsWhenTheStatusIsAnotherOneAndNotBefore) {
  SharedKnowledge bulletin;
  bulletin.put(a_target("start it"));
  const auto seen = bulletin.read().revision;
  auto same = a_target("start it");
  same.proven = "what no status shows";
  bulletin.put(same);
  EXPECT_FALSE(bulletin.wait(seen, 1ms, {}));
  EXPECT_EQ(bulletin.read().proven, same.proven);
  auto waiting = std::async(std::launch::async, [&] { return bulletin.wait(seen, 10s, {}); });
  bulletin.put(a_target("stop it"));
  EXPECT_TRUE(waiting.get());
  EXPECT_EQ(bulletin.read().step, "stop it");
  EXPECT_GT(bulletin.read().revision, seen);
}

TEST(SharedKnowledge, NeverGivesANumberTwice) {
  SharedKnowledge bulletin;
  const auto old = bulletin.read();
  bulletin.put(a_target("start it"));
  const auto before = bulletin.read().revision;
  bulletin.put(old);
  EXPECT_GT(bulletin.read().revision, before);
}

TEST(SharedKnowledge, ALinkThatGoesDownWhileAJobWorksWithACopyIsDownInWhatItPuts) {
  SharedKnowledge bulletin;
  bulletin.put(a_target(""));
  Knowledge copy = bulletin.read();
  bulletin.lose_link("it is silent");
  bulletin.put(copy);
  bulletin.put(copy);
  EXPECT_EQ(bulletin.read().link_down, "it is silent");
  copy = bulletin.read();
  copy.link_down.clear();  // a look that began after it
  bulletin.put(copy);
  EXPECT_EQ(bulletin.read().link_down, "");
}

TEST(SharedKnowledge, KnowsWhetherSomebodyWatches) {
  SharedKnowledge bulletin;
  EXPECT_FALSE(bulletin.is_watched());
  std::stop_source stop;
  const auto seen = bulletin.read().revision;
  auto waiting = std::async(std::launch::async, [&] { return bulletin.wait(seen, 10s, stop.get_token()); });
  while (!bulletin.is_watched()) std::this_thread::yield();
  stop.request_stop();
  EXPECT_FALSE(waiting.get());
  EXPECT_TRUE(bulletin.is_watched()) << "it is about to ask again";
}

}  // namespace
}  // namespace helper::ensure
