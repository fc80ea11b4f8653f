// Whole projects (tests/golden/ide/projects): what is written, and which interpreter PyCharm takes then, by the rules
// of every version.
#include "ide/files.hpp"
#include "support/golden.hpp"
#include "support/pyproject_model.hpp"
#include "unit/ide/sample.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <map>
#include <string>

namespace helper::ide {
namespace {

using helper::test::ProjectFiles;
using helper::test::PyprojectModel;
using Rules = PyprojectModel::Rules;
using Texts = std::map<std::string, std::string>;

const Version k_every_version[] = {{2020, 3}, {2025, 3}, {2026, 1}, {2026, 2}, {2026, 3}};
constexpr const char* k_cases[] = {"no-module",       "folder-iml", "external-system-id", "inherited",
                                   "several-modules", "monorepo",   "made-by-2026.2",     "made-by-2025.3",
                                   "web-module",      "facet",      "old-model"};

std::string folder_of(const std::string& project, const char* which) {
  return std::string(TEST_SOURCE_DIR) + "/golden/ide/projects/" + project + "/" + which;
}

Texts texts_in(const std::filesystem::path& folder) {
  Texts texts;
  if (!std::filesystem::is_directory(folder)) return texts;
  for (const auto& each : std::filesystem::recursive_directory_iterator(folder)) {
    if (!each.is_regular_file()) continue;
    std::string path = each.path().lexically_relative(folder).string();
    if (path.starts_with("idea/")) path.insert(0, 1, '.');
    texts[path] = helper::test::read_file(each.path().string());
  }
  return texts;
}

ProjectReader reader_of(const Texts& texts) {
  return [&texts](const std::string& path) {
    const auto found = texts.find(path);
    return found == texts.end() ? std::nullopt : std::optional(found->second);
  };
}

Wanted wanted_in(const Texts& texts, bool old_model) {
  Wanted wanted = test::sample_wanted();
  wanted.script.clear();
  wanted.old_model = old_model;
  const auto with = with_project(wanted, reader_of(texts));
  EXPECT_TRUE(with) << to_text(with.error());
  return with.value_or(wanted);
}

Texts applied(const Texts& before, const Wanted& wanted, const Product& product) {
  Texts after = before;
  const auto read = reader_of(before);
  const auto files = project_files(read(".idea/modules.xml"), wanted);
  EXPECT_TRUE(files);
  for (const File& file : *files) {
    const auto text = with_target(file.kind, read(file.path), wanted, product);
    EXPECT_TRUE(text) << file.path << ": " << to_text(text.error());
    after[file.path] = text.value_or("");
  }
  return after;
}

class Projects : public testing::TestWithParam<const char*> {
 protected:
  const std::string name_ = GetParam();
  const Texts before_ = texts_in(folder_of(name_, "before"));
  const bool old_model_ = name_ == "old-model";
  const Wanted wanted_ = wanted_in(before_, old_model_);
  const Product today_{Kind::pycharm, {2026, 2}, {}};
};

TEST_P(Projects, AreWrittenAsExpected) {
  ASSERT_FALSE(before_.empty());
  const Texts after = applied(before_, wanted_, today_);
  const Texts expected = texts_in(folder_of(name_, "after"));
  for (const auto& [path, text] : after) {
    if (before_.contains(path) && before_.at(path) == text) {
      EXPECT_FALSE(expected.contains(path)) << path << " is expected to change";
      continue;
    }
    std::string file = path;
    if (file.starts_with(".idea/")) file.erase(0, 1);
    EXPECT_TRUE(helper::test::matches_file("tests/golden/ide/projects/" + name_ + "/after/" + file, text));
  }
  EXPECT_EQ(applied(after, wanted_in(after, old_model_), today_), after) << "a second time changes nothing";
}

TEST_P(Projects, HaveOurInterpreterByTheRulesOfEveryVersion) {
  for (const Version& version : k_every_version) {
    const Product product{Kind::pycharm, version, {}};
    const auto table = with_target(FileKind::jdk_table, std::nullopt, wanted_, product);
    ASSERT_TRUE(table);
    ProjectFiles files{wanted_.access.project_local, applied(before_, wanted_, product)};
    const std::string owner = PyprojectModel::owner_of(*table, sdk_name(wanted_), wanted_.home);
    EXPECT_EQ(owner, wanted_.access.project_local) << "shown since 2026.2, and taken for a module without one";
    files.owners[sdk_name(wanted_)] = owner;
    for (const Rules rules : {Rules::files, Rules::deletes, Rules::renames}) {
      EXPECT_EQ(PyprojectModel::interpreter(files, rules), sdk_name(wanted_))
          << version.year << "." << version.release << ", rules " << static_cast<int>(rules);
    }
    EXPECT_THAT(PyprojectModel::holders(files), testing::SizeIs(1));
  }
}

// What keeps it where IDEs rename modules is the module's own entry, with no help from the table.
TEST_P(Projects, KeepItWhereModulesAreRenamedByTheModuleAlone) {
  const ProjectFiles files{wanted_.access.project_local, applied(before_, wanted_, today_)};
  EXPECT_EQ(PyprojectModel::interpreter(files, Rules::renames), sdk_name(wanted_));
}

TEST_P(Projects, LoseItOnUndo) {
  const Texts after = applied(before_, wanted_, today_);
  const auto read = reader_of(before_);
  const auto files = project_files(read(".idea/modules.xml"), wanted_).value();
  for (const auto& [kind, path] : files) {
    const auto rest = without_target(kind, after.at(path), wanted_);
    ASSERT_TRUE(rest) << path;
    EXPECT_THAT(rest->value_or(""), testing::Not(testing::HasSubstr(sdk_name(wanted_)))) << path;
    if (!before_.contains(path)) {
      EXPECT_EQ(*rest, std::nullopt) << path;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Of, Projects, testing::ValuesIn(k_cases), [](const auto& name) {
  std::string text = name.param;
  std::ranges::replace_if(
      text, [](char c) { return c == '-' || c == '.'; }, '_');
  return text;
});

TEST(ProjectModel, TheCheckerSeesWhatIsNotEnough) {
  const Wanted wanted = test::sample_wanted();
  Texts texts = texts_in(folder_of("inherited", "before"));
  ProjectFiles files{wanted.access.project_local, texts};
  EXPECT_EQ(PyprojectModel::interpreter(files, Rules::files), "Python 3.9");
  EXPECT_EQ(PyprojectModel::interpreter(files, Rules::renames), "") << "misc.xml does not count";
  EXPECT_EQ(PyprojectModel::interpreter(files, Rules::deletes), "");
}

TEST(WithProject, WithoutAnyFileTheModuleIsCalledLikeTheFolder) {
  const Wanted wanted = wanted_in({}, false);
  EXPECT_EQ(wanted.module, "my_project");
  EXPECT_EQ(wanted.module_file, ".idea/my_project.iml");
  EXPECT_FALSE(wanted.has_pyproject);
}

TEST(WithProject, OfSeveralModulesWithoutOneForTheFolderNoneIsChosen) {
  Texts texts = texts_in(folder_of("monorepo", "before"));
  texts.erase("pyproject.toml");
  texts[".idea/modules.xml"] =
      "<project><component name=\"ProjectModuleManager\"><modules>"
      "<module filepath=\"$PROJECT_DIR$/.idea/api.iml\"/><module filepath=\"$PROJECT_DIR$/.idea/lib.iml\"/>"
      "</modules></component></project>";
  const Wanted wanted = wanted_in(texts, false);
  EXPECT_EQ(wanted.module_file, "");
  EXPECT_EQ(wanted.module, "api") << "a run configuration names a module that is there";
  const auto files = project_files(texts.at(".idea/modules.xml"), wanted).value();
  for (const File& file : files) {
    EXPECT_NE(file.kind, FileKind::module);
    EXPECT_NE(file.kind, FileKind::modules);
  }
}

TEST(WithProject, AModuleIsFoundByItsContentHoweverThatIsWritten) {
  for (const char* url : {"file://$MODULE_DIR$/..", "file://$PROJECT_DIR$", "file:///home/me/my_project/",
                          "file://$USER_HOME$/my_project", "file://$MODULE_DIR$/../../my_project/."}) {
    const Texts texts{{".idea/modules.xml",
                       "<project><component name=\"ProjectModuleManager\"><modules>"
                       "<module filepath=\"$PROJECT_DIR$/a/one.iml\"/><module filepath=\"$PROJECT_DIR$/a/two.iml\"/>"
                       "</modules></component></project>"},
                      {"a/one.iml",
                       "<module><component name=\"NewModuleRootManager\"><content url=\"file://$MODULE_DIR$\"/>"
                       "</component></module>"},
                      {"a/two.iml", "<module><component name=\"NewModuleRootManager\"><content url=\"" +
                                        std::string(url) + "\"/></component></module>"}};
    EXPECT_EQ(wanted_in(texts, false).module_file, "a/two.iml") << url;
  }
}

TEST(WithProject, TwoScriptsOfOneNameGetTwoConfigurations) {
  Wanted wanted = test::sample_wanted();
  Texts texts;
  for (const char* script : {"train.py", "a/train.py", "b/train.py"}) {
    wanted.script = script;
    const Wanted with = with_project(wanted, reader_of(texts)).value();
    const std::string path = run_configuration_file(with).path;
    EXPECT_FALSE(texts.contains(path)) << path;
    texts[path] = with_target(FileKind::run_configuration, std::nullopt, with, {}).value();
    EXPECT_THAT(texts[path], testing::HasSubstr("value=\"$PROJECT_DIR$/" + std::string(script) + "\""));
  }
  EXPECT_EQ(texts.size(), 3U);
  wanted.script = "a/train.py";
  const Wanted again = with_project(wanted, reader_of(texts)).value();
  EXPECT_EQ(run_configuration_file(again).path, ".idea/runConfigurations/a_train_on_centernet_of_my_project.xml");
}

TEST(WithProject, ANameThatAnotherScriptHasIsRefused) {
  Wanted wanted = test::sample_wanted();
  const auto theirs = [](const std::string&) {
    return std::optional<std::string>(
        "<component><configuration><option name=\"SCRIPT_NAME\" value=\"other.py\"/></configuration></component>");
  };
  const auto with = with_project(wanted, theirs);
  ASSERT_FALSE(with);
  EXPECT_EQ(with.error().code, ErrorCode::usage);
}

TEST(RunConfiguration, NamesTheModuleThatModulesXmlNames) {
  Wanted wanted = test::sample_wanted();
  const Texts texts = texts_in(folder_of("several-modules", "before"));
  wanted = with_project(wanted, reader_of(texts)).value();
  const auto text = with_target(FileKind::run_configuration, std::nullopt, wanted, {});
  EXPECT_THAT(text.value_or(""), testing::HasSubstr("<module name=\"training\" />"));
}

TEST(NamedInterpreter, IsTheModulesOwnItsFacetsOrTheProjects) {
  const auto module = [](const std::string& inner) {
    return named_interpreter(FileKind::module, "<module>" + inner + "</module>");
  };
  const std::string root = "<component name=\"NewModuleRootManager\">";
  EXPECT_EQ(module(root + "<orderEntry type=\"jdk\" jdkName=\"x\" jdkType=\"Python SDK\"/></component>"), "x");
  EXPECT_EQ(module(root + "<orderEntry type=\"inheritedJdk\"/></component>"), std::nullopt);
  EXPECT_EQ(module(root + "<orderEntry type=\"jdk\" jdkName=\"17\" jdkType=\"JavaSDK\"/></component>"), "");
  EXPECT_EQ(module("<component name=\"FacetManager\"><facet type=\"Python\"><configuration sdkName=\"y\"/></facet>"
                   "</component>"),
            "y");
  const auto misc = [](const std::string& attributes) {
    return named_interpreter(FileKind::misc,
                             "<project><component name=\"ProjectRootManager\" " + attributes + "/></project>");
  };
  EXPECT_EQ(misc("project-jdk-name=\"z\" project-jdk-type=\"Python SDK\""), "z");
  EXPECT_EQ(misc("project-jdk-name=\"17\" project-jdk-type=\"JavaSDK\""), "");
  EXPECT_EQ(misc(""), "");
}

}  // namespace
}  // namespace helper::ide
