#include "ide/external_tools.hpp"

#include <gtest/gtest.h>

#include <cctype>
#include <random>
#include <string>
#include <vector>

namespace helper::ide {
namespace {

// As ParametersListUtil.parse of the IntelliJ Platform splits a tool's parameters.
std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> words;
  std::string word;
  bool quoted = false;
  bool escaped = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '"' && !escaped) {
      quoted = !quoted;
      continue;
    }
    if (c != '"' && std::isspace(static_cast<unsigned char>(c)) != 0 && !quoted) {
      if (!word.empty()) words.push_back(word);
      word.clear();
      continue;
    }
    if (c == '\\' && i + 1 < line.size() && line[i + 1] == '"' && !escaped) {
      escaped = true;
      continue;
    }
    escaped = false;
    word += c;
  }
  if (!word.empty()) words.push_back(word);
  return words;
}

TEST(Parameters, PlainWordsStandAsTheyAre) {
  EXPECT_EQ(join_parameters({"ensure", "gpu", "--config", "/home/me/helper.json"}),
            "ensure gpu --config /home/me/helper.json");
}

TEST(Parameters, SpacesQuotesAndBackslashesReachTheProgram) {
  EXPECT_EQ(join_parameters({"a b", "c\"d", "e f\\", "\\"}), "\"a b\" c\\\"d \"e f\"\\ \\");
}

TEST(Parameters, WhateverTheWordsTheIdeSplitsThemAgain) {
  std::mt19937 random(7);
  const std::string letters = "ab \\\"'$\t";
  for (int round = 0; round < 5000; ++round) {
    std::vector<std::string> words(1 + random() % 3);
    for (std::string& word : words) {
      word = "x";  // never empty: no argument of ours is
      for (auto n = random() % 6; n > 0; --n)
        word.insert(random() % (word.size() + 1), 1, letters[random() % letters.size()]);
    }
    ASSERT_EQ(split(join_parameters(words)), words) << join_parameters(words);
  }
}

}  // namespace
}  // namespace helper::ide
