#include "base/paths.hpp"

#include "support/scoped_env.hpp"
#include "support/temp_folder.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

namespace helper::test {
namespace {

namespace fs = std::filesystem;

class PathsTest : public ::testing::Test {
 protected:
  Paths found() {
    auto paths = find_paths();
    if (paths) return *paths;
    ADD_FAILURE() << to_text(paths.error());
    return {};
  }
  // The runtime folder must not be used as it is.
  void expect_refused() {
    const auto paths = find_paths();
    ASSERT_FALSE(paths.has_value());
    EXPECT_EQ(paths.error().code, ErrorCode::file_failed);
    EXPECT_EQ(paths.error().thing, ours_.string());
    EXPECT_NE(paths.error().fix, "");
  }

  TempFolder folder_;
  fs::path ours_ = folder_.path() / "helper";
  ScopedEnv home_{"HOME", "/home/u"};
  ScopedEnv runtime_{"XDG_RUNTIME_DIR", folder_.path().string()};
  ScopedEnv data_{"XDG_DATA_HOME", std::nullopt};
  ScopedEnv state_{"XDG_STATE_HOME", std::nullopt};
  ScopedEnv config_{"XDG_CONFIG_HOME", std::nullopt};
};

TEST_F(PathsTest, FollowsTheXdgDefaultsBelowHome) {
  const auto paths = found();
  EXPECT_EQ(paths.home, "/home/u");
  EXPECT_EQ(paths.data, "/home/u/.local/share/helper");
  EXPECT_EQ(paths.state, "/home/u/.local/state/helper");
  EXPECT_EQ(paths.user_config_file, "/home/u/.config/helper/config.json");
}

TEST_F(PathsTest, FollowsTheXdgVariables) {
  const ScopedEnv data("XDG_DATA_HOME", "/d");
  const ScopedEnv state("XDG_STATE_HOME", "/s");
  const ScopedEnv config("XDG_CONFIG_HOME", "/c");
  const auto paths = found();
  EXPECT_EQ(paths.known_hosts(), "/d/helper/known_hosts");
  EXPECT_EQ(paths.own_key(), "/d/helper/id_ed25519");
  EXPECT_EQ(paths.daemon_log(), "/s/helper/helperd.log");
  EXPECT_EQ(paths.user_config_file, "/c/helper/config.json");
}

TEST_F(PathsTest, IgnoresAnXdgVariableThatIsNotAbsolute) {
  const ScopedEnv data("XDG_DATA_HOME", "relative");
  const ScopedEnv state("XDG_STATE_HOME", "");
  const auto paths = found();
  EXPECT_EQ(paths.data, "/home/u/.local/share/helper");
  EXPECT_EQ(paths.state, "/home/u/.local/state/helper");
}

TEST_F(PathsTest, FindsAHomeWithoutHome) {
  const ScopedEnv none("HOME", std::nullopt);
  EXPECT_TRUE(found().home.is_absolute());
}

TEST_F(PathsTest, MakesTheRuntimeFolderForOurselvesAlone) {
  const auto paths = found();
  EXPECT_EQ(paths.runtime, ours_);
  EXPECT_EQ(paths.endpoint_file(), ours_ / "endpoint.json");
  EXPECT_EQ(paths.daemon_lock(), ours_ / "helperd.lock");
  EXPECT_EQ(fs::status(ours_).permissions(), fs::perms::owner_all);
  EXPECT_EQ(found().runtime, ours_) << "and takes it as it is the next time";
}

TEST_F(PathsTest, WithoutASessionTheRuntimeFolderIsNamedAfterTheUser) {
  const ScopedEnv none("XDG_RUNTIME_DIR", "/no/such/folder");
  const auto expected = fs::path("/tmp") / ("helper-" + std::to_string(::getuid()));
  const bool was_there = fs::exists(expected);
  EXPECT_EQ(found().runtime, expected);
  if (!was_there) ::rmdir(expected.c_str());
}

TEST_F(PathsTest, RefusesARuntimeFolderThatOthersCanOpen) {
  fs::create_directory(ours_);
  fs::permissions(ours_, fs::perms::owner_all | fs::perms::group_exec);
  expect_refused();
}

TEST_F(PathsTest, RefusesARuntimeFolderOfAnotherUser) {
  if (::getuid() != 0) GTEST_SKIP() << "only root can make a folder of another user";
  fs::create_directory(ours_);
  fs::permissions(ours_, fs::perms::owner_all);
  ASSERT_EQ(::chown(ours_.c_str(), 65'534, 65'534), 0);
  expect_refused();
}

TEST_F(PathsTest, RefusesALinkInPlaceOfTheRuntimeFolder) {
  const auto elsewhere = folder_.path() / "elsewhere";
  fs::create_directory(elsewhere);
  fs::permissions(elsewhere, fs::perms::owner_all);
  fs::create_directory_symlink(elsewhere, ours_);
  expect_refused();
}

TEST_F(PathsTest, RefusesAFileInPlaceOfTheRuntimeFolder) {
  std::ofstream(ours_).put('x');
  ASSERT_EQ(::chmod(ours_.c_str(), 0600), 0);
  expect_refused();
}

}  // namespace
}  // namespace helper::test
