#include "config/splice.hpp"

#include "config/json_tree.hpp"

#include <gtest/gtest.h>

namespace helper::config {
namespace {

const std::vector<std::string> k_path{"targets", "net", "python"};

std::string spliced(std::string_view text, const std::vector<std::string>& path = k_path) {
  const auto changed = with_value(text, path, R"("conda:x")", "helper.json");
  EXPECT_TRUE(changed) << to_text(changed.error());
  if (changed) {
    EXPECT_TRUE(parse_json(*changed, "helper.json")) << *changed;
  }
  return changed.value_or("");
}

struct Case {
  const char* name;
  std::string before;
  std::string after;
};

class Splice : public testing::TestWithParam<Case> {};

TEST_P(Splice, ChangesOneValueAndNoOtherByte) { EXPECT_EQ(spliced(GetParam().before), GetParam().after); }

INSTANTIATE_TEST_SUITE_P(
    Here, Splice,
    testing::Values(
        Case{"AText", R"({"targets": {"net": {"python": "auto", "a": 1}}})",
             R"({"targets": {"net": {"python": "conda:x", "a": 1}}})"},
        Case{
            "AmongComments",
            "// \"python\": \"no\"\r\n{ /* { */ \"targets\" : {\r\n\t\"net\"\t: { // }\r\n\"b\": [1, {\"python\": 2}], "
            "\"python\" : /* here */ \"auto\" // why\r\n } } }\r\n",
            "// \"python\": \"no\"\r\n{ /* { */ \"targets\" : {\r\n\t\"net\"\t: { // }\r\n\"b\": [1, {\"python\": 2}], "
            "\"python\" : /* here */ \"conda:x\" // why\r\n } } }\r\n"},
        Case{"OfTheRightTarget",
             R"({"python": 1, "targets": {"other": {"python": "auto"}, "net": {"x": "\"}", "python": "auto"}}})",
             R"({"python": 1, "targets": {"other": {"python": "auto"}, "net": {"x": "\"}", "python": "conda:x"}}})"},
        Case{"OfAKeyWithEscapes", R"({"targets": {"n\u0065t": {"pyth\u006fn": "auto"}}})",
             R"({"targets": {"n\u0065t": {"pyth\u006fn": "conda:x"}}})"},
        Case{"OfAnotherType", R"({"targets":{"net":{"python":[1,"]",{"a":"}"}],"b":-1.5e3}}})",
             R"({"targets":{"net":{"python":"conda:x","b":-1.5e3}}})"},
        Case{"ThatIsNotThere", "{\"targets\": {\n  \"net\": {\n    // which\n    \"a\": 1\n  }\n}}",
             "{\"targets\": {\n  \"net\": {\n    \"python\": \"conda:x\",\n    // which\n    \"a\": 1\n  }\n}}"},
        Case{"ThatIsNotThereOnOneLine", R"({"targets": {"net": {"a": 1}}})",
             R"({"targets": {"net": {"python": "conda:x", "a": 1}}})"},
        Case{"OfAnEmptyObject", R"({"targets": {"net": { }}})", R"({"targets": {"net": {"python": "conda:x" }}})"},
        Case{"BehindAByteOrderMark", "\xef\xbb\xbf{\"targets\": {\"net\": {\"python\": null}}}",
             "\xef\xbb\xbf{\"targets\": {\"net\": {\"python\": \"conda:x\"}}}"}),
    [](const auto& each) { return std::string(each.param.name); });

TEST(Splice, OfATargetThatIsNotThereIsAnError) {
  const auto changed = with_value(R"({"targets": {"other": {}}})", k_path, "1", "helper.json");
  ASSERT_FALSE(changed);
  EXPECT_EQ(changed.error().code, ErrorCode::config_target);
  EXPECT_EQ(with_value(R"({"targets": {"net": []}})", k_path, "1", "f").error().code, ErrorCode::config_target);
  EXPECT_EQ(with_value("{", k_path, "1", "f").error().code, ErrorCode::config_syntax);
}

TEST(Splice, DoneTwiceIsDoneOnce) {
  const std::string once = spliced(R"({"targets": {"net": {"a": 1}}})");
  EXPECT_EQ(spliced(once), once);
}

}  // namespace
}  // namespace helper::config
