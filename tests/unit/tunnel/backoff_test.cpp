#include "tunnel/link_policy.hpp"

#include <gtest/gtest.h>

namespace helper::tunnel {
namespace {

constexpr double k_middle = 0.5;  // no spread either way

TEST(Backoff, DoublesFromAnInstantToFiveSeconds) {
  Backoff backoff;
  std::vector<int> waits;
  for (int i = 0; i < 9; ++i)
    waits.push_back(static_cast<int>(backoff.next(ErrorCode::server_unreachable, k_middle).count()));
  EXPECT_EQ(waits, (std::vector<int>{50, 100, 200, 400, 800, 1600, 3200, 5000, 5000}));
}

TEST(Backoff, ChanceSpreadsAWaitByAFifth) {
  EXPECT_EQ(Backoff().next(ErrorCode::timed_out, 0), Milliseconds(40));
  EXPECT_EQ(Backoff().next(ErrorCode::timed_out, 0.999), Milliseconds(59));
}

TEST(Backoff, ThreeRefusedLoginsPutTheNextTryFarOff) {
  Backoff backoff;
  EXPECT_EQ(backoff.next(ErrorCode::server_auth, k_middle), k_after_refusal);
  EXPECT_EQ(backoff.next(ErrorCode::server_auth, k_middle), k_after_refusal);
  EXPECT_FALSE(backoff.gave_up_for_long());
  EXPECT_EQ(backoff.next(ErrorCode::server_auth, k_middle), k_after_refusals);
  EXPECT_TRUE(backoff.gave_up_for_long());
}

TEST(Backoff, AServerThatIsAwayIsNoRefusal) {
  Backoff backoff;
  for (int i = 0; i < 2; ++i) static_cast<void>(backoff.next(ErrorCode::server_auth, k_middle));
  static_cast<void>(backoff.next(ErrorCode::server_unreachable, k_middle));
  EXPECT_EQ(backoff.next(ErrorCode::server_auth, k_middle), k_after_refusal);
}

TEST(Backoff, AResetStartsOver) {
  Backoff backoff;
  for (int i = 0; i < 5; ++i) static_cast<void>(backoff.next(ErrorCode::server_unreachable, k_middle));
  backoff.reset();
  EXPECT_EQ(backoff.next(ErrorCode::server_unreachable, k_middle), k_first_wait);
}

TEST(Backoff, ChangedKeysAndUnansweredQuestionsNeedAPerson) {
  EXPECT_TRUE(needs_a_person(ErrorCode::server_host_key));
  EXPECT_TRUE(needs_a_person(ErrorCode::not_ready));
  EXPECT_FALSE(needs_a_person(ErrorCode::server_unreachable));
  EXPECT_FALSE(needs_a_person(ErrorCode::timed_out));
}

}  // namespace
}  // namespace helper::tunnel
