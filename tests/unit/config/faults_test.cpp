// All errors of a config in one.
#include "config/parse.hpp"

#include <gtest/gtest.h>

#include <string>

namespace helper::config {
namespace {

const std::filesystem::path k_file = "/home/me/project/helper.json";

Error refused(const std::string& text) {
  auto config = parse_config(text, k_file, "/home/me");
  EXPECT_FALSE(config) << text;
  return config ? Error{} : config.error();
}

// The first line of each error that the cause lists.
std::string listed(const Error& error) {
  std::string places;
  for (std::size_t at = error.cause.find("\nhelper."); at != std::string::npos;
       at = error.cause.find("\nhelper.", at + 1)) {
    const std::size_t end = error.cause.find(": ", error.cause.find(": ", at) + 1);
    places += error.cause.substr(at + 1, end - at - 1) + "\n";
  }
  return places;
}

TEST(Faults, EachIsToldWithLineAndKeyInTheOrderOfLines) {
  const Error error = refused(R"({"targets": {
    "one": {"container": {"image": "i", "privileged": "yes",
                          "mounts": ["x", "/a:/b", "y"]},
            "ssh": {"local_port": 0,
                    "usr": "me"}},
    "two": {"server": "-x",
            "container": {}},
    "b d": {},
    "three": {"container": {"image": "i"}, "ssh": {"key": "~bob/id", "local_port": 1},
              "project": {"local": "."}}}})");
  EXPECT_EQ(error.code, ErrorCode::config_invalid);
  EXPECT_EQ(error.thing, "helper.json");
  EXPECT_EQ(error.fix, "correct what each of them names");
  EXPECT_TRUE(error.cause.starts_with("it has 10 errors:\n")) << error.cause;
  EXPECT_EQ(listed(error),
            "helper.json:2: targets.one.container.privileged\n"
            "helper.json:3: targets.one.container.mounts[0]\n"
            "helper.json:3: targets.one.container.mounts[2]\n"
            "helper.json:4: targets.one.ssh.local_port\n"
            "helper.json:5: targets.one.ssh.usr\n"
            "helper.json:6: targets.two.server\n"
            "helper.json:7: targets.two.container.image\n"
            "helper.json:8: targets.b d\n"
            "helper.json:9: targets.three.ssh.key\n"
            "helper.json:10: targets.three.project.remote\n");
}

TEST(Faults, OneAloneIsToldAsItIs) {
  EXPECT_EQ(to_text(refused(R"({"targets": {"net": {"container": {"image": "i"}, "keeper": 1}}})")),
            "helper.json:1: targets.net.keeper: is the number 1, must be true or false\n"
            "  fix: write it like \"keeper\": false");
}

TEST(Faults, ALongListEndsWithTheTwentieth) {
  std::string text = R"({"targets": {"net": {"container": {"image": "i", "env": {)";
  for (int i = 0; i < 35; ++i) text += (i == 0 ? "\n\"A" : ",\n\"A") + std::to_string(i) + "\": " + std::to_string(i);
  const Error error = refused(text + "}}}}}");
  EXPECT_TRUE(error.cause.starts_with("it has 35 errors; the first 20 are:\n")) << error.cause;
  EXPECT_NE(error.cause.find("helper.json:21: targets.net.container.env.A19: "), std::string::npos) << error.cause;
  EXPECT_EQ(error.cause.find("A20"), std::string::npos) << error.cause;
}

TEST(Faults, AConfigThatIsAllWrongIsNotReadToItsEnd) {
  std::string text = "{\"x\": 1";
  for (int i = 0; i < 500; ++i) text += ", \"x" + std::to_string(i) + "\": 1";
  EXPECT_TRUE(refused(text + "}").cause.starts_with("it has 200 errors or more; the first 20 are:\n"));
}

TEST(Faults, AMistypedRequiredKeyIsNotAlsoMissing) {
  EXPECT_EQ(refused(R"({"targets": {"net": {"contaner": {"image": "i"}}}})").thing,
            "helper.json:1: targets.net.contaner");
  EXPECT_EQ(refused(R"({"targets": {"net": {"container": {"imag": "i"}}}})").thing,
            "helper.json:1: targets.net.container.imag");
  EXPECT_EQ(refused(R"({"targets": {"net": {"container": {"image": 5}}}})").thing,
            "helper.json:1: targets.net.container.image");
  EXPECT_EQ(refused(R"({"targets": {"net": {"container": 5}}})").thing, "helper.json:1: targets.net.container");
  EXPECT_EQ(refused(R"({"targets": {"net": 5}})").thing, "helper.json:1: targets.net");
  EXPECT_EQ(refused(R"({"targts": {"net": 5}})").thing, "helper.json:1: targts");
}

TEST(Faults, ADefaultInPlaceOfAWrongValueCollidesWithNothing) {
  // Both would have local port 2222, and both would be container "one" of this machine.
  EXPECT_EQ(refused(R"({"targets": {
    "one": {"container": {"image": "i"}},
    "two": {"container": {"image": "i", "name": "one"}, "server": 7, "ssh": {"local_port": "22x"}}}})")
                .cause.substr(0, 16),
            "it has 2 errors:");
}

TEST(Faults, WhatTargetsHaveInCommonIsToldBesideTheRest) {
  const Error error = refused(R"({"targets": {
    "one": {"container": {"image": "i", "gpu": "all"}},
    "two": {"container": {"image": "i"},
            "ssh": {"local_port": 2222}}}})");
  EXPECT_EQ(listed(error),
            "helper.json:2: targets.one.container.gpu\n"
            "helper.json:4: targets.two.ssh.local_port\n");
}

TEST(Faults, AnErrorOfADevcontainerHidesNoOtherAndMakesNone) {
  Surroundings around{"/home/me"};
  around.open_devcontainer = [](const std::filesystem::path&) -> Result<DevcontainerFile> {
    return fail(ErrorCode::config_unreadable, "/home/me/project", "no devcontainer.json is in this folder", "name it");
  };
  const auto alone = parse_config("{\"targets\": {\"net\": {\n\"devcontainer\": \".\"}}}", k_file, around);
  ASSERT_FALSE(alone);
  EXPECT_EQ(to_text(alone.error()),
            "helper.json:2: targets.net.devcontainer: /home/me/project: no devcontainer.json is in this folder\n"
            "  fix: name it");
  EXPECT_EQ(alone.error().code, ErrorCode::config_unreadable);
  const auto both =
      parse_config("{\"targets\": {\"net\": {\n\"devcontainer\": \".\",\n\"keeper\": 1}}}", k_file, around);
  ASSERT_FALSE(both);
  EXPECT_EQ(listed(both.error()), "helper.json:2: targets.net.devcontainer\nhelper.json:3: targets.net.keeper\n");
  EXPECT_EQ(both.error().code, ErrorCode::config_invalid);
}

}  // namespace
}  // namespace helper::config
