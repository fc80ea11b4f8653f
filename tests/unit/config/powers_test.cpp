#include "config/powers.hpp"

#include "config/parse.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace helper::config {
namespace {

using testing::Contains;
using testing::Each;
using testing::Field;
using testing::HasSubstr;
using testing::Not;

Config config_of(const std::string& target) {
  const auto config = parse_config(R"({"targets": {"t1": )" + target + "}}", "/p/helper.json", "/home/me");
  EXPECT_TRUE(config) << (config ? "" : to_text(config.error()));
  return config.value_or(Config{});
}
PowerFacts in_p() { return {.folder = "/p"}; }
std::vector<Power> powers(const std::string& target, const PowerFacts& facts = in_p()) {
  return powers_of(config_of(target), facts);
}
std::string text(const std::vector<Power>& list) {
  std::string all;
  for (const auto& power : list) all += power.text + (power.always ? " !" : "") + "\n";
  return all;
}

constexpr const char* k_plain = R"({"server": "gpu1", "container": {"image": "i:1"}})";

TEST(Powers, SayWhatAConfigDoesLineByLine) {
  EXPECT_EQ(
      text(powers(R"({"server": "gpu1", "container": {"image": "i:1", "privileged": true, "mounts": ["/data:/data"],
      "ports": ["8080:80"], "env": {"A": "secret"}, "command": ["sh", "-c", "x y"], "extra_args": ["--cap-add", "ALL"]},
      "post_create": ["bash setup.sh"], "post_start": ["echo hi"], "project": {"remote": "/w"}})")),
      "t1: connects to server gpu1\n"
      "t1: runs image i:1\n"
      "t1: as container t1\n"
      "t1: privileged: root in the container is root of the machine that it runs on !\n"
      "t1: mounts /data:/data\n"
      "t1: publishes port 8080:80\n"
      "t1: with more arguments for the engine: --cap-add ALL\n"
      "t1: runs the command sh -c 'x y'\n"
      "t1: sets A in the container\n"
      "t1: runs once in the container: bash setup.sh\n"
      "t1: runs at each start of the container: echo hi\n"
      "t1: project folder . is /w in the container\n");
}

TEST(Powers, HarmlessChangesLeaveThemAsTheyAre) {
  const auto before = canonical_text(powers(k_plain));
  for (const char* harmless : {
           R"({"server": "gpu1", "container": {"image": "i:1"}, "python": "conda:x"})",
           R"({"server": "gpu1", "container": {"image": "i:1"}, "ssh": {"local_port": 2300}})",
           R"({"server": "gpu1", "container": {"image": "i:1"}, "jupyter": {"local_port": 9000}})",
           R"({"server": "gpu1", "container": {"image": "i:1"}, "forwards": ["6006"]})",
           R"({"server": "gpu1", "container": {"image": "i:1", "gpus": "none", "shm_size": "1g"}})",
       }) {
    EXPECT_EQ(canonical_text(powers(harmless)), before) << harmless;
  }
}

TEST(Powers, EveryOtherChangeIsAnotherText) {
  std::vector<std::string> seen{canonical_text(powers(k_plain))};
  for (const char* other : {
           R"({"server": "gpu2", "container": {"image": "i:1"}})",
           R"({"server": "local", "container": {"image": "i:1"}})",
           R"({"server": "gpu1", "container": {"image": "i:2"}})",
           R"({"server": "gpu1", "container": {"image": "i:1", "privileged": true}})",
           R"({"server": "gpu1", "container": {"image": "i:1", "mounts": ["/:/host"]}})",
           R"({"server": "gpu1", "container": {"image": "i:1", "extra_args": ["--pid=host"]}})",
           R"({"server": "gpu1", "container": {"image": "i:1", "command": ["x"]}})",
           R"({"server": "gpu1", "container": {"image": "i:1", "runtime": "evil"}})",
           R"({"server": "gpu1", "container": {"image": "i:1", "ports": ["0.0.0.0:1:1"]}})",
           R"({"server": "gpu1", "container": {"image": "i:1", "env": {"LD_PRELOAD": "/a"}}})",
           R"({"server": "gpu1", "container": {"image": "i:1", "env": {"LD_PRELOAD": "/b"}}})",
           R"({"server": "gpu1", "container": {"image": "i:1"}, "post_create": ["a"]})",
           R"({"server": "gpu1", "container": {"image": "i:1"}, "post_start": ["a"]})",
           R"({"server": "gpu1", "container": {"image": "i:1"}, "ssh": {"key": "/k"}})",
           R"({"server": "gpu1", "container": {"build": {"context": "."}}})",
           R"({"server": "gpu1", "container": {"build": {"context": ".", "dockerfile": "D"}}})",
           R"({"server": "gpu1", "container": {"build": {"context": ".", "args": {"A": "1"}}}})",
           R"({"server": "gpu1", "container": {"build": {"context": ".", "args": {"A": "2"}}}})",
       }) {
    seen.push_back(canonical_text(powers(other)));
  }
  for (std::size_t i = 0; i < seen.size(); ++i) {
    for (std::size_t j = i + 1; j < seen.size(); ++j) EXPECT_NE(seen[i], seen[j]) << i << " " << j;
  }
}

TEST(Powers, ValuesOfVariablesCountAndAreNotShown) {
  const auto list = powers(R"({"container": {"image": "i:1", "env": {"A": "hunter2"}}})");
  EXPECT_THAT(list, Each(Field(&Power::text, Not(HasSubstr("hunter2")))));
  EXPECT_THAT(canonical_text(list), HasSubstr("hunter2"));
}

TEST(Powers, WhatLeadsOutOfTheProjectIsSaidAndAlwaysShown) {
  PowerFacts facts = in_p();
  facts.real["/p/docker"] = "/home/me/secret";
  facts.real["/home/me/secret"] = "/home/me/secret";
  facts.real["/etc"] = "/etc";
  EXPECT_THAT(text(powers(R"({"server": "gpu1", "container": {"build": {"context": "docker"}}})", facts)),
              HasSubstr("sends to gpu1 the folder docker, which leads to /home/me/secret (OUTSIDE the project) !\n"));
  EXPECT_THAT(text(powers(R"({"server": "gpu1", "container": {"build": {"context": "~/secret"}}})", facts)),
              HasSubstr("the folder /home/me/secret (OUTSIDE the project) !\n"));
  EXPECT_THAT(text(powers(R"({"container": {"image": "i:1", "mounts": ["/etc:/host"]}})", facts)),
              HasSubstr("t1: mounts /etc:/host: of this machine, /etc (OUTSIDE the project) !\n"));
  EXPECT_THAT(text(powers(R"({"container": {"image": "i:1", "mounts": ["/p/data:/data"]}})", facts)),
              HasSubstr("t1: mounts /p/data:/data\n"));
  facts.files = {{"/p/../x.sh", "f"}};
  EXPECT_THAT(text(powers(k_plain, facts)), HasSubstr("(OUTSIDE the project) !\n"));
}

TEST(Powers, FilesVariablesAndOwnersAreAmongThem) {
  PowerFacts facts = in_p();
  facts.files = {{"/p/Dockerfile", "f1"}};
  facts.variables = {"AWS_SECRET_ACCESS_KEY"};
  facts.included = {"/p/.devcontainer/devcontainer.json"};
  facts.others = "/p belongs to bob (user 1001)";
  const auto list = powers(k_plain, facts);
  EXPECT_THAT(list, Contains(Power{"runs or sends the file Dockerfile", "f1", false}));
  EXPECT_THAT(text(list), HasSubstr("reads AWS_SECRET_ACCESS_KEY of your environment\n"));
  EXPECT_THAT(text(list), HasSubstr("takes values from .devcontainer/devcontainer.json\n"));
  EXPECT_EQ(list.front().text, "NOT ONLY YOURS: /p belongs to bob (user 1001)");
  facts.files.front().fingerprint = "f2";
  EXPECT_NE(canonical_text(list), canonical_text(powers(k_plain, facts)));
}

TEST(Powers, ChangesAreToldAsNewGoneAndChanged) {
  EXPECT_EQ(changes_between({{"a", ""}, {"file x", "1"}, {"b", ""}}, {{"a", ""}, {"file x", "2"}, {"c", ""}}),
            (std::vector<std::string>{"changed: file x", "new: c", "gone: b"}));
  EXPECT_TRUE(changes_between({{"a", ""}, {"b", ""}}, {{"b", ""}, {"a", ""}}).empty());
}

TEST(Powers, TextsCannotRunIntoOneAnother) {
  EXPECT_NE(canonical_text({{"a", "b"}}), canonical_text({{"ab", ""}}));
  EXPECT_NE(canonical_text({{"a\n0:\n1:b", ""}}), canonical_text({{"a", ""}, {"b", ""}}));
}

TEST(Powers, WhatLooksTheSameIsNotTheSame) {
  const auto hook = [](const std::string& line) {
    return canonical_text(
        powers(R"({"server": "gpu1", "container": {"image": "i:1"}, "post_create": [")" + line + R"("]})"));
  };
  EXPECT_NE(hook(R"(true # \\n curl evil)"), hook(R"(true # \n curl evil)")) << "a backslash and an n, or a line's end";
  const std::string long_text(100'000, 'x');
  EXPECT_NE(hook(long_text + "1"), hook(long_text + "2")) << "a line that is cut where it is shown";
}

TEST(Powers, NothingInThemCanSteerATerminal) {
  const auto list = powers(R"({"container": {"image": "i:1"}, "post_create": ["echo \u001b[2J hidden"]})");
  EXPECT_THAT(list, Each(Field(&Power::text, Not(HasSubstr("\x1b")))));
}

}  // namespace
}  // namespace helper::config
