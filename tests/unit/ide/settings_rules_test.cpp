// What happens to entries that are there already: ours, the person's, and those that an IDE has filled in.
#include "ide/files.hpp"
#include "support/ide_kinds.hpp"
#include "support/ide_loader.hpp"
#include "unit/ide/sample.hpp"

#include <gmock/gmock.h>

#include <array>
#include <string>

namespace helper::ide {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using Text = std::optional<std::string_view>;

const Product k_today{Kind::pycharm, {2026, 1}, {}};
const Product k_old{Kind::pycharm, {2020, 3}, {}};

std::string with(FileKind kind, Text text, const Wanted& wanted = test::sample_wanted(),
                 const Product& product = k_today) {
  const auto result = with_target(kind, text, wanted, product);
  if (!result) ADD_FAILURE() << to_text(result.error());
  return result.value_or("");
}

std::optional<std::string> without(FileKind kind, std::string_view text) {
  const auto result = without_target(kind, text, test::sample_wanted());
  if (!result) ADD_FAILURE() << to_text(result.error());
  return result.value_or(std::nullopt);
}

Error refused(FileKind kind, std::string_view text) {
  const auto result = with_target(kind, text, test::sample_wanted(), k_today);
  EXPECT_FALSE(result) << *result;
  return result ? Error{} : result.error();
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  const std::size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return at == std::string::npos ? text : text.replace(at, what.size(), by);
}

TEST(Settings, ASecondRunChangesNothingAndWhatWasMadeCanGo) {
  for (const FileKind kind : helper::test::k_all_kinds) {
    for (const Product& product : {k_today, k_old}) {
      const std::string once = with(kind, std::nullopt, test::sample_wanted(), product);
      EXPECT_EQ(with(kind, once, test::sample_wanted(), product), once);
      EXPECT_EQ(without(kind, once), std::nullopt);
    }
  }
}

TEST(Settings, TwoTargetsStandSideBySideAndEachIsTakenOutAlone) {
  const Wanted other = make_wanted(test::sample(), "/usr/bin/helper", "/home/me/other/helper.json", "/home/me");
  for (const FileKind kind :
       {FileKind::ssh_configs, FileKind::web_servers, FileKind::jdk_table, FileKind::external_tools,
        FileKind::recent_connections, FileKind::recent_hosts, FileKind::deployment}) {
    const std::string one = with(kind, std::nullopt);
    const std::string both = with(kind, one, other);
    EXPECT_NE(both, one);
    EXPECT_EQ(without_target(kind, both, other).value(), one);
  }
}

TEST(Settings, AnotherPortIsAFewBytes) {
  Wanted moved = test::sample_wanted();
  moved.access.port = 2299;
  const std::string ssh = with(FileKind::ssh_configs, std::nullopt);
  EXPECT_EQ(with(FileKind::ssh_configs, ssh, moved), replaced(ssh, "\"2222\"", "\"2299\""));
  const std::string web = with(FileKind::web_servers, std::nullopt);
  EXPECT_EQ(with(FileKind::web_servers, web, moved), replaced(web, "\"2222\"", "\"2299\""));
}

TEST(Settings, AnEntryOfOursThatAPersonSwitchedToAnotherSignInIsSetBack) {
  const std::string ssh = with(FileKind::ssh_configs, std::nullopt);
  EXPECT_EQ(with(FileKind::ssh_configs, replaced(ssh, "<sshConfig ", "<sshConfig authType=\"PASSWORD\" ")), ssh);
  const std::string web = with(FileKind::web_servers, std::nullopt);
  EXPECT_EQ(with(FileKind::web_servers, replaced(web, " keyPair=\"true\"", " keyPair=\"true\" authAgent=\"true\"")),
            web);
}

TEST(Settings, WhatAPersonSetOnOurConnectionStays) {
  const std::string ssh = replaced(with(FileKind::ssh_configs, std::nullopt), "{&quot;serverAliveInterval&quot;:30}",
                                   "{&quot;serverAliveInterval&quot;:5}");
  EXPECT_EQ(with(FileKind::ssh_configs, ssh), ssh);
}

TEST(JdkTable, WhatTheIdeFilledInStaysAsLongAsThePythonIsTheSame) {
  std::string table = with(FileKind::jdk_table, std::nullopt);
  table = replaced(table, "<root type=\"composite\" />",
                   "<root type=\"composite\"><root url=\"file://x\" type=\"simple\" /></root>");
  table = replaced(
      table, "</additional>",
      "<PathMappingSettings><option name=\"pathMappings\"><list /></option></PathMappingSettings></additional>");
  EXPECT_EQ(with(FileKind::jdk_table, table), table);

  Wanted newer = test::sample_wanted();
  newer.access.python_version = "3.11.9";
  EXPECT_EQ(with(FileKind::jdk_table, table, newer), replaced(table, "3.11.2", "3.11.9"));

  Wanted other = test::sample_wanted();
  other.access.python = "/usr/bin/python3";
  const std::string changed = with(FileKind::jdk_table, table, other);
  EXPECT_EQ(changed, with(FileKind::jdk_table, std::nullopt, other));
}

TEST(JdkTable, AnEntryMovesToTheFormOfTheVersionThatReadsIt) {
  const std::string old = with(FileKind::jdk_table, std::nullopt, test::sample_wanted(), k_old);
  const std::string today = with(FileKind::jdk_table, std::nullopt);
  EXPECT_EQ(with(FileKind::jdk_table, old), today);
  EXPECT_EQ(with(FileKind::jdk_table, today, test::sample_wanted(), k_old), old);
}

TEST(JdkTable, OursIsFoundAfterAnIdeThatDoesNotKnowItsUuidSavedIt) {
  const std::string old = with(FileKind::jdk_table, std::nullopt, test::sample_wanted(), k_old);
  const std::string uuid = "SDK_UUID=\"" + test::sample_wanted().sdk_id + "\" ";
  const std::string saved = replaced(old, uuid, "");
  const std::string again = with(FileKind::jdk_table, saved, test::sample_wanted(), k_old);
  EXPECT_EQ(again.find("<jdk "), again.rfind("<jdk "));
  EXPECT_EQ(without(FileKind::jdk_table, saved), std::nullopt);
}

TEST(JdkTable, AnInterpreterThatAPersonAddedOnOurServerIsTheirs) {
  const std::string mine = replaced(replaced(with(FileKind::jdk_table, std::nullopt), test::sample_wanted().sdk_id,
                                             "11111111-2222-4333-8444-555555555555"),
                                    "Python (centernet of my_project)", "my venv there");
  const std::string both = with(FileKind::jdk_table, mine);
  EXPECT_EQ(without(FileKind::jdk_table, both), mine);
  EXPECT_THAT(both, HasSubstr("my venv there"));
}

TEST(JdkTable, WhatItsLoaderWouldRefuseIsRefusedWithTheLine) {
  const std::string head = "<application>\n<component name=\"ProjectJdkTable\">\n";
  const std::string tail = "\n</component></application>";
  const std::string name = "<name value=\"a\"/>";
  const std::string rest = "<type value=\"JavaSDK\"/><homePath value=\"/j\"/>";
  const std::string roots = "<roots><classPath><root type=\"composite\"/></classPath></roots>";
  const std::vector<std::pair<std::string, std::string>> cases{
      {"<jdk version=\"1\">" + name + rest + roots + "</jdk>", "version 2"},
      {"<jdk>" + name + rest + roots + "</jdk>", "version 2"},
      {"<jdk version=\"2\">" + rest + roots + "</jdk>", "no name"},
      {"<jdk version=\"2\">" + name + "<type value=\"x\"/>" + roots + "</jdk>", "no homePath"},
      {"<jdk version=\"2\">" + name + "<homePath value=\"x\"/>" + roots + "</jdk>", "no type"},
      {"<jdk version=\"2\">" + name + rest + "</jdk>", "no roots"},
      {"<jdk version=\"2\">" + name + rest + "<roots><classPath/></roots></jdk>", "no composite root"},
      {"<jdk version=\"2\">" + name + rest +
           "<roots><a><root type=\"composite\"/><root type=\"composite\"/></a></roots></jdk>",
       "twice"},
      {"<jdk version=\"2\">" + name + rest +
           "<roots><a><root type=\"composite\"><root type=\"simple\"/></root></a></roots></jdk>",
       "no url"},
  };
  for (const auto& [entry, cause] : cases) {
    std::string text = head;
    text.append(entry).append(tail);
    const Error error = refused(FileKind::jdk_table, text);
    EXPECT_EQ(error.code, ErrorCode::settings_unreadable);
    EXPECT_EQ(error.thing, "jdk.table.xml:3") << entry;
    EXPECT_THAT(error.cause, HasSubstr(cause));
    EXPECT_FALSE(without_target(FileKind::jdk_table, text, test::sample_wanted()));
  }
}

TEST(Settings, ANameThatAnotherEntryHasIsRefused) {
  const std::string web =
      replaced(with(FileKind::web_servers, std::nullopt), test::sample_wanted().server_id, "theirs");
  EXPECT_THAT(refused(FileKind::web_servers, web).cause, HasSubstr("has the name centernet of my_project"));
  const std::string table = replaced(with(FileKind::jdk_table, std::nullopt), test::sample_wanted().sdk_id, "theirs");
  EXPECT_THAT(refused(FileKind::jdk_table, table).cause, HasSubstr("has the name Python (centernet of my_project)"));
}

TEST(Settings, AFileOfAnotherKindIsLeftAlone) {
  for (const FileKind kind : helper::test::k_all_kinds) {
    for (const char* text : {" ", "<html></html>", "not XML", "<application", "{\"a\": 1}"}) {
      const Error error = refused(kind, text);
      EXPECT_EQ(error.code, ErrorCode::settings_unreadable) << text;
      EXPECT_FALSE(error.fix.empty());
    }
  }
}

TEST(Settings, AnEmptyFileCountsAsNoneAsItDoesForAnIde) {
  for (const FileKind kind : helper::test::k_all_kinds) {
    EXPECT_EQ(with(kind, ""), with(kind, std::nullopt));
    EXPECT_EQ(without(kind, ""), "");
  }
}

TEST(Tools, HowTheyAreShownIsThePersons) {
  const std::string tools = replaced(with(FileKind::external_tools, std::nullopt), "showConsoleOnStdOut=\"false\"",
                                     "showConsoleOnStdOut=\"true\"");
  EXPECT_EQ(with(FileKind::external_tools, tools), tools);
  Wanted moved = test::sample_wanted();
  moved.helper = "/opt/helper/bin/helper";
  EXPECT_THAT(with(FileKind::external_tools, tools, moved), Not(HasSubstr("/usr/local/bin/helper")));
}

TEST(Tools, WithoutJupyterThereIsNoToolThatOpensIt) {
  Wanted wanted = test::sample_wanted();
  wanted.access.jupyter_port = 0;
  EXPECT_THAT(with(FileKind::external_tools, std::nullopt, wanted), Not(HasSubstr("jupyter")));
}

TEST(Recent, TheIdeLastUsedAndItsDateStay) {
  const std::string recent =
      replaced(replaced(with(FileKind::recent_connections, std::nullopt), "1790000000000", "1724587737164"),
               "<option name=\"productCode\" value=\"PY\" />",
               "<option name=\"latestUsedIde\"><RecentProjectInstalledIde /></option><option name=\"productCode\" "
               "value=\"WS\" />");
  EXPECT_EQ(with(FileKind::recent_connections, recent), recent);
}

TEST(Deployment, TheDefaultServerAndOtherMappingsAreThePersons) {
  const std::string theirs =
      "<project version=\"4\">\n  <component name=\"PublishConfigData\" autoUpload=\"Always\" serverName=\"web\">\n"
      "    <serverData>\n      <paths name=\"web\">\n        <serverdata />\n      </paths>\n    </serverData>\n"
      "  </component>\n</project>\n";
  const std::string both = with(FileKind::deployment, theirs);
  EXPECT_THAT(both, HasSubstr("autoUpload=\"Always\" serverName=\"web\""));
  EXPECT_EQ(without(FileKind::deployment, both), theirs);

  const std::string more = replaced(both, "<mapping deploy=\"/workspace/my_project\" local=\"$PROJECT_DIR$\" />",
                                    "<mapping deploy=\"/data\" local=\"/data\" />\n            "
                                    "<mapping deploy=\"/old\" local=\"$PROJECT_DIR$\" web=\"/\" />");
  EXPECT_EQ(with(FileKind::deployment, more), replaced(more, "/old", "/workspace/my_project"));
}

TEST(Deployment, FilesGoByThemselvesWhereTheyAreNotMounted) {
  Wanted wanted = test::sample_wanted();
  wanted.upload = true;
  const std::string text = with(FileKind::deployment, std::nullopt, wanted);
  EXPECT_THAT(text, HasSubstr(" autoUpload=\"Always\""));
  EXPECT_THAT(text, HasSubstr("<option name=\"myAutoUpload\" value=\"ALWAYS\" />"));
  EXPECT_EQ(without_target(FileKind::deployment, text, wanted).value(), std::nullopt);
}

// As it was written before the second form was known, and as an IDE saves it then.
TEST(Deployment, HalfOfAutomaticUploadIsCompletedForOurServerOnly) {
  Wanted wanted = test::sample_wanted();
  wanted.upload = true;
  const std::string whole = with(FileKind::deployment, std::nullopt, wanted);
  const std::string no_option = replaced(whole, "\n    <option name=\"myAutoUpload\" value=\"ALWAYS\" />", "");
  EXPECT_EQ(with(FileKind::deployment, no_option, wanted), whole);
  const std::string no_attribute = replaced(whole, " autoUpload=\"Always\"", "");
  EXPECT_THAT(with(FileKind::deployment, no_attribute, wanted), HasSubstr(" autoUpload=\"Always\""));
  const std::string never = replaced(no_option, " autoUpload=\"Always\"", "");
  EXPECT_EQ(with(FileKind::deployment, never, wanted), never) << "the person turned it off";
  const std::string theirs = replaced(no_option, "serverName=\"centernet of my_project\"", "serverName=\"web\"");
  EXPECT_EQ(with(FileKind::deployment, theirs, wanted), theirs);
}

TEST(Deployment, WhatAnIdeSavedLeavesNoUploadToTheNextServer) {
  for (const bool upload : {true, false}) {
    Wanted wanted = test::sample_wanted();
    wanted.upload = upload;
    std::string saved = with(FileKind::deployment, std::nullopt, test::sample_wanted());
    saved = replaced(saved, " serverName", " autoUpload=\"Always\" serverName");
    saved = replaced(saved, "</serverData>", "</serverData>\n    <option name=\"myAutoUpload\" value=\"ALWAYS\" />");
    EXPECT_EQ(without_target(FileKind::deployment, saved, wanted).value(), std::nullopt);
  }
}

TEST(Deployment, AProjectThatUploadsWithoutAServerIsNotMadeToDoSoIntoAMount) {
  const std::string theirs =
      "<project version=\"4\">\n  <component name=\"PublishConfigData\" autoUpload=\"Always\">\n    <serverData />\n"
      "    <option name=\"myAutoUpload\" value=\"ALWAYS\" />\n  </component>\n</project>";
  EXPECT_THAT(with(FileKind::deployment, theirs), Not(HasSubstr("serverName")));
  Wanted wanted = test::sample_wanted();
  wanted.upload = true;
  EXPECT_THAT(with(FileKind::deployment, theirs, wanted), HasSubstr("serverName=\"centernet of my_project\""));
}

TEST(Deployment, TheProjectsFolderIsTheSameHoweverItIsWritten) {
  const std::string ours = with(FileKind::deployment, std::nullopt);
  for (const char* local : {"$PROJECT_DIR$/", "$PROJECT_DIR$/.", "/home/me/my_project", "$USER_HOME$/my_project/"}) {
    const std::string text = replaced(ours, "local=\"$PROJECT_DIR$\"", "local=\"" + std::string(local) + "\"");
    EXPECT_EQ(with(FileKind::deployment, text), text);
    EXPECT_EQ(with(FileKind::deployment, replaced(text, "/workspace/my_project", "/old")), text);
  }
}

TEST(Project, AnotherInterpreterGivesWayAndOneThatIsNotPythonsStays) {
  const std::string misc =
      "<project version=\"4\">\n  <component name=\"Black\">\n    <option name=\"sdkName\" value=\"Python 3.9\" />\n"
      "  </component>\n  <component name=\"ProjectRootManager\" version=\"2\" project-jdk-name=\"Python 3.9\" "
      "project-jdk-type=\"Python SDK\" />\n</project>";
  EXPECT_EQ(with(FileKind::misc, misc),
            replaced(misc, "project-jdk-name=\"Python 3.9\"", "project-jdk-name=\"Python (centernet of my_project)\""));
  const std::string java = replaced(misc, "Python SDK", "JavaSDK");
  EXPECT_EQ(with(FileKind::misc, java), java);
}

TEST(Module, ThatFollowsTheProjectGoesOnDoingSoAndOneThatIsNotPythonsStays) {
  const std::string own = with(FileKind::module, std::nullopt);
  const std::string entry = "type=\"jdk\" jdkName=\"Python (centernet of my_project)\" jdkType=\"Python SDK\"";
  const std::string inherited = replaced(own, entry, "type=\"inheritedJdk\"");
  EXPECT_EQ(with(FileKind::module, inherited), inherited);
  const std::string other = replaced(own, "jdkName=\"Python (centernet of my_project)\"", "jdkName=\"Python 3.9\"");
  EXPECT_EQ(with(FileKind::module, other), own);
  const std::string java = replaced(replaced(other, "PYTHON_MODULE", "JAVA_MODULE"), "Python SDK", "JavaSDK");
  EXPECT_EQ(with(FileKind::module, java), java);
  const std::string more = replaced(own, "<content ", "<content  ");
  EXPECT_EQ(without(FileKind::module, more), replaced(more, entry, "type=\"inheritedJdk\""));
}

TEST(Module, OfAnyKindThatNamesAPythonIsGivenOurs) {
  const std::string own = with(FileKind::module, std::nullopt);
  const std::string other = replaced(own, "jdkName=\"Python (centernet of my_project)\"", "jdkName=\"Python 3.9\"");
  for (const char* type : {"WEB_MODULE", "GENERAL_MODULE", "JAVA_MODULE", "CPP_MODULE", "EMPTY_MODULE", "DBE_MODULE"}) {
    EXPECT_EQ(with(FileKind::module, replaced(other, "PYTHON_MODULE", type)), replaced(own, "PYTHON_MODULE", type));
  }
  const std::string facet =
      "<module type=\"JAVA_MODULE\" version=\"4\">\n  <component name=\"FacetManager\">\n"
      "    <facet type=\"Python\" name=\"Python\">\n      <configuration sdkName=\"Python 3.9\" />\n    </facet>\n"
      "  </component>\n  <component name=\"NewModuleRootManager\">\n"
      "    <orderEntry type=\"jdk\" jdkName=\"17\" jdkType=\"JavaSDK\" />\n  </component>\n</module>";
  EXPECT_EQ(with(FileKind::module, facet), replaced(facet, "Python 3.9", "Python (centernet of my_project)"));
  EXPECT_THAT(without(FileKind::module, with(FileKind::module, facet)).value_or(""), Not(HasSubstr("sdkName")));
}

TEST(Module, OfAPyprojectNamesItsInterpreterItself) {
  Wanted wanted = test::sample_wanted();
  wanted.has_pyproject = true;
  const std::string own = with(FileKind::module, std::nullopt, wanted);
  EXPECT_THAT(own, HasSubstr("<module external.system.id=\"pyproject.toml\" type=\"PYTHON_MODULE\" version=\"4\">"));
  const std::string entry = "type=\"jdk\" jdkName=\"Python (centernet of my_project)\" jdkType=\"Python SDK\"";
  const std::string inherited = replaced(own, entry, "type=\"inheritedJdk\"");
  EXPECT_EQ(with(FileKind::module, inherited, wanted), own);
  const std::string java = replaced(inherited, "PYTHON_MODULE", "JAVA_MODULE");
  EXPECT_EQ(with(FileKind::module, java, wanted), java) << "its project is not Python's";
}

TEST(ProjectModel, IsTurnedOffAndLeftToTheIdeAgain) {
  const std::string on =
      "<project version=\"4\">\n  <component name=\"PyProjectModelSettings\">\n"
      "    <option name=\"showConfigurationNotification\" value=\"false\" />\n"
      "    <option name=\"usePyprojectToml\" value=\"true\" />\n  </component>\n</project>";
  const std::string off = replaced(on, "usePyprojectToml\" value=\"true\"", "usePyprojectToml\" value=\"false\"");
  EXPECT_EQ(with(FileKind::project_model, on), off);
  EXPECT_EQ(with(FileKind::project_model, off), off);
  EXPECT_EQ(without(FileKind::project_model, off),
            replaced(off, "    <option name=\"usePyprojectToml\" value=\"false\" />\n", ""));
  EXPECT_EQ(without(FileKind::project_model, on), on) << "the person turned it on again";
}

TEST(RunConfiguration, AStepThatIsTurnedOffIsTurnedOn) {
  const std::string ours = with(FileKind::run_configuration, std::nullopt);
  EXPECT_EQ(with(FileKind::run_configuration, replaced(ours, "enabled=\"true\"", "enabled=\"false\"")), ours);
}

TEST(RunConfiguration, NamesTheToolByItsSetWhateverThatIsCalled) {
  Wanted wanted = test::sample_wanted();
  const std::string before = with(FileKind::run_configuration, std::nullopt, wanted);
  EXPECT_EQ(tool_group_of("<toolSet name=\"Mine\"></toolSet>"), "Mine");
  EXPECT_EQ(tool_group_of("<toolSet></toolSet>"), "External Tools");
  EXPECT_EQ(tool_group_of(""), "External Tools");
  wanted.tool_group = "Mine";
  const std::string after = with(FileKind::run_configuration, before, wanted);
  EXPECT_EQ(after, replaced(before, "Tool_External Tools_", "Tool_Mine_"));
  EXPECT_THAT(without(FileKind::run_configuration, after).value_or(""), Not(HasSubstr("ToolBeforeRunTask")));
}

TEST(RunConfiguration, OfThePersonsIsGivenOurTaskBehindTheOthers) {
  const std::string theirs =
      "<component name=\"ProjectRunConfigurationManager\">\n"
      "  <configuration default=\"false\" name=\"eval\" type=\"PythonConfigurationType\" factoryName=\"Python\">\n"
      "    <option name=\"SCRIPT_NAME\" value=\"$PROJECT_DIR$/eval.py\" />\n"
      "    <method v=\"2\">\n      <option name=\"Make\" enabled=\"true\" />\n    </method>\n"
      "  </configuration>\n</component>";
  Wanted wanted = test::sample_wanted();
  wanted.script.clear();
  const std::string both = with(FileKind::run_configuration, theirs, wanted);
  EXPECT_LT(both.find("Make"), both.find(ensure_action(wanted)));
  EXPECT_EQ(with(FileKind::run_configuration, both, wanted), both);
  EXPECT_EQ(without(FileKind::run_configuration, both), theirs);
}

TEST(RunConfiguration, ANewOneNeedsAScript) {
  Wanted wanted = test::sample_wanted();
  wanted.script.clear();
  const auto text = with_target(FileKind::run_configuration, std::nullopt, wanted, k_today);
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code, ErrorCode::usage);
}

helper::test::IdeFiles all_new(const Product& product) {
  const auto made = [&](FileKind kind) { return with(kind, std::nullopt, test::sample_wanted(), product); };
  helper::test::IdeFiles files;
  files.ssh_configs = made(FileKind::ssh_configs);
  files.web_servers = made(FileKind::web_servers);
  files.jdk_table = made(FileKind::jdk_table);
  files.external_tools = made(FileKind::external_tools);
  files.recent_connections = made(FileKind::recent_connections);
  files.recent_hosts = made(FileKind::recent_hosts);
  files.deployment = made(FileKind::deployment);
  files.misc = made(FileKind::misc);
  files.modules = made(FileKind::modules);
  files.module = made(FileKind::module);
  files.run_configuration = made(FileKind::run_configuration);
  return files;
}

TEST(Settings, AllThatIsNewIsReadByTheLoadersRulesAndResolvesAcrossFiles) {
  for (const Product& product : {k_today, k_old}) {
    EXPECT_THAT(helper::test::IdeLoader::complaints(all_new(product)), IsEmpty());
  }
}

TEST(IdeLoader, SeesWhatAnIdeWouldNotLoadOrFind) {
  using helper::test::IdeFiles;
  struct Case {
    std::optional<std::string> IdeFiles::*file;
    std::string what;
    std::string by;
  };
  const std::vector<Case> cases{
      {&IdeFiles::jdk_table, " VALID=\"true\"", ""},
      {&IdeFiles::jdk_table, " INTERPRETER_PATH=", " OTHER_PATH="},
      {&IdeFiles::jdk_table, "jdk version=\"2\"", "jdk version=\"1\""},
      {&IdeFiles::jdk_table, "type=\"composite\"", "type=\"simple\""},
      {&IdeFiles::jdk_table, "\"webServerConfigId\" value=\"", "\"webServerConfigId\" value=\"0"},
      {&IdeFiles::jdk_table, "Python (", "Other ("},
      {&IdeFiles::web_servers, "name=\"centernet", "name=\"other"},
      {&IdeFiles::web_servers, "sshConfigId=\"", "sshConfigId=\"0"},
      {&IdeFiles::web_servers, "port=\"2222\"", "port=\"22\""},
      {&IdeFiles::ssh_configs, " id=\"", " id=\"0"},
      {&IdeFiles::external_tools, "make ready", "up"},
      {&IdeFiles::deployment, "paths name=\"", "paths name=\"0"},
      {&IdeFiles::deployment, "serverName=", "autoUpload=\"Always\" serverName="},
      {&IdeFiles::run_configuration, "module name=\"", "module name=\"0"},
      {&IdeFiles::misc, "project-jdk-name=\"", "project-jdk-name=\"0"},
      {&IdeFiles::module, "<orderEntry type=\"jdk\"", "<orderEntry type=\"other\""},
      {&IdeFiles::recent_hosts, "option value=\"", "option value=\"0"}};
  for (const Case& each : cases) {
    IdeFiles files = all_new(k_today);
    files.*each.file = replaced((files.*each.file).value(), each.what, each.by);
    EXPECT_THAT(helper::test::IdeLoader::complaints(files), Not(IsEmpty())) << each.what;
  }
}

}  // namespace
}  // namespace helper::ide
