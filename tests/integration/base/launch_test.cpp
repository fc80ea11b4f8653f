#include "base/process/spawn.hpp"
#include "support/temp_folder.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sys/wait.h>
#include <thread>

namespace helper {
namespace {

using namespace std::chrono_literals;

bool comes_true(const std::function<bool()>& what) {
  for (int i = 0; i < 500; ++i) {
    if (what()) return true;
    std::this_thread::sleep_for(20ms);
  }
  return false;
}

TEST(Launch, IsDoneWhenTheProgramEndsWell) { EXPECT_TRUE(launch({"true"}, 10s, {})); }

TEST(Launch, TellsOfAProgramThatFailsAtOnce) {
  const auto failed = launch({"sh", "-c", "exit 4"}, 10s, {});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::file_failed);
  EXPECT_EQ(failed.error().cause, "it ended with status 4");
}

TEST(Launch, TellsOfAProgramThatIsNotThere) {
  EXPECT_EQ(launch({"no-such-opener"}, 10s, {}).error().code, ErrorCode::file_failed);
  EXPECT_EQ(launch({"/no/such/opener"}, 10s, {}).error().code, ErrorCode::file_failed);
}

TEST(Launch, LeavesAProgramThatRunsOnToItself) {
  const test::TempFolder folder;
  const auto mark = folder.path() / "mark";
  const auto begin = std::chrono::steady_clock::now();
  // It is the leader of its own session, without a terminal, and nothing of ours is its input or output.
  ASSERT_TRUE(launch(
      {"sh", "-c", "sleep 1; ps -o sid= -p $$ | grep -qw $$ && cat && echo x && : >\"$0\"", mark.string()}, 100ms, {}));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 900ms);
  EXPECT_TRUE(comes_true([&] { return std::filesystem::exists(mark); }));
  EXPECT_GT(::waitpid(-1, nullptr, 0), 0);  // it is still a child of ours: no other test in this process may find it
}

TEST(RemoveLater, TakesTheFileAwayWithoutBeingWaitedFor) {
  const test::TempFolder folder;
  const auto file = folder.path() / "page.html";
  std::ofstream(file) << "x";
  const auto begin = std::chrono::steady_clock::now();
  remove_later(file, 1s);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 900ms);
  EXPECT_TRUE(std::filesystem::exists(file));
  EXPECT_TRUE(comes_true([&] { return !std::filesystem::exists(file); }));
}

}  // namespace
}  // namespace helper
