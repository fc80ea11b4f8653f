// The attributes of an interpreter's <additional>, in the order in which an IDE writes them: which version knows each,
// and which source says so. What a version does not know is dropped and logged there, and since 2024.3 an IDE compares
// what it would write with what it read.
#include "ide/files.hpp"
#include "support/ide_loader.hpp"
#include "unit/ide/sample.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <string>

namespace helper::ide {
namespace {

struct Row {
  const char* name;
  Version since;
  Version until;  // the first that does not write it any more
  const char* source;
};

constexpr Version k_ever{9999, 0};

// Sources: intellij-community (python/), files that IDEs wrote, tools that write for them.
constexpr Row k_rows[] = {
    {"ASSOCIATED_PROJECT_PATH", {2017, 3}, k_ever, "PythonSdkAdditionalData.save(); of every version since"},
    {"WORKING_DIRECTORY", {2026, 2}, k_ever, "PythonSdkAdditionalData.save() of 2026; the exact release is not known"},
    {"SDK_UUID", {2020, 3}, k_ever, "PythonSdkAdditionalData.save(); versions before 2022 drop it when they save"},
    {"WEB_SERVER_CONFIG_ID", {2019, 1}, {2023, 3}, "WebDeploymentCredentialsHolder; files of 2020.3"},
    {"WEB_SERVER_CONFIG_NAME", {2019, 1}, {2023, 3}, "the same"},
    {"WEB_SERVER_CREDENTIALS_ID", {2019, 1}, {2023, 3}, "the same"},
    {"INTERPRETER_PATH", {2016, 1}, k_ever, "RemoteSdkPropertiesHolder; files of 2016 to 2025"},
    {"HELPERS_PATH", {2016, 1}, k_ever, "RemoteSdkPropertiesHolder; files of 2016 to 2025"},
    {"INITIALIZED", {2016, 1}, {2023, 3}, "a file of 2020.3; not in RemoteSdkPropertiesHolder of 2024"},
    {"VALID", {2016, 1}, k_ever, "RemoteSdkPropertiesHolder: false when it is missing"},
    {"RUN_AS_ROOT_VIA_SUDO", {2018, 1}, k_ever, "RemoteSdkPropertiesHolder"},
    {"SKELETONS_PATH", {2016, 1}, {2023, 3}, "PyRemoteSdkAdditionalData"},
    {"VERSION", {2016, 1}, {2023, 3}, "PyRemoteSdkAdditionalData"},
};

pugi::xml_node additional_in(pugi::xml_document& document, const std::string& table) {
  EXPECT_TRUE(document.load_string(table.c_str()));
  return document.document_element().child("component").child("jdk").child("additional");
}

TEST(Attributes, AreThoseThatTheVersionKnowsInTheOrderInWhichItWritesThem) {
  for (int year = 2020; year <= 2026; ++year) {
    for (int release = year == 2020 ? 3 : 1; release <= 3; ++release) {
      const Version version{year, release};
      const auto text =
          with_target(FileKind::jdk_table, std::nullopt, test::sample_wanted(), {Kind::pycharm, version, {}});
      ASSERT_TRUE(text);
      pugi::xml_document document;
      const pugi::xml_node additional = additional_in(document, *text);
      const Row* last = nullptr;
      for (const pugi::xml_attribute attribute : additional.attributes()) {
        const Row* row = std::ranges::find(k_rows, std::string(attribute.name()), &Row::name);
        ASSERT_NE(row, std::end(k_rows)) << attribute.name();
        EXPECT_TRUE(row->since <= version && version < row->until) << row->name << " in " << year << "." << release;
        EXPECT_LT(last, row) << row->name;
        last = row;
      }
      EXPECT_STREQ(additional.attribute("ASSOCIATED_PROJECT_PATH").value(), "$USER_HOME$/my_project");
      EXPECT_EQ(static_cast<bool>(additional.attribute("WORKING_DIRECTORY")), version >= (Version{2026, 2}));
    }
  }
}

TEST(Attributes, ThatAreMissingInOurEntryComeBeforeItsUuid) {
  const Product today{Kind::pycharm, {2026, 2}, {}};
  const std::string whole = with_target(FileKind::jdk_table, std::nullopt, test::sample_wanted(), today).value();
  for (const std::string& attribute : {std::string(" ASSOCIATED_PROJECT_PATH=\"$USER_HOME$/my_project\""),
                                       std::string(" WORKING_DIRECTORY=\"$USER_HOME$/my_project\"")}) {
    std::string without = whole;
    without.erase(without.find(attribute), attribute.size());
    const std::string again = with_target(FileKind::jdk_table, without, test::sample_wanted(), today).value();
    pugi::xml_document document;
    EXPECT_STREQ(additional_in(document, again).attribute("SDK_UUID").previous_attribute().name(),
                 attribute.starts_with(" W") ? "WORKING_DIRECTORY" : "ASSOCIATED_PROJECT_PATH");
    EXPECT_EQ(again.size(), whole.size());
  }
}

TEST(Attributes, TheFolderOfAProjectThatMovedIsSet) {
  const Product today{Kind::pycharm, {2026, 2}, {}};
  const std::string before = with_target(FileKind::jdk_table, std::nullopt, test::sample_wanted(), today).value();
  Wanted moved = test::sample_wanted();
  moved.access.project_local = "/srv/my_project/";
  EXPECT_EQ(with_target(FileKind::jdk_table, before, moved, today).value(),
            with_target(FileKind::jdk_table, std::nullopt, moved, today).value());
  moved.access.project_local = "/home/me/my_project/";
  EXPECT_EQ(with_target(FileKind::jdk_table, before, moved, today).value(), before);
}

}  // namespace
}  // namespace helper::ide
