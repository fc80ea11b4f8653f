// Each rule of Docker's documentation of .dockerignore, on its examples and a few that people get wrong.
#include "config/docker_ignore.hpp"

#include <gtest/gtest.h>

namespace helper::config {
namespace {

bool excludes(const std::string& text, const std::string& path) { return DockerIgnore(text).excludes(path); }

TEST(DockerIgnore, WithoutLinesExcludesNothing) {
  EXPECT_FALSE(excludes("", "a"));
  EXPECT_FALSE(excludes("\n\n  \n# a\n", "a"));
  EXPECT_FALSE(DockerIgnore().excludes("a/b"));
}

TEST(DockerIgnore, ANameIsThatOfTheContextsOwnFolderOnly) {
  EXPECT_TRUE(excludes("foo", "foo"));
  EXPECT_FALSE(excludes("foo", "a/foo"));
  EXPECT_FALSE(excludes("foo", "foobar"));
}

TEST(DockerIgnore, SlashesAtTheEndsAndDotsDoNotMatter) {
  for (const char* line : {"/foo/bar", "foo/bar", "foo/bar/", "./foo/bar", "foo//bar", "foo/x/../bar", "  foo/bar \r"})
    EXPECT_TRUE(excludes(line, "foo/bar")) << line;
}

TEST(DockerIgnore, WhatStandsInAnExcludedFolderIsExcludedToo) {
  EXPECT_TRUE(excludes("data", "data/a/b.bin"));
  EXPECT_TRUE(excludes("*/temp*", "somedir/temporary/x"));
}

TEST(DockerIgnore, AStarEndsAtASlash) {
  EXPECT_TRUE(excludes("*/temp*", "somedir/temporary.txt"));
  EXPECT_FALSE(excludes("*/temp*", "a/b/temporary.txt"));
  EXPECT_TRUE(excludes("*/*/temp*", "somedir/subdir/temporary.txt"));
  EXPECT_FALSE(excludes("*.md", "docs/a.md"));
}

TEST(DockerIgnore, AQuestionMarkIsOneLetter) {
  EXPECT_TRUE(excludes("temp?", "tempa"));
  EXPECT_FALSE(excludes("temp?", "temp"));
  EXPECT_FALSE(excludes("a?b", "a/b"));
}

TEST(DockerIgnore, TwoStarsAreAnyNumberOfFoldersIncludingNone) {
  EXPECT_TRUE(excludes("**/*.go", "a.go"));
  EXPECT_TRUE(excludes("**/*.go", "a/b/c.go"));
  EXPECT_FALSE(excludes("**/*.go", "a/b/c.gox"));
  EXPECT_TRUE(excludes("a/**/b", "a/b"));
  EXPECT_TRUE(excludes("a/**/b", "a/x/y/b"));
  EXPECT_FALSE(excludes("a/**/b", "a/xb"));
  EXPECT_TRUE(excludes("a/**", "a/x/y"));
  EXPECT_TRUE(excludes("**/__pycache__", "src/deep/__pycache__/x.pyc"));
}

TEST(DockerIgnore, ASetIsOneLetterOfIt) {
  EXPECT_TRUE(excludes("file[0-9a]", "file5"));
  EXPECT_TRUE(excludes("file[0-9a]", "filea"));
  EXPECT_FALSE(excludes("file[0-9a]", "fileb"));
  EXPECT_TRUE(excludes("file[^0-9]", "fileb"));
  EXPECT_FALSE(excludes("file[^0-9]", "file5"));
}

TEST(DockerIgnore, ABackslashTakesTheNextLetterAsItIs) {
  EXPECT_TRUE(excludes("a\\*b", "a*b"));
  EXPECT_FALSE(excludes("a\\*b", "axb"));
}

TEST(DockerIgnore, TheLastLineThatMatchesDecides) {
  const char* text = "*.md\n!README*.md\nREADME-secret.md";
  EXPECT_TRUE(excludes(text, "a.md"));
  EXPECT_FALSE(excludes(text, "README.md"));
  EXPECT_TRUE(excludes(text, "README-secret.md"));
  EXPECT_FALSE(excludes("*.md\nREADME-secret.md\n!README*.md", "README-secret.md"));
}

TEST(DockerIgnore, AllButSomeIsSaidByAStarAndExceptions) {
  const DockerIgnore ignore("*\n!src\n!pyproject.toml\n");
  EXPECT_TRUE(ignore.excludes("data/x"));
  EXPECT_FALSE(ignore.excludes("src"));
  EXPECT_FALSE(ignore.excludes("src/a/b.py"));
  EXPECT_FALSE(ignore.excludes("pyproject.toml"));
  EXPECT_TRUE(ignore.brings_back());
  EXPECT_FALSE(DockerIgnore("*\n").brings_back());
}

TEST(DockerIgnore, AByteOrderMarkAndCommentsAreNoPatterns) {
  EXPECT_TRUE(excludes("\xef\xbb\xbf#x\nfoo\n", "foo"));
  EXPECT_FALSE(excludes("#foo\n", "#foo"));
  EXPECT_TRUE(excludes(" #foo\n", "#foo")) << "only in the first column";
}

TEST(DockerIgnore, APatternOfManyStarsTakesNoLongTime) {
  std::string pattern;
  for (int i = 0; i < 40; ++i) pattern += "*a";
  EXPECT_FALSE(excludes(pattern + "b", std::string(2000, 'a')));
}

}  // namespace
}  // namespace helper::config
