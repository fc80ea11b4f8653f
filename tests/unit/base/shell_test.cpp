#include "base/shell.hpp"

#include "base/process/local_runner.hpp"

#include <gtest/gtest.h>

#include <random>

namespace helper::shell {
namespace {

// What a real shell makes of the script, given by standard input so that it may be of any length.
std::string shell_prints(const std::string& script) {
  LocalRunner runner;
  const auto output = runner.run({"sh -s", script, Milliseconds(60'000)}, {});
  if (!output) return to_text(output.error());
  EXPECT_EQ(output->err, "");
  return output->out;
}

std::string random_word(std::mt19937& random) {
  std::uniform_int_distribution<int> length(0, 40);
  std::uniform_int_distribution<int> any_byte(1, 255);
  constexpr std::string_view k_nasty = "'\"\\$`!*?[]{}()<>|&;#~=%^ \t\n\r-";
  std::uniform_int_distribution<std::size_t> nasty(0, k_nasty.size() - 1);
  std::string word;
  for (int left = length(random); left > 0; --left) {
    word += left % 2 == 0 ? static_cast<char>(any_byte(random)) : k_nasty[nasty(random)];
  }
  return word;
}

TEST(ShellQuote, LeavesWordsAloneThatNeedNoQuotes) {
  EXPECT_EQ(quote("docker"), "docker");
  EXPECT_EQ(quote("/home/u/my_project:/workspace"), "/home/u/my_project:/workspace");
  EXPECT_EQ(quote("--gpus=all"), "--gpus=all");
}

TEST(ShellQuote, QuotesWhatAShellWouldTakeApart) {
  EXPECT_EQ(quote(""), "''");
  EXPECT_EQ(quote("a b"), "'a b'");
  EXPECT_EQ(quote("it's"), "'it'\\''s'");
  EXPECT_EQ(quote("~"), "'~'");
  EXPECT_EQ(quote("$(reboot)"), "'$(reboot)'");
}

TEST(ShellQuote, AWordWithAnEqualsSignIsNoAssignment) {
  EXPECT_EQ(quote("PATH=/tmp"), "'PATH=/tmp'");
  EXPECT_EQ(shell_prints(quote(std::vector<std::string>{"X=1"}) + " 2>/dev/null; echo $?"), "127\n");
}

TEST(ShellQuote, JoinsACommandWithSpaces) {
  EXPECT_EQ(quote(std::vector<std::string>{"docker", "run", "--name", "my box", ""}), "docker run --name 'my box' ''");
  EXPECT_EQ(quote(std::vector<std::string>{}), "");
}

// Every byte but NUL, alone and between others.
TEST(ShellQuote, AShellGivesBackEveryByte) {
  std::string script;
  std::string expected;
  for (int byte = 1; byte < 256; ++byte) {
    for (const std::string& word :
         {std::string(1, static_cast<char>(byte)), std::string{'a', static_cast<char>(byte), 'b'}}) {
      script += "printf '%s\\n' " + quote(word) + "\n";
      expected += word + "\n";
    }
  }
  EXPECT_EQ(shell_prints(script), expected);
}

TEST(ShellQuote, AShellGivesBackTwoThousandRandomWords) {
  std::mt19937 random(20'261'121);
  std::string script;
  std::string expected;
  for (int count = 0; count < 2'000; ++count) {
    const std::string word = random_word(random);
    script += "printf %s " + quote(word) + "; printf '\\001\\n'\n";
    expected += word + "\001\n";
  }
  EXPECT_EQ(shell_prints(script), expected);
}

}  // namespace
}  // namespace helper::shell
