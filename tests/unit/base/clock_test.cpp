#include "base/clock.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace helper {
namespace {

TEST(SystemClock, ASleepLastsAsLongAsAsked) {
  SystemClock clock;
  const auto start = clock.now();
  EXPECT_TRUE(clock.sleep(Milliseconds(30), {}));
  EXPECT_GE(since(clock, start), Milliseconds(30));
}

TEST(SystemClock, AStopEndsASleep) {
  SystemClock clock;
  std::stop_source source;
  const std::jthread stopper([&] { source.request_stop(); });
  const auto start = clock.now();
  EXPECT_FALSE(clock.sleep(Milliseconds(600'000), source.get_token()));
  EXPECT_LT(since(clock, start), Milliseconds(60'000));
}

TEST(SystemClock, ASleepAfterAStopIsOverAtOnce) {
  SystemClock clock;
  std::stop_source source;
  source.request_stop();
  EXPECT_FALSE(clock.sleep(Milliseconds(600'000), source.get_token()));
}

TEST(DurationText, SaysSecondsWhereTheyAreWhole) {
  EXPECT_EQ(duration_text(Milliseconds(30'000)), "30 s");
  EXPECT_EQ(duration_text(Milliseconds(1'500)), "1500 ms");
  EXPECT_EQ(duration_text(Milliseconds(0)), "0 s");
}

}  // namespace
}  // namespace helper
