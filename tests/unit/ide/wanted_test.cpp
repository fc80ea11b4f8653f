#include "ide/files.hpp"
#include "unit/ide/sample.hpp"

#include <gmock/gmock.h>

#include <string>

namespace helper::ide {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Wanted from(const std::string& target, const std::string& config_file) {
  Access i = test::sample();
  i.target = i.ssh_name = target;
  return make_wanted(i, "/usr/bin/helper", config_file, "/home/me");
}

std::vector<std::string> paths(const std::vector<File>& files) {
  std::vector<std::string> all;
  for (const File& file : files) all.push_back(file.path);
  return all;
}

TEST(Wanted, IsNamedAfterTheTargetAndTheFolderOfItsConfig) {
  EXPECT_EQ(from("gpu", "/home/me/my_project/helper.json").name, "gpu of my_project");
  EXPECT_EQ(from("gpu", "/home/me/gpu/helper.json").name, "gpu");
  EXPECT_EQ(from("gpu", "/home/me/configs/lab.json").name, "gpu of lab");
  EXPECT_EQ(from("gpu", "/home/me/.config/helper/config.json").name, "gpu");
}

TEST(Wanted, IdsAreTheSameInEveryRunAndWhereverTheProjectMovesTo) {
  const Wanted here = from("gpu", "/home/me/my_project/helper.json");
  const Wanted there = from("gpu", "/srv/my_project/helper.json");
  EXPECT_EQ(here.ssh_id, there.ssh_id);
  EXPECT_EQ(here.sdk_id, there.sdk_id);
  EXPECT_NE(here.ssh_id, here.server_id);
  EXPECT_NE(here.server_id, here.sdk_id);
}

TEST(Wanted, TargetsOfOneNameInTwoProjectsHaveTheirOwnNamesAndIds) {
  const Wanted one = from("gpu", "/home/me/one/helper.json");
  const Wanted two = from("gpu", "/home/me/two/helper.json");
  EXPECT_NE(one.name, two.name);
  EXPECT_NE(one.ssh_id, two.ssh_id);
  EXPECT_NE(sdk_name(one), sdk_name(two));
}

TEST(Wanted, TheInterpretersNameIsTheSameForANewerPython) {
  Wanted wanted = test::sample_wanted();
  const std::string before = sdk_name(wanted);
  wanted.access.python_version = "3.12.1";
  EXPECT_EQ(sdk_name(wanted), before);
}

TEST(Wanted, ValuesThatNoFileCanHoldAreRefusedForEveryKind) {
  const auto refused = [](auto change) {
    Wanted wanted = test::sample_wanted();
    change(wanted);
    const auto text = with_target(FileKind::ssh_configs, std::nullopt, wanted, {.version = {2026, 1}});
    return !text && text.error().code == ErrorCode::file_failed && text.error().cause.find('\x1b') == std::string::npos;
  };
  EXPECT_TRUE(refused([](Wanted& w) { w.access.user = "root\n"; }));
  EXPECT_TRUE(refused([](Wanted& w) { w.access.python = "/usr/bin/\x1b[2Jpython"; }));
  EXPECT_TRUE(refused([](Wanted& w) { w.config_file = "/home/\xFF"; }));
  EXPECT_TRUE(refused([](Wanted& w) { w.access.project_remote = "/w/$USER_HOME$/x"; }));
  EXPECT_FALSE(refused([](Wanted& w) { w.access.project_remote = "/w/$x/<&>\"'\xC3\xA4"; }));
}

TEST(ApplicationFiles, AreThoseThatTheProductReads) {
  const Wanted wanted = test::sample_wanted();
  EXPECT_THAT(paths(application_files({Kind::pycharm, {2026, 1}, {}}, wanted)),
              ElementsAre("options/sshConfigs.xml", "options/webServers.xml", "options/jdk.table.xml",
                          "tools/External Tools.xml"));
  EXPECT_THAT(paths(application_files({Kind::pycharm_community, {2025, 2}, {}}, wanted)),
              ElementsAre("tools/External Tools.xml"));
  EXPECT_THAT(paths(application_files({Kind::intellij_community, {2025, 2}, {}}, wanted)),
              ElementsAre("tools/External Tools.xml"));
  EXPECT_THAT(paths(application_files({Kind::gateway, {2026, 1}, {}}, wanted)),
              ElementsAre("options/sshConfigs.xml", "options/sshRecentConnections.v2.xml",
                          "options/sshRecentConnectionsHost.xml"));
  EXPECT_THAT(paths(application_files({Kind::gateway, {2023, 1}, {}}, wanted)), ElementsAre("options/sshConfigs.xml"));
  EXPECT_EQ(application_files({Kind::intellij, {2026, 1}, {}}, wanted).size(), 6U);
  EXPECT_THAT(application_files({Kind::pycharm, {2020, 2}, {}}, wanted), IsEmpty());
}

TEST(ApplicationFiles, HaveNoInterpreterWhereNoneWasFoundOrThereIsNoProject) {
  Wanted wanted = test::sample_wanted();
  wanted.access.python.clear();
  EXPECT_THAT(paths(application_files({Kind::dataspell, {2026, 1}, {}}, wanted)),
              ElementsAre("options/sshConfigs.xml", "tools/External Tools.xml"));
  EXPECT_THAT(project_files(std::nullopt, wanted).value(), IsEmpty());
}

std::string modules(const std::vector<std::string>& files) {
  std::string text = "<project version=\"4\"><component name=\"ProjectModuleManager\"><modules>";
  for (const std::string& file : files) text += "<module fileurl=\"file://" + file + "\" filepath=\"" + file + "\" />";
  return text + "</modules></component></project>";
}

TEST(ProjectFiles, WithoutAListOfModulesOneIsMade) {
  EXPECT_THAT(paths(project_files(std::nullopt, test::sample_wanted()).value()),
              ElementsAre(".idea/modules.xml", ".idea/my_project.iml", ".idea/misc.xml", ".idea/deployment.xml"));
}

TEST(ProjectFiles, TheModuleIsTheOneCalledLikeTheFolderElseTheOnlyOne) {
  const auto module_of = [](const std::vector<std::string>& files) {
    const auto read = [&](const std::string& path) {
      return path == ".idea/modules.xml" ? std::optional(modules(files)) : std::nullopt;
    };
    const Wanted wanted = with_project(test::sample_wanted(), read).value();
    const auto found = project_files(modules(files), wanted).value();
    return found.front().kind == FileKind::module ? found.front().path : "none";
  };
  EXPECT_EQ(module_of({"$PROJECT_DIR$/.idea/old name.iml"}), ".idea/old name.iml");
  EXPECT_EQ(module_of({"$PROJECT_DIR$/lib/lib.iml", "$PROJECT_DIR$/my_project.iml"}), "my_project.iml");
  EXPECT_EQ(module_of({"$PROJECT_DIR$/a.iml", "$PROJECT_DIR$/b.iml"}), "none");
}

TEST(ProjectFiles, NothingOutsideTheProjectIsNamed) {
  for (const std::string file : {"$PROJECT_DIR$/../other/x.iml", "/etc/x.iml", "$PROJECT_DIR$//etc/x.iml",
                                 "$PROJECT_DIR$/a/../../x.iml", "$PROJECT_DIR$/.bashrc", "$MODULE_DIR$/x.iml", ""}) {
    EXPECT_THAT(paths(project_files(modules({file}), test::sample_wanted()).value()),
                ElementsAre(".idea/misc.xml", ".idea/deployment.xml"))
        << file;
  }
}

TEST(ProjectFiles, AListThatDoesNotParseIsToldOf) {
  const auto files = project_files("<project", test::sample_wanted());
  ASSERT_FALSE(files);
  EXPECT_EQ(files.error().code, ErrorCode::settings_unreadable);
}

TEST(RunConfigurationFile, HasANameThatEveryFileSystemTakes) {
  Wanted wanted = from("gpu", "/home/me/a:b\\c/helper.json");
  wanted.script = "tools/train me.py";
  EXPECT_EQ(run_configuration_file(wanted).path, ".idea/runConfigurations/train_me_on_gpu_of_a_b_c.xml");
}

}  // namespace
}  // namespace helper::ide
