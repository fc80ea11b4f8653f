#include "plan/choose_python.hpp"

#include <gtest/gtest.h>

namespace helper::plan {
namespace {

Python python(const std::string& source, const std::string& path, const std::string& version = "3.11.2",
              const std::string& prefix = "") {
  return {path, version, prefix.empty() ? path.substr(0, path.rfind("/bin/")) : prefix, source};
}

Python missing(Python python, const std::vector<std::string>& modules) {
  python.missing = modules;
  return python;
}

Python having(Python python, const std::string& framework, const std::string& version = "") {
  python.frameworks = {{framework, version}};
  return python;
}

Python with_requirements(Python python, int requirements) {
  python.requirements = requirements;
  return python;
}

Python made_for_project(Python python) {
  python.made_for_project = true;
  return python;
}

const Python k_login = python("login:python", "/opt/conda/envs/CenterNet/bin/python");
const Python k_login_system = python("login:python", "/usr/bin/python");
const Python k_login3 = python("login:python3", "/usr/bin/python3");
const Python k_image = python("image:python", "/usr/local/python-3.7.5/bin/python", "3.7.5");
const Python k_environment = python("conda:CenterNet", "/opt/conda/envs/CenterNet/bin/python");
const Python k_other_environment = python("conda:other", "/opt/conda/envs/other/bin/python");
const Python k_base = python("conda:base", "/opt/conda/bin/python");
const Python k_system = python("system", "/usr/bin/python3");
const Python k_dot_venv = python("uv:.venv", "/srv/project/.venv/bin/python");
const Python k_venv = python("venv:venv", "/work/venv/bin/python");
const Python k_poetry = python("poetry:net-Ab3_xY9z-py3.11", "/root/.cache/pypoetry/virtualenvs/net/bin/python");
const Python k_pyenv = python("pyenv:3.12.1", "/root/.pyenv/versions/3.12.1/bin/python", "3.12.1");
const Python k_uv = python("uv-python:cpython-3.13", "/root/.local/share/uv/python/cpython-3.13/bin/python", "3.13.0");

Result<PythonChoice> choose(const std::string& wanted, const std::vector<Python>& found,
                            const std::vector<std::string>& project_files = {}) {
  config::Target target;
  target.python = wanted;
  Inside inside;
  inside.pythons = found;
  inside.project_files = project_files;
  return choose_python(target, inside);
}

struct AutoCase {
  const char* name;
  std::vector<Python> found;
  std::string path;
  std::string cause;
  std::vector<std::string> project_files = {};
};

class ChooseAutomatically : public testing::TestWithParam<AutoCase> {};

TEST_P(ChooseAutomatically, TakesTheFirstThatFitsAndSaysWhy) {
  const auto choice = choose("auto", GetParam().found, GetParam().project_files);
  ASSERT_TRUE(choice) << to_text(choice.error());
  EXPECT_EQ(choice->python.path, GetParam().path);
  EXPECT_EQ(choice->cause, GetParam().cause);
}

INSTANTIATE_TEST_SUITE_P(
    EveryRule, ChooseAutomatically,
    testing::Values(
        AutoCase{"TheLoginShellsEnvironmentFirst",
                 {k_base, k_dot_venv, k_environment, k_login, k_login3, k_system},
                 k_login.path,
                 "the login shell's `which python`"},
        AutoCase{"TheLoginShellsPython3WhenThatIsTheEnvironment",
                 {k_login_system, python("login:python3", "/opt/venv/bin/python3"), k_system},
                 "/opt/venv/bin/python3",
                 "the login shell's `which python3`"},
        AutoCase{"ThenDotVenvBeforeTheSystemsThatTheLoginShellNames",
                 {k_login_system, k_login3, k_venv, k_dot_venv, k_system},
                 k_dot_venv.path,
                 "the project's own environment, .venv"},
        AutoCase{"ThenVenv",
                 {k_login3, k_venv, made_for_project(k_poetry)},
                 k_venv.path,
                 "the project's own environment, venv"},
        AutoCase{"ThenWhatPoetryMadeForTheProject",
                 {k_login3, k_environment, made_for_project(k_poetry)},
                 k_poetry.path,
                 "the environment that poetry made for the project"},
        AutoCase{"ThenWhatEnvironmentYmlNames",
                 {k_login3, k_environment, k_other_environment, k_pyenv},
                 k_other_environment.path,
                 "the conda environment that environment.yml names",
                 {"pyenv:3.12", "conda:other"}},
        AutoCase{"ThenTheVersionOfPyenv",
                 {k_login3, python("pyenv:3.1.2", "/p/3.1.2/bin/python"), k_pyenv},
                 k_pyenv.path,
                 "the version that .python-version names",
                 {"pyenv:3.12"}},
        AutoCase{"TheProjectsByUvBeforeAnOldDotVenv",
                 {k_login3, k_dot_venv, python("uv-project:venv", "/opt/venv/bin/python")},
                 "/opt/venv/bin/python",
                 "the project's environment by UV_PROJECT_ENVIRONMENT"},
        AutoCase{"WhatPdmNames",
                 {k_login3, python("pdm:.pdm-python", "/opt/pdmv/bin/python")},
                 "/opt/pdmv/bin/python",
                 "the interpreter that .pdm-python names"},
        AutoCase{"PixisDefaultBeforeItsOthers",
                 {k_login3, python("pixi:cuda", "/w/.pixi/envs/cuda/bin/python"),
                  python("pixi:default", "/w/.pixi/envs/default/bin/python")},
                 "/w/.pixi/envs/default/bin/python",
                 "the project's own environment of pixi, default"},
        AutoCase{"WhatHatchMadeForTheProject",
                 {k_login3, made_for_project(python("hatch:net", "/h/net/bin/python"))},
                 "/h/net/bin/python",
                 "the environment that hatch made for the project"},
        AutoCase{"OfSeveralThatOneToolMadeForTheProjectThatWhichItUses",
                 {k_login3, made_for_project(python("hatch:lint", "/h/lint/bin/python")),
                  made_for_project(python("hatch:net", "/h/net/bin/python")),
                  made_for_project(python("hatch:test", "/h/test/bin/python"))},
                 "/h/net/bin/python",
                 "the environment that hatch made for the project",
                 {"hatch:net"}},
        AutoCase{"WhatPdmMadeForTheProjectAndNotForAnother",
                 {k_login3, python("pdm:other-1", "/p/other-1/bin/python"),
                  made_for_project(python("pdm:net-1", "/p/net-1/bin/python"))},
                 "/p/net-1/bin/python",
                 "the environment that pdm made for the project"},
        AutoCase{"TheVersionThatAnotherToolThanPyenvKeeps",
                 {k_login3, python("mise:3.11.4", "/m/3.11.4/bin/python"),
                  python("rye:cpython@3.12.3", "/r/cpython@3.12.3/bin/python")},
                 "/r/cpython@3.12.3/bin/python",
                 "the version that .python-version names",
                 {"pyenv:3.12"}},
        AutoCase{"TheVersionThatMisesFileNamesBeforeThatOfPythonVersion",
                 {k_login3, k_pyenv, python("mise:3.11.4", "/m/3.11.4/bin/python", "3.11.4"),
                  python("mise:3.13.0", "/m/3.13.0/bin/python", "3.13.0")},
                 "/m/3.11.4/bin/python",
                 "the version that mise.toml names",
                 {"mise:3.11", "pyenv:3.12"}},
        AutoCase{"TheNewestOfTheVersionsThatAreMeant",
                 {k_login3, python("mise:3.12.9", "/m/3.12.9/bin/python", "3.12.9"),
                  python("mise:3.12.10", "/m/3.12.10/bin/python", "3.12.10"),
                  python("mise:3.13.0", "/m/3.13.0/bin/python", "3.13.0")},
                 "/m/3.12.10/bin/python",
                 "the version that .tool-versions names",
                 {"asdf:3.12"}},
        AutoCase{"TheNewestWhereTheFileSaysLatest",
                 {k_login3, python("mise:3.12.9", "/m/3.12.9/bin/python", "3.12.9"),
                  python("mise:3.13.0", "/m/3.13.0/bin/python", "3.13.0")},
                 "/m/3.13.0/bin/python",
                 "the version that mise.toml names",
                 {"mise:latest"}},
        AutoCase{"WhatAnOlderPdmNames",
                 {k_login3, python("pdm:.pdm.toml", "/opt/pdmv/bin/python")},
                 "/opt/pdmv/bin/python",
                 "the interpreter that .pdm.toml names"},
        AutoCase{"WhatTheImageActivatesBeforeTheSystemsThatTheLoginShellNames",
                 {k_login3, k_environment, python("activated:torch", "/data/c3/envs/torch/bin/python")},
                 "/data/c3/envs/torch/bin/python",
                 "the environment that the image activates, torch"},
        AutoCase{"NoneOfAFolderOfTheProjectByItself",
                 {k_login3, python("venv:backend/.venv", "/workspace/backend/.venv/bin/python")},
                 k_login3.path,
                 "the login shell's `which python3`"},
        AutoCase{"ThenAsdfs",
                 {k_uv, python("asdf:3.12.1", "/a/bin/python")},
                 "/a/bin/python",
                 "asdf's, since there is no other"},
        AutoCase{"ThenOneThatHasAFramework",
                 {k_login3, k_environment, having(k_other_environment, "torch", "2.2.0"), k_base},
                 k_other_environment.path,
                 "it has torch 2.2.0"},
        AutoCase{"OfTwoWithAFrameworkThatOfTheImagesPath",
                 {k_login3, having(k_environment, "torch"), having(k_image, "mindspore", "2.3.0")},
                 k_image.path,
                 "it has mindspore 2.3.0"},
        AutoCase{"OfTwoEnvironmentsThatWithMoreOfTheRequirements",
                 {with_requirements(having(k_environment, "torch"), 2),
                  with_requirements(having(k_other_environment, "torch"), 5), k_base},
                 k_other_environment.path,
                 "it has torch"},
        AutoCase{"ThenTheSystemsThatTheLoginShellNames",
                 {k_base, k_environment, k_login3, k_system},
                 k_login3.path,
                 "the login shell's `which python3`"},
        AutoCase{"ThatOfTheImagesPathBeforeTheSystemsAtTheFirstLook",
                 {python("login:python3", "/usr/bin/python3", "3.11.2", "/usr"), k_image, k_base},
                 k_image.path,
                 "the PATH that the image sets"},
        AutoCase{"AndAtLaterLooks",
                 {python("login:python", k_image.path, "3.7.5"), k_image, k_base},
                 k_image.path,
                 "the PATH that the image sets"},
        AutoCase{"TheProjectsOwnBeforeWhatTheLoginShellHasFromTheImage",
                 {python("login:python", k_image.path, "3.7.5"), k_image, k_dot_venv},
                 k_dot_venv.path,
                 "the project's own environment, .venv"},
        AutoCase{"ThenThatOfTheImagesPath", {k_base, k_image, k_system}, k_image.path, "the PATH that the image sets"},
        AutoCase{"ThenTheOnlyEnvironment",
                 {k_base, k_environment, k_system},
                 k_environment.path,
                 "the only conda environment"},
        AutoCase{"ThenCondaBaseWhenTheEnvironmentsAreSeveral",
                 {k_base, k_environment, k_other_environment, k_system},
                 k_base.path,
                 "conda's base environment"},
        AutoCase{
            "ThenTheSystems", {k_pyenv, k_system}, k_system.path, "the system's, since the login shell names none"},
        AutoCase{"ThenPyenvs", {k_uv, k_pyenv}, k_pyenv.path, "pyenv's, since there is no other"},
        AutoCase{"ThenUvs", {k_uv, k_poetry}, k_uv.path, "uv's, since there is no other"},
        AutoCase{"OneThatCanImportBeforeOneThatCannot",
                 {missing(k_login, {"cv2"}), missing(k_base, {"cv2"}), k_other_environment},
                 k_other_environment.path,
                 "it can import all that project.imports names, since " + k_login.path + " cannot import cv2"},
        AutoCase{"TheUsualOneWhenNoneCanImport",
                 {missing(k_login, {"cv2"}), missing(k_base, {"cv2", "torch"})},
                 k_login.path,
                 "the login shell's `which python`"},
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
  const auto choice = choose("auto", {});
  ASSERT_FALSE(choice);
  EXPECT_EQ(choice.error().code, ErrorCode::python_missing);
  EXPECT_EQ(
      to_text(choice.error()),
      "Python: there is no Python in the container\n"
      "  fix: install Python 3 in the image, or name one in helper.json: \"python\": \"conda:NAME\" or an absolute"
      " path");
}

TEST(ChoosePython, SaysOfThoseThatGaveNoAnswerWhatTheySaid) {
  Inside inside;
  inside.silent_pythons = {{"/opt/conda/bin/python", "conda:base", 124},
                           {"/opt/x/bin/python", "system", 137, "Killed"},
                           {"/usr/bin/python3", "image:python3", 1, "ModuleNotFoundError: No module named 'encodings'"},
                           {"/usr/bin/python3", "system", 1, "ModuleNotFoundError: No module named 'encodings'"},
                           {"/usr/local/bin/python3", "system", 3},
                           {"/usr/bin/odd", "system", 0},
                           {"/venv/bin/python", "venv:venv", 0, "", "/home/me/python3.12"}};
  config::Target target;
  target.name = "centernet";
  auto choice = choose_python(target, inside);
  ASSERT_FALSE(choice);
  EXPECT_EQ(choice.error().cause,
            "no Python in the container runs: /opt/conda/bin/python (no answer within 5 s), /opt/x/bin/python (it was "
            "killed, as the kernel does when there is not enough memory), /usr/bin/python3 (ModuleNotFoundError: No "
            "module named 'encodings'), /usr/local/bin/python3 (exit status 3), /usr/bin/odd (its answer is not what "
            "was asked for), /venv/bin/python (a link to /home/me/python3.12, which is not there)");
  EXPECT_EQ(choice.error().fix, "see all that it says: helper exec centernet -- /opt/conda/bin/python -c 1");
  std::swap(inside.silent_pythons[0], inside.silent_pythons[1]);
  choice = choose_python(target, inside);
  EXPECT_NE(choice.error().fix.find("more memory"), std::string::npos) << choice.error().fix;
  target.container.env["PYTHONHOME"] = "/opt/x";
  choice = choose_python(target, inside);
  EXPECT_EQ(choice.error().fix, "remove \"PYTHONHOME\" from \"env\" in helper.json, then: helper ensure centernet");
}

TEST(ChoosePython, SaysWhyTheOneThatTheConfigNamesDoesNotRun) {
  config::Target target;
  target.python = "/workspace/.venv/bin/python";
  Inside inside;
  inside.pythons = {k_login};
  inside.silent_pythons = {{target.python, "path", 0, "", "/home/me/python3.12"},
                           {"/opt/conda/envs/old/bin/python", "conda:old", 127, "libpython3.9.so: cannot open"}};
  auto choice = choose_python(target, inside);
  ASSERT_FALSE(choice);
  EXPECT_EQ(choice.error().cause,
            "/workspace/.venv/bin/python does not run (a link to /home/me/python3.12, which is not there); found are: "
            "/opt/conda/envs/CenterNet/bin/python (login:python, 3.11.2)");
  target.python = "conda:old";
  choice = choose_python(target, inside);
  EXPECT_NE(choice.error().cause.find("does not run (libpython3.9.so: cannot open)"), std::string::npos);
}

TEST(ChoosePython, NamesWhatWasFoundWhenNoneFits) {
  const auto choice =
      choose("auto", {python("login:python", "/usr/bin/python", "2.7.18"), k_environment, k_other_environment});
  ASSERT_FALSE(choice);
  EXPECT_EQ(choice.error().cause,
            "found are: /usr/bin/python (login:python, 2.7.18), /opt/conda/envs/CenterNet/bin/python (conda:CenterNet, "
            "3.11.2), /opt/conda/envs/other/bin/python (conda:other, 3.11.2)");
}

TEST(ChoosePython, TakesTheEnvironmentThatTheConfigNames) {
  const auto choice = choose("conda:other", {k_login, k_environment, missing(k_other_environment, {"cv2"})});
  ASSERT_TRUE(choice);
  EXPECT_EQ(choice->python.path, k_other_environment.path);
  EXPECT_EQ(choice->cause, "helper.json says \"conda:other\"");
}

TEST(ChoosePython, TakesThePathThatTheConfigNamesOnlyWhereItWasTriedAsThat) {
  const Python named = python("path", "/srv/venv/bin/python");
  const auto choice = choose("/srv/venv/bin/python", {k_login, named});
  ASSERT_TRUE(choice);
  EXPECT_EQ(choice->python, named);
  EXPECT_EQ(choice->cause, "helper.json says \"/srv/venv/bin/python\"");
  EXPECT_FALSE(choose("/srv/other/bin/python", {k_login, named}));
}

TEST(ChoosePython, AnEnvironmentThatTheConfigNamesMayBePython2) {
  EXPECT_TRUE(choose("conda:old", {python("conda:old", "/opt/conda/envs/old/bin/python", "2.7.18")}));
}

TEST(ChoosePython, NeverTakesAnotherThanTheConfigNames) {
  const auto choice = choose("conda:missing", {k_login});
  ASSERT_FALSE(choice);
  EXPECT_EQ(to_text(choice.error()),
            "python \"conda:missing\" is not in the container or does not run; found are: "
            "/opt/conda/envs/CenterNet/bin/python (login:python, 3.11.2)\n"
            "  fix: set \"python\" in helper.json to one of these, or to \"auto\"");
}

std::vector<std::string> notes(const std::vector<Python>& found, bool login_cut = false) {
  const config::Target target;
  Inside inside;
  inside.pythons = found;
  inside.login_cut = login_cut;
  const auto choice = choose_python(target, inside);
  return choice ? python_notes(target, inside, *choice) : std::vector<std::string>{"none"};
}

TEST(PythonNotes, AreNoneWhenTheLoginShellNamesTheSame) {
  EXPECT_TRUE(notes({k_login, k_environment}).empty());
  EXPECT_TRUE(notes({python("login:python", "/usr/bin/python", "3.11.2", "/usr"),
                     having(python("system", "/usr/bin/python3", "3.11.2", "/usr"), "torch")})
                  .empty());
}

TEST(PythonNotes, SayWhatTheTerminalsPythonIsWhenItIsAnother) {
  EXPECT_EQ(
      notes({k_login3, k_dot_venv}),
      (std::vector<std::string>{"`which python3` in the container's login shell is /usr/bin/python3 (3.11.2), not "
                                "/srv/project/.venv/bin/python: the project's own environment, .venv"}));
}

TEST(PythonNotes, SayOfALinkToTheSystemsPythonThatTheLoginShellNamesIt) {
  const config::Target target;
  Inside inside;
  inside.pythons = {python("image:python", "/opt/conda/bin/python"),
                    python("login:python", "/opt/conda/envs/zz/bin/python", "3.11.2", "/usr")};
  const auto choice = choose_python(target, inside);
  ASSERT_TRUE(choice);
  for (const auto& note : python_notes(target, inside, *choice))
    EXPECT_EQ(note.find("is /opt/conda/bin/python"), std::string::npos) << note;
}

TEST(PythonNotes, SayThatSomeOfTooManyWereNotAsked) {
  config::Target target;
  Inside inside;
  inside.pythons = {python("image:python", "/opt/conda/bin/python")};
  inside.silent_pythons = {{"/e/a/bin/python", "conda:a"}, {"/e/b/bin/python", "conda:b"}};
  const auto choice = choose_python(target, inside);
  ASSERT_TRUE(choice);
  EXPECT_TRUE(python_notes(target, inside, *choice).empty());
  inside.silent_pythons.back().unasked = true;
  EXPECT_EQ(python_notes(target, inside, *choice).size(), 1U);
  target.python = "conda:b";
  const auto named = choose_python(target, inside);
  ASSERT_FALSE(named);
  EXPECT_NE(named.error().cause.find("it was not asked, since there are too many"), std::string::npos);
}

// The login shells of SSH sessions have the image's PATH again.
TEST(PythonNotes, AreNoneWhereOnlyTheSystemsStartFilesHideTheImagesPython) {
  const auto system = python("login:python3", "/usr/bin/python3", "3.11.2", "/usr");
  const auto mindspore = having(python("image:python", "/usr/local/python-3.9.2/bin/python", "3.9.2"), "mindspore");
  EXPECT_TRUE(notes({system, mindspore}).empty());
  EXPECT_TRUE(notes({system, python("image:python3", "/opt/venv/bin/python3"),
                     python("activated:venv", "/opt/venv/bin/python3")})
                  .empty());
  // The image's PATH names another than the one that is chosen.
  EXPECT_EQ(
      notes({system, python("image:python", "/opt/venv/bin/python"), k_dot_venv}),
      (std::vector<std::string>{"`which python` in the container's login shell is /opt/venv/bin/python (3.11.2), not "
                                "/srv/project/.venv/bin/python: the project's own environment, .venv"}));
  // What a person's start files activate stays.
  EXPECT_EQ(notes({missing(k_login, {"torch"}), having(mindspore, "torch")}).size(), 1U);
}

TEST(PythonNotes, NameTheProjectsEnvironmentThatDoesNotRunAndThoseOfItsFolders) {
  config::Target target;
  Inside inside;
  inside.pythons = {k_login3, python("venv:backend/.venv", "/workspace/backend/.venv/bin/python")};
  inside.silent_pythons = {{"/workspace/.venv/bin/python", "uv:.venv", 0, "", "/home/me/python3.12"},
                           {"/opt/conda/envs/x/bin/python", "conda:x", 1, "broken"},
                           {"/p/of-another-project/bin/python", "pdm:of-another-project", 1, "broken"}};
  const auto choice = choose_python(target, inside);
  ASSERT_TRUE(choice);
  EXPECT_EQ(python_notes(target, inside, *choice),
            (std::vector<std::string>{"the project's environment /workspace/.venv/bin/python does not run: a link to "
                                      "/home/me/python3.12, which is not there; create it again in the container",
                                      "the project has an environment in a folder of it: "
                                      "/workspace/backend/.venv/bin/python; to use it: helper python use "
                                      "/workspace/backend/.venv/bin/python"}));
  target.python = "conda:base";
  EXPECT_TRUE(python_notes(target, inside, *choice).empty());
}

TEST(PythonNotes, SayWhatIsMissingAndThatTheLoginShellWasNotWaitedFor) {
  const auto told = notes({missing(k_login, {"cv2", "apex"})}, true);
  ASSERT_EQ(told.size(), 2U);
  EXPECT_NE(told[0].find("take longer than 2 s"), std::string::npos);
  EXPECT_NE(told[1].find("cannot import cv2, apex"), std::string::npos);
}

}  // namespace
}  // namespace helper::plan
