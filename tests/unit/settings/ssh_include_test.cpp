#include "settings/ssh_include.hpp"

#include "settings/ssh_hosts.hpp"
#include "support/scoped_env.hpp"
#include "support/temp_folder.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace helper::settings {
namespace {

const std::filesystem::path k_file = "/home/u/.local/share/helper/ssh_config";
const std::filesystem::path k_home = "/home/u";
const std::string k_line = "Include /home/u/.local/share/helper/ssh_config";

std::string with(std::optional<std::string_view> text) { return with_include(text, k_file, k_home).value_or("error"); }

TEST(Include, IsTheFirstLine) {
  EXPECT_EQ(with(std::nullopt), k_line + "\n");
  EXPECT_EQ(with(""), k_line + "\n");
  EXPECT_EQ(with("Host a\n  Port 1\n"), k_line + "\nHost a\n  Port 1\n");
  EXPECT_EQ(with("# mine\nMatch all\n"), k_line + "\n# mine\nMatch all\n");
}

TEST(Include, HasTheLineEndsOfTheFile) {
  EXPECT_EQ(with("Host a\r\n  Port 1\r\n"), k_line + "\r\nHost a\r\n  Port 1\r\n");
}

TEST(Include, ThatIsThereInAnySpellingIsEnough) {
  for (const char* line :
       {"Include /home/u/.local/share/helper/ssh_config", "include ~/.local/share/helper/ssh_config",
        "\tINCLUDE=\"~/.local/share/helper/ssh_config\"", "Include ../.local/share/helper/ssh_config",
        "Include \"/home/u/.local/share/helper/ssh_config\" other", "Include ~/.local/share/helper/*",
        "Include = /home/u/.local//share/./helper/ssh_config", "# x\n\nInclude ~/.local/share/helper/ssh_config\r"}) {
    const std::string text = std::string(line) + "\nHost a\n";
    EXPECT_EQ(with(text), text);
  }
}

TEST(Include, ComesBeforeSettingsAndOtherIncludes) {
  for (const std::string above : {"ProxyJump jump\n", "Include ~/.orbstack/ssh/config\n", "# x\nUser me\r\n"}) {
    EXPECT_EQ(with(above + k_line + "\nHost a\n"), k_line + "\n" + above + "Host a\n");
    const std::string theirs = above + "Include ~/.local/share/helper/ssh_config\n";
    EXPECT_EQ(with(theirs), k_line + "\n" + theirs);
  }
  const std::string second = "Include other ~/.local/share/helper/ssh_config\n";
  EXPECT_EQ(with(second), k_line + "\n" + second);
}

TEST(Include, BelowAHostOrMatchOrInACommentDoesNotCount) {
  for (const std::string& text : std::vector<std::string>{"Host a\n" + k_line + "\n", "Match host b\n" + k_line + "\n",
                                                          "# " + k_line + "\n", "Include /other\n", k_line + ".old\n"})
    EXPECT_EQ(with(text), k_line + "\n" + text);
}

TEST(Include, QuotesAPathWithSpacesAndRefusesWhatSshWouldExpand) {
  EXPECT_EQ(include_line("/home/a b/ssh_config").value_or(""), "Include \"/home/a b/ssh_config\"");
  for (const char* path :
       {"/home/%h/x", "/home/*/x", "/home/${A}/x", "/home/a\"b/x", "/home/a\nb", "relative", "/home/[a]/x"})
    EXPECT_FALSE(include_line(path)) << path;
}

TEST(Include, IsTakenOutAgainWithNothingElse) {
  for (const char* text : {"Host a\n  Port 1\n", "Host a\r\n  Port 1\r\n", "x", "\n", "Include /other\nHost b"}) {
    EXPECT_EQ(without_include(with(text), k_file).value_or("error"), text);
    EXPECT_EQ(without_include(text, k_file).value_or("error"), text);
  }
  EXPECT_EQ(without_include(with(std::nullopt), k_file).value_or("error"), std::nullopt);
  EXPECT_EQ(without_include("User me\n" + k_line + "\r\nHost a\n", k_file).value_or("error"), "User me\nHost a\n");
  const std::string theirs = "Host a\n" + k_line + "\n";
  EXPECT_EQ(without_include(k_line + "\n" + theirs, k_file).value_or("error"), theirs);
}

TEST(Words, AreSplitAsSshDoes) {
  using W = std::vector<std::string>;
  EXPECT_EQ(words_of_line("  Host  a b\t!c \r\n"), (W{"host", "a", "b", "!c"}));
  EXPECT_EQ(words_of_line("Port=22"), (W{"port", "22"}));
  EXPECT_EQ(words_of_line("Port = 22"), (W{"port", "22"}));
  EXPECT_EQ(words_of_line("Include \"a b\" c\\ d"), (W{"include", "a b", "c d"}));
  EXPECT_EQ(words_of_line("  # Host a"), W{});
  EXPECT_EQ(words_of_line("Include \"open"), W{});
  EXPECT_EQ(words_of_line("SetEnv A=b"), (W{"setenv", "A=b"}));
}

TEST(OwnHost, IsWhatAHostOrMatchLineNamesUnlessItNamesAll) {
  EXPECT_TRUE(names_host("Host centernet\n", "centernet"));
  EXPECT_TRUE(names_host("host other CenterNet\n", "centernet"));
  EXPECT_TRUE(names_host("Host center*\n", "centernet"));
  EXPECT_TRUE(names_host("Match user x originalhost a,center?et exec \"true\"\n", "centernet"));
  EXPECT_FALSE(names_host("Host *\n  Port 1\nMatch all\n", "centernet"));
  EXPECT_FALSE(names_host("Host !centernet *\n", "centernet"));
  EXPECT_FALSE(names_host("# Host centernet\nHost centernet2\nHostName centernet\n", "centernet"));
}

TEST(Includes, AreTakenFromTheFolderOfSsh) {
  using P = std::vector<std::filesystem::path>;
  EXPECT_EQ(includes_of("Include a ~/b /c/*\nHost x\n include d\n", k_home),
            (P{"/home/u/.ssh/a", "/home/u/b", "/c/*", "/home/u/.ssh/d"}));
}

// A stand-in for an ssh of before 8.5, which refuses what it does not know.
TEST(KeywordsOfSsh, AreThoseThatItKnows) {
  EXPECT_EQ(keywords_of_ssh(), ide::Keywords::all);
  const test::TempFolder folder;
  const auto program = folder.path() / "ssh";
  std::ofstream(program)
      << "#!/bin/sh\necho 'command-line: line 0: Bad configuration option: knownhostscommand' >&2\nexit 255\n";
  std::filesystem::permissions(program, std::filesystem::perms::owner_all);
  {
    const test::ScopedEnv path("PATH", folder.path().string() + ":/usr/bin:/bin");
    EXPECT_EQ(keywords_of_ssh(), ide::Keywords::of_before);
  }
  const test::ScopedEnv none("PATH", "/nowhere");
  EXPECT_EQ(keywords_of_ssh(), ide::Keywords::all) << "nobody reads the file";
}

}  // namespace
}  // namespace helper::settings
