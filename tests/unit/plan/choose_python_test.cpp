#include "plan/choose_python.hpp"

#include <gtest/gtest.h>

namespace helper::plan {
namespace {

Python python(const std::string& source, const std::string& path, const std::string& version = "3.11.2") {
  return {path, version, "/usr", source};
}

const Python k_login = python("login:python", "/opt/conda/envs/CenterNet/bin/python");
const Python k_login3 = python("login:python3", "/usr/bin/python3");
const Python k_environment = python("conda:CenterNet", "/opt/conda/envs/CenterNet/bin/python");
const Python k_other_environment = python("conda:other", "/opt/conda/envs/other/bin/python");
const Python k_base = python("conda:base", "/opt/conda/bin/python");
const Python k_system = python("system", "/usr/bin/python3");

struct AutoCase {
  const char* name;
  std::vector<Python> found;
  std::string path;
  std::string cause;
};

class ChooseAutomatically : public testing::TestWithParam<AutoCase> {};

TEST_P(ChooseAutomatically, TakesTheFirstThatFitsAndSaysWhy) {
  const auto choice = choose_python("auto", GetParam().found);
  ASSERT_TRUE(choice) << to_text(choice.error());
  EXPECT_EQ(choice->python.path, GetParam().path);
  EXPECT_EQ(choice->cause, GetParam().cause);
}

INSTANTIATE_TEST_SUITE_P(
    EveryRule, ChooseAutomatically,
    testing::Values(AutoCase{"LoginPythonFirst",
                             {k_base, k_environment, k_login, k_login3, k_system},
                             k_login.path,
                             "the login shell's `which python`"},
                    AutoCase{"ThenLoginPython3",
                             {k_base, k_environment, k_login3, k_system},
                             k_login3.path,
                             "the login shell's `which python3`"},
                    AutoCase{"ThenTheOnlyEnvironment",
                             {k_base, k_environment, k_system},
                             k_environment.path,
                             "the only conda environment"},
                    AutoCase{"ThenCondaBaseWhenTheEnvironmentsAreSeveral",
                             {k_base, k_environment, k_other_environment, k_system},
                             k_base.path,
                             "conda's base environment"},
                    AutoCase{"ThenCondaBaseAlone", {k_base, k_system}, k_base.path, "conda's base environment"},
                    AutoCase{
                        "ThenTheSystems", {k_system}, k_system.path, "the system's, since the login shell names none"},
                    AutoCase{"Python2IsPassedOverInTheLoginShell",
                             {python("login:python", "/usr/bin/python", "2.7.18"), k_login3},
                             k_login3.path,
                             "the login shell's `which python3`"},
                    AutoCase{"Python2IsPassedOverInTheOnlyEnvironment",
                             {python("conda:old", "/opt/conda/envs/old/bin/python", "2.7.18"), k_base},
                             k_base.path,
                             "conda's base environment"}),
    [](const auto& each) { return std::string(each.param.name); });

TEST(ChoosePython, FindsNothingWhereNothingAnswers) {
  const auto choice = choose_python("auto", {});
  ASSERT_FALSE(choice);
  EXPECT_EQ(choice.error().code, ErrorCode::python_missing);
  EXPECT_EQ(
      to_text(choice.error()),
      "Python: no Python in the container answered\n"
      "  fix: install Python 3 in the image, or name one in helper.json: \"python\": \"conda:NAME\" or an absolute"
      " path");
}

TEST(ChoosePython, NamesWhatWasFoundWhenNoneFits) {
  const auto choice =
      choose_python("auto", {python("login:python", "/usr/bin/python", "2.7.18"), k_environment, k_other_environment});
  ASSERT_FALSE(choice);
  EXPECT_EQ(choice.error().cause,
            "found are: /usr/bin/python (login:python, 2.7.18), /opt/conda/envs/CenterNet/bin/python (conda:CenterNet, "
            "3.11.2), /opt/conda/envs/other/bin/python (conda:other, 3.11.2)");
}

TEST(ChoosePython, TakesTheEnvironmentThatTheConfigNames) {
  const auto choice = choose_python("conda:other", {k_login, k_environment, k_other_environment});
  ASSERT_TRUE(choice);
  EXPECT_EQ(choice->python, k_other_environment);
  EXPECT_EQ(choice->cause, "helper.json says \"conda:other\"");
}

TEST(ChoosePython, TakesThePathThatTheConfigNamesOnlyWhereItWasTriedAsThat) {
  const Python named = python("path", "/srv/venv/bin/python");
  const auto choice = choose_python("/srv/venv/bin/python", {k_login, named});
  ASSERT_TRUE(choice);
  EXPECT_EQ(choice->python, named);
  EXPECT_EQ(choice->cause, "helper.json says \"/srv/venv/bin/python\"");
  EXPECT_FALSE(choose_python("/srv/other/bin/python", {k_login, named}));
}

TEST(ChoosePython, AnEnvironmentThatTheConfigNamesMayBePython2) {
  EXPECT_TRUE(choose_python("conda:old", {python("conda:old", "/opt/conda/envs/old/bin/python", "2.7.18")}));
}

TEST(ChoosePython, NeverTakesAnotherThanTheConfigNames) {
  const auto choice = choose_python("conda:missing", {k_login});
  ASSERT_FALSE(choice);
  EXPECT_EQ(to_text(choice.error()),
            "python \"conda:missing\": it is not in the container or does not run; found are: "
            "/opt/conda/envs/CenterNet/bin/python (login:python, 3.11.2)\n"
            "  fix: set \"python\" in helper.json to one of these, or to \"auto\"");
}

}  // namespace
}  // namespace helper::plan
