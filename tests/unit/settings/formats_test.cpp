// The room with the real forms of the IDEs' files.
#include "settings/project_notes.hpp"
#include "settings/settings_writer.hpp"
#include "unit/settings/home.hpp"

#include <gmock/gmock.h>

namespace helper::settings {
namespace {

using test::Home;
using testing::HasSubstr;

Order real_order(const Home& home) {
  Order order = home.order();
  auto access = order.wanted.access;
  access.python_version = "3.11.2";
  access.project_local = order.project;
  access.project_remote = "/workspace/project";
  order.wanted = ide::make_wanted(access, "/usr/bin/helper", home.path("project/helper.json"), home.path(""));
  return order;
}

TEST(RealFormats, AreWrittenOnceAndUndoneToTheVeryBytes) {
  Home home;
  home.put(
      home.ide("PyCharm2026.1") / "options/sshConfigs.xml",
      "<application>\r\n  <component name=\"SshConfigs\">\r\n    <configs>\r\n      <sshConfig host=\"h\" id=\"x\" "
      "port=\"22\" username=\"u\" />\r\n    </configs>\r\n  </component>\r\n</application>");
  const auto before = home.everything();
  SettingsWriter writer(home.paths, home.files, home.clock, ide_formats());
  const auto first = writer.apply(real_order(home), {});
  ASSERT_TRUE(first) << to_text(first.error());
  for (const auto& file : first->files)
    EXPECT_EQ(file.outcome, outcome::k_written) << file.file << (file.error ? to_text(*file.error) : "");
  const auto second = writer.apply(real_order(home), {});
  ASSERT_TRUE(second);
  for (const auto& file : second->files) EXPECT_EQ(file.outcome, outcome::k_unchanged) << file.file;
  ASSERT_TRUE(writer.undo(Home::undo_of(real_order(home)), {}));
  EXPECT_EQ(home.everything(), before);
}

TEST(RealFormats, OfASecondTargetLeaveTheFirst) {
  Home home;
  const auto before = home.everything();
  SettingsWriter writer(home.paths, home.files, home.clock, ide_formats());
  auto order = real_order(home);
  ASSERT_TRUE(writer.apply(order, {}));
  auto other = order;
  auto access = order.wanted.access;
  access.target = access.ssh_name = "other";
  access.port = 2333;
  other.wanted = ide::make_wanted(access, "/usr/bin/helper", home.path("project/helper.json"), home.path(""));
  other.project = home.path("project2");
  std::filesystem::create_directories(other.project);
  ASSERT_TRUE(writer.apply(other, {}));
  const auto text = home.get(home.ide("PyCharm2026.1") / "options/sshConfigs.xml");
  EXPECT_NE(text.find("2222"), std::string::npos);
  EXPECT_NE(text.find("2333"), std::string::npos);
  ASSERT_TRUE(writer.undo(Home::undo_of(order), {}));
  ASSERT_TRUE(writer.undo(Home::undo_of(other), {}));
  std::filesystem::remove(other.project);
  EXPECT_EQ(home.everything(), before);
}

std::string why(const Result<Report>& report) { return report ? "no error" : report.error().cause; }

class RunConfigurations : public testing::Test {
 protected:
  RunConfigurations() {
    for (const char* name : {"project/train.py", "project/a/train.py", "project/eval.xml", "x.py"})
      home_.put(home_.path(name), "");
    std::filesystem::create_directory_symlink(home_.path("project"), home_.path("link"));
  }
  Result<Report> apply(const std::string& named) {
    auto order = real_order(home_);
    order.run_configuration = named;
    return writer_.apply(order, {});
  }
  [[nodiscard]] std::string text(const std::string& name) const {
    return home_.get(home_.path("project/.idea/runConfigurations/" + name + ".xml"));
  }

  Home home_;
  SettingsWriter writer_{home_.paths, home_.files, home_.clock, ide_formats()};
};

TEST_F(RunConfigurations, AreOfTheScriptHoweverItIsNamed) {
  for (const std::string& named : {std::string("train.py"), std::string("./train.py"), std::string("a/../train.py"),
                                   home_.path("project/train.py").string(), home_.path("link/train.py").string()}) {
    ASSERT_TRUE(apply(named)) << named << ": " << why(apply(named));
    EXPECT_THAT(text("train_on_centernet_of_project"), HasSubstr("value=\"$PROJECT_DIR$/train.py\"")) << named;
    EXPECT_THAT(text("train_on_centernet_of_project"), HasSubstr("<module name=\"project\" />"));
  }
  ASSERT_TRUE(apply("a/train.py"));
  EXPECT_THAT(text("a_train_on_centernet_of_project"), HasSubstr("value=\"$PROJECT_DIR$/a/train.py\""));
  EXPECT_THAT(text("train_on_centernet_of_project"), HasSubstr("value=\"$PROJECT_DIR$/train.py\""));
}

TEST_F(RunConfigurations, OfWhatIsNoFileOfTheProjectAreRefusedBeforeAnythingIsWritten) {
  const auto before = home_.everything();
  EXPECT_THAT(why(apply("../x.py")), HasSubstr("not in the project's folder"));
  EXPECT_THAT(why(apply(home_.path("x.py"))), HasSubstr("not in the project's folder"));
  EXPECT_THAT(why(apply("gone.py")), HasSubstr("no such file"));
  EXPECT_THAT(why(apply("gone.xml")), HasSubstr("no such file"));
  EXPECT_THAT(why(apply("a")), HasSubstr("it is a folder"));
  EXPECT_EQ(apply("gone.py").error().code, ErrorCode::usage);
  EXPECT_EQ(home_.everything(), before);
}

TEST_F(RunConfigurations, NameTheToolByTheSetOfTheIde) {
  home_.put(home_.ide("PyCharm2026.1") / "tools/External Tools.xml", "<toolSet name=\"Mine\">\n</toolSet>");
  ASSERT_TRUE(apply("train.py"));
  EXPECT_THAT(text("train_on_centernet_of_project"),
              HasSubstr("actionId=\"Tool_Mine_centernet of project: make ready\""));
}

TEST(RealFormats, TakeAnEmptyFileForNone) {
  Home home;
  const auto file = home.ide("PyCharm2026.1") / "options/jdk.table.xml";
  home.put(file, "");
  home.put(home.path("project/.idea/modules.xml"), "");
  const auto before = home.everything();
  SettingsWriter writer(home.paths, home.files, home.clock, ide_formats());
  const auto report = writer.apply(real_order(home), {});
  ASSERT_TRUE(report);
  for (const auto& each : report->files) EXPECT_EQ(each.outcome, outcome::k_written) << each.file;
  ASSERT_TRUE(writer.undo(Home::undo_of(real_order(home)), {}));
  EXPECT_EQ(home.everything(), before);
}

TEST(RealFormats, LeaveAProjectAloneThatNoIdeCanGiveAnInterpreter) {
  Home home;
  std::filesystem::remove_all(home.path(".config/JetBrains"));
  std::filesystem::create_directories(home.ide("IdeaIC2025.2"));
  SettingsWriter writer(home.paths, home.files, home.clock, ide_formats());
  ASSERT_TRUE(writer.apply(real_order(home), {}));
  EXPECT_FALSE(std::filesystem::exists(home.path("project/.idea")));
  EXPECT_FALSE(std::filesystem::exists(home.ide("IdeaIC2025.2") / "options"));
  EXPECT_TRUE(std::filesystem::exists(home.ide("IdeaIC2025.2") / "tools/External Tools.xml"));
}

class Pyproject : public testing::Test {
 protected:
  Pyproject() { home_.put(home_.path("project/pyproject.toml"), "[project]\nname = \"net\"\n"); }
  Home home_;
  SettingsWriter writer_{home_.paths, home_.files, home_.clock, ide_formats()};
  const std::filesystem::path module_ = home_.path("project/.idea/net.iml");
};

TEST_F(Pyproject, GetsTheModuleThatPyCharmWouldMakeAndIsUndoneToTheByte) {
  const auto before = home_.everything();
  ASSERT_TRUE(writer_.apply(real_order(home_), {}));
  EXPECT_THAT(home_.get(module_), HasSubstr("jdkName=\"Python (centernet of project)\""));
  ASSERT_TRUE(writer_.undo(Home::undo_of(real_order(home_)), {}));
  EXPECT_EQ(home_.everything(), before);
}

TEST_F(Pyproject, IsKeptInTheOldModelOnRequestAndUndone) {
  const auto before = home_.everything();
  auto order = real_order(home_);
  order.wanted.old_model = true;
  ASSERT_TRUE(writer_.apply(order, {}));
  EXPECT_THAT(home_.get(home_.path("project/.idea/pyProjectModel.xml")),
              HasSubstr("<option name=\"usePyprojectToml\" value=\"false\" />"));
  ASSERT_TRUE(writer_.undo(Home::undo_of(order), {}));
  EXPECT_EQ(home_.everything(), before);
}

TEST_F(Pyproject, OfAWorkspaceNamesTheOtherOnes) {
  home_.put(home_.path("project/api/pyproject.toml"), "");
  home_.put(home_.path("project/.venv/x/pyproject.toml"), "");
  const auto report = writer_.apply(real_order(home_), {});
  ASSERT_TRUE(report);
  EXPECT_THAT(report->notes, testing::Contains(testing::AllOf(HasSubstr("pyproject.toml is also in api:"),
                                                              HasSubstr("written for net only"))));
}

TEST_F(Pyproject, WhoseInterpreterAnIdeReplacedIsToldOf) {
  ASSERT_TRUE(writer_.apply(real_order(home_), {}));
  std::string text = home_.get(module_);
  const std::string ours = "Python (centernet of project)";
  text.replace(text.find(ours), ours.size(), "uv (net)");
  home_.put(module_, text);
  const auto ledger = parse_ledger(home_.get(home_.paths.settings_ledger()), "ledger");
  ASSERT_TRUE(ledger);
  const auto formats = ide_formats();
  const std::string name = real_order(home_).wanted.name;
  EXPECT_EQ(other_interpreter(home_.files, formats, *ledger, name), (OtherInterpreter{"uv (net)", module_}));
  EXPECT_THAT(
      told_of_other_interpreter(home_.files, formats, *ledger, name, false),
      HasSubstr("names another interpreter now, \"uv (net)\": an IDE or a person has replaced ours; to put ours "
                "back, close the IDE, then: helper settings apply centernet"));
  const auto report = writer_.apply(real_order(home_), {});
  ASSERT_TRUE(report);
  EXPECT_THAT(report->notes, testing::Contains(HasSubstr("and this puts ours back")));
  EXPECT_THAT(told_of_other_interpreter(home_.files, formats, *ledger, name, false), "");
}

TEST_F(Pyproject, WhoseModuleAnIdeRenamedLosesOurInterpreterOnUndo) {
  std::filesystem::remove(home_.path("project/pyproject.toml"));
  ASSERT_TRUE(writer_.apply(real_order(home_), {}));
  const auto old = home_.path("project/.idea/project.iml");
  home_.put(module_, home_.get(old));
  std::filesystem::remove(old);
  home_.put(home_.path("project/.idea/modules.xml"),
            "<project version=\"4\"><component name=\"ProjectModuleManager\"><modules><module "
            "filepath=\"$PROJECT_DIR$/.idea/net.iml\" /></modules></component></project>");
  ASSERT_TRUE(writer_.undo(Home::undo_of(real_order(home_)), {}));
  EXPECT_THAT(home_.get(module_), testing::Not(HasSubstr("centernet")));
}

TEST(RealFormats, SayWhatTheyLeaveToThePerson) {
  Home home;
  home.put(home.path("project/.idea/misc.xml"),
           "<project version=\"4\"><component name=\"ProjectRootManager\" project-jdk-name=\"17\" "
           "project-jdk-type=\"JavaSDK\" /></project>");
  home.put(home.path("project/.idea/modules.xml"),
           "<project version=\"4\"><component name=\"ProjectModuleManager\"><modules><module "
           "filepath=\"$PROJECT_DIR$/project.iml\" /></modules></component></project>");
  home.put(home.path("project/project.iml"),
           "<module type=\"JAVA_MODULE\"><component name=\"NewModuleRootManager\"><content "
           "url=\"file://$MODULE_DIR$\" /><orderEntry type=\"inheritedJdk\" /></component></module>");
  SettingsWriter writer(home.paths, home.files, home.clock, ide_formats());
  const auto report = writer.apply(real_order(home), {});
  ASSERT_TRUE(report);
  EXPECT_THAT(report->notes, testing::Contains(HasSubstr("misc.xml is not of a Python project, and stays as it is")));
}

}  // namespace
}  // namespace helper::settings
