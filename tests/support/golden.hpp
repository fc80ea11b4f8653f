// Expected texts under tests/golden, compared line by line so that a failure shows what differs.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

namespace helper::test {

inline std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// The lines that differ, "-" expected and "+" actual, up to 20 of them.
inline std::string line_diff(const std::string& expected, const std::string& actual) {
  std::istringstream want(expected);
  std::istringstream got(actual);
  std::string diff;
  int shown = 0;
  for (int number = 1; shown < 20; ++number) {
    std::string want_line;
    std::string got_line;
    const bool has_want = static_cast<bool>(std::getline(want, want_line));
    const bool has_got = static_cast<bool>(std::getline(got, got_line));
    if (!has_want && !has_got) break;
    if (has_want && has_got && want_line == got_line) continue;
    ++shown;
    if (has_want) diff += std::to_string(number) + " - " + want_line + "\n";
    if (has_got) diff += std::to_string(number) + " + " + got_line + "\n";
  }
  return diff;
}

// Is `actual` the text of this file (a path below the repository)? When it is not, the text is left in the test's
// temporary folder, to be looked at and, if it is right, copied over the file.
inline testing::AssertionResult matches_file(const std::string& file, const std::string& actual) {
  const std::string path = std::string(TEST_SOURCE_DIR) + "/../" + file;
  const std::string expected = read_file(path);
  if (expected == actual) return testing::AssertionSuccess();
  const std::string left = testing::TempDir() + file.substr(file.rfind('/') + 1);
  std::ofstream(left, std::ios::binary) << actual;
  return testing::AssertionFailure() << file << " differs; the actual text is in " << left << "\n"
                                     << line_diff(expected, actual);
}

}  // namespace helper::test
