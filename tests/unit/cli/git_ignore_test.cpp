#include "cli/git_ignore.hpp"

#include "unit/cli/desk.hpp"

#include <gtest/gtest.h>

namespace helper::cli {
namespace {

using test::Desk;

std::string text_of(Desk& desk, const std::filesystem::path& file) {
  return desk.files.read(file)->value_or("(not there)");
}

TEST(GitIgnore, GetsTheLineOnceAndTheRestOfItStays) {
  Desk desk;
  const auto ignore = desk.folder.path() / ".gitignore";
  std::filesystem::create_directory(desk.folder.path() / ".git");
  ASSERT_TRUE(desk.files.write(ignore, "build", 0644));
  const Ignored first = ignore_local_file(desk.files, desk.config_file());
  EXPECT_EQ(first.written, ignore);
  EXPECT_NE(first.told.find("wrote helper.local.json into " + ignore.string()), std::string::npos) << first.told;
  EXPECT_EQ(text_of(desk, ignore), "build\nhelper.local.json\n");
  const Ignored second = ignore_local_file(desk.files, desk.config_file());
  EXPECT_FALSE(second.written);
  EXPECT_EQ(second.told, "");
}

TEST(GitIgnore, IsNotMadeOutsideOfAWorkTree) {
  Desk desk;
  const Ignored ignored = ignore_local_file(desk.files, desk.config_file());
  EXPECT_FALSE(ignored.written);
  EXPECT_EQ(ignored.told, "");
  EXPECT_TRUE(desk.files.files().empty());
}

TEST(GitIgnore, OfAFolderAboveIsEnough) {
  Desk desk;
  const auto below = desk.folder.path() / "a/b";
  std::filesystem::create_directories(below);
  std::ofstream(desk.folder.path() / ".git") << "gitdir: elsewhere";  // of a further work tree
  ASSERT_TRUE(desk.files.write(desk.folder.path() / ".gitignore", "helper.local.json\n", 0644));
  EXPECT_FALSE(ignore_local_file(desk.files, below / "helper.json").written);
  EXPECT_EQ(ignore_local_file(desk.files, below / "other.json").written, below / ".gitignore");
  EXPECT_EQ(text_of(desk, below / ".gitignore"), "other.local.json\n");
}

TEST(GitIgnore, IsNotWrittenThroughALink) {
  Desk desk;
  std::filesystem::create_directory(desk.folder.path() / ".git");
  std::filesystem::create_symlink("/nonexistent/file", desk.folder.path() / ".gitignore");
  const Ignored ignored = ignore_local_file(desk.files, desk.config_file());
  EXPECT_FALSE(ignored.written);
  EXPECT_NE(ignored.told.find("is a link"), std::string::npos) << ignored.told;
}

TEST(GitIgnore, ThatCannotBeReadIsToldAndLeft) {
  Desk desk;
  std::filesystem::create_directory(desk.folder.path() / ".git");
  desk.files.set_unreadable(desk.folder.path() / ".gitignore");
  const Ignored ignored = ignore_local_file(desk.files, desk.config_file());
  EXPECT_FALSE(ignored.written);
  EXPECT_NE(ignored.told.find("write the line helper.local.json into"), std::string::npos) << ignored.told;
}

TEST(Init, TellsThatItWroteTheGitIgnore) {
  Desk desk;
  std::filesystem::create_directory(desk.folder.path() / ".git");
  ASSERT_EQ(desk.run({"init", "--image", "i:1"}).value_or(-1), 0);
  EXPECT_NE(desk.out.str().find("note: wrote helper.local.json into "), std::string::npos) << desk.out.str();
  EXPECT_EQ(text_of(desk, desk.folder.path() / ".gitignore"), "helper.local.json\n");
}

}  // namespace
}  // namespace helper::cli
