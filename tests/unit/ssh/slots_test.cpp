#include "ssh/slots.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace helper::ssh {
namespace {

const Limit k_no_wait(Milliseconds(0), {});

TEST(Slots, AreAsManyAsTheyAre) {
  Slots places;
  std::vector<Slots::Place> taken;
  for (std::size_t i = 0; i < Slots::k_most; ++i) {
    auto place = places.claim(k_no_wait);
    ASSERT_TRUE(place);
    taken.push_back(std::move(*place));
  }
  EXPECT_FALSE(places.claim(k_no_wait));
  taken.pop_back();
  EXPECT_TRUE(places.claim(k_no_wait));
}

TEST(Slots, AreFewerOnceTheServerHasRefused) {
  Slots places;
  auto first = places.claim(k_no_wait);
  auto second = places.claim(k_no_wait);
  ASSERT_TRUE(second);
  {
    auto third = places.claim(k_no_wait);
    ASSERT_TRUE(third);
    EXPECT_TRUE(places.refused(*third));
  }
  EXPECT_FALSE(places.claim(k_no_wait));
  second.reset();
  EXPECT_TRUE(places.claim(k_no_wait));
}

TEST(Slots, OneIsLeftWhateverTheServerRefuses) {
  Slots places;
  {
    auto only = places.claim(k_no_wait);
    ASSERT_TRUE(only);
    EXPECT_FALSE(places.refused(*only));
  }
  EXPECT_TRUE(places.claim(k_no_wait));
}

TEST(Slots, ThereAreAsManyAgainAsTheServerHadRoomForAfterARefusal) {
  Slots places;
  auto first = places.claim(k_no_wait);
  auto second = places.claim(k_no_wait);
  auto third = places.claim(k_no_wait);
  ASSERT_TRUE(first && second && third);
  EXPECT_TRUE(places.refused(*third));
  places.fitted();  // the third was opened at a second try
  third.reset();
  EXPECT_TRUE(places.claim(k_no_wait));
}

TEST(Slots, NobodyGetsOneAfterAStop) {
  Slots places;
  std::stop_source stop;
  stop.request_stop();
  EXPECT_FALSE(places.claim(Limit(Milliseconds(1'000), stop.get_token())));
}

}  // namespace
}  // namespace helper::ssh
