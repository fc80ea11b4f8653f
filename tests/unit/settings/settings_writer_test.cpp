#include "settings/settings_writer.hpp"

#include "unit/settings/home.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace helper::settings {
namespace {

using test::Home;
using test::outcome_of;
using ::testing::HasSubstr;

constexpr const char* k_ours = "target centernet of project 2222\n";

void expect_all(const Result<Report>& report, const char* outcome) {
  ASSERT_TRUE(report) << to_text(report.error());
  for (const auto& file : report->files)
    EXPECT_EQ(file.outcome, outcome) << file.file << (file.error ? to_text(*file.error) : "");
}

TEST(Apply, WritesEveryIdeTheProjectAndSsh) {
  Home home;
  const auto report = home.writer.apply(home.order(), {});
  expect_all(report, outcome::k_written);
  EXPECT_EQ(report->files.size(), 3U * 4 + 2 + 3);
  EXPECT_EQ(home.get(home.ide("PyCharm2024.3") / "options/sshConfigs.xml"), k_ours);
  EXPECT_EQ(home.get(home.path("project/.idea/misc.xml")), k_ours);
  EXPECT_EQ(home.get(home.path(".ssh/config")), "Include " + home.paths.ssh_hosts().string() + "\n");
  EXPECT_THAT(home.get(home.paths.ssh_hosts()), HasSubstr("Host centernet helper-centernet\n"));
  EXPECT_EQ(home.get(home.path(".ssh/known_hosts")),
            "helper-centernet,[127.0.0.1]:2222 " + std::string(test::k_host_key) + "\n");
}

TEST(Apply, OfTwoTargetsGivesEachItsHostKeysAndUndoTakesOnlyItsOwn) {
  Home home;
  const std::string mine = "gpu1,192.0.2.7 " + std::string(test::k_host_key) + "\n";
  home.put(home.path(".ssh/known_hosts"), mine);
  ASSERT_TRUE(home.writer.apply(home.order(), {}));
  ASSERT_TRUE(home.writer.apply(home.order("other", 2223), {}));
  const std::string key = std::string(test::k_host_key) + "\n";
  const std::string other = "helper-other,[127.0.0.1]:2223 " + key;
  EXPECT_EQ(home.get(home.path(".ssh/known_hosts")), mine + "helper-centernet,[127.0.0.1]:2222 " + key + other);
  ASSERT_TRUE(home.writer.undo(Home::undo_of(home.order()), {}));
  EXPECT_EQ(home.get(home.path(".ssh/known_hosts")), mine + other);
  home.put(home.path(".ssh/known_hosts"), mine + other + "new,192.0.2.8 " + key);  // as ssh does
  ASSERT_TRUE(home.writer.undo(Home::undo_of(home.order("other", 2223)), {}));
  EXPECT_EQ(home.get(home.path(".ssh/known_hosts")), mine + "new,192.0.2.8 " + key);
}

TEST(Apply, TwiceChangesNothingTheSecondTime) {
  Home home;
  ASSERT_TRUE(home.writer.apply(home.order(), {}));
  home.files.writes = 0;
  expect_all(home.writer.apply(home.order(), {}), outcome::k_unchanged);
  EXPECT_EQ(home.files.writes, 0);
}

TEST(Apply, AndUndoLeaveEveryByteAndEveryFolderAsItWas) {
  Home home;
  home.put(home.ide("PyCharm2026.1") / "options/jdk.table.xml", "mine\r\nno end");
  home.put(home.path("project/.idea/misc.xml"), "project\n");
  home.put(home.path(".ssh/config"), "Host a\r\n");
  const auto before = home.everything();
  ASSERT_TRUE(home.writer.apply(home.order(), {}));
  EXPECT_NE(home.everything(), before);
  const auto report = home.writer.undo(Home::undo_of(home.order()), {});
  ASSERT_TRUE(report);
  EXPECT_EQ(home.everything(), before);
  EXPECT_EQ(outcome_of(report, "PyCharm2026.1/options/jdk.table.xml"), outcome::k_restored);
  EXPECT_EQ(outcome_of(report, "PyCharm2026.1/options/sshConfigs.xml"), outcome::k_removed);
  EXPECT_FALSE(std::filesystem::exists(home.paths.settings_ledger()));
  EXPECT_FALSE(std::filesystem::exists(home.paths.settings_backups()));
  EXPECT_FALSE(std::filesystem::exists(home.paths.ssh_hosts()));
}

TEST(Apply, ThatIsRenewedIsStillUndoneToTheVeryBytes) {
  Home home;
  home.put(home.path(".ssh/config"), "Host a\n");
  home.put(home.ide("PyCharm2026.1") / "options/jdk.table.xml", "mine\n");
  const auto before = home.everything();
  ASSERT_TRUE(home.writer.apply(home.order("centernet", 2222), {}));
  ASSERT_TRUE(home.writer.apply(home.order("centernet", 2223), {}));
  EXPECT_EQ(home.get(home.ide("PyCharm2026.1") / "options/jdk.table.xml"), "target centernet of project 2223\nmine\n");
  ASSERT_TRUE(home.writer.undo(Home::undo_of(home.order()), {}));
  EXPECT_EQ(home.everything(), before);
}

TEST(Undo, OfAFileThatItsIdeWroteSinceTakesOutOnlyOurEntries) {
  Home home;
  const auto table = home.ide("PyCharm2026.1") / "options/jdk.table.xml";
  home.put(table, "mine\n");
  ASSERT_TRUE(home.writer.apply(home.order(), {}));
  home.put(table, "mine\nnew\n" + std::string(k_ours));
  const auto report = home.writer.undo(Home::undo_of(home.order()), {});
  EXPECT_EQ(outcome_of(report, "PyCharm2026.1/options/jdk.table.xml"), outcome::k_edited);
  EXPECT_EQ(home.get(table), "mine\nnew\n");
}

TEST(Undo, OfOneTargetLeavesTheOther) {
  Home home;
  const auto table = home.ide("PyCharm2026.1") / "options/jdk.table.xml";
  home.put(table, "mine\n");
  const auto before = home.everything();
  ASSERT_TRUE(home.writer.apply(home.order("a"), {}));
  ASSERT_TRUE(home.writer.apply(home.order("b"), {}));
  ASSERT_TRUE(home.writer.undo(Home::undo_of(home.order("a")), {}));
  EXPECT_EQ(home.get(table), "target b of project 2222\nmine\n");
  EXPECT_THAT(home.get(home.path(".ssh/config")), HasSubstr("Include"));
  EXPECT_THAT(home.get(home.paths.ssh_hosts()), Not(HasSubstr("Host a ")));
  ASSERT_TRUE(home.writer.undo(Home::undo_of(home.order("b")), {}));
  EXPECT_EQ(home.everything(), before);
}

TEST(Undo, OfWhatWasNeverAppliedSaysSo) {
  Home home;
  const auto report = home.writer.undo(Home::undo_of(home.order()), {});
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::not_ready);
}

TEST(Apply, ThatWasCutOffBeforeItsFirstFileIsUndoneToNothing) {
  Home home;
  home.put(home.path("project/.idea/misc.xml"), "project\n");
  const auto before = home.everything();
  home.files.on_write = [&](const auto& path) {
    if (path.string().find("JetBrains") != std::string::npos) throw std::runtime_error("cut off");
  };
  EXPECT_THROW((void)home.writer.apply(home.order(), {}), std::runtime_error);
  home.files.on_write = {};
  SettingsWriter after(home.paths, home.files, home.clock, test::simple_formats());
  ASSERT_TRUE(after.undo(Home::undo_of(home.order()), {}));
  EXPECT_EQ(home.everything(), before);
}

TEST(Apply, LeavesAFileThatDoesNotParseAndWhatWouldReferToIt) {
  Home home;
  const auto servers = home.ide("PyCharm2026.1") / "options/webServers.xml";
  home.put(servers, "broken\n");
  const auto report = home.writer.apply(home.order(), {});
  ASSERT_TRUE(report);
  EXPECT_EQ(home.get(servers), "broken\n");
  EXPECT_EQ(outcome_of(report, "PyCharm2026.1/options/webServers.xml"), outcome::k_left);
  EXPECT_EQ(outcome_of(report, "PyCharm2026.1/options/jdk.table.xml"), outcome::k_left);
  EXPECT_EQ(outcome_of(report, "PyCharm2026.1/options/sshConfigs.xml"), outcome::k_written);
  EXPECT_EQ(outcome_of(report, "PyCharm2026.1/tools/External Tools.xml"), outcome::k_written);
  EXPECT_EQ(outcome_of(report, "PyCharm2024.3/options/jdk.table.xml"), outcome::k_written);
  EXPECT_EQ(outcome_of(report, ".idea/misc.xml"), outcome::k_written) << "another IDE has what it refers to";
  for (const auto& file : report->files) {
    if (file.file != servers) continue;
    EXPECT_THAT(file.error->thing, HasSubstr(servers.string()));
    EXPECT_EQ(file.error->fix, "fix it");
  }
}

TEST(Apply, LeavesTheProjectWhenNoIdeHasWhatItWouldReferTo) {
  Home home;
  for (const char* ide : {"PyCharm2024.3", "PyCharm2026.1", "DataSpell2025.2"})
    home.put(home.ide(ide) / "options/jdk.table.xml", "broken\n");
  const auto report = home.writer.apply(home.order(), {});
  EXPECT_EQ(outcome_of(report, ".idea/misc.xml"), outcome::k_left);
  EXPECT_EQ(outcome_of(report, ".idea/deployment.xml"), outcome::k_written);
}

TEST(Apply, LeavesAReadOnlyFileAndSaysHowToChangeThat) {
  Home home;
  const auto file = home.ide("PyCharm2026.1") / "options/sshConfigs.xml";
  home.put(file, "mine\n");
  ::chmod(file.c_str(), 0444);
  const auto report = home.writer.apply(home.order(), {});
  EXPECT_EQ(outcome_of(report, "PyCharm2026.1/options/sshConfigs.xml"), outcome::k_left);
  EXPECT_EQ(outcome_of(report, "PyCharm2026.1/options/jdk.table.xml"), outcome::k_left);
  EXPECT_EQ(home.get(file), "mine\n");
  for (const auto& each : report->files) {
    if (each.file == file) {
      EXPECT_THAT(each.error->fix, HasSubstr("chmod u+w"));
    }
  }
}

TEST(Apply, KeepsAFilesModeAndALinkThatLeadsToIt) {
  Home home;
  const auto file = home.path("dotfiles/ssh_config");
  home.put(file, "Host a\n");
  ::chmod(file.c_str(), 0640);
  std::filesystem::create_directories(home.path(".ssh"));
  std::filesystem::create_symlink("../dotfiles/ssh_config", home.path(".ssh/config"));
  ASSERT_TRUE(home.writer.apply(home.order(), {}));
  EXPECT_TRUE(std::filesystem::is_symlink(home.path(".ssh/config")));
  EXPECT_THAT(home.get(file), HasSubstr("Include"));
  struct stat info {};
  ASSERT_EQ(::stat(file.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0640U);
  ASSERT_TRUE(home.writer.undo(Home::undo_of(home.order()), {}));
  EXPECT_TRUE(std::filesystem::is_symlink(home.path(".ssh/config")));
  EXPECT_EQ(home.get(file), "Host a\n");
}

// Links of a project may come with a repository: what they point to outside is not the project's.
TEST(Apply, WritesNothingThroughALinkThatLeadsOutOfTheProjectOrTheIde) {
  namespace fs = std::filesystem;
  for (const std::string kind : {"file", "dangling", "folder", "ide"}) {
    SCOPED_TRACE(kind);
    Home home;
    fs::create_directories(home.path("elsewhere"));
    fs::create_directories(home.path("project/.idea"));
    std::string left = "project/.idea/misc.xml";
    if (kind == "file") home.put(home.path("elsewhere/misc.xml"), "another's\n");
    if (kind == "file" || kind == "dangling")
      fs::create_symlink("../../elsewhere/misc.xml", home.path("project/.idea/misc.xml"));
    if (kind == "folder") {
      fs::remove(home.path("project/.idea"));
      fs::create_symlink(home.path("elsewhere"), home.path("project/.idea"));
    }
    if (kind == "ide") {
      left = "PyCharm2026.1/options/jdk.table.xml";
      fs::create_symlink(home.path("elsewhere"), home.ide("PyCharm2026.1") / "options");
    }
    const auto elsewhere = [&] {
      std::map<std::string, std::string> all;
      for (const auto& entry : fs::directory_iterator(home.path("elsewhere")))
        all[entry.path().filename().string()] = home.get(entry.path());
      return all;
    };
    const auto before = elsewhere();
    const auto report = home.writer.apply(home.order(), {});
    ASSERT_TRUE(report) << to_text(report.error());
    EXPECT_EQ(elsewhere(), before);
    EXPECT_EQ(outcome_of(report, left), outcome::k_left);
    EXPECT_EQ(outcome_of(report, ".ssh/config"), outcome::k_written) << "the others are written";
    ASSERT_TRUE(home.writer.undo(Home::undo_of(home.order()), {}));
    EXPECT_EQ(elsewhere(), before);
    EXPECT_EQ(fs::is_symlink(home.path("project/.idea/misc.xml")), kind == "file" || kind == "dangling");
    EXPECT_EQ(fs::is_symlink(home.path("project/.idea")), kind == "folder");
  }
}

TEST(Apply, WritesThroughSuchALinkWithAYesAndUndoTakesItBackWithAYes) {
  namespace fs = std::filesystem;
  Home home;
  fs::create_directories(home.path("project/.idea"));
  fs::create_directories(home.path("elsewhere"));
  fs::create_symlink("../../elsewhere/misc.xml", home.path("project/.idea/misc.xml"));
  Order order = home.order();
  order.follow_links = true;
  ASSERT_TRUE(home.writer.apply(order, {}));
  EXPECT_TRUE(fs::exists(home.path("elsewhere/misc.xml")));
  EXPECT_TRUE(fs::is_symlink(home.path("project/.idea/misc.xml")));

  ASSERT_TRUE(home.writer.undo({order.wanted, {}}, {}));
  EXPECT_TRUE(fs::exists(home.path("elsewhere/misc.xml"))) << "nobody has said yes to that";
  ASSERT_TRUE(home.writer.undo({order.wanted, {}, false, true}, {}));
  EXPECT_FALSE(fs::exists(home.path("elsewhere/misc.xml")));
  EXPECT_TRUE(fs::is_symlink(home.path("project/.idea/misc.xml")));
}

TEST(Undo, KeepsALinkWhoseFileWasNotThereBefore) {
  namespace fs = std::filesystem;
  Home home;
  fs::create_directories(home.path("dotfiles"));
  fs::create_directories(home.path(".ssh"));
  fs::create_symlink("../dotfiles/ssh_config", home.path(".ssh/config"));
  fs::create_directories(home.path("project/.idea"));
  fs::create_directories(home.path("project/shared"));
  fs::create_symlink("../shared/misc.xml", home.path("project/.idea/misc.xml"));
  ASSERT_TRUE(home.writer.apply(home.order(), {}));
  EXPECT_THAT(home.get(home.path("dotfiles/ssh_config")), HasSubstr("Include"));
  EXPECT_TRUE(fs::exists(home.path("project/shared/misc.xml"))) << "within the project a link is followed";
  ASSERT_TRUE(home.writer.undo(Home::undo_of(home.order()), {}));
  EXPECT_TRUE(fs::is_symlink(home.path(".ssh/config")));
  EXPECT_TRUE(fs::is_symlink(home.path("project/.idea/misc.xml")));
  EXPECT_FALSE(fs::exists(home.path("dotfiles/ssh_config")));
  EXPECT_FALSE(fs::exists(home.path("project/shared/misc.xml")));
}

TEST(Apply, KeepsWhatIsPrivatePrivate) {
  Home home;
  ASSERT_TRUE(home.writer.apply(home.order(), {}));
  for (const auto& file : {home.paths.settings_ledger(), home.paths.ssh_hosts(), home.path(".ssh/config")}) {
    struct stat info {};
    ASSERT_EQ(::stat(file.c_str(), &info), 0) << file;
    EXPECT_EQ(info.st_mode & 0777, 0600U) << file;
  }
  EXPECT_THAT(home.get(home.paths.settings_ledger()), Not(HasSubstr("hunter2")));
}

TEST(Apply, EditsAnewWhatSomebodyElseWroteMeanwhile) {
  Home home;
  const auto table = home.ide("PyCharm2026.1") / "options/jdk.table.xml";
  home.put(table, "mine\n");
  bool done = false;
  home.files.on_write = [&](const auto& path) {
    if (done || path.string().find("PyCharm2026.1/options/webServers") == std::string::npos) return;
    done = true;
    home.put(table, "mine\nquicker\n");
  };
  EXPECT_EQ(outcome_of(home.writer.apply(home.order(), {}), "PyCharm2026.1/options/jdk.table.xml"), outcome::k_written);
  EXPECT_EQ(home.get(table), k_ours + std::string("mine\nquicker\n"));
  ASSERT_TRUE(home.writer.undo(Home::undo_of(home.order()), {}));
  EXPECT_EQ(home.get(table), "mine\nquicker\n");
}

TEST(Apply, OnAFullDiskLeavesWhatWasThereAndCanBeUndone) {
  Home home;
  const auto before = home.everything();
  home.files.full_from = "PyCharm2026.1/options/webServers";
  const auto report = home.writer.apply(home.order(), {});
  EXPECT_EQ(outcome_of(report, "PyCharm2026.1/options/webServers.xml"), outcome::k_left);
  EXPECT_EQ(outcome_of(report, "PyCharm2026.1/options/jdk.table.xml"), outcome::k_left);
  EXPECT_EQ(outcome_of(report, "PyCharm2024.3/options/jdk.table.xml"), outcome::k_written);
  home.files.full_from = std::nullopt;
  ASSERT_TRUE(home.writer.undo(Home::undo_of(home.order()), {}));
  EXPECT_EQ(home.everything(), before);
}

TEST(Apply, WritesNothingWhenTheLedgerCannotBeWritten) {
  Home home;
  const auto before = home.everything();
  home.files.full_from = "settings_ledger";
  EXPECT_FALSE(home.writer.apply(home.order(), {}));
  EXPECT_EQ(home.everything(), before);
}

TEST(Apply, RefusesABrokenLedgerAndLeavesItAsItIs) {
  Home home;
  for (const char* text : {"", "{", "[]", R"({"version": 2})", R"({"version": 1})"}) {
    home.put(home.paths.settings_ledger(), text);
    const auto before = home.everything();
    const auto report = home.writer.apply(home.order(), {});
    ASSERT_FALSE(report) << text;
    EXPECT_THAT(report.error().fix, HasSubstr("mv "));
    EXPECT_EQ(home.get(home.paths.settings_ledger()), text);
    EXPECT_EQ(home.everything(), before);
    EXPECT_FALSE(home.writer.undo(Home::undo_of(home.order()), {}));
  }
}

TEST(Apply, OfANamedIdeLeavesTheOthers) {
  Home home;
  auto order = home.order();
  order.ides = {"DataSpell"};
  order.ssh_config = false;
  const auto report = home.writer.apply(order, {});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->files.size(), 4U + 2);
  EXPECT_FALSE(std::filesystem::exists(home.path(".ssh")));
  order.ides = {"CLion"};
  EXPECT_EQ(home.writer.apply(order, {}).error().code, ErrorCode::usage);
}

TEST(DryRun, ShowsTheDifferenceWithoutSecretsAndWritesNothing) {
  Home home;
  home.put(home.ide("PyCharm2026.1") / "options/webServers.xml", "<a password=\"hunter2\"/>\n");
  const auto before = home.everything();
  auto order = home.order();
  order.dry_run = true;
  const auto report = home.writer.apply(order, {});
  ASSERT_TRUE(report);
  EXPECT_EQ(home.everything(), before);
  EXPECT_FALSE(std::filesystem::exists(home.paths.settings_ledger()));
  bool seen = false;
  for (const auto& file : report->files) {
    EXPECT_THAT(file.diff, HasSubstr("@@"));
    EXPECT_THAT(file.diff, Not(HasSubstr("hunter2")));
    seen = seen || file.diff.find("+" + std::string(k_ours) + " <a password=\"***\"/>\n") != std::string::npos;
  }
  EXPECT_TRUE(seen);
}

TEST(RunningIdeBook, HasItsFilesPreparedAndWrittenWhenItCloses) {
  Home home;
  Home::Running ide(home.ide("PyCharm2026.1"));
  const auto report = home.writer.apply(home.order(), {});
  EXPECT_EQ(outcome_of(report, "PyCharm2026.1/options/jdk.table.xml"), outcome::k_prepared);
  EXPECT_EQ(outcome_of(report, "PyCharm2024.3/options/jdk.table.xml"), outcome::k_written);
  EXPECT_EQ(outcome_of(report, ".idea/misc.xml"), outcome::k_written);
  EXPECT_EQ(home.get(home.ide("PyCharm2026.1") / "options/jdk.table.xml"), "(no file)");
  EXPECT_TRUE(home.writer.settle().value_or(false));
  home.put(home.ide("PyCharm2026.1") / "options/jdk.table.xml", "written at its end\n");
  ide.close();
  SettingsWriter next(home.paths, home.files, home.clock, test::simple_formats());  // as after a restart of the daemon
  EXPECT_FALSE(next.settle().value_or(true));
  EXPECT_EQ(home.get(home.ide("PyCharm2026.1") / "options/jdk.table.xml"),
            k_ours + std::string("written at its end\n"));
  EXPECT_FALSE(std::filesystem::exists(home.paths.settings_pending()));
  ASSERT_TRUE(next.undo(Home::undo_of(home.order()), {}));
  EXPECT_EQ(home.get(home.ide("PyCharm2026.1") / "options/jdk.table.xml"), "written at its end\n");
}

TEST(RunningIdeBook, IsWrittenAtOnceOnAYesAndNotAskedInADryRun) {
  Home home;
  const Home::Running ide(home.ide("PyCharm2026.1"));
  int asked = 0;
  const AskNow yes = [&](const std::vector<IdeReport>& running) -> Result<bool> {
    ++asked;
    EXPECT_EQ(running.size(), 1U);
    return true;
  };
  auto order = home.order();
  order.dry_run = true;
  EXPECT_EQ(outcome_of(home.writer.apply(order, yes), "PyCharm2026.1/options/jdk.table.xml"), outcome::k_prepared);
  EXPECT_EQ(asked, 0);
  order.dry_run = false;
  EXPECT_EQ(outcome_of(home.writer.apply(order, yes), "PyCharm2026.1/options/jdk.table.xml"), outcome::k_written);
  EXPECT_EQ(asked, 1);
  EXPECT_FALSE(home.writer.settle().value_or(true));
}

TEST(RunningIdeBook, IsForgottenWhenItsPreparedFilesAreUndone) {
  Home home;
  const auto before = home.everything();
  Home::Running ide(home.ide("PyCharm2026.1"));
  ASSERT_TRUE(home.writer.apply(home.order(), {}));
  ASSERT_TRUE(home.writer.undo(Home::undo_of(home.order()), {}));
  ide.close();
  EXPECT_FALSE(home.writer.settle().value_or(true));
  EXPECT_EQ(home.everything(), before);
}

TEST(RunningIdeBook, HasWhatWasWrittenBeforeTakenOutWhenItCloses) {
  Home home;
  const auto before = home.everything();
  ASSERT_TRUE(home.writer.apply(home.order(), {}));
  Home::Running ide(home.ide("PyCharm2026.1"));
  const auto report = home.writer.undo(Home::undo_of(home.order()), {});
  EXPECT_EQ(outcome_of(report, "PyCharm2026.1/options/jdk.table.xml"), outcome::k_prepared);
  EXPECT_EQ(outcome_of(report, "PyCharm2024.3/options/jdk.table.xml"), outcome::k_removed);
  EXPECT_EQ(home.get(home.ide("PyCharm2026.1") / "options/jdk.table.xml"), k_ours);
  ide.close();
  EXPECT_FALSE(home.writer.settle().value_or(true));
  EXPECT_EQ(home.everything(), before);
  EXPECT_FALSE(std::filesystem::exists(home.paths.settings_ledger()));
}

TEST(RunningIdeBook, ThatIsTheOnlyOneHasTheProjectWaitWithIt) {
  Home home;
  for (const char* name : {"PyCharm2024.3", "DataSpell2025.2"}) std::filesystem::remove_all(home.ide(name));
  const auto before = home.everything();
  Home::Running ide(home.ide("PyCharm2026.1"));
  const auto report = home.writer.apply(home.order(), {});
  EXPECT_EQ(outcome_of(report, ".idea/misc.xml"), outcome::k_prepared);
  EXPECT_EQ(outcome_of(report, ".idea/deployment.xml"), outcome::k_prepared);
  EXPECT_EQ(outcome_of(report, ".ssh/config"), outcome::k_written);
  ASSERT_TRUE(report);
  EXPECT_THAT(report->notes, testing::Contains(HasSubstr("PyCharm2026.1 counts as running: its .lock names process")));
  EXPECT_EQ(home.get(home.path("project/.idea/misc.xml")), "(no file)");
  ide.close();
  SettingsWriter next(home.paths, home.files, home.clock, test::simple_formats());
  EXPECT_FALSE(next.settle().value_or(true));
  EXPECT_EQ(home.get(home.path("project/.idea/misc.xml")), k_ours);
  EXPECT_EQ(home.get(home.ide("PyCharm2026.1") / "options/jdk.table.xml"), k_ours);
  ASSERT_TRUE(next.undo(Home::undo_of(home.order()), {}));
  EXPECT_EQ(home.everything(), before);
}

TEST(RunningIdeBook, ThatHasOurInterpreterLetsTheProjectGoOn) {
  Home home;
  for (const char* name : {"PyCharm2024.3", "DataSpell2025.2"}) std::filesystem::remove_all(home.ide(name));
  ASSERT_TRUE(home.writer.apply(home.order(), {}));
  std::filesystem::remove(home.path("project/.idea/misc.xml"));
  const Home::Running ide(home.ide("PyCharm2026.1"));
  EXPECT_EQ(outcome_of(home.writer.apply(home.order(), {}), ".idea/misc.xml"), outcome::k_written);
}

TEST(Undo, WithADamagedBackupStillTakesOurEntriesOut) {
  Home home;
  const auto table = home.ide("PyCharm2026.1") / "options/jdk.table.xml";
  home.put(table, "mine\n");
  ASSERT_TRUE(home.writer.apply(home.order(), {}));
  for (const auto& backup : std::filesystem::directory_iterator(home.paths.settings_backups()))
    home.put(backup.path(), "rotten");
  const auto report = home.writer.undo(Home::undo_of(home.order()), {});
  EXPECT_EQ(outcome_of(report, "PyCharm2026.1/options/jdk.table.xml"), outcome::k_restored)
      << "it needs no backup here";
  EXPECT_EQ(home.get(table), "mine\n");
}

TEST(SshHosts, LeaveAServerOfThePersonsOwnItsName) {
  Home home;
  home.put(home.path(".ssh/config"), "Include more\n");
  home.put(home.path(".ssh/more"), "Host center*\n  HostName 10.0.0.1\n");
  ASSERT_TRUE(home.writer.apply(home.order(), {}));
  EXPECT_THAT(home.get(home.paths.ssh_hosts()), HasSubstr("\nHost helper-centernet\n"));
}

TEST(SshHosts, LeaveAServerOfTheConfigItsName) {
  Home home;
  auto order = home.order();
  order.second_name_only = true;
  ASSERT_TRUE(home.writer.apply(order, {}));
  EXPECT_THAT(home.get(home.paths.ssh_hosts()), HasSubstr("\nHost helper-centernet\n"));
}

TEST(RunningIdeBook, ThatWasTakenOffTheMachineLeavesNothingToWrite) {
  Home home;
  {
    const Home::Running ide(home.ide("PyCharm2026.1"));
    ASSERT_TRUE(home.writer.apply(home.order(), {}));
  }
  std::filesystem::remove_all(home.ide("PyCharm2026.1"));
  EXPECT_FALSE(home.writer.settle().value_or(true));
  EXPECT_FALSE(std::filesystem::exists(home.ide("PyCharm2026.1")));
}

TEST(SshHosts, GoWithTheContainerAndComeBackWithIt) {
  Home home;
  ASSERT_TRUE(home.writer.apply(home.order("a"), {}));
  ASSERT_TRUE(home.writer.apply(home.order("b"), {}));
  ASSERT_TRUE(home.writer.set_gone("a of project"));
  EXPECT_THAT(home.get(home.paths.ssh_hosts()), Not(HasSubstr("Host a ")));
  EXPECT_THAT(home.get(home.paths.ssh_hosts()), HasSubstr("Host b "));
  ASSERT_TRUE(home.writer.set_ready(home.order("a").wanted));
  EXPECT_THAT(home.get(home.paths.ssh_hosts()), HasSubstr("Host a "));
}

TEST(SshHosts, GoWithTheConfigOfTheirTargetAndAnUndoElsewhereSaysWhoseSettingsAreLeft) {
  Home home;
  auto lost = home.order("a");
  lost.wanted.config_file = home.path("lost/helper.json");
  home.put(lost.wanted.config_file, R"({"targets": {"a": {}}})");
  ASSERT_TRUE(home.writer.apply(lost, {}));
  ASSERT_TRUE(home.writer.leave_out_gone());
  EXPECT_THAT(home.get(home.paths.ssh_hosts()), HasSubstr("Host a ")) << "its config is there";
  std::filesystem::remove(lost.wanted.config_file);
  ASSERT_TRUE(home.writer.apply(home.order("b"), {}));
  EXPECT_THAT(home.get(home.paths.ssh_hosts()), Not(HasSubstr("Host a ")));
  EXPECT_THAT(home.get(home.paths.ssh_hosts()), HasSubstr("Host b "));
  const auto undone = home.writer.undo(Home::undo_of(home.order("c")), {});
  ASSERT_FALSE(undone);
  EXPECT_THAT(undone.error().cause, HasSubstr("a of " + lost.wanted.config_file));
  home.put(lost.wanted.config_file, R"({"targets": {"a": {}}})");
  ASSERT_TRUE(home.writer.set_ready(lost.wanted));
  EXPECT_THAT(home.get(home.paths.ssh_hosts()), HasSubstr("Host a ")) << "it is back";
  home.put(lost.wanted.config_file, R"({"targets": {"renamed": {}}})");
  ASSERT_TRUE(home.writer.leave_out_gone());
  EXPECT_THAT(home.get(home.paths.ssh_hosts()), Not(HasSubstr("Host a ")));
}

TEST(OutOfDate, NamesWhatDiffers) {
  Home home;
  EXPECT_EQ(home.writer.set_ready(home.order().wanted).value(), std::nullopt);
  ASSERT_TRUE(home.writer.apply(home.order(), {}));
  EXPECT_EQ(home.writer.set_ready(home.order().wanted).value(), "");
  auto other = home.order("centernet", 2223).wanted;
  other.access.python = "/opt/python";
  EXPECT_EQ(home.writer.set_ready(other).value(), "Python, port");
}

}  // namespace
}  // namespace helper::settings
