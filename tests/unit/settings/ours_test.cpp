// Whose an entry is: what a person or a colleague has is not ours, whatever it is called, and what is ours goes
// wherever an IDE has copied it.
#include "settings/settings_writer.hpp"
#include "unit/settings/home.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace helper::settings {
namespace {

namespace fs = std::filesystem;

using test::Home;
using test::outcome_of;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string k_ours = "target centernet of project 2222\n";
const std::string k_theirs = "another centernet of project\n";

std::string texts_with(const Home& home, const std::string& what) {
  std::string names;
  for (const auto& [name, text] : home.everything()) {
    if (text.find(what) != std::string::npos) names += name + " ";
  }
  return names;
}

TEST(AFileThatAColleagueCommitted, IsFoundAsWantedAndStaysAfterAnUndo) {
  Home home;
  const auto misc = home.path("project/.idea/misc.xml");
  home.put(misc, k_ours);
  const auto before = home.everything();
  EXPECT_EQ(outcome_of(home.writer.apply(home.order(), {}), ".idea/misc.xml"), outcome::k_unchanged);
  ASSERT_TRUE(home.writer.undo(Home::undo_of(home.order()), {}));
  EXPECT_EQ(home.everything(), before);
}

TEST(AFileThatAColleagueCommitted, StaysWhenAnotherTargetIsWrittenThereAndBothAreUndone) {
  Home home;
  home.put(home.path("project/.idea/misc.xml"), k_ours);
  const auto before = home.everything();
  ASSERT_TRUE(home.writer.apply(home.order("other", 2223), {}));
  ASSERT_TRUE(home.writer.apply(home.order(), {}));
  ASSERT_TRUE(home.writer.undo(Home::undo_of(home.order()), {}));
  EXPECT_THAT(home.get(home.path("project/.idea/misc.xml")), HasSubstr(k_ours));
  ASSERT_TRUE(home.writer.undo(Home::undo_of(home.order("other", 2223)), {}));
  EXPECT_EQ(home.everything(), before);
}

Order real_order(const Home& home, const std::string& target, std::uint16_t port) {
  Order order = home.order(target, port);
  const auto config = home.path("configs/helper.json");
  order.wanted = ide::make_wanted(order.wanted.access, "/usr/local/bin/helper", config, home.paths.home);
  order.wanted.access.project_local = home.path("project");
  order.wanted.access.project_remote = "/workspace/project";
  order.wanted.access.python_version = "3.11.2";
  return order;
}

TEST(TwoTargetsOfOneProject, AreUndoneInAnyOrderAndTheOtherKeepsItsInterpreterAndServer) {
  for (const bool first_goes_first : {true, false}) {
    SCOPED_TRACE(first_goes_first);
    Home home;
    SettingsWriter writer(home.paths, home.files, home.clock, ide_formats());
    const auto one = real_order(home, "one", 2222);
    const auto two = real_order(home, "two", 2223);
    const auto& [goes, stays] = first_goes_first ? std::pair{one, two} : std::pair{two, one};
    const auto before = home.everything();
    ASSERT_TRUE(writer.apply(one, {}));
    ASSERT_TRUE(writer.apply(two, {}));
    ASSERT_TRUE(writer.undo(Home::undo_of(goes), {}));
    EXPECT_EQ(texts_with(home, goes.wanted.name), "");
    EXPECT_THAT(home.get(home.path("project/.idea/misc.xml")), HasSubstr('"' + ide::sdk_name(stays.wanted) + '"'));
    EXPECT_THAT(home.get(home.path("project/.idea/project.iml")), HasSubstr('"' + ide::sdk_name(stays.wanted) + '"'));
    EXPECT_THAT(home.get(home.path("project/.idea/modules.xml")), HasSubstr("project.iml"));
    EXPECT_THAT(home.get(home.path("project/.idea/deployment.xml")),
                HasSubstr("serverName=\"" + stays.wanted.name + '"'));
    ASSERT_TRUE(writer.undo(Home::undo_of(stays), {}));
    EXPECT_EQ(home.everything(), before);
  }
}

TEST(AnUpgradedIde, LosesTheEntriesThatItCopiedFromItsPredecessor) {
  for (const bool applied_again : {false, true}) {
    SCOPED_TRACE(applied_again);
    Home home;
    home.put(home.ide("PyCharm2024.3") / "options/jdk.table.xml", "mine\n");
    ASSERT_TRUE(home.writer.apply(home.order(), {}));
    fs::copy(home.ide("PyCharm2024.3"), home.ide("PyCharm2025.1"), fs::copy_options::recursive);
    if (applied_again) {
      ASSERT_TRUE(home.writer.apply(home.order("centernet", 2299), {}));
    }
    const auto report = home.writer.undo(Home::undo_of(home.order()), {});
    EXPECT_EQ(outcome_of(report, "PyCharm2025.1/options/sshConfigs.xml"), outcome::k_removed);
    EXPECT_EQ(home.get(home.ide("PyCharm2025.1") / "options/jdk.table.xml"), "mine\n");
    EXPECT_EQ(texts_with(home, "target centernet"), "");
    EXPECT_FALSE(fs::exists(home.paths.settings_ledger()));
  }
}

TEST(AnUpgradedIde, ThatRunsLosesThemWhenItCloses) {
  Home home;
  ASSERT_TRUE(home.writer.apply(home.order(), {}));
  fs::copy(home.ide("PyCharm2024.3"), home.ide("PyCharm2025.1"), fs::copy_options::recursive);
  Home::Running ide(home.ide("PyCharm2025.1"));
  const auto report = home.writer.undo(Home::undo_of(home.order()), {});
  EXPECT_EQ(outcome_of(report, "PyCharm2025.1/options/jdk.table.xml"), outcome::k_prepared);
  EXPECT_NE(texts_with(home, "target centernet"), "");
  ide.close();
  EXPECT_FALSE(home.writer.settle().value_or(true));
  EXPECT_EQ(texts_with(home, "target centernet"), "");
}

TEST(AnUpgradedIde, OfTwoTargetsKeepsTheEntriesOfTheOther) {
  Home home;
  ASSERT_TRUE(home.writer.apply(home.order("a"), {}));
  fs::copy(home.ide("PyCharm2024.3"), home.ide("PyCharm2025.1"), fs::copy_options::recursive);
  ASSERT_TRUE(home.writer.apply(home.order("b"), {}));
  ASSERT_TRUE(home.writer.undo(Home::undo_of(home.order("a")), {}));
  EXPECT_EQ(home.get(home.ide("PyCharm2025.1") / "options/jdk.table.xml"), "target b of project 2222\n");
  ASSERT_TRUE(home.writer.undo(Home::undo_of(home.order("b")), {}));
  EXPECT_EQ(texts_with(home, "target "), "");
}

TEST(AServerOfThePersons, OfTheTargetsNameIsNotMappedWhereverItIs) {
  for (const std::string file :
       {"project/.idea/webServers.xml", ".config/JetBrains/PyCharm2024.3/options/webServers.xml"}) {
    SCOPED_TRACE(file);
    Home home;
    home.put(home.path(file), k_theirs);
    Order order = home.order();
    order.ides = {"DataSpell"};
    const auto report = home.writer.apply(order, {});
    EXPECT_EQ(outcome_of(report, ".idea/deployment.xml"), outcome::k_left);
    EXPECT_EQ(outcome_of(report, ".idea/misc.xml"), outcome::k_written);
    EXPECT_EQ(home.get(home.path(file)), k_theirs);
    for (const auto& each : report->files) {
      if (each.error) {
        EXPECT_THAT(each.error->cause, HasSubstr(file));
      }
    }
  }
}

TEST(AnInterpreterOfThePersons, OfOurNameIsNotTakenForOurs) {
  Home home;
  home.put(home.ide("PyCharm2024.3") / "options/jdk.table.xml", k_theirs);
  Order order = home.order();
  order.ides = {"DataSpell"};
  EXPECT_EQ(outcome_of(home.writer.apply(order, {}), ".idea/misc.xml"), outcome::k_left);
}

TEST(AMappingOfThePersons, OfTheTargetsNameIsLeftAndOneOfOursIsRenewed) {
  Home home;
  const auto file = home.path("project/.idea/deployment.xml");
  const std::string theirs = "target centernet of project 9999\n";
  home.put(file, theirs);
  EXPECT_EQ(outcome_of(home.writer.apply(home.order(), {}), ".idea/deployment.xml"), outcome::k_left);
  EXPECT_EQ(home.get(file), theirs);
  fs::remove(file);
  EXPECT_EQ(outcome_of(home.writer.apply(home.order(), {}), ".idea/deployment.xml"), outcome::k_written);
  EXPECT_EQ(outcome_of(home.writer.apply(home.order("centernet", 2299), {}), ".idea/deployment.xml"),
            outcome::k_written);
}

TEST(ATargetThatIsGone, IsUndoneByItsNameOrByThatOfItsEntries) {
  Home home;
  const auto one = real_order(home, "one", 2222);
  ASSERT_TRUE(home.writer.apply(one, {}));
  const std::string config = one.wanted.config_file;
  const Error why{ErrorCode::config_target, "target", "there is no such target", ""};
  for (const std::string& word : {std::string("one"), one.wanted.name, std::string()})
    EXPECT_EQ(home.writer.find_applied(config, word, why)->name, one.wanted.name) << word;
  EXPECT_EQ(home.writer.find_applied("", "one", why)->name, one.wanted.name);
  EXPECT_EQ(home.writer.find_applied("", "two", why).error().code, why.code);
  EXPECT_EQ(home.writer.find_applied("/elsewhere/helper.json", "", why).error().code, why.code);

  auto same_name = home.order("one", 2223);
  same_name.wanted.name = "one of elsewhere";
  same_name.wanted.config_file = home.path("elsewhere/helper.json");
  ASSERT_TRUE(home.writer.apply(same_name, {}));
  EXPECT_EQ(home.writer.find_applied(config, "one", why)->name, one.wanted.name) << "that of this config";
  const auto several = home.writer.find_applied("", "one", why);
  ASSERT_FALSE(several);
  EXPECT_EQ(several.error().code, ErrorCode::usage);
  EXPECT_THAT(several.error().fix, HasSubstr("helper settings undo 'one of "));
  EXPECT_EQ(home.writer.find_applied("", "one of elsewhere", why)->name, "one of elsewhere");
}

TEST(ALink, ThatLeadsToAFolderThatIsNotThereLeavesNoFolderBehind) {
  Home home;
  fs::create_directories(home.path(".ssh"));
  fs::create_symlink("../dotfiles/ssh/config", home.path(".ssh/config"));
  ASSERT_TRUE(home.writer.apply(home.order(), {}));
  EXPECT_TRUE(fs::exists(home.path("dotfiles/ssh/config")));
  ASSERT_TRUE(home.writer.undo(Home::undo_of(home.order()), {}));
  EXPECT_FALSE(fs::exists(home.path("dotfiles")));
  EXPECT_TRUE(fs::is_symlink(home.path(".ssh/config")));
}

TEST(ALink, ThatDanglesSinceTheApplyIsLeftAsItIs) {
  Home home;
  home.put(home.path("dotfiles/config"), "Host a\n");
  fs::create_directories(home.path(".ssh"));
  fs::create_symlink("../dotfiles/config", home.path(".ssh/config"));
  ASSERT_TRUE(home.writer.apply(home.order(), {}));
  fs::remove(home.path("dotfiles/config"));
  ASSERT_TRUE(home.writer.undo(Home::undo_of(home.order()), {}));
  EXPECT_TRUE(fs::is_symlink(home.path(".ssh/config")));
  EXPECT_FALSE(fs::exists(home.path("dotfiles/config")));
  EXPECT_FALSE(fs::exists(home.paths.settings_ledger()));
}

}  // namespace
}  // namespace helper::settings
