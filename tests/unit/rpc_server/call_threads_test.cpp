#include "rpc/server/call_threads.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>

namespace helper::rpc {
namespace {

TEST(CallThreads, RunNoMoreThanTheirLimitAtOneTime) {
  CallThreads threads(2);
  std::promise<void> go;
  const std::shared_future<void> gate = go.get_future().share();
  const auto wait = [gate] { gate.wait(); };
  EXPECT_TRUE(threads.start(wait));
  EXPECT_TRUE(threads.start(wait));
  EXPECT_FALSE(threads.start(wait));
  EXPECT_FALSE(threads.wait_idle(Milliseconds(10)));
  go.set_value();
  EXPECT_TRUE(threads.wait_idle(Milliseconds(10'000)));
  EXPECT_TRUE(threads.start([] {}));
  EXPECT_TRUE(threads.wait_idle(Milliseconds(10'000)));
}

TEST(CallThreads, RunMoreThanTheirLimitWhereCallersHaveGoneButNotWithoutEnd) {
  CallThreads threads(1, 2);
  std::promise<void> go;
  const std::shared_future<void> gate = go.get_future().share();
  const auto wait = [gate] { gate.wait(); };
  for (int i = 0; i < 3; ++i) {
    const auto gone = std::make_shared<std::atomic<bool>>(false);
    EXPECT_TRUE(threads.start(wait, gone)) << i;
    EXPECT_FALSE(threads.start(wait)) << "its caller is there";
    *gone = true;
  }
  EXPECT_FALSE(threads.start(wait));
  go.set_value();
  EXPECT_TRUE(threads.wait_idle(Milliseconds(10'000)));
}

TEST(CallThreads, LetGoOfWhatACallOwnedBeforeTheyCountAsIdle) {
  CallThreads threads(1);
  auto owned = std::make_shared<int>(1);
  const std::weak_ptr<int> watch = owned;
  ASSERT_TRUE(threads.start([owned = std::move(owned)] {}));
  ASSERT_TRUE(threads.wait_idle(Milliseconds(10'000)));
  EXPECT_TRUE(watch.expired());
}

}  // namespace
}  // namespace helper::rpc
