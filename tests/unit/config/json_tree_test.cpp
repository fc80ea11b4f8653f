#include "config/json_tree.hpp"

#include <gtest/gtest.h>

#include <string>

namespace helper::config {
namespace {

using Type = JsonNode::Type;

JsonNode read(const std::string& text) {
  auto node = parse_json(text, "f.json");
  if (!node) {
    ADD_FAILURE() << to_text(node.error()) << "\nin\n" << text;
    return {};
  }
  return *node;
}

Error refused(const std::string& text) {
  const auto node = parse_json(text, "f.json");
  if (node) {
    ADD_FAILURE() << "accepted: " << text.substr(0, 200);
    return {};
  }
  return node.error();
}

TEST(ParseJson, EveryValueKnowsItsLine) {
  const JsonNode root = read(
      "// one\n{ \"a\": 1,\n  \"b\": [\n    true,\n    2.5\n  ], /* six\n seven */ \"c\": {\n \"d\": \"x\",\n\n "
      "\"e\"\n:\nnull } }\n");
  ASSERT_EQ(root.type, Type::object);
  EXPECT_EQ(root.line, 2);
  ASSERT_EQ(root.items.size(), 3u);
  EXPECT_EQ(root.items[0].line, 2);
  EXPECT_EQ(root.items[1].line, 3);
  EXPECT_EQ(root.items[1].items[0].line, 4);
  EXPECT_EQ(root.items[1].items[1].line, 5);
  EXPECT_EQ(root.items[2].line, 7);
  EXPECT_EQ(root.items[2].items[0].line, 8);
  EXPECT_EQ(root.items[2].items[1].line, 12);
}

TEST(ParseJson, ANumberAtTheEndOfALineStandsOnThatLine) {
  const JsonNode root = read("[1\n,2\r\n,3\n\n]");
  EXPECT_EQ(root.items[0].line, 1);
  EXPECT_EQ(root.items[1].line, 2);
  EXPECT_EQ(root.items[2].line, 3);
}

TEST(ParseJson, WindowsLineEndsAndAByteOrderMarkAreTaken) {
  const JsonNode root = read("\xEF\xBB\xBF{\r\n  \"a\": 1 // x\r\n}\r\n");
  EXPECT_EQ(root.items[0].line, 2);
  EXPECT_EQ(refused("\xEF\xBB\xBF{\r\n  \"a\": x\r\n}").thing, "f.json:2");
}

TEST(ParseJson, KeepsOrderNamesAndValues) {
  const JsonNode root = read(R"({"z": -5, "a": "\u00e4\n", "m": 18446744073709551615, "n": 1e3})");
  EXPECT_EQ(root.names, (std::vector<std::string>{"z", "a", "m", "n"}));
  EXPECT_EQ(root.items[0].integer, -5);
  EXPECT_EQ(root.items[1].text, "\xC3\xA4\n");
  EXPECT_EQ(describe(root.items[2]), "the number 18446744073709551615");
  EXPECT_EQ(describe(root.items[3]), "the number 1e3");
}

TEST(ParseJson, AKeyWrittenTwiceIsRefusedWithBothLines) {
  const Error error = refused("{\"a\": 1,\n\"b\": {\"a\": 1},\n\"a\": 2}");
  EXPECT_EQ(error.code, ErrorCode::config_invalid);
  EXPECT_EQ(error.thing, "f.json:3");
  EXPECT_EQ(error.cause, "the key \"a\" is here a second time; the first is on line 1");
  EXPECT_EQ(refused("{\"a\": 1, \"\\u0061\": 2}").code, ErrorCode::config_invalid);
}

TEST(ParseJson, OtherMistakesAreNamedByLineAndReason) {
  EXPECT_EQ(to_text(refused("{\n\"a\" 1}")),
            "f.json:2: is not JSON with comments near column 6: unexpected number literal; expected ':'\n"
            "  fix: correct it there or on the line before: keys and texts need double quotes, entries a comma between "
            "them");
  EXPECT_EQ(refused("{\n\n\"a\": 'x'}").thing, "f.json:3");
  EXPECT_EQ(refused("").thing, "f.json:1");
  EXPECT_EQ(refused("{\n\n").thing, "f.json:2");
  for (const std::string text :
       {"",       " ",      "// only", "/* open", "{",    "}",   "{]",     "[1 2]",   "{\"a\": 01}", "{\"a\": +1}",
        "{a: 1}", "nul",    "1 2",     "{}{}",    "{} x", "[1}", "\"open", "\"\\x\"", "\"\\ud800\"", "\"a\nb\"",
        "[,]",    "[1,,2]", "1e999",   "NaN",     "/"}) {
    const Error error = refused(text);
    EXPECT_EQ(error.code, ErrorCode::config_syntax) << text;
    EXPECT_EQ(to_text(error).find("json.exception"), std::string::npos) << to_text(error);
    EXPECT_LT(error.cause.size(), 300u);
  }
}

TEST(ParseJson, BytesThatAreNotUtf8AreRefusedEvenInComments) {
  for (const std::string text : {"{\n\"a\": \"\xff\"}", "{\n// \xc3\n}", "{\n\"\xed\xa0\x80\": 1}"}) {
    EXPECT_EQ(refused(text).cause, "holds a byte that is not UTF-8");
    EXPECT_EQ(refused(text).thing, "f.json:2");
  }
  EXPECT_EQ(refused(std::string("{\n\0}", 4)).cause, "holds a NUL byte");
}

TEST(ParseJson, DepthAndSizeHaveLimits) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_EQ(read(nested(k_max_config_depth)).type, Type::array);
  EXPECT_NE(refused(nested(k_max_config_depth + 1)).cause.find("64 levels"), std::string::npos);
  EXPECT_NE(refused(std::string(500'000, '[')).cause.find("64 levels"), std::string::npos);
  EXPECT_EQ(read("[]" + std::string(k_max_config_bytes - 2, ' ')).type, Type::array);
  EXPECT_NE(refused("[]" + std::string(k_max_config_bytes - 1, ' ')).cause.find("1 MiB"), std::string::npos);
}

TEST(JsonTree, AllowsACommaBehindTheLastEntry) {
  const char* text = "{\"a\": [1, 2, // one, two,\n ], \"b\": \",]\", /* , */ }";
  const auto tree = parse_json(text, "f");
  ASSERT_TRUE(tree) << to_text(tree.error());
  EXPECT_EQ(find_member(*tree, "a")->items.size(), 2u);
  EXPECT_EQ(find_member(*tree, "b")->text, ",]");
  EXPECT_EQ(find_member(*tree, "b")->line, 2);
  EXPECT_EQ(find_member(*tree, "c"), nullptr);
  for (const char* wrong : {"[,]", "{,}", "[1,,]", "{\"a\": ,}", "[1 , , ]"})
    EXPECT_FALSE(parse_json(wrong, "f")) << wrong;
}

}  // namespace
}  // namespace helper::config
