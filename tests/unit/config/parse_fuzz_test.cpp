// The fuzz target on seeded mutations of real configs and on random bytes, so that every test run tries some without a
// fuzzing compiler.
#include "config/keys.hpp"
#include "config/template.hpp"
#include "fuzz/parse_config_fuzz.cpp"  // NOLINT(bugprone-suspicious-include)
#include "support/golden.hpp"
#include "support/mutate.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace helper::config {
namespace {

void feed(const std::string& text) {
  ASSERT_EQ(LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()), 0);
}

// Words that bring a mutation deeper than single bytes do: every key, and values that some key takes.
std::vector<std::string> words() {
  std::vector<std::string> words{"{",
                                 "}",
                                 "[",
                                 "]",
                                 ",",
                                 ":",
                                 "\"",
                                 "//",
                                 "/*",
                                 "*/",
                                 "\n",
                                 "\\u0000",
                                 "\\ud800",
                                 "\xEF\xBB\xBF",
                                 "\xff",
                                 "-1",
                                 "0",
                                 "65535",
                                 "65536",
                                 "1e309",
                                 "18446744073709551616",
                                 "null",
                                 "true",
                                 "{}",
                                 "[]",
                                 "\"\"",
                                 "\"~/x\"",
                                 "\"~x\"",
                                 "\"-x\"",
                                 "\":::\"",
                                 "\"a:/b:ro\"",
                                 "\"${localEnv:A}\"",
                                 "${localEnv:",
                                 "\"[::1]:1:1\""};
  for (const Key& row : keys()) {
    words.push_back("\"" + std::string(last_name(row.path)) + "\":");
    words.emplace_back(row.example);
  }
  return words;
}

TEST(ParseConfigFuzz, StandsTwentyThousandMutatedConfigs) {
  const std::string folder = std::string(TEST_SOURCE_DIR) + "/golden/";
  const std::vector<std::string> seeds{
      test::read_file(folder + "template_few.json"), test::read_file(folder + "template_many.json"),
      R"({"targets":{"a1":{"container":{"image":"i","ulimits":{"stack":{"soft":1,"hard":2}},"env":{"A":"b"},"extra_args":["-v","/a:/b"]},"forwards":[1,"2:3"]}}})"};
  for (const std::string& seed : seeds) ASSERT_FALSE(seed.empty());
  test::Mutator mutator(20240301, words());
  for (int round = 0; round < 20'000; ++round) feed(mutator.next(seeds));
}

TEST(ParseConfigFuzz, StandsRandomBytes) {
  std::mt19937 random(20240302);
  for (int round = 0; round < 2'000; ++round) {
    std::string text(random() % 200, '\0');
    for (char& c : text) c = static_cast<char>(random() & 0xFF);
    feed(text);
  }
}

// Whatever grows faster than its input would show here as a test that does not end in its time.
TEST(ParseConfigFuzz, StandsLargeInputs) {
  std::string keys_text = "{";
  for (int i = 0; i < 60'000; ++i) keys_text += "\"k" + std::to_string(i) + "\":\n0,";
  feed(keys_text + "\"end\":0}");
  std::string targets = "{\"targets\":{";
  for (int i = 0; i < 6'000; ++i) {
    targets += (i == 0 ? "\"t" : ",\"t") + std::to_string(i) +
               "\":{\"container\":{\"image\":\"i\"},\"ssh\":{\"local_port\":" + std::to_string(i + 1) + "}}";
  }
  feed(targets + "}}");
  std::string forwards = R"({"targets":{"t1":{"container":{"image":"i"},"forwards":[1)";
  for (int i = 2; i < 60'000; ++i) forwards += ",\n" + std::to_string(i == 2222 ? 65000 : i);
  feed(forwards + "]}}}");
  feed("{\"targets\":{\"" + std::string(500'000, 'a') + "\":{}}}");
}

}  // namespace
}  // namespace helper::config
