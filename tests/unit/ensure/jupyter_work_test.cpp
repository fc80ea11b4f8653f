#include "ensure/jupyter_work.hpp"

#include "support/manual_clock.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <new>
#include <thread>

namespace helper::ensure {
namespace {

class KnownWorkTest : public testing::Test {
 protected:
  plan::JupyterWork get(const std::string& run, const std::string& unknown = {}) {
    return known.get(
        run,
        [&] {
          ++asked;
          return plan::JupyterWork{{{std::to_string(asked), "python3", "busy", "", "", 0}}, unknown};
        },
        stop.get_token());
  }
  helper::test::ManualClock clock;
  KnownWork known{clock};
  std::stop_source stop;
  std::atomic<int> asked = 0;
};

TEST_F(KnownWorkTest, AnAnswerIsGoodForAMomentAndForOneRunOfTheContainer) {
  EXPECT_FALSE(known.find("run 1"));
  EXPECT_EQ(get("run 1").kernels.at(0).id, "1");
  EXPECT_EQ(get("run 1").kernels.at(0).id, "1");
  EXPECT_EQ(known.find("run 1")->kernels.at(0).id, "1");
  EXPECT_FALSE(known.find("run 2"));
  clock.advance(k_work_known_for);
  EXPECT_FALSE(known.find("run 1"));
  EXPECT_EQ(get("run 1").kernels.at(0).id, "2");
  EXPECT_EQ(get("run 2").kernels.at(0).id, "3");
}

TEST_F(KnownWorkTest, AJupyterThatDoesNotAnswerIsNotAskedAgainSoon) {
  EXPECT_EQ(get("run", "silent").unknown, "silent");
  clock.advance(k_work_known_for);
  EXPECT_EQ(get("run", "other").unknown, "silent");
  clock.advance(k_silence_known_for);
  EXPECT_EQ(get("run", "other").unknown, "other");
}

TEST_F(KnownWorkTest, AnAnswerToACancelledRequestIsNobodyElses) {
  stop.request_stop();
  get("run", "cancelled");
  EXPECT_FALSE(known.find("run"));
}

TEST_F(KnownWorkTest, AQuestionThatBreaksOffKeepsNobodyFromAsking) {
  const auto broken = [&] { return known.get("run", []() -> plan::JupyterWork { throw std::bad_alloc(); }, {}); };
  EXPECT_THROW(static_cast<void>(broken()), std::bad_alloc);
  EXPECT_FALSE(known.find("run"));
  EXPECT_EQ(get("run").kernels.at(0).id, "1");
}

TEST_F(KnownWorkTest, ManyWhoAskAtOnceAskOnce) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      const auto work = known.get(
          "run",
          [&] {
            ++asked;
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
            return plan::JupyterWork{};
          },
          stop.get_token());
      EXPECT_EQ(work.unknown, "");
    });
  }
  threads.clear();
  EXPECT_EQ(asked, 1);
}

}  // namespace
}  // namespace helper::ensure
