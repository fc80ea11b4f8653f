// Start at login: the files that say so, and what `helper daemon` does to them by the manager's program, which is
// a list of answers here.
#include "cli/autostart.hpp"

#include "cli/login_manager.hpp"
#include "support/scoped_env.hpp"
#include "unit/cli/desk.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <unistd.h>

namespace helper::cli {
namespace {

using test::Desk;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const Autostart k_plain{"/opt/helper/bin/helperd", {{"PATH", "/usr/bin:/bin"}}};

TEST(SystemdQuoted, WhatSystemdWouldReadOtherwiseIsEscaped) {
  EXPECT_EQ(systemd_quoted("/opt/helper/bin/helperd"), R"("/opt/helper/bin/helperd")");
  EXPECT_EQ(systemd_quoted("/home/me/my tools/100%/a\"b\\c"), R"("/home/me/my tools/100%%/a\"b\\c")");
}

TEST(AutostartFile, APathThatTheManagerRefusesIsKnownBefore) {
  EXPECT_TRUE(can_start(LoginManager::systemd, "/home/me/my tools/100% $x/helperd"));
  for (const char* bad : {"/it's/helperd", "/a\"b/helperd", "/a\\b/helperd", "/a\nb/helperd"})
    EXPECT_FALSE(can_start(LoginManager::systemd, bad)) << bad;
  EXPECT_TRUE(can_start(LoginManager::launchd, "/it's/helperd"));
}

// By the real systemd-analyze, where it is installed.
TEST(AutostartFile, OfSystemdIsOneThatSystemdTakes) {
  if (!find_program("systemd-analyze")) GTEST_SKIP() << "systemd-analyze is not installed";
  const test::TempFolder folder;
  const auto program = folder.path() / "my tools 100% $x" / "helperd";
  std::filesystem::create_directories(program.parent_path());
  std::filesystem::copy_file("/bin/true", program);
  const auto verify = [&](const std::string& text) {
    const auto unit = folder.path() / k_unit_name;
    std::ofstream(unit) << text;
    ProcessSpec spec;
    spec.argv = {"systemd-analyze", "--user", "verify", unit.string()};
    spec.environment = {{"XDG_RUNTIME_DIR", folder.path().string()}};
    return run_process(spec, {}).value();
  };
  const std::string text =
      autostart_file(LoginManager::systemd, {program, {{"PATH", "/usr/bin:/opt/a b/100%/\"x\\y:$HOME"}}});
  const auto good = verify(text);
  EXPECT_EQ(good.exit_status, 0) << good.err;
  EXPECT_THAT(good.err, Not(HasSubstr("helperd.service:"))) << "no line that it does not know";
  std::filesystem::remove(program);
  EXPECT_NE(verify(text).exit_status, 0) << "else the file names another program";
}

TEST(AutostartFile, OfSystemdNamesTheProgramAndIsTriedAgainAfterAFailureOnly) {
  const std::string text = autostart_file(LoginManager::systemd, k_plain);
  EXPECT_THAT(text, HasSubstr("\nExecStart=\"/opt/helper/bin/helperd\"\n"));
  EXPECT_THAT(text, HasSubstr("\nEnvironment=\"PATH=/usr/bin:/bin\"\n"));
  EXPECT_THAT(text, HasSubstr("\nRestart=on-failure\n"));
  EXPECT_EQ(kind_of(text), AutostartFile::ours);
}

TEST(AutostartFile, OfLaunchdIsXmlWhateverThePathIs) {
  const std::string text = autostart_file(LoginManager::launchd, {"/Users/me/R&D <x>/helperd", {}});
  EXPECT_THAT(text, HasSubstr("<string>/Users/me/R&amp;D &lt;x&gt;/helperd</string>"));
  EXPECT_THAT(text, HasSubstr("<key>SuccessfulExit</key>\n    <false/>"));
  EXPECT_EQ(kind_of(text), AutostartFile::ours);
}

TEST(AutostartFile, OneWithoutOurMarkIsSomebodyElses) {
  EXPECT_EQ(kind_of(std::nullopt), AutostartFile::absent);
  EXPECT_EQ(kind_of("[Service]\nExecStart=/home/me/helperd\n"), AutostartFile::foreign);
  EXPECT_EQ(kind_of(""), AutostartFile::foreign) << "a masked unit is a link to /dev/null";
}

TEST(Offer, IsMadeOnceToAPersonWhoCanUseIt) {
  EXPECT_TRUE(should_offer({.can_ask = true, .manager_is_there = true}));
  EXPECT_FALSE(should_offer({.can_ask = false, .manager_is_there = true}));
  EXPECT_FALSE(should_offer({.can_ask = true, .manager_is_there = false}));
  EXPECT_FALSE(should_offer({.can_ask = true, .manager_is_there = true, .file_is_there = true}));
  EXPECT_FALSE(should_offer({.can_ask = true, .manager_is_there = true, .was_offered = true}));
}

TEST(NoManager, SaysWhatToDoInstead) {
  const auto without = no_manager(LoginManager::systemd, "/opt/my tools/helperd", false, "");
  EXPECT_EQ(without.fix, "echo '('\\''/opt/my tools/helperd'\\'' </dev/null >/dev/null 2>&1 &)' >> ~/.profile");
  EXPECT_THAT(without.cause, HasSubstr("@reboot '/opt/my tools/helperd'"));
  const auto silent = no_manager(LoginManager::systemd, "/opt/helperd", true, "Failed to connect to bus");
  EXPECT_THAT(silent.cause, HasSubstr("Failed to connect to bus"));
  EXPECT_THAT(silent.fix, HasSubstr("helper daemon enable"));
}

class DaemonVerb : public testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path unit() const {
    return desk.folder.path() / "config/systemd/user/helperd.service";
  }
  Result<int> run(const std::string& action, std::deque<CommandOutput> outputs = {}) {
    desk.ran.clear();
    desk.out.str("");
    desk.outputs = std::move(outputs);
    return desk.run({"daemon", action});
  }
  // What it ran, each as one line.
  [[nodiscard]] std::vector<std::string> ran() const {
    std::vector<std::string> lines;
    for (const auto& spec : desk.ran) {
      std::string line;
      for (const auto& word : spec.argv) line += (line.empty() ? "" : " ") + word;
      lines.push_back(line);
    }
    return lines;
  }
  [[nodiscard]] std::optional<std::string> text() { return desk.files.read(unit()).value(); }

  static CommandOutput good(const std::string& out = {}) { return {0, out, ""}; }
  static CommandOutput bad(const std::string& err) { return {1, "", err}; }

  test::ScopedEnv helperd{"HELPERD", "/bin/true"};
  test::ScopedEnv path{"PATH", "/usr/bin:/bin"};
  Desk desk;
};

TEST_F(DaemonVerb, EnableWritesTheUnitAndStartsNoSecondDaemonBesideOne) {
  ASSERT_TRUE(run("enable", {good(), good(), good(), good("enabled\n"), good("no\n")}));
  ASSERT_TRUE(text());
  EXPECT_THAT(*text(), HasSubstr("ExecStart=\"/bin/true\""));
  EXPECT_EQ(ran()[0], "systemctl --user show-environment");
  EXPECT_EQ(ran()[1], "systemctl --user daemon-reload");
  EXPECT_EQ(ran()[2], "systemctl --user enable --now helperd.service");
  for (const auto& line : ran()) EXPECT_THAT(line, Not(HasSubstr("restart"))) << "a daemon that runs goes on";
  EXPECT_THAT(desk.out.str(), HasSubstr("helper starts at login"));
  EXPECT_THAT(desk.out.str(), HasSubstr("loginctl enable-linger"));
}

TEST_F(DaemonVerb, EnableTwiceChangesNothing) {
  ASSERT_TRUE(run("enable", {good(), good(), good(), good("enabled\n"), good("yes\n")}));
  ASSERT_TRUE(run("enable", {good(), good("enabled\n"), good("enabled\n"), good("yes\n")}));
  EXPECT_THAT(ran(), Not(testing::Contains("systemctl --user daemon-reload")));
  EXPECT_THAT(desk.out.str(), HasSubstr("starts already"));
}

TEST_F(DaemonVerb, EnableThatTheManagerRefusesLeavesNoFile) {
  const auto done = run("enable", {good(), good(), bad("Unit is masked.\n"), good()});
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().cause, HasSubstr("Unit is masked."));
  EXPECT_FALSE(text());
}

TEST_F(DaemonVerb, EnableWithoutAManagerWritesNothing) {
  const auto done = run("enable", {bad("Failed to connect to bus: No medium found\n")});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::not_ready);
  EXPECT_FALSE(done.error().fix.empty());
  EXPECT_FALSE(text());
}

TEST_F(DaemonVerb, AFileOfSomebodyElsesIsNeitherReplacedNorRemoved) {
  ASSERT_TRUE(desk.files.write(unit(), "[Service]\nExecStart=/mine\n", 0644));
  for (const char* action : {"enable", "disable"}) {
    const auto done = run(action);
    ASSERT_FALSE(done) << action;
    EXPECT_EQ(done.error().code, ErrorCode::file_failed) << action;
    EXPECT_THAT(done.error().fix, HasSubstr("mv ")) << action;
    EXPECT_THAT(ran(), IsEmpty()) << action;
  }
  EXPECT_EQ(text(), "[Service]\nExecStart=/mine\n");
}

TEST_F(DaemonVerb, DisableRemovesTheFileAndEndsNoDaemon) {
  ASSERT_TRUE(run("enable", {good(), good(), good(), good("enabled\n"), good("yes\n")}));
  ASSERT_TRUE(run("disable", {good(), good()}));
  EXPECT_FALSE(text());
  EXPECT_THAT(ran(), ElementsAre("systemctl --user disable helperd.service", "systemctl --user daemon-reload"));
  ASSERT_TRUE(run("disable"));
  EXPECT_THAT(ran(), IsEmpty());
}

TEST_F(DaemonVerb, DisableWorksWhereTheManagerDoesNotAnswer) {
  ASSERT_TRUE(desk.files.write(unit(), autostart_file(LoginManager::systemd, k_plain), 0644));
  ASSERT_TRUE(run("disable", {bad("no bus"), bad("no bus")}));
  EXPECT_FALSE(text());
}

TEST_F(DaemonVerb, StatusSaysWhatRunsAndWhatStartsIt) {
  ASSERT_TRUE(run("status"));
  EXPECT_THAT(desk.out.str(), HasSubstr("is not running"));
  EXPECT_THAT(desk.out.str(), HasSubstr("does not start: helper daemon enable"));
  ASSERT_TRUE(desk.files.write(unit(), autostart_file(LoginManager::systemd, k_plain), 0644));
  ASSERT_TRUE(desk.files.write(
      desk.folder.path() / "state/wanted.json",
      R"({"version": 1, "targets": [{"config": "/a/helper.json", "target": "web", "agent_socket": ""}]})", 0600));
  desk.daemon.runs({{"version", "1.2"}, {"pid", 4711}});
  ASSERT_TRUE(run("status", {good("enabled\n"), good("no\n")}));
  EXPECT_EQ(desk.out.str(), "daemon  is running (pid 4711, version 1.2)\nlogin   starts at login, by " +
                                unit().string() +
                                "\nlinger  off: it starts when you log in; to start it at boot, on a server: loginctl "
                                "enable-linger\nkeeps   web of /a/helper.json\n");
}

TEST_F(DaemonVerb, LaunchdIsToldOfTheFileOnceAndEndsNoDaemon) {
  const auto agent = desk.folder.path() / "Library/LaunchAgents/helper.helperd.plist";
  const std::string domain = "gui/" + std::to_string(::getuid());
  const auto enable = [](Context& context) -> Result<int> {
    HELPER_TRY_ASSIGN(const bool changed, enable_autostart(context, LoginManager::launchd));
    return changed ? 1 : 0;
  };
  desk.outputs = {good(), bad("no such service"), good()};
  EXPECT_EQ(desk.run({"daemon", "enable"}, enable).value_or(-1), 1);
  EXPECT_EQ(ran().back(), "launchctl bootstrap " + domain + " " + agent.string());
  EXPECT_TRUE(desk.files.read(agent).value());
  desk.ran.clear();
  desk.outputs = {good()};
  EXPECT_EQ(desk.run({"daemon", "enable"}, enable).value_or(-1), 0);
  EXPECT_THAT(ran(), ElementsAre("launchctl print " + domain));
  desk.ran.clear();
  const auto disable = [](Context& context) -> Result<int> {
    HELPER_TRY(disable_autostart(context, LoginManager::launchd));
    return 0;
  };
  EXPECT_TRUE(desk.run({"daemon", "disable"}, disable));
  EXPECT_THAT(ran(), IsEmpty()) << "launchctl bootout would end the daemon";
  EXPECT_FALSE(desk.files.read(agent).value());
}

TEST_F(DaemonVerb, TheOfferIsOneLineOnceAndOnlyInATerminal) {
  const auto offer = [](Context& context) -> Result<int> {
    offer_autostart(context, LoginManager::systemd);
    return 0;
  };
  std::filesystem::create_directories(desk.folder.path() / "run/systemd");
  ASSERT_TRUE(desk.run({"daemon"}, offer));
  EXPECT_EQ(desk.err.str(), "") << "nobody is there to read it";
  desk.can_ask = true;
  ASSERT_TRUE(desk.run({"daemon"}, offer));
  EXPECT_THAT(desk.err.str(), HasSubstr("helper daemon enable\n"));
  desk.err.str("");
  ASSERT_TRUE(desk.run({"daemon"}, offer));
  EXPECT_EQ(desk.err.str(), "");
}

}  // namespace
}  // namespace helper::cli
