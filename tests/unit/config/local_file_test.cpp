#include "config/local_file.hpp"

#include "config/parse.hpp"
#include "config/written.hpp"

#include <gtest/gtest.h>

#include <string>

namespace helper::config {
namespace {

const std::filesystem::path k_file = "/home/me/project/helper.json";

constexpr const char* k_base = R"({"targets": {
  "net": {"server": "gpu1",
          "container": {"image": "i:1", "env": {"A": "1", "B": "2"}, "mounts": ["/a:/a", "/b:/b"]},
          "jupyter": {"local_port": 8889}}}})";

Result<Config> parsed(const std::string& base, const std::string& local) {
  Surroundings around{"/home/me"};
  around.local = local;
  return parse_config(base, k_file, around);
}

Target target(const std::string& local) {
  const auto config = parsed(k_base, local);
  if (!config) {
    ADD_FAILURE() << to_text(config.error());
    return {};
  }
  return config->targets.at("net");
}

Error refused(const std::string& local, const std::string& base = k_base) {
  const auto config = parsed(base, local);
  EXPECT_FALSE(config) << local;
  return config ? Error{} : config.error();
}

JsonNode tree(const std::string& text) { return parse_json(text, "x").value_or(JsonNode{}); }

TEST(LocalFile, IsBesideTheConfigAndHasItsName) {
  EXPECT_EQ(local_file_of("/p/helper.json"), "/p/helper.local.json");
  EXPECT_EQ(local_file_of("/p/other.config.json"), "/p/other.config.local.json");
  EXPECT_EQ(local_file_of("/p/helper.local.json"), "");
  EXPECT_EQ(local_file_of("/p/helper.conf"), "");
  EXPECT_EQ(local_file_of("/p/.json"), "");
}

TEST(LocalFile, ObjectsAreJoinedKeyByKeyAndAllElseIsReplaced) {
  const Target t = target(R"({"targets": {"net": {"server": "gpu7",
      "container": {"env": {"B": "3", "C": "4"}, "mounts": ["/c:/c"]}, "ssh": {"user": "me"}}}})");
  EXPECT_EQ(t.server, "gpu7");
  EXPECT_EQ(t.container.image, "i:1");
  EXPECT_EQ(t.container.env, (std::map<std::string, std::string>{{"A", "1"}, {"B", "3"}, {"C", "4"}}));
  EXPECT_EQ(t.container.mounts, (std::vector<std::string>{"/c:/c"}));
  EXPECT_EQ(t.ssh.user, "me");
  EXPECT_EQ(t.jupyter->local_port, 8889);
}

TEST(LocalFile, NullTakesAKeyAway) {
  const Target t = target(R"({"targets": {"net": {"jupyter": null, "container": {"env": {"A": null}}, "ssh": null,
      "project": {"remote": "/w", "local": null}}}})");
  EXPECT_FALSE(t.jupyter);
  EXPECT_EQ(t.container.env, (std::map<std::string, std::string>{{"B", "2"}}));
  EXPECT_EQ(t.project.remote, "/w");
  EXPECT_EQ(refused(R"({"targets": {"net": null}})").cause, "has no target");
}

TEST(LocalFile, NullIsNoValueInAListNorInTheConfigItself) {
  EXPECT_EQ(refused(R"({"targets": {"net": {"post_start": [null]}}})").thing,
            "helper.local.json:1: targets.net.post_start[0]");
  EXPECT_EQ(refused("{}", R"({"targets": {"net": {"container": {"image": "i"}, "jupyter": null}}})").thing,
            "helper.json:1: targets.net.jupyter");
}

TEST(LocalFile, NothingIsRequiredInIt) {
  EXPECT_EQ(target("{}").server, "gpu1");
  EXPECT_EQ(target(R"({"$schema": "x", "targets": {}})").server, "gpu1");
  EXPECT_EQ(target("// nothing yet\n{\"targets\": {\"net\": {\"container\": {}}}}").container.image, "i:1");
}

TEST(LocalFile, ATargetMayBeInItAlone) {
  const auto config =
      parsed(k_base, R"({"targets": {"mine": {"container": {"image": "j"}, "ssh": {"local_port": 1}}}})");
  ASSERT_TRUE(config) << to_text(config.error());
  EXPECT_EQ(config->targets.at("mine").container.image, "j");
  EXPECT_EQ(config->file, k_file);
}

TEST(LocalFile, ErrorsNameTheFileOfTheLine) {
  EXPECT_EQ(refused("{\"targets\": {\"net\": {\n\"serv\": 1}}}").thing, "helper.local.json:2: targets.net.serv");
  EXPECT_EQ(refused("{\"targets\": {\"net\": {\n\"container\": {\n\"env\": {\"B\": 1}}}}}").thing,
            "helper.local.json:3: targets.net.container.env.B");
  EXPECT_EQ(refused("{\"targets\": {\"mine\":\n{\"ssh\": {\"local_port\": 1}}}}").thing,
            "helper.local.json:2: targets.mine.container");
  EXPECT_EQ(refused("{,}").thing, "helper.local.json:1");
  EXPECT_EQ(refused("[]").thing, "helper.local.json");
  EXPECT_EQ(refused(R"({"targets": {"net": {"container": {"image": null}}}})").thing,
            "helper.json:3: targets.net.container.image");
  EXPECT_EQ(refused(R"({"targets": {"net": {"server": "${localEnv:X}"}}})").thing,
            "helper.local.json:1: targets.net.server");
}

TEST(LocalFile, ErrorsOfBothFilesAreToldThoseOfTheConfigFirst) {
  const Error error = refused("{\"targets\": {\"net\": {\"server\": 1}}}",
                              "{\"targets\": {\"net\": {\n\n\"container\": {\"image\": \"i\", \"x\": 1}}}}");
  EXPECT_EQ(error.thing, "helper.json");
  EXPECT_LT(error.cause.find("helper.json:3: targets.net.container.x"),
            error.cause.find("helper.local.json:1: targets.net.server"));
  EXPECT_EQ(refused("{\"targets\": {\"net\": {\"server\": 1, \"python\": 1}}}").thing, "helper.local.json");
}

TEST(LocalFile, APortOfBothFilesIsNamedWithTheFileOfEach) {
  EXPECT_EQ(to_text(refused("{\"targets\": {\"net\": {\n\"ssh\": {\"local_port\": 8889}}}}")),
            "helper.json:4: targets.net.jupyter.local_port: local port 8889 is also that of targets.net.ssh.local_port "
            "(line 2 of helper.local.json)\n"
            "  fix: give one of the two another local port, for example 8890");
}

TEST(LocalFile, AValueOfTheConfigThatIsReplacedNeedsNoVariable) {
  const auto config = parsed(R"({"targets": {"net": {"container": {"image": "${localEnv:IMAGE}"}}}})",
                             R"({"targets": {"net": {"container": {"image": "i"}}}})");
  ASSERT_TRUE(config) << to_text(config.error());
  EXPECT_EQ(config->targets.at("net").container.image, "i");
}

TEST(LocalFile, ASettingIsWrittenWhereItsKeyIs) {
  const auto in = [](const std::string& base, const std::string& local) {
    return written_in(tree(base), tree(local), {"targets", "net", "python"});
  };
  const std::string with = R"({"targets": {"net": {"python": "auto"}}})";
  const std::string without = R"({"targets": {"net": {}}})";
  const std::string other = R"({"targets": {"other": {}}})";
  EXPECT_EQ(in(with, without), WrittenIn::base);
  EXPECT_EQ(in(without, without), WrittenIn::base);
  EXPECT_EQ(in(with, with), WrittenIn::local);
  EXPECT_EQ(in(with, R"({"targets": {"net": {"python": null}}})"), WrittenIn::local);
  EXPECT_EQ(in(other, without), WrittenIn::local);
  EXPECT_EQ(in(other, "{}"), WrittenIn::base);
  EXPECT_EQ(in(with, R"({"targets": 1})"), WrittenIn::base);
}

TEST(WrittenValues, AreThoseOfBothFilesEachWithItsPlaceAndNoVariableReplaced) {
  const auto root = read_tree(
      "{\"targets\": {\"net\": {\"server\": \"${localEnv:S}\",\n\"forwards\": [1, \"2:3\"], "
      "\"container\": {\"env\": {\"A\": \"1\"}}}, \"b\": {}}}",
      "{\"targets\": {\"net\": {\n\n\"container\": {\"env\": {\"B\": \"\\u0007\"}}}}}", k_file);
  ASSERT_TRUE(root);
  std::string text;
  for (const WrittenValue& value : written_values(*root, "net"))
    text += thing_at(k_file, value.spot, value.key) + " = " + value.json + "\n";
  EXPECT_EQ(text,
            "helper.json:1: targets.net.server = \"${localEnv:S}\"\n"
            "helper.json:2: targets.net.forwards = [1,\"2:3\"]\n"
            "helper.json:2: targets.net.container.env.A = \"1\"\n"
            "helper.local.json:3: targets.net.container.env.B = \"\\u0007\"\n");
  EXPECT_EQ(written_values(*root, "").back().key, "targets.b");
  EXPECT_TRUE(written_values(*root, "none").empty());
}

TEST(IgnoredByGit, TheLineIsAddedAtTheEndAndNothingElseChanges) {
  EXPECT_EQ(with_ignored("", "helper.local.json"), "helper.local.json\n");
  EXPECT_EQ(with_ignored("build/\n", "helper.local.json"), "build/\nhelper.local.json\n");
  EXPECT_EQ(with_ignored("build/", "helper.local.json"), "build/\nhelper.local.json\n");
  EXPECT_EQ(with_ignored("build/\r\nx\r\n", "helper.local.json"), "build/\r\nx\r\nhelper.local.json\r\n");
  EXPECT_EQ(with_ignored("#helper.local.json\nmy-helper.local.json\n", "helper.local.json"),
            "#helper.local.json\nmy-helper.local.json\nhelper.local.json\n");
}

TEST(IgnoredByGit, ALineThatIsThereIsEnough) {
  for (const char* line : {"helper.local.json", "/helper.local.json", "**/helper.local.json", "helper.local.json \r"})
    EXPECT_EQ(with_ignored("a\n" + std::string(line) + "\nb\n", "helper.local.json"), std::nullopt) << line;
}

}  // namespace
}  // namespace helper::config
