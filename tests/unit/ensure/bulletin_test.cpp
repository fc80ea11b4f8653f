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
  SharedKnowledge shared;
  EXPECT_TRUE(shared.wait(0, 1ms, {}));
  EXPECT_FALSE(shared.wait(shared.read().revision, 1ms, {}));
}

TEST(SharedKnowledge, WakesWhoeverWaitsWhenTheStatusIsAnotherOneAndNotBefore) {
  SharedKnowledge shared;
  shared.put(a_target("start it"));
  const auto seen = shared.read().revision;
  auto same = a_target("start it");
  same.proven = "what no status shows";
  shared.put(same);
  EXPECT_FALSE(shared.wait(seen, 1ms, {}));
  EXPECT_EQ(shared.read().proven, same.proven);
  auto waiting = std::async(std::launch::async, [&] { return shared.wait(seen, 10s, {}); });
  shared.put(a_target("stop it"));
  EXPECT_TRUE(waiting.get());
  EXPECT_EQ(shared.read().step, "stop it");
  EXPECT_GT(shared.read().revision, seen);
}

TEST(SharedKnowledge, NeverGivesANumberTwice) {
  SharedKnowledge shared;
  const auto old = shared.read();
  shared.put(a_target("start it"));
  const auto before = shared.read().revision;
  shared.put(old);
  EXPECT_GT(shared.read().revision, before);
}

TEST(SharedKnowledge, ALinkThatGoesDownWhileAJobWorksWithACopyIsDownInWhatItPuts) {
  SharedKnowledge shared;
  shared.put(a_target(""));
  Knowledge copy = shared.read();
  shared.lose_link("it is silent");
  shared.put(copy);
  shared.put(copy);
  EXPECT_EQ(shared.read().link_down, "it is silent");
  copy = shared.read();
  copy.link_down.clear();  // a look that began after it
  shared.put(copy);
  EXPECT_EQ(shared.read().link_down, "");
}

TEST(SharedKnowledge, KnowsWhetherSomebodyWatches) {
  SharedKnowledge shared;
  EXPECT_FALSE(shared.is_watched());
  std::stop_source stop;
  const auto seen = shared.read().revision;
  auto waiting = std::async(std::launch::async, [&] { return shared.wait(seen, 10s, stop.get_token()); });
  while (!shared.is_watched()) std::this_thread::yield();
  stop.request_stop();
  EXPECT_FALSE(waiting.get());
  EXPECT_TRUE(shared.is_watched()) << "it is about to ask again";
}

}  // namespace
}  // namespace helper::ensure
