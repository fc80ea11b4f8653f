// The labels of a record's volume, which anybody who may use the engine can write.
#include "engine/record.hpp"

#include <gtest/gtest.h>

namespace helper::engine {
namespace {

const plan::Record k_record{"f1b77c1f",
                            "0123",
                            {"0123456789abcdef0123456789abcdef", "alice", "laptop"},
                            "/home/me/a, \"b\" 100%",
                            {"ssh-ed25519 AAAA+/=", "ecdsa-sha2-nistp256 BBBB"}};

std::string as_json(const Argv& words) {
  std::string json;
  for (std::size_t i = 1; i < words.size(); i += 2) {
    const auto equals = words[i].find('=');
    json += (json.empty() ? "\"" : ",\"") + words[i].substr(0, equals) + "\":\"" + words[i].substr(equals + 1) + "\"";
  }
  return "{" + json + "}";
}

TEST(Record, ComesBackFromItsLabels) {
  const auto words = record_labels(k_record);
  for (const auto& word : words) EXPECT_EQ(word.find_first_of(",\""), std::string::npos) << word;
  const auto read = read_record(as_json(words));
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, k_record);
}

TEST(Record, OfSomebodyWhoMeansHarmSteersNoTerminal) {
  auto record = k_record;
  record.owner.name = "al\x1b[2Jice";
  record.project = "/home/\x1b]0;x";
  record.host_keys = {"ssh-ed25519 A\x1b"};
  const auto read = read_record(as_json(record_labels(record)));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->owner.name, "al\\x1b[2Jice");
  EXPECT_EQ(read->project.find('\x1b'), std::string::npos);
  EXPECT_TRUE(read->host_keys.empty());
}

TEST(Record, IsNoneWithoutAContainerAndAnOwner) {
  for (const char* text :
       {"", "null", "[]", "{}", "{\"io.helper.of.container\":\"a\"}", "{\"io.helper.of.container\":1}"})
    EXPECT_FALSE(read_record(text)) << text;
}

}  // namespace
}  // namespace helper::engine
