// The thread that everything of a set of tunnels lives on: who waits for it is always told how it ended.
#include "tunnel/loop.hpp"

#include <gtest/gtest.h>

#include <future>
#include <stdexcept>
#include <thread>

namespace helper::tunnel {
namespace {

using namespace std::chrono_literals;

TEST(Loop, GivesWhatTheWorkThrowsToWhoWaitsAndGoesOn) {
  Loop loop;
  EXPECT_THROW(loop.run([] { throw std::runtime_error("a defect"); }), std::runtime_error);
  EXPECT_THROW(loop.run([] { throw 7; }), int);
  bool ran = false;
  loop.run([&] { ran = true; });
  EXPECT_TRUE(ran);
}

TEST(Loop, DropsAnEventThatThrowsAndGoesOn) {
  Loop loop;
  loop.post([] { throw std::runtime_error("a defect"); });
  loop.post([] { throw 7; });
  bool ran = false;
  loop.run([&] { ran = true; });
  EXPECT_TRUE(ran);
}

TEST(Loop, ThatEndsWakesWhoWaitsForWorkThatHadNotBegun) {
  Loop loop;
  std::promise<void> begun;
  std::promise<void> go_on;
  loop.post([&] {
    begun.set_value();
    go_on.get_future().wait();
  });
  begun.get_future().wait();
  auto waiting = std::async(std::launch::async, [&] { loop.run([] { ADD_FAILURE() << "it ran after the end"; }); });
  std::this_thread::sleep_for(20ms);
  std::jthread end([&] { loop.stop(); });
  std::this_thread::sleep_for(20ms);
  go_on.set_value();
  ASSERT_EQ(waiting.wait_for(5s), std::future_status::ready);
  EXPECT_THROW(waiting.get(), LoopStopped);
}

TEST(Loop, ThatHasEndedRefusesWork) {
  Loop loop;
  loop.stop();
  EXPECT_THROW(loop.run([] {}), LoopStopped);
}

}  // namespace
}  // namespace helper::tunnel
