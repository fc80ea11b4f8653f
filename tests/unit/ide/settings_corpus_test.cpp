// Files as they are found (tests/golden/ide/corpus): a target goes in and comes out, and every other byte stays.
#include "ide/files.hpp"
#include "support/golden.hpp"
#include "support/ide_loader.hpp"
#include "unit/ide/sample.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>

namespace helper::ide {
namespace {

const std::map<std::string, FileKind> k_kinds{{"sshConfigs.xml", FileKind::ssh_configs},
                                              {"webServers.xml", FileKind::web_servers},
                                              {"jdk.table.xml", FileKind::jdk_table},
                                              {"External Tools.xml", FileKind::external_tools},
                                              {"sshRecentConnections.v2.xml", FileKind::recent_connections},
                                              {"sshRecentConnectionsHost.xml", FileKind::recent_hosts},
                                              {"deployment.xml", FileKind::deployment},
                                              {"misc.xml", FileKind::misc},
                                              {"modules.xml", FileKind::modules},
                                              {"my_project.iml", FileKind::module},
                                              {"run.xml", FileKind::run_configuration}};

struct Found {
  std::string path;
  FileKind kind;
  std::string text;
};

std::vector<Found> corpus(const std::string& folder) {
  std::vector<Found> files;
  for (const auto& each : std::filesystem::recursive_directory_iterator(std::string(TEST_SOURCE_DIR) + "/" + folder)) {
    const auto kind = k_kinds.find(each.path().filename().string());
    if (kind == k_kinds.end()) continue;
    files.push_back({each.path().string(), kind->second, helper::test::read_file(each.path().string())});
  }
  return files;
}

// The bytes of `before` that are no longer at the beginning or at the end of `after`.
std::string lost(const std::string& before, const std::string& after) {
  const auto head = std::ranges::mismatch(before, after).in1 - before.begin();
  const std::string rest = before.substr(static_cast<std::size_t>(head));
  const auto tail =
      std::mismatch(rest.rbegin(), rest.rend(), after.rbegin(), after.rend() - head).first - rest.rbegin();
  return rest.substr(0, rest.size() - static_cast<std::size_t>(tail));
}

class SettingsCorpus : public testing::TestWithParam<Version> {
 protected:
  const Product product_{Kind::pycharm, GetParam(), {}};
  const Wanted wanted_ = test::sample_wanted();
  const std::vector<Found> files_ = corpus("golden/ide/corpus");
};

TEST_P(SettingsCorpus, ATargetGoesInTwiceAsOnceAndComesOutWithoutATrace) {
  ASSERT_GT(files_.size(), 30U);
  for (const Found& file : files_) {
    SCOPED_TRACE(file.path);
    const auto once = with_target(file.kind, file.text, wanted_, product_);
    ASSERT_TRUE(once) << to_text(once.error());
    EXPECT_EQ(with_target(file.kind, *once, wanted_, product_).value_or("an error"), *once);
    const auto back = without_target(file.kind, *once, wanted_);
    ASSERT_TRUE(back) << to_text(back.error());
    EXPECT_EQ(back->value_or("nothing"), file.text);
  }
}

TEST_P(SettingsCorpus, NoByteIsLostWhereOursGoesIn) {
  for (const Found& file : files_) {
    const auto once = with_target(file.kind, file.text, wanted_, product_);
    ASSERT_TRUE(once) << to_text(once.error());
    const std::string gone = lost(file.text, *once);
    // An empty element is opened; a project whose default server was not said has two insertions, and what is between.
    const bool two_places = file.path.ends_with("by-hand/deployment.xml");
    EXPECT_TRUE(gone.empty() || gone == " /" || two_places) << file.path << ": " << gone;
  }
}

TEST_P(SettingsCorpus, WhatItsLoaderReadsItGoesOnReading) {
  const auto files_of = [&](const std::string& folder, bool with) {
    helper::test::IdeFiles files;
    for (const Found& file : corpus("golden/ide/corpus/" + folder)) {
      const std::string text = with ? with_target(file.kind, file.text, wanted_, product_).value_or("") : file.text;
      switch (file.kind) {
        case FileKind::ssh_configs:
          files.ssh_configs = text;
          break;
        case FileKind::web_servers:
          files.web_servers = text;
          break;
        case FileKind::jdk_table:
          files.jdk_table = text;
          break;
        case FileKind::external_tools:
          files.external_tools = text;
          break;
        case FileKind::recent_connections:
          files.recent_connections = text;
          break;
        case FileKind::recent_hosts:
          files.recent_hosts = text;
          break;
        case FileKind::deployment:
          files.deployment = text;
          break;
        case FileKind::misc:
          files.misc = text;
          break;
        case FileKind::modules:
          files.modules = text;
          break;
        case FileKind::module:
          files.module = text;
          break;
        case FileKind::run_configuration:
          files.run_configuration = text;
          break;
        case FileKind::project_model:
          break;  // no other file refers to it
      }
    }
    return files;
  };
  for (const char* folder : {"busy-2025", "windows-2022", "by-hand", "project-level", "empty-2026"}) {
    auto before = helper::test::IdeLoader::complaints(files_of(folder, false));
    for (const std::string& complaint : helper::test::IdeLoader::complaints(files_of(folder, true))) {
      EXPECT_THAT(before, testing::Contains(complaint)) << folder;
    }
  }
}

// The same as files to look at; the platform's own classes read them in e2e.ide_files_java.
class SettingsWithTarget : public testing::TestWithParam<std::pair<const char*, Version>> {};

TEST_P(SettingsWithTarget, IsTheExpectedText) {
  const auto& [folder, version] = GetParam();
  for (const Found& file : corpus(std::string("golden/ide/corpus/") + folder)) {
    const auto text = with_target(file.kind, file.text, test::sample_wanted(), {Kind::pycharm, version, {}});
    ASSERT_TRUE(text) << to_text(text.error());
    const std::string name = std::filesystem::path(file.path).filename().string();
    EXPECT_TRUE(helper::test::matches_file(std::string("tests/golden/ide/with/") + folder + "/" + name, *text));
  }
}

INSTANTIATE_TEST_SUITE_P(Of, SettingsWithTarget,
                         testing::Values(std::pair{"windows-2022", Version{2022, 1}},
                                         std::pair{"by-hand", Version{2024, 2}},
                                         std::pair{"project-level", Version{2025, 1}},
                                         std::pair{"empty-2026", Version{2026, 1}}));

INSTANTIATE_TEST_SUITE_P(Of, SettingsCorpus, testing::Values(Version{2020, 3}, Version{2023, 2}, Version{2026, 1}),
                         [](const auto& version) {
                           return "PyCharm" + std::to_string(version.param.year) + "_" +
                                  std::to_string(version.param.release);
                         });

}  // namespace
}  // namespace helper::ide
