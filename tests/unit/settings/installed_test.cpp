#include "settings/installed.hpp"

#include "support/scoped_env.hpp"
#include "support/temp_folder.hpp"

#include <gtest/gtest.h>

namespace helper::settings {
namespace {

using ide::Kind;

TEST(FolderName, TellsProductAndVersion) {
  const auto product = parse_folder_name("PyCharm2026.1");
  ASSERT_TRUE(product);
  EXPECT_EQ(product->kind, Kind::pycharm);
  EXPECT_EQ(product->version, (ide::Version{2026, 1}));
  EXPECT_EQ(parse_folder_name("PyCharmCE2024.3")->kind, Kind::pycharm_community);
  EXPECT_EQ(parse_folder_name("DataSpell2025.2")->kind, Kind::dataspell);
  EXPECT_EQ(parse_folder_name("IntelliJIdea2023.1")->kind, Kind::intellij);
  EXPECT_EQ(parse_folder_name("IdeaIC2023.1")->kind, Kind::intellij_community);
  EXPECT_EQ(parse_folder_name("JetBrainsGateway2022.2")->kind, Kind::gateway);
}

TEST(FolderName, OfAnythingElseIsNone) {
  for (const char* name : {"", "PyCharm", "PyCharm2026", "PyCharm2026.", "PyCharm2026.1-backup", "PyCharm2026.1.2",
                           "PyCharm26.1", "CLion2026.1", "consentOptions", "2026.1", "PyCharm-026.1", "PyCharm2026.-1",
                           "pycharm2026.1", "PyCharm2026.99"})
    EXPECT_FALSE(parse_folder_name(name)) << name;
}

struct Home {
  test::TempFolder folder;
  test::ScopedEnv no_xdg{"XDG_CONFIG_HOME", ""};
  explicit Home(std::initializer_list<const char*> names) {
    for (const char* name : names) std::filesystem::create_directories(folder.path() / name);
  }
};

TEST(Installed, AreFoundByTheirConfigFoldersOldestFirst) {
  const Home home{".config/JetBrains/PyCharm2026.1", ".config/JetBrains/PyCharm2024.3",
                  ".config/JetBrains/JetBrainsGateway2025.1", ".config/JetBrains/acp",
                  ".config/JetBrains/PyCharm2024.3-backup"};
  std::vector<std::string> names;
  for (const auto& product : find_installed(home.folder.path())) names.push_back(name_of(product));
  EXPECT_EQ(names, (std::vector<std::string>{"PyCharm2024.3", "PyCharm2026.1", "JetBrainsGateway2025.1"}));
}

TEST(Installed, AreFoundWhereXdgConfigHomeSays) {
  const Home home{"elsewhere/JetBrains/DataSpell2025.3"};
  const test::ScopedEnv xdg("XDG_CONFIG_HOME", (home.folder.path() / "elsewhere").string());
  const auto found = find_installed(home.folder.path());
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.front().config_folder, home.folder.path() / "elsewhere/JetBrains/DataSpell2025.3");
}

TEST(Installed, ThatAreTooOldAreListedAsSuch) {
  const Home home{".PyCharm2019.3/config", ".config/JetBrains/PyCharm2020.2"};
  const auto found = find_installed(home.folder.path());
  ASSERT_EQ(found.size(), 2U);
  for (const auto& product : found) EXPECT_FALSE(is_supported(product)) << name_of(product);
  EXPECT_EQ(name_of(found.front()), "PyCharm2019.3");
}

TEST(Installed, CanBePickedByNameOrByNameAndVersion) {
  const Home home{".config/JetBrains/PyCharm2026.1", ".config/JetBrains/PyCharm2025.3",
                  ".config/JetBrains/PyCharmCE2025.3"};
  const auto all = find_installed(home.folder.path());
  std::vector<std::string> unknown;
  EXPECT_EQ(choose(all, {}, unknown).size(), 3U);
  EXPECT_EQ(choose(all, {"pycharm"}, unknown).size(), 2U);
  EXPECT_EQ(choose(all, {"PyCharm2026.1", "PyCharmCE"}, unknown).size(), 2U);
  EXPECT_TRUE(unknown.empty());
  EXPECT_TRUE(choose(all, {"CLion"}, unknown).empty());
  EXPECT_EQ(unknown, std::vector<std::string>{"CLion"});
}

}  // namespace
}  // namespace helper::settings
