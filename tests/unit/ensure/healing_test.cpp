// When a target is looked at again, as a table of times.
#include "ensure/healing.hpp"

#include <gtest/gtest.h>

namespace helper::ensure {
namespace {

using namespace std::chrono_literals;
constexpr SteadyTime k_start{1'000s};

// One sign and its look, which does not help; how long after `now` it was.
Milliseconds look_in_vain(Healing& healing, SteadyTime& now) {
  const auto due = healing.sign(now, 0.0);
  EXPECT_TRUE(due);
  const auto pause = std::chrono::duration_cast<Milliseconds>(*due - now);
  now = *due;
  EXPECT_TRUE(healing.begin(now));
  EXPECT_FALSE(healing.over(After::in_vain));
  return pause;
}

TEST(Healing, TheFirstSignIsFollowedAtOnce) {
  Healing healing;
  EXPECT_EQ(healing.sign(k_start, 0.5), k_start);
  EXPECT_EQ(healing.sign(k_start, 0.5), std::nullopt) << "a look is due already";
  EXPECT_TRUE(healing.begin(k_start));
  EXPECT_FALSE(healing.begin(k_start)) << "once";
}

TEST(Healing, SignsWithoutEndAreFollowedWithGrowingPauses) {
  Healing healing;
  SteadyTime now = k_start;
  EXPECT_EQ(look_in_vain(healing, now), 0s);
  EXPECT_EQ(look_in_vain(healing, now), 5s);
  EXPECT_EQ(look_in_vain(healing, now), 10s);
  EXPECT_EQ(look_in_vain(healing, now), 20s);
  EXPECT_EQ(look_in_vain(healing, now), 40s);
  EXPECT_EQ(look_in_vain(healing, now), 60s);
  EXPECT_EQ(look_in_vain(healing, now), 60s);
}

TEST(Healing, ALookThatHelpedMakesThePauseShortAgain) {
  Healing healing;
  SteadyTime now = k_start;
  for (int i = 0; i < 4; ++i) look_in_vain(healing, now);
  now = *healing.sign(now, 0.0);
  EXPECT_TRUE(healing.begin(now));
  EXPECT_FALSE(healing.over(After::helped));
  EXPECT_EQ(healing.sign(now + 1s, 0.0), now + k_least_pause) << "but it is never shorter than this";
}

TEST(Healing, ANewLinkOrAnEventEndsALongPause) {
  Healing healing;
  SteadyTime now = k_start;
  for (int i = 0; i < 5; ++i) look_in_vain(healing, now);
  const auto late = healing.sign(now, 0.0);
  EXPECT_EQ(late, now + 60s);
  EXPECT_EQ(healing.hurry(now + 1s), now + k_least_pause);
  EXPECT_EQ(healing.hurry(now + 1s), std::nullopt) << "it is due by then already";
  EXPECT_FALSE(healing.begin(now + 1s));
  EXPECT_TRUE(healing.begin(now + k_least_pause));
  EXPECT_FALSE(healing.begin(*late)) << "the later look was the same one";
}

TEST(Healing, AnEngineThatIsDownIsLookedAtOftenForAWhile) {
  Healing healing;
  SteadyTime now = k_start;
  look_in_vain(healing, now);
  const auto look = [&] {
    now = *healing.sign(now, 0.0);
    EXPECT_TRUE(healing.begin(now));
    EXPECT_FALSE(healing.over(After::engine_down));
  };
  look();
  for (const SteadyTime first = now; now - first < k_patience;) {
    const SteadyTime before = now;
    look();
    EXPECT_EQ(now - before, k_least_pause);
  }
  const SteadyTime before = now;
  look();
  EXPECT_EQ(now - before, k_least_pause);
  const SteadyTime last = now;
  look();
  EXPECT_EQ(now - last, 2 * k_least_pause) << "it does not come back";
}

TEST(Healing, ASignDuringALookIsGivenAgainAfterIt) {
  Healing healing;
  ASSERT_TRUE(healing.sign(k_start, 0.0));
  ASSERT_TRUE(healing.begin(k_start));
  EXPECT_EQ(healing.sign(k_start + 1s, 0.0), std::nullopt);
  EXPECT_EQ(healing.hurry(k_start + 1s), std::nullopt);
  EXPECT_TRUE(healing.over(After::in_vain));
  EXPECT_EQ(healing.sign(k_start + 1s, 0.0), k_start + 5s);
}

TEST(Healing, WhatAPersonMadeReadyIsLookedAfterAtOnceAgain) {
  Healing healing;
  SteadyTime now = k_start;
  for (int i = 0; i < 5; ++i) look_in_vain(healing, now);
  healing.reset();
  EXPECT_EQ(healing.sign(now + 1s, 0.0), now + 1s);
}

TEST(Healing, ChanceSpreadsTheLooksOfManyClients) {
  Healing healing;
  SteadyTime now = k_start;
  look_in_vain(healing, now);
  EXPECT_EQ(healing.sign(now, 0.5), now + 5500ms);
}

TEST(Healing, WhatWasInVainLongAgoIsForgotten) {
  Healing healing;
  SteadyTime now = k_start;
  for (int i = 0; i < 5; ++i) look_in_vain(healing, now);
  EXPECT_EQ(healing.sign(now + 10min, 0.0), now + 10min);
  EXPECT_TRUE(healing.begin(now + 10min));
  EXPECT_FALSE(healing.over(After::in_vain));
  EXPECT_EQ(healing.sign(now + 10min, 0.0), now + 10min + 5s);
}

}  // namespace
}  // namespace helper::ensure
