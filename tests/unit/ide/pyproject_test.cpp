#include "ide/pyproject.hpp"

#include <gtest/gtest.h>

#include <string>

namespace helper::ide {
namespace {

TEST(PyprojectName, IsThatOfTheProjectElsePoetrys) {
  EXPECT_EQ(pyproject_name("[project]\nname = \"a-b\"\n"), "a-b");
  EXPECT_EQ(pyproject_name("\xEF\xBB\xBF[project]\r\nname='a.b' # c\r\n"), "a.b");
  EXPECT_EQ(pyproject_name("project.name = \"x\""), "x");
  EXPECT_EQ(pyproject_name("project = { version = \"1\", name = \"x\" }"), "x");
  EXPECT_EQ(pyproject_name("[ project ]\n\"name\" = \"\"\"x\"\"\""), "x");
  EXPECT_EQ(pyproject_name("[tool.poetry]\nname = \"p\"\n[project]\nname = \"x\""), "x");
  EXPECT_EQ(pyproject_name("[tool.poetry]\nname = \"p\"\n"), "p");
  EXPECT_EQ(pyproject_name("[build-system]\nrequires = [\n  \"a\", # [project]\n  'b',\n]\n[project]\nname = \"x\"\n"),
            "x");
  EXPECT_EQ(
      pyproject_name("[project]\ndynamic = [\"version\"]\nx = 1979-05-27T07:32:00Z\ny = {a = [1, 2]}\nname = \"x\""),
      "x");
}

TEST(PyprojectName, IsNotSomebodyElses) {
  EXPECT_EQ(pyproject_name(""), "");
  EXPECT_EQ(pyproject_name("[tool.x]\nname = \"a\""), "");
  EXPECT_EQ(pyproject_name("[[project]]\nname = \"a\""), "");
  EXPECT_EQ(pyproject_name("[project]\nauthors = [{name = \"A B\"}]\nurls.name = \"u\""), "");
  EXPECT_EQ(pyproject_name("[tool.x]\ntext = \"\"\"\n[project]\nname = \"a\"\n\"\"\"\n[project]\nversion = \"1\""), "");
  EXPECT_EQ(pyproject_name("# [project]\n# name = \"a\""), "");
}

TEST(PyprojectName, ThatNoFileCanHaveIsNone) {
  for (const char* name : {"", ".", "../x", "a/b", "a\\\\b", "a$b", "a:b", "a\\nb"}) {
    EXPECT_EQ(pyproject_name("[project]\nname = \"" + std::string(name) + "\""), "") << name;
  }
}

TEST(PyprojectName, OfWhatIsNoTomlIsNone) {
  for (const char* text : {"[", "[project", "[project]\nname", "[project]\nname =", "[project]\nname = \"x", "= 1", "]",
                           "[project]\nname = [", "a = {b", "a = [1,", "\"", "a.", "[[project]"}) {
    EXPECT_EQ(pyproject_name(text), "") << text;
  }
  EXPECT_EQ(pyproject_name("a = " + std::string(100'000, '[')), "");
}

}  // namespace
}  // namespace helper::ide
