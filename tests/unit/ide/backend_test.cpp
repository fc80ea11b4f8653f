#include "ide/backend.hpp"

#include "unit/ide/sample.hpp"

#include <gtest/gtest.h>

#include <string>

namespace helper::ide {
namespace {

constexpr const char* k_path = "/root/.cache/JetBrains/RemoteDev/dist/4da1711b52632_pycharm";
constexpr const char* k_info =
    R"({"name": "PyCharm", "version": "2026.1.1", "buildNumber": "261.22158.46", "productCode": "PY", "launch": []})";

Backend backend(const std::string& code, const std::string& build) {
  return {.path = "/opt/" + code + build, .product_code = code, .build = build};
}

std::string status_with(const std::string& link, const std::string& project = "/workspace/my_project") {
  return "2026-04-01 some log {line}\nSTATUS:\n{\"appPid\": 7, \"projects\": [{\"projectPath\": \"/other\"}, "
         "{\"projectPath\": \"" +
         project + "\", \"joinLink\": \"tcp://127.0.0.1:5990#jt=x\", \"gatewayLink\": \"" + link +
         "\"}]}\nmore } text {\n";
}

TEST(Backend, IsReadFromItsProductInfo) {
  const auto found = parse_product_info(k_path, k_info);
  ASSERT_TRUE(found);
  EXPECT_EQ(*found, (Backend{k_path, "PY", "261.22158.46", "PyCharm 2026.1.1", {}}));
}

TEST(Backend, IsNoneWhereTheFileOrThePathIsNotWhatItShouldBe) {
  for (const char* json : {"", "[]", "null", "{}", R"({"productCode": 7, "buildNumber": "1"})",
                           R"({"productCode": "PY", "buildNumber": "1\n2"})", R"({"productCode": "PY"})"}) {
    EXPECT_FALSE(parse_product_info(k_path, json)) << json;
  }
  for (const std::string& path : {std::string("relative"), std::string(), std::string("/a\nb"), std::string("/\xff"),
                                  "/" + std::string(5000, 'x')}) {
    EXPECT_FALSE(parse_product_info(path, k_info)) << path.substr(0, 20);
  }
}

TEST(Backend, ThatIsChosenIsPyCharmAndThenTheNewest) {
  EXPECT_FALSE(choose_backend({}));
  EXPECT_EQ(choose_backend({backend("IU", "999.1"), backend("PY", "261.9"), backend("PY", "261.10")})->build, "261.10");
  EXPECT_EQ(choose_backend({backend("IU", "252.1"), backend("WS", "253.1")})->product_code, "WS");
}

TEST(Backend, IsUsedAsItIsByTheGatewayLink) {
  EXPECT_EQ(gateway_link(test::sample(), *parse_product_info(k_path, k_info)),
            "jetbrains-gateway://connect#type=ssh&host=127.0.0.1&port=2222&user=root&projectPath=%2Fworkspace%2Fmy_"
            "project&deploy=false&idePath=%2Froot%2F.cache%2FJetBrains%2FRemoteDev%2Fdist%2F4da1711b52632_pycharm&"
            "productCode=PY&buildNumber=261.22158.46");
}

TEST(BackendStatus, GivesTheParametersOfTheProjectsOwnLink) {
  const auto own =
      parse_status(status_with("jetbrains-gateway://connect#type=ssh&host=x&runFromIdeToken=ab-1&newUi=true"),
                   "/workspace/my_project");
  EXPECT_EQ(own, (std::map<std::string, std::string>{{"runFromIdeToken", "ab-1"}, {"newUi", "true"}}));
  auto with = *parse_product_info(k_path, k_info);
  with.own = own;
  EXPECT_TRUE(gateway_link(test::sample(), with).ends_with("&newUi=true&runFromIdeToken=ab-1"));
}

TEST(BackendStatus, NeverSaysWhichMachineToGoTo) {
  const auto own = parse_status(
      status_with(
          "jetbrains-gateway://"
          "connect#type=coder&host=evil&port=1&user=eve&idePath=%2Fx&url=http%3A%2F%2Fevil&newUi=tr%26host%3Devil&"
          "newUi=a/b&runFromIdeToken=<x>"),
      "/workspace/my_project");
  EXPECT_EQ(own,
            (std::map<std::string, std::string>{{"newUi", "tr%26host%3Devil"}}));  // encoded: one value, no parameter
}

TEST(BackendStatus, IsEmptyForAnythingElse) {
  EXPECT_TRUE(parse_status(status_with("jetbrains-gateway://connect#newUi=true", "/elsewhere"), "/workspace/my_project")
                  .empty());
  EXPECT_TRUE(parse_status(status_with("https://evil/#newUi=true"), "/workspace/my_project").empty());
  for (const std::string& output :
       {std::string(), std::string("STATUS:"), std::string("STATUS:\n{\"projects\": 7}"), std::string("STATUS: {"),
        std::string("STATUS: {\"projects\": [[], 7, null, {}]}"), "STATUS: " + std::string(200'000, '['),
        "STATUS: {\"a\":" + std::string(200'000, '[') + std::string(200'000, ']') + "}",
        std::string("{\"projects\": []}"), std::string("STATUS: {\"\\")}) {
    EXPECT_TRUE(parse_status(output, "/p").empty()) << output.substr(0, 40);
  }
}

}  // namespace
}  // namespace helper::ide
