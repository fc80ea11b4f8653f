#include "settings/installed.hpp"
#include "support/temp_folder.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace helper::settings {
namespace {

TEST(ProductInfo, NamesTheConfigFolderOfAnIdeWhoseSettingsWeWrite) {
  EXPECT_EQ(config_folder_name(R"({"name": "PyCharm", "version": "2026.1", "dataDirectoryName": "PyCharm2026.1"})"),
            "PyCharm2026.1");
  EXPECT_EQ(config_folder_name(R"({"dataDirectoryName": "JetBrainsGateway2025.3"})"), "JetBrainsGateway2025.3");
}

TEST(ProductInfo, OfAnythingElseNamesNone) {
  for (const char* text :
       {"", "{", "[]", "{}", R"({"dataDirectoryName": 7})", R"({"dataDirectoryName": "CLion2026.1"})",
        R"({"dataDirectoryName": "../PyCharm2026.1"})", R"({"dataDirectoryName": "PyCharm2019.3"})"})
    EXPECT_EQ(config_folder_name(text), "") << text;
}

TEST(NeverStarted, AreThoseWithoutAConfigFolderWhereverTheyAreInstalled) {
  const test::TempFolder folder;
  const auto install = [&](const std::string& place, const std::string& name) {
    const auto file = folder.path() / place / "product-info.json";
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << R"({"dataDirectoryName": ")" << name << R"("})";
  };
  install("apps/pycharm", "PyCharm2026.1");
  install("apps/pycharm-old", "PyCharm2024.3");
  install("snap/dataspell/current", "DataSpell2025.2");
  install("Applications/Gateway.app/Contents/Resources", "JetBrainsGateway2025.3");
  install("apps/clion", "CLion2026.1");
  std::filesystem::create_directories(folder.path() / "config/PyCharm2024.3");
  DiskFileStore files;
  EXPECT_EQ(find_never_started(files,
                               {folder.path() / "apps", folder.path() / "snap", folder.path() / "Applications",
                                folder.path() / "none"},
                               folder.path() / "config"),
            (std::vector<std::string>{"DataSpell2025.2", "JetBrainsGateway2025.3", "PyCharm2026.1"}));
}

}  // namespace
}  // namespace helper::settings
