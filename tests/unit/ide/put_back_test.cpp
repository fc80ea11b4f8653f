// What an undo leaves: what the person or a colleague had there, and what other targets have there.
#include "ide/files.hpp"
#include "unit/ide/sample.hpp"

#include <gmock/gmock.h>

#include <string>

namespace helper::ide {
namespace {

using testing::HasSubstr;
using testing::Not;

const Product k_today{Kind::pycharm, {2026, 1}, {}};

Wanted another(const std::string& target) {
  Access access = test::sample();
  access.target = access.ssh_name = target;
  Wanted wanted = make_wanted(access, "/usr/local/bin/helper", "/home/me/my_project/helper.json", "/home/me");
  wanted.date = 1790000000000;
  wanted.script = "train.py";
  return wanted;
}

const Wanted k_one = another("one");
const Wanted k_two = another("two");

std::string with(FileKind kind, std::optional<std::string_view> text, const Wanted& wanted) {
  const auto result = with_target(kind, text, wanted, k_today);
  if (!result) ADD_FAILURE() << to_text(result.error());
  return result.value_or("");
}

std::optional<std::string> without(FileKind kind, const std::string& text, const Wanted& wanted,
                                   const Staying& staying) {
  const auto result = without_target(kind, text, wanted, staying);
  if (!result) ADD_FAILURE() << to_text(result.error());
  return result.value_or(std::nullopt);
}

constexpr FileKind k_of_project[] = {FileKind::misc, FileKind::module, FileKind::modules, FileKind::deployment};

TEST(TwoTargets, OfOneProjectAreTakenOutInAnyOrderAndTheOtherOneStays) {
  for (const FileKind kind : k_of_project) {
    SCOPED_TRACE(static_cast<int>(kind));
    const std::string one = with(kind, std::nullopt, k_one);
    const std::string both = with(kind, one, k_two);
    EXPECT_EQ(without(kind, both, k_two, {{k_one}}), one);
    const std::string two = with(kind, std::nullopt, k_two);
    EXPECT_EQ(without(kind, both, k_one, {{k_two}}), two);
  }
}

TEST(TheInterpreterFromBefore, ComesBackWhenSomebodyElseWroteTheFileSince) {
  const std::string misc =
      "<project version=\"4\">\n  <component name=\"ProjectRootManager\" version=\"2\" "
      "project-jdk-name=\"Python 3.9\" project-jdk-type=\"Python SDK\" />\n</project>";
  const std::string module =
      "<module type=\"PYTHON_MODULE\" version=\"4\">\n  <component name=\"NewModuleRootManager\">\n"
      "    <content url=\"file://$MODULE_DIR$\" />\n"
      "    <orderEntry type=\"jdk\" jdkName=\"Python 3.9\" jdkType=\"Python SDK\" />\n  </component>\n</module>";
  for (const auto& [kind, before] : {std::pair{FileKind::misc, misc}, std::pair{FileKind::module, module}}) {
    SCOPED_TRACE(before);
    const std::string since = "<!-- an IDE was here -->\n" + with(kind, before, k_one);
    EXPECT_EQ(without(kind, since, k_one, {{}, before}), "<!-- an IDE was here -->\n" + before);
    const std::string both = with(kind, since, k_two);
    EXPECT_EQ(without(kind, both, k_two, {{k_one}, before}), since);
  }
}

TEST(TheModuleFromBefore, WithoutAnyInterpreterIsWithoutOneAgain) {
  const std::string before =
      "<module type=\"PYTHON_MODULE\" version=\"4\">\n  <component name=\"NewModuleRootManager\">\n"
      "    <content url=\"file://$MODULE_DIR$\" />\n  </component>\n</module>";
  const std::string since = with(FileKind::module, before, k_one) + "\n";
  EXPECT_EQ(without(FileKind::module, since, k_one, {{}, before}), before + "\n");
}

TEST(WhatAColleagueCommitted, StaysInTheProjectWhateverCameSince) {
  for (const FileKind kind : k_of_project) {
    SCOPED_TRACE(static_cast<int>(kind));
    const std::string before = with(kind, std::nullopt, k_one);
    const std::string since = before + "\n<!-- later -->\n";
    EXPECT_EQ(without(kind, since, k_one, {{}, before}), since);
  }
}

TEST(TheDefaultServer, IsAnotherTargetsOnlyWhereThatHasAMapping) {
  const std::string one = with(FileKind::deployment, std::nullopt, k_one);
  EXPECT_EQ(without(FileKind::deployment, one, k_one, {{k_two}}), std::nullopt);
}

TEST(ATool, OfOurNameThatStartsAnotherProgramIsThePersons) {
  std::string tools = with(FileKind::external_tools, std::nullopt, k_one);
  const std::string ours = tools;
  for (std::string_view what : {"/usr/local/bin/helper", "--config "}) {
    for (std::size_t at = tools.find(what); at != std::string::npos; at = tools.find(what, at + 1))
      tools.replace(at, what.size(), "/usr/bin/make");
  }
  const auto refused = with_target(FileKind::external_tools, tools, k_one, k_today);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().cause, HasSubstr("another tool has the name one of my_project: make ready"));
  EXPECT_EQ(without(FileKind::external_tools, tools, k_one, {}), tools);
  Wanted moved = k_one;
  moved.helper = "/opt/other/helper-2";
  EXPECT_THAT(with(FileKind::external_tools, ours, moved), Not(HasSubstr("/usr/local/bin/helper")));
}

TEST(ANameOfAProjectsFile, IsTakenWhereAnotherServerOrInterpreterHasIt) {
  const auto renamed = [](std::string text, const std::string& what) {
    text.replace(text.find(what), what.size(), "theirs");
    return text;
  };
  const std::string servers = with(FileKind::web_servers, std::nullopt, k_one);
  const std::string table = with(FileKind::jdk_table, std::nullopt, k_one);
  EXPECT_FALSE(taken_name(FileKind::web_servers, servers, k_one));
  EXPECT_FALSE(taken_name(FileKind::jdk_table, table, k_one));
  EXPECT_TRUE(taken_name(FileKind::web_servers, renamed(servers, k_one.server_id), k_one));
  EXPECT_TRUE(taken_name(FileKind::jdk_table, renamed(table, k_one.sdk_id), k_one));
  EXPECT_FALSE(taken_name(FileKind::web_servers, "<application", k_one));
  const std::string of_project =
      "<project version=\"4\"><component name=\"WebServers\"><option name=\"servers\"><webServer id=\"x\" name=\"" +
      k_one.name + "\" /></option></component></project>";
  EXPECT_TRUE(taken_name(FileKind::web_servers, of_project, k_one));
}

}  // namespace
}  // namespace helper::ide
