#include "cli/interrupts.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <future>
#include <thread>
#include <unistd.h>

namespace helper::cli {
namespace {

bool stops_soon(const std::stop_token& token) {
  std::promise<void> stopped;
  const std::stop_callback tell(token, [&] { stopped.set_value(); });
  return stopped.get_future().wait_for(std::chrono::seconds(10)) == std::future_status::ready;
}

std::unique_ptr<Interrupts> watch(std::optional<Milliseconds> limit = {}, Milliseconds end_limit = k_end_limit) {
  auto interrupts = Interrupts::watch(limit, end_limit);
  EXPECT_TRUE(interrupts);
  return std::move(*interrupts);
}

TEST(Interrupts, TurnTheFirstSignalIntoAStopRequest) {
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
    const auto interrupts = watch();
    EXPECT_FALSE(interrupts->token().stop_requested());
    ASSERT_EQ(::raise(number), 0);
    EXPECT_TRUE(stops_soon(interrupts->token())) << number;
    EXPECT_EQ(interrupts->reason(), Interrupts::Reason::signal);
  }
}

TEST(Interrupts, StopWhenTheTimeLimitPasses) {
  const auto interrupts = watch(Milliseconds(20));
  EXPECT_TRUE(stops_soon(interrupts->token()));
  EXPECT_EQ(interrupts->reason(), Interrupts::Reason::time_limit);
}

TEST(Interrupts, EndQuietlyWhenNothingHappened) {
  const auto interrupts = watch(Milliseconds(3'600'000));
  EXPECT_EQ(interrupts->reason(), Interrupts::Reason::none);
}

TEST(Interrupts, GiveTheSignalsBack) {
  { const auto interrupts = watch(); }
  struct sigaction now {};
  ASSERT_EQ(::sigaction(SIGINT, nullptr, &now), 0);
  EXPECT_EQ(now.sa_handler, SIG_DFL);
}

TEST(Interrupts, LeaveASignalIgnoredThatWasIgnoredBefore) {
  ::signal(SIGHUP, SIG_IGN);
  {
    const auto interrupts = watch();
    ASSERT_EQ(::raise(SIGHUP), 0);
    EXPECT_EQ(interrupts->reason(), Interrupts::Reason::none);
  }
  ::signal(SIGHUP, SIG_DFL);
}

TEST(InterruptsDeathTest, EndTheProcessAtTheSecondSignal) {
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(
      {
        const auto interrupts = watch();
        ::raise(SIGINT);
        (void)stops_soon(interrupts->token());
        ::raise(SIGINT);
        ::sleep(10);
      },
      ::testing::ExitedWithCode(130), "");
}

// A terminal or a pager that takes nothing holds up who writes to it, and who would tell of the stop.
TEST(InterruptsDeathTest, EndTheProcessAlthoughWhatIsCalledBackWaits) {
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";
  const auto held_up = [](std::optional<Milliseconds> limit, Milliseconds end_limit, int signals) {
    const auto interrupts = watch(limit, end_limit);
    const std::stop_callback waits(interrupts->token(), [] { ::sleep(20); });
    for (int i = 0; i < signals; ++i) {
      ::raise(SIGTERM);
      ::usleep(200'000);
    }
    ::sleep(10);
  };
  EXPECT_EXIT(held_up({}, Milliseconds(60'000), 2), ::testing::ExitedWithCode(130), "");
  EXPECT_EXIT(held_up({}, Milliseconds(100), 1), ::testing::ExitedWithCode(130), "");
  EXPECT_EXIT(held_up(Milliseconds(50), Milliseconds(100), 0), ::testing::ExitedWithCode(12), "");
}

}  // namespace
}  // namespace helper::cli
