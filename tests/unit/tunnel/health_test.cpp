#include "tunnel/link_policy.hpp"

#include <gtest/gtest.h>

namespace helper::tunnel {
namespace {

using std::chrono_literals::operator""ms;

ssh::LinkHealth health(std::optional<Milliseconds> unacked, Milliseconds unanswered, Milliseconds round_trip = 20ms) {
  return {unacked, unanswered, round_trip};
}

TEST(Health, AnIdleSessionIsTrusted) { EXPECT_FALSE(is_silent(health(0ms, 0ms), Mood::calm)); }

TEST(Health, BytesUnacknowledgedForASecondAndFourRoundTripsAreSilence) {
  EXPECT_FALSE(is_silent(health(1'080ms, 0ms), Mood::calm));
  EXPECT_TRUE(is_silent(health(1'081ms, 0ms), Mood::calm));
}

TEST(Health, ASlowLinkHasMoreTimeButNeverMoreThanTwoAndAHalfSeconds) {
  EXPECT_EQ(unacked_limit(200ms), 1'800ms);
  EXPECT_EQ(unacked_limit(2'000ms), 2'500ms);
}

TEST(Health, AServerThatAcknowledgesButNeverAnswersIsSilentAfterFourSeconds) {
  EXPECT_FALSE(is_silent(health(0ms, 4'000ms), Mood::calm));
  EXPECT_TRUE(is_silent(health(0ms, 4'100ms), Mood::calm));
}

TEST(Health, WithoutTcpsWordTheAnswersAloneDecide) {
  EXPECT_FALSE(is_silent(health(std::nullopt, 1'000ms, 0ms), Mood::calm));
  EXPECT_TRUE(is_silent(health(std::nullopt, 4'001ms, 0ms), Mood::calm));
}

TEST(Health, JustAfterANetworkChangeHalfASecondIsEnough) {
  EXPECT_FALSE(is_silent(health(0ms, 540ms), Mood::hurried));
  EXPECT_TRUE(is_silent(health(0ms, 541ms), Mood::hurried));
}

TEST(Health, SaysWhichSilenceItIs) {
  EXPECT_EQ(say_silence(health(1'640ms, 1'000ms)), "the server has acknowledged nothing for 1.6 s");
  EXPECT_EQ(say_silence(health(0ms, 4'200ms)), "the server has answered nothing for 4.2 s");
}

}  // namespace
}  // namespace helper::tunnel
