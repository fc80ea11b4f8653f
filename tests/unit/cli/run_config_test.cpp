#include "support/scoped_env.hpp"
#include "unit/cli/desk.hpp"

#include <gtest/gtest.h>

namespace helper::cli {
namespace {

using test::Desk;

constexpr const char* k_config = R"({"targets": {"net": {"server": "${localEnv:HELPER_TEST_SERVER}",
  "container": {"image": "i:1"}}}})";

std::filesystem::path local_of(const Desk& desk) { return desk.folder.path() / "helper.local.json"; }

TEST(RunConfig, ShowsEachValueWithItsFileAndNoValueOfTheEnvironment) {
  Desk desk;
  const test::ScopedEnv server("HELPER_TEST_SERVER", "secret-server");
  ASSERT_TRUE(desk.files.write(desk.config_file(), k_config, 0644));
  ASSERT_TRUE(desk.files.write(local_of(desk), R"({"targets": {"net": {"container": {"env": {"A": "1"}}}}})", 0600));
  ASSERT_EQ(desk.run({"config"}).value_or(-1), 0);
  EXPECT_EQ(desk.out.str(),
            "helper.json:1        targets.net.server: \"${localEnv:HELPER_TEST_SERVER}\"\n"
            "helper.json:2        targets.net.container.image: \"i:1\"\n"
            "helper.local.json:1  targets.net.container.env.A: \"1\"\n");
  desk.out.str("");
  ASSERT_EQ(desk.run({"config", "net", "--json"}).value_or(-1), 0);
  const rpc::Json document = rpc::Json::parse(desk.out.str());
  EXPECT_EQ(document.at("config"), desk.config_file().string());
  EXPECT_EQ(document.at("local"), local_of(desk).string());
  EXPECT_EQ(
      document.at("values").at(2),
      (rpc::Json{
          {"key", "targets.net.container.env.A"}, {"value", "1"}, {"file", local_of(desk).string()}, {"line", 1}}));
  EXPECT_EQ(desk.out.str().find("secret-server"), std::string::npos);
}

TEST(RunConfig, TellsTheErrorsBehindTheValues) {
  Desk desk;
  ASSERT_TRUE(desk.files.write(desk.config_file(), k_config, 0644));
  const auto status = desk.run({"config"});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::config_invalid);
  EXPECT_EQ(status.error().thing, "helper.json:1: targets.net.server");
  EXPECT_NE(desk.out.str().find("targets.net.container.image"), std::string::npos);
  ASSERT_TRUE(desk.files.write(desk.config_file(), R"({"targets": {"net": {"container": {"image": "i"}}}})", 0644));
  EXPECT_EQ(desk.run({"config", "nett"}).error().code, ErrorCode::config_target);
}

TEST(PythonUse, WritesIntoTheLocalFileWhereThatHasTheKey) {
  Desk desk;
  const test::ScopedEnv server("HELPER_TEST_SERVER", "secret-server");
  ASSERT_TRUE(desk.files.write(desk.config_file(), k_config, 0644));
  ASSERT_TRUE(desk.files.write(local_of(desk), R"({"targets": {"net": {"python": "auto"}}})", 0600));
  ASSERT_EQ(desk.run({"python", "use", "/opt/python", "--json"}).value_or(-1), 0);
  EXPECT_EQ(desk.files.read(local_of(desk))->value_or(""), R"({"targets": {"net": {"python": "/opt/python"}}})");
  EXPECT_EQ(desk.files.read(desk.config_file())->value_or(""), k_config);
  EXPECT_EQ(rpc::Json::parse(desk.out.str()).at("config"), local_of(desk).string());
  ASSERT_TRUE(desk.files.write(local_of(desk), "{}", 0600));
  ASSERT_EQ(desk.run({"python", "use", "/opt/python"}).value_or(-1), 0);
  const std::string text = desk.files.read(desk.config_file())->value_or("");
  EXPECT_NE(text.find("\"python\": \"/opt/python\""), std::string::npos);
  EXPECT_EQ(text.find("secret-server"), std::string::npos) << "a variable stays one";
  EXPECT_EQ(desk.files.read(local_of(desk))->value_or(""), "{}");
}

TEST(Init, AddsATargetToAConfigWithVariablesAndWritesNoValueOfThem) {
  Desk desk;
  const test::ScopedEnv server("HELPER_TEST_SERVER", "secret-server");
  ASSERT_TRUE(desk.files.write(desk.config_file(), k_config, 0644));
  ASSERT_TRUE(desk.files.write(local_of(desk), R"({"targets": {"mine": {"container": {"image": "j"},
      "ssh": {"local_port": 3000}}}})",
                               0600));
  EXPECT_EQ(desk.run({"init", "--image", "j", "--target", "mine"}).error().code, ErrorCode::usage);
  ASSERT_EQ(desk.run({"init", "--image", "j", "--target", "other", "--ssh-port", "2300"}).value_or(-1), 0);
  const std::string text = desk.files.read(desk.config_file())->value_or("");
  EXPECT_NE(text.find("${localEnv:HELPER_TEST_SERVER}"), std::string::npos);
  EXPECT_EQ(text.find("secret-server"), std::string::npos);
}

}  // namespace
}  // namespace helper::cli
