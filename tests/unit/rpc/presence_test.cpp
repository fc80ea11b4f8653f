// How a daemon can still be found: what is removed or replaced under it is there again, unless another has taken
// over.
#include "rpc/presence.hpp"

#include "base/digest.hpp"
#include "support/temp_folder.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace helper::rpc {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

class PresenceTest : public testing::Test {
 protected:
  PresenceTest() {
    paths.runtime = folder_.path() / "session" / "helper";
    fs::create_directories(paths.runtime);
    fs::permissions(paths.runtime, fs::perms::owner_all);
    lock = take();
    EXPECT_TRUE(write_endpoint(files, paths.endpoint_file(), endpoint));
  }
  [[nodiscard]] std::optional<DaemonLock> take() const {
    auto taken = DaemonLock::try_take(paths.daemon_lock());
    return taken && *taken ? std::move(*taken) : std::nullopt;
  }
  [[nodiscard]] static unsigned mode(const fs::path& path) {
    struct stat facts {};
    return ::lstat(path.c_str(), &facts) == 0 ? facts.st_mode & 07777U : 0;
  }
  void expect_all_there() const {
    const auto there = read_endpoint(paths.endpoint_file());
    ASSERT_TRUE(there);
    EXPECT_EQ(there->token, endpoint.token);
    EXPECT_EQ(mode(paths.endpoint_file()), 0600U);
    EXPECT_EQ(mode(paths.runtime), 0700U);
    EXPECT_TRUE(DaemonLock::is_held(paths.daemon_lock()));
    EXPECT_TRUE(lock->is_of(paths.daemon_lock()));
  }

  Paths paths;
  DiskFileStore files;
  std::optional<DaemonLock> lock;
  const DaemonEndpoint endpoint{"http://127.0.0.1:4711/", random_token(), ::getpid(), "0", "now"};

 private:
  test::TempFolder folder_;
};

TEST_F(PresenceTest, ChangesNothingWhereNothingHasGone) {
  Presence presence(paths, *lock, files, endpoint);
  const auto before = fs::last_write_time(paths.endpoint_file());
  for (int i = 0; i < 3; ++i) EXPECT_EQ(presence.look(), Presence::Found::as_it_was);
  EXPECT_EQ(fs::last_write_time(paths.endpoint_file()), before);
}

TEST_F(PresenceTest, MakesAgainWhateverHasGoneOrWasReplaced) {
  Presence presence(paths, *lock, files, endpoint);
  const std::vector<std::function<void()>> losses{
      [&] { fs::remove(paths.endpoint_file()); },
      [&] { fs::remove(paths.daemon_lock()); },
      [&] { fs::remove_all(paths.runtime); },
      [&] { fs::remove_all(paths.runtime.parent_path()), fs::create_directory(paths.runtime.parent_path()); },
      [&] { fs::rename(paths.runtime, paths.runtime.string() + ".old"); },
      [&] { static_cast<void>(files.write(paths.endpoint_file(), "{}", 0600)); },
      [&] { static_cast<void>(files.write(paths.daemon_lock(), "", 0600)); },  // another inode, which nobody holds
      [&] { fs::permissions(paths.endpoint_file(), fs::perms(0644)); },
      [&] {
        DaemonEndpoint other = endpoint;
        other.token = random_token();
        static_cast<void>(write_endpoint(files, paths.endpoint_file(), other));
      }};
  for (std::size_t i = 0; i < losses.size(); ++i) {
    losses[i]();
    EXPECT_EQ(presence.look(), Presence::Found::made_again) << i << ": " << presence.trouble();
    expect_all_there();
    EXPECT_EQ(presence.look(), Presence::Found::as_it_was) << i;
  }
}

TEST_F(PresenceTest, SaysThatAnotherDaemonHasTakenOverAndLeavesItsFilesAlone) {
  Presence presence(paths, *lock, files, endpoint);
  fs::remove_all(paths.runtime);
  fs::create_directory(paths.runtime);
  fs::permissions(paths.runtime, fs::perms::owner_all);
  const auto others = take();
  ASSERT_TRUE(others);
  DaemonEndpoint other = endpoint;
  other.token = random_token();
  ASSERT_TRUE(write_endpoint(files, paths.endpoint_file(), other));
  Presence::Found found = presence.look();
  for (int i = 0; i < 5 && found == Presence::Found::cannot_be_made; ++i) found = presence.look();
  EXPECT_EQ(found, Presence::Found::another_daemon);
  EXPECT_EQ(read_endpoint(paths.endpoint_file())->token, other.token);
}

// Who only looks whether a daemon runs holds the lock for a moment.
TEST_F(PresenceTest, TakesSomebodyWhoOnlyLooksForNoDaemon) {
  Presence presence(paths, *lock, files, endpoint);
  fs::remove(paths.daemon_lock());
  auto moment = take();
  ASSERT_TRUE(moment);
  EXPECT_EQ(presence.look(), Presence::Found::cannot_be_made);
  moment.reset();
  EXPECT_EQ(presence.look(), Presence::Found::made_again);
  expect_all_there();
}

TEST_F(PresenceTest, WaitsForAFolderThatCannotBeMadeAndRefusesOneThatOthersCanOpen) {
  Presence presence(paths, *lock, files, endpoint);
  fs::remove_all(paths.runtime.parent_path());  // as at a logout
  EXPECT_EQ(presence.look(), Presence::Found::cannot_be_made);
  EXPECT_FALSE(presence.trouble().empty());
  fs::create_directories(paths.runtime);
  fs::permissions(paths.runtime, fs::perms(0777));
  EXPECT_EQ(presence.look(), Presence::Found::cannot_be_made);
  EXPECT_TRUE(fs::is_empty(paths.runtime)) << "the token must not be written where others can read";
  fs::permissions(paths.runtime, fs::perms::owner_all);
  EXPECT_EQ(presence.look(), Presence::Found::made_again);
  expect_all_there();
}

TEST_F(PresenceTest, IsWatchedAndRepairedWithinSecondsAndTellsOnceWhenItIsReplaced) {
  Presence presence(paths, *lock, files, endpoint);
  std::atomic<int> replaced = 0;
  const PresenceWatch watch(presence, paths, [&] { ++replaced; });
  const auto eventually = [](const std::function<bool()>& holds) {
    for (int i = 0; i < 500 && !holds(); ++i) std::this_thread::sleep_for(20ms);
    return holds();
  };
  for (int i = 0; i < 3; ++i) {
    // All at once: a folder that is emptied file by file is repaired meanwhile.
    const fs::path gone = paths.runtime.string() + ".gone" + std::to_string(i);
    fs::rename(paths.runtime, gone);
    fs::remove_all(gone);
    EXPECT_TRUE(eventually([&] { return read_endpoint(paths.endpoint_file()).has_value(); })) << i;
  }
  EXPECT_EQ(replaced, 0);
  std::optional<DaemonLock> others;
  for (int i = 0; i < 100 && !others; ++i) {
    std::error_code ignored;
    fs::remove(paths.daemon_lock(), ignored);
    others = take();
  }
  ASSERT_TRUE(others);
  EXPECT_TRUE(eventually([&] { return replaced == 1; }));
}

TEST_F(PresenceTest, WhatElseStandsThereIsMadeAgainToo) {
  bool gone = true;
  Presence presence(paths, *lock, files, endpoint, [&]() -> Result<bool> { return std::exchange(gone, false); });
  EXPECT_EQ(presence.look(), Presence::Found::made_again);
  EXPECT_EQ(presence.look(), Presence::Found::as_it_was);
}

}  // namespace
}  // namespace helper::rpc
