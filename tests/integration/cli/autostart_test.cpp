// `helper daemon` with the real helper and helperd; systemd is a stand-in (tests/support/login).
#include "integration/cli/helper_home.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <thread>

namespace helper::cli {
namespace {

using Json = nlohmann::json;
using test::HelperHome;

class Autostart : public testing::Test {
 protected:
  CommandOutput run(const std::vector<std::string>& words, std::map<std::string, std::string> more = {}) {
    more["PATH"] = std::string(TEST_SOURCE_DIR) + "/support/login:" + std::getenv("PATH");
    more["STANDIN_LOG"] = (home.path() / "calls").string();
    return home.run(words, "exec \"$@\"", more);
  }
  Json status() { return Json::parse(run({"daemon", "status", "--json"}).out); }
  // Of the daemon that runs, once one does.
  int pid() {
    for (int i = 0; i < 100; ++i) {
      if (const auto json = status(); !json.at("daemon").is_null()) return json.at("daemon").at("pid");
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return 0;
  }
  [[nodiscard]] std::filesystem::path unit() const { return home.path() / ".config/systemd/user/helperd.service"; }

  HelperHome home;
};

TEST_F(Autostart, EnableStartsTheDaemonThatTheCommandsUse) {
  const auto done = run({"daemon", "enable"});
  ASSERT_EQ(done.exit_status, 0) << done.err;
  const int its = pid();
  EXPECT_NE(its, 0);
  EXPECT_TRUE(status().at("login"));
  EXPECT_EQ(status().at("file"), unit().string());
  EXPECT_EQ(Json::parse(run({"rpc", "version"}).out).at("pid"), its);
}

TEST_F(Autostart, ADaemonThatRunsIsNeitherEndedNorReplaced) {
  ASSERT_EQ(run({"rpc", "version"}).exit_status, 0);
  const int before = pid();
  ASSERT_NE(before, 0);
  ASSERT_EQ(run({"daemon", "enable"}).exit_status, 0);
  std::this_thread::sleep_for(std::chrono::milliseconds(500));  // the one that the manager starts ends by itself
  EXPECT_EQ(pid(), before);
  ASSERT_EQ(run({"daemon", "disable"}).exit_status, 0);
  EXPECT_EQ(pid(), before);
  EXPECT_FALSE(std::filesystem::exists(unit()));
  EXPECT_FALSE(std::filesystem::is_symlink(unit().parent_path() / "default.target.wants/helperd.service"));
  EXPECT_FALSE(status().at("login"));
}

TEST_F(Autostart, WithoutAManagerItIsOneClearErrorWithAFixAndNothingIsWritten) {
  const auto done = run({"daemon", "enable"}, {{"STANDIN_NO_MANAGER", "1"}});
  EXPECT_EQ(done.exit_status, 13);
  EXPECT_NE(done.err.find("error: start at login: "), std::string::npos) << done.err;
  EXPECT_NE(done.err.find("fix: "), std::string::npos) << done.err;
  EXPECT_FALSE(std::filesystem::exists(unit()));
  EXPECT_EQ(run({"daemon", "status"}, {{"STANDIN_NO_MANAGER", "1"}}).exit_status, 0);
}

}  // namespace
}  // namespace helper::cli
