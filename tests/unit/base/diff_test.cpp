#include "base/diff.hpp"

#include "base/process/process.hpp"
#include "support/temp_folder.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <random>
#include <string>

namespace helper {
namespace {

const DiffNames k_names{"a", "b"};

void put(const std::filesystem::path& file, const std::string& text) { std::ofstream(file, std::ios::binary) << text; }

std::string get(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

CommandOutput run(std::vector<std::string> argv) {
  ProcessSpec spec;
  spec.argv = std::move(argv);
  auto output = run_process(spec, {});
  EXPECT_TRUE(output);
  return output.value_or(CommandOutput{-1, "", ""});
}

// A few kinds of lines only, so that there is much to confuse.
std::string some_text(std::mt19937& random) {
  std::string text;
  const auto lines = random() % 30;
  for (unsigned i = 0; i < lines; ++i) text += std::string(1, static_cast<char>('a' + random() % 4)) + "\n";
  if (!text.empty() && random() % 4 == 0) text.pop_back();
  return text;
}

TEST(UnifiedDiff, IsEmptyForEqualTexts) {
  EXPECT_EQ(unified_diff("", "", k_names), "");
  EXPECT_EQ(unified_diff("a\nb", "a\nb", k_names), "");
}

TEST(UnifiedDiff, ShowsThreeLinesAroundAChange) {
  EXPECT_EQ(unified_diff("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n", k_names),
            "--- a\n+++ b\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
}

TEST(UnifiedDiff, OfANewFileBeginsAtNothing) {
  EXPECT_EQ(unified_diff("", "x\n", {"/dev/null", "b"}), "--- /dev/null\n+++ b\n@@ -0,0 +1 @@\n+x\n");
}

TEST(UnifiedDiff, MarksALastLineWithoutItsEnd) {
  EXPECT_EQ(unified_diff("x", "x\n", k_names), "--- a\n+++ b\n@@ -1 +1 @@\n-x\n\\ No newline at end of file\n+x\n");
}

TEST(UnifiedDiff, OfTwoTextsWithoutACommonLineIsAllOfBoth) {
  std::string before;
  std::string after;
  for (int i = 0; i < 1500; ++i) {
    before += "b" + std::to_string(i) + "\n";
    after += "a" + std::to_string(i) + "\n";
  }
  const auto diff = unified_diff(before, after, k_names);
  EXPECT_NE(diff.find("@@ -1,1500 +1,1500 @@"), std::string::npos);
}

TEST(UnifiedDiff, IsWhatPatchTurnsIntoTheOtherText) {
  const test::TempFolder folder;
  std::mt19937 random(4711);
  for (int i = 0; i < 200; ++i) {
    const std::string before = some_text(random);
    const std::string after = some_text(random);
    if (before == after || after.empty()) continue;  // patch removes a file that it empties
    put(folder.path() / "a", before);
    put(folder.path() / "d", unified_diff(before, after, k_names));
    const auto patched = run({"patch", "--binary", "-s", "-o", (folder.path() / "out").string(),
                              (folder.path() / "a").string(), (folder.path() / "d").string()});
    ASSERT_EQ(patched.exit_status, 0) << patched.out << patched.err << "\n" << before << "->\n" << after;
    ASSERT_EQ(get(folder.path() / "out"), after);
  }
}

TEST(UnifiedDiff, ChangesNoMoreLinesThanDiffDoes) {
  const test::TempFolder folder;
  std::mt19937 random(42);
  const auto changed = [](const std::string& diff) {
    std::size_t lines = 0;
    for (std::size_t at = diff.find('\n'); at + 1 < diff.size() && at != std::string::npos;
         at = diff.find('\n', at + 1))
      lines += diff[at + 1] == '-' || diff[at + 1] == '+' ? 1u : 0u;
    return lines;
  };
  for (int i = 0; i < 50; ++i) {
    const std::string before = some_text(random);
    const std::string after = some_text(random);
    put(folder.path() / "a", before);
    put(folder.path() / "b", after);
    const auto theirs = run({"diff", "-d", "-u", (folder.path() / "a").string(), (folder.path() / "b").string()});
    ASSERT_LE(changed(unified_diff(before, after, k_names)), changed(theirs.out)) << theirs.out;
  }
}

}  // namespace
}  // namespace helper
