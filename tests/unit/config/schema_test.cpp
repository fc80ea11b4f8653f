#include "config/schema.hpp"

#include "config/keys.hpp"
#include "config/parse.hpp"
#include "support/golden.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <regex>
#include <string>
#include <vector>

namespace helper::config {
namespace {

using Json = nlohmann::json;

TEST(ConfigSchema, ThePublishedFileIsWhatTheTableGives) {
  EXPECT_TRUE(test::matches_file("ide-integration/helper.schema.json", config_schema()));
}

TEST(ConfigSchema, ThePublishedReferenceIsWhatTheTableGives) {
  EXPECT_TRUE(test::matches_file("docs/config.md", config_reference()));
}

// Walks the schema along a row's path.
Json schema_of(std::string_view path) {
  Json node = Json::parse(config_schema());
  while (!path.empty()) {
    const std::string name(path.substr(0, path.find('.')));
    node = Json(name == "*" ? node.at("additionalProperties") : node.at("properties").at(name));
    path.remove_prefix(std::min(name.size() + 1, path.size()));
  }
  return node;
}

TEST(ConfigSchema, EveryKeyIsDescribedAndEveryObjectIsClosed) {
  for (const Key& row : keys()) {
    const Json node = schema_of(row.path);
    if (row.kind == Kind::object) {
      EXPECT_EQ(node.at("additionalProperties"), false) << row.path;
    }
    if (row.path.ends_with('*')) continue;
    EXPECT_EQ(node.at("description"), row.help) << row.path;
    EXPECT_EQ(node.contains("default"), !row.default_json.empty()) << row.path;
  }
}

// A config with one key set: "targets.*.ssh.user" and "\"dev\"".
std::string config_with(std::string_view path, std::string_view value) {
  Json root{{"targets", {{"t1", {{"container", {{"image", "i:1"}}}}}}}};
  std::string pointer = "/" + std::string(path);
  for (char& c : pointer) {
    if (c == '.') c = '/';
  }
  if (const std::size_t star = pointer.find('*'); star != std::string::npos) pointer.replace(star, 1, "t1");
  if (path.starts_with("targets.*.project.")) root["targets"]["t1"]["project"]["remote"] = "/w";
  root[Json::json_pointer(pointer)] = Json::parse(value);
  return root.dump();
}

TEST(Keys, TheExampleAndTheDefaultOfEachAreAccepted) {
  for (const Key& row : keys()) {
    const auto with_example = parse_config(config_with(row.path, row.example), "/p/helper.json", "/home/me");
    EXPECT_TRUE(with_example) << row.path << ": " << (with_example ? "" : to_text(with_example.error()));
    if (row.default_json.empty()) continue;
    const auto with_default = parse_config(config_with(row.path, row.default_json), "/p/helper.json", "/home/me");
    EXPECT_TRUE(with_default) << row.path << ": " << (with_default ? "" : to_text(with_default.error()));
  }
}

TEST(Keys, WritingADefaultIsTheSameAsLeavingTheKeyOut) {
  for (const Key& row : keys()) {
    if (row.default_json.empty()) continue;
    const std::string parent(row.path.substr(0, row.path.rfind('.')));
    const bool is_an_object_that_may_be_left_out = parent.ends_with("jupyter") || parent.ends_with("build");
    const std::string bare = is_an_object_that_may_be_left_out
                                 ? config_with(parent, "{}")
                                 : config_with("targets.*.project", R"({"remote": "/w"})");
    Json both = Json::parse(config_with(row.path, row.default_json));
    both.merge_patch(Json::parse(bare));
    const auto without = parse_config(bare, "/p/helper.json");
    const auto with = parse_config(both.dump(), "/p/helper.json");
    ASSERT_TRUE(without && with) << row.path;
    EXPECT_EQ(without->targets.at("t1"), with->targets.at("t1")) << row.path;
  }
}

// The texts to which a row's pattern applies: a text, the entries of a list, the names in an object.
std::vector<std::string> texts_of(const Json& value) {
  if (value.is_string()) return {value.get<std::string>()};
  std::vector<std::string> texts;
  for (const auto& item : value.items()) {
    if (value.is_object()) texts.push_back(item.key());
    if (value.is_array() && item.value().is_string()) texts.push_back(item.value().get<std::string>());
  }
  return texts;
}

TEST(Keys, PatternsAcceptTheirOwnExamplesAndDefaults) {
  for (const Key& row : keys()) {
    if (row.pattern.empty()) continue;
    const std::regex pattern{std::string(row.pattern)};
    for (const std::string_view shown : {row.example, row.default_json}) {
      if (shown.empty()) continue;
      for (const std::string& text : texts_of(Json::parse(shown))) {
        EXPECT_TRUE(std::regex_match(text, pattern)) << row.path << " " << text;
      }
    }
  }
}

TEST(Keys, HelpIsOneSentenceOnOneLine) {
  for (const Key& row : keys()) {
    EXPECT_FALSE(row.help.empty()) << row.path;
    EXPECT_FALSE(row.help.ends_with('.')) << row.path;
    EXPECT_EQ(row.help.find('\n'), std::string_view::npos) << row.path;
  }
}

}  // namespace
}  // namespace helper::config
