#include "config/parse.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace helper::config {
namespace {

const std::filesystem::path k_file = "/home/me/project/helper.json";

std::string with_container(const std::string& members) {
  return "{ \"targets\": { \"centernet\": { \"container\": { \"image\": \"centernet:1.2\"" +
         (members.empty() ? "" : ",\n" + members) + " } } } }";
}

std::string with_target(const std::string& members) {
  return "{ \"targets\": { \"centernet\": { \"container\": { \"image\": \"centernet:1.2\" }" +
         (members.empty() ? "" : ",\n" + members) + " } } }";
}

Target parsed(const std::string& text) {
  auto config = parse_config(text, k_file, "/home/me");
  if (!config) {
    ADD_FAILURE() << to_text(config.error()) << "\nin\n" << text;
    return {};
  }
  return config->targets.begin()->second;
}

Error refused(const std::string& text) {
  auto config = parse_config(text, k_file, "/home/me");
  if (config) {
    ADD_FAILURE() << "accepted:\n" << text;
    return {};
  }
  return config.error();
}

TEST(ParseConfig, ReadsEveryKey) {
  const Target t = parsed(R"(// comments are welcome
{ "$schema": "helper.schema.json",
  "targets": { "centernet": {
    "server": "gpu1", /* an alias */
    "engine": "podman",
    "container": { "name": "cn", "image": "centernet:1.2", "hostname": "centernet", "gpus": "0,1", "runtime": "nvidia",
                   "shm_size": "1g", "ulimits": { "memlock": -1, "stack": "64:128", "nofile": {"soft": 1, "hard": 2} },
                   "privileged": true, "mounts": ["/home/my_project:/workspace/my_project"], "ports": ["6006:6006"],
                   "env": {"A": "b c"}, "command": ["sleep", "infinity"], "restart": "no", "extra_args": ["--ipc=host"] },
    "ssh": { "user": "dev", "local_port": 2223, "key": "~/.ssh/id", "create": true, "match_owner": false,
             "env": {"EDITOR": "vim"} },
    "jupyter": { "local_port": 8889, "port": 8890, "dir": "/workspace", "install": true },
    "forwards": ["6006:6007", 5678],
    "post_create": ["pip install -e ."], "post_start": ["date"],
    "python": "conda:CenterNet",
    "ide": { "backend_cache": true },
    "project": { "local": ".", "remote": "/workspace/my_project" } } } })");
  Target want;
  want.name = "centernet";
  want.server = "gpu1";
  want.engine = "podman";
  want.container = {.name = "cn",
                    .image = "centernet:1.2",
                    .hostname = "centernet",
                    .gpus = "0,1",
                    .runtime = "nvidia",
                    .shm_size = "1g",
                    .ulimits = {{"memlock", {-1, -1}}, {"stack", {64, 128}}, {"nofile", {1, 2}}},
                    .privileged = true,
                    .mounts = {"/home/my_project:/workspace/my_project"},
                    .ports = {"6006:6006"},
                    .env = {{"A", "b c"}},
                    .command = {{"sleep", "infinity"}},
                    .restart = "no",
                    .extra_args = {"--ipc=host"}};
  want.ssh = {.user = "dev",
              .local_port = 2223,
              .key = "/home/me/.ssh/id",
              .match_owner = false,
              .create = true,
              .env = {{"EDITOR", "vim"}}};
  want.post_create = {"pip install -e ."};
  want.post_start = {"date"};
  want.jupyter = JupyterConfig{.local_port = 8889, .port = 8890, .dir = "/workspace", .install = true};
  want.forwards = {{6006, 6007}, {5678, 5678}};
  want.python = "conda:CenterNet";
  want.project = {.local = "/home/me/project", .remote = "/workspace/my_project"};
  want.ide.backend_cache = true;
  want.ssh_name = "centernet";
  want.config_file = "/home/me/project/helper.json";
  EXPECT_EQ(t, want);
}

TEST(ParseConfig, FillsDefaultsFromTheNamesGiven) {
  const Target t = parsed(with_target(""));
  EXPECT_EQ(t.server, "local");
  EXPECT_EQ(t.container.name, "centernet");
  EXPECT_EQ(t.container.gpus, "all");
  EXPECT_EQ(t.ssh.local_port, 2222);
  EXPECT_FALSE(t.jupyter.has_value());
  EXPECT_EQ(t.project.local, std::filesystem::path());
}

TEST(ParseConfig, ALocalPortMayBeLeftToHelper) {
  const Target t = parsed(with_target(R"("ssh": {"local_port": "auto"}, "jupyter": {"local_port": "auto"})"));
  EXPECT_EQ(t.ssh.local_port, 0);
  EXPECT_EQ(t.jupyter->local_port, 0) << "two that are chosen later are not the same";
  EXPECT_EQ(parsed(with_target(R"("ssh": {"local_port": "2300"})")).ssh.local_port, 2300) << "as a variable gives it";
  EXPECT_EQ(refused(with_target(R"("ssh": {"local_port": "2300 "})")).code, ErrorCode::config_invalid);
  EXPECT_EQ(refused(with_target(R"("ssh": {"local_port": "any"})")).cause,
            "is the text \"any\", must be a port number from 1 to 65535, or \"auto\"");
}

// The whole message, as a person sees it.
std::string message(const std::string& text) { return to_text(refused(text)); }

TEST(ParseConfig, NamesTheNearestKeyAndItsLine) {
  const Error error = refused(with_container("\"shm-size\": \"1g\""));
  EXPECT_EQ(error.code, ErrorCode::config_invalid);
  EXPECT_EQ(error.thing, "helper.json:2: targets.centernet.container.shm-size");
  EXPECT_EQ(error.cause, "unknown key; did you mean \"shm_size\"?");
}

TEST(ParseConfig, AKeyInTheWrongPlaceIsToldItsRightOne) {
  EXPECT_EQ(message(with_target("\"gpus\": \"all\"")),
            "helper.json:2: targets.centernet.gpus: unknown key here\n  fix: write it as targets.*.container.gpus");
}

TEST(ParseConfig, AnUnknownKeyWithoutANearOneListsTheKeys) {
  const Error error = refused(with_target("\"zzzzzz\": 1"));
  EXPECT_EQ(error.cause, "unknown key");
  EXPECT_EQ(
      error.fix,
      "the keys here are: server, engine, devcontainer, container, ssh, keeper, security_notes, jupyter, forwards, "
      "project, ide, post_create, post_start, python");
}

TEST(ParseConfig, AKeyThatLooksLikeAPathOrAPatternIsUnknown) {
  for (const std::string key : {"container.image", "*", "", "targets.*.server", "\\u0000", "con\\u0000tainer"}) {
    EXPECT_EQ(refused(with_target("\"" + key + "\": \"x\"")).cause.substr(0, 11), "unknown key") << key;
  }
}

TEST(ParseConfig, AHostileKeyIsShownHarmless) {
  const Error error = refused(with_target("\"\\u001b[2J\\n" + std::string(1000, 'a') + "\": 1"));
  EXPECT_EQ(to_text(error).find('\x1b'), std::string::npos);
  EXPECT_LT(error.thing.size(), 200u);
}

TEST(ParseConfig, AWrongTypeSaysWhatIsThereAndWhatIsWanted) {
  EXPECT_EQ(message(with_container("\"privileged\": \"yes\"")),
            "helper.json:2: targets.centernet.container.privileged: is the text \"yes\", must be true or false\n"
            "  fix: write it like \"privileged\": true");
  EXPECT_EQ(refused(with_container("\"mounts\": \"/a:/b\"")).cause,
            "is the text \"/a:/b\", must be a list of texts in [ ]");
  EXPECT_EQ(refused(with_container("\"mounts\": [\n7]")).thing, "helper.json:3: targets.centernet.container.mounts[0]");
  EXPECT_EQ(refused(with_container("\"env\": {\"A\": 1}")).cause, "is the number 1, must be text in quotes");
  EXPECT_EQ(refused(with_container("\"env\": {\"A\": 1}")).fix, "write it in quotes: \"1\"");
  EXPECT_EQ(refused(with_target("\"server\": null")).cause, "is null, must be text in quotes");
  EXPECT_EQ(refused(with_target("\"ssh\": []")).cause, "is a list, must be an object in { }");
  EXPECT_EQ(refused(with_target("\"ssh\": {\"local_port\": 22.5}")).cause,
            "is the number 22.5, must be a port number from 1 to 65535, or \"auto\"");
  EXPECT_EQ(refused(with_container("\"gpus\": 0")).cause,
            "is the number 0, must be text in quotes, or a whole number from 1");
  EXPECT_EQ(refused(with_container("\"shm_size\": 99999999999999999999")).cause,
            "is the number 99999999999999999999, must be text in quotes, or a whole number from 1");
  EXPECT_EQ(refused("[1]").cause, "is a list, must be an object in { }");
  EXPECT_EQ(refused("{\"targets\": []}").cause, "is a list, must be an object in { }");
}

TEST(ParseConfig, WhatIsMissingIsNamedWithAnExample) {
  EXPECT_EQ(message("{}"),
            "helper.json:1: targets: is missing\n  fix: add \"targets\": {\"centernet\": {\"container\": {\"image\": "
            "\"centernet:1.2\"}}}");
  EXPECT_EQ(refused("{\"targets\": {}}").cause, "has no target");
  EXPECT_EQ(refused("{\"targets\": {\n\"a1\": {}}}").thing, "helper.json:2: targets.a1.container");
  EXPECT_EQ(refused("{\"targets\": {\n\"a1\": {\n\"container\": {}}}}").thing,
            "helper.json:3: targets.a1.container.image");
  EXPECT_EQ(refused(with_target("\"project\": {\"local\": \".\"}")).thing,
            "helper.json:2: targets.centernet.project.remote");
}

TEST(ParseConfig, NumbersMayStandForTexts) {
  const Target t = parsed(with_container("\"gpus\": 2, \"shm_size\": 1073741824"));
  EXPECT_EQ(t.container.gpus, "2");
  EXPECT_EQ(t.container.shm_size, "1073741824");
}

TEST(ParseConfig, PortsBelow1024AreTakenAndThoseOutOfRangeAreNot) {
  EXPECT_EQ(parsed(with_target("\"ssh\": {\"local_port\": 22}")).ssh.local_port, 22);
  for (const std::string bad : {"0", "65536", "-1", "99999999999999999999"}) {
    EXPECT_NE(refused(with_target("\"ssh\": {\"local_port\": " + bad + "}")).cause.find("1 to 65535"),
              std::string::npos)
        << bad;
    EXPECT_NE(refused(with_target("\"forwards\": [" + bad + "]")).cause.find("1 to 65535"), std::string::npos) << bad;
  }
}

TEST(ParseConfig, UlimitsAreTakenInEveryForm) {
  const Target t = parsed(
      with_container(R"("ulimits": {"memlock": -1, "nofile": "1:2", "stack": 5, "core": {"hard": 7, "soft": 6}})"));
  const std::map<std::string, Ulimit> want{
      {"memlock", {-1, -1}}, {"nofile", {1, 2}}, {"stack", {5, 5}}, {"core", {6, 7}}};
  EXPECT_EQ(t.container.ulimits, want);
  for (const std::string bad :
       {"true", "1.5", "\"x\"", "{}", "{\"soft\": 1}", "{\"soft\": 1, \"hard\": \"2\"}", "{\"soft\": 1, \"hrad\": 2}",
        "{\"soft\": 2, \"hard\": 1}", "-2", "\"-1:5\"", "[1]", "null"}) {
    EXPECT_EQ(refused(with_container("\"ulimits\": {\"stack\": " + bad + "}")).thing,
              "helper.json:2: targets.centernet.container.ulimits.stack")
        << bad;
  }
  EXPECT_NE(refused(with_container("\"ulimits\": {\"memlok\": 1}")).cause.find("did you mean \"memlock\"?"),
            std::string::npos);
}

TEST(ParseConfig, ListsAndMapsNameTheEntryThatIsWrong) {
  EXPECT_EQ(refused(with_container("\"mounts\": [\"/a:/b\", \"x\"]")).thing,
            "helper.json:2: targets.centernet.container.mounts[1]");
  EXPECT_EQ(refused(with_container("\"ports\": [\"x\"]")).thing, "helper.json:2: targets.centernet.container.ports[0]");
  EXPECT_EQ(refused(with_container("\"extra_args\": [\"--init\", \"--name\"]")).thing,
            "helper.json:2: targets.centernet.container.extra_args[1]");
  EXPECT_EQ(refused(with_container("\"env\": {\"1A\": \"x\"}")).thing,
            "helper.json:2: targets.centernet.container.env.1A");
  EXPECT_EQ(refused(with_container("\"command\": [\"a\\u0000b\"]")).thing,
            "helper.json:2: targets.centernet.container.command[0]");
  EXPECT_EQ(refused(with_container("\"command\": []")).cause, "is an empty list");
  EXPECT_EQ(refused(with_container("\"command\": [\"\"]")).thing,
            "helper.json:2: targets.centernet.container.command[0]");
  EXPECT_EQ(refused(with_container("\"env\": {\"A\": \"x\\u0000\"}")).thing,
            "helper.json:2: targets.centernet.container.env.A");
}

TEST(ParseConfig, TwoMountsAtOnePlaceAreRefused) {
  EXPECT_EQ(refused(with_container("\"mounts\": [\"/a:/b\", \"/c:/b:ro\"]")).cause,
            "is at /b in the container, as mounts[0] is");
}

TEST(ParseConfig, EnvironmentValuesMayHoldAnyText) {
  EXPECT_EQ(parsed(with_container(R"("env": {"A": "", "B": "x=y\n\"z\" $HOME"})")).container.env,
            (std::map<std::string, std::string>{{"A", ""}, {"B", "x=y\n\"z\" $HOME"}}));
}

TEST(ParseConfig, LocalPathsAreTakenFromTheFilesFolder) {
  const auto local = [](const std::string& written) {
    return parsed(with_target("\"project\": {\"remote\": \"/w\", \"local\": \"" + written + "\"}")).project.local;
  };
  EXPECT_EQ(local("."), "/home/me/project");
  EXPECT_EQ(local("./"), "/home/me/project");
  EXPECT_EQ(local("src/../x/"), "/home/me/project/x");
  EXPECT_EQ(local(".."), "/home/me");
  EXPECT_EQ(local("../../../../.."), "/");
  EXPECT_EQ(local("/abs/./x"), "/abs/x");
  EXPECT_EQ(local("~"), "/home/me");
  EXPECT_EQ(local("~//x"), "/home/me/x");
  EXPECT_EQ(local("a~"), "/home/me/project/a~");
  EXPECT_EQ(parsed(with_target("\"project\": {\"remote\": \"/w\"}")).project.local, "/home/me/project");
  EXPECT_EQ(parsed(with_target("\"ssh\": {\"key\": \"keys/id\"}")).ssh.key, "/home/me/project/keys/id");
}

TEST(ParseConfig, AHomeThatNobodyKnowsIsAnError) {
  EXPECT_EQ(refused(with_target("\"ssh\": {\"key\": \"~bob/id\"}")).thing, "helper.json:2: targets.centernet.ssh.key");
  const auto config = parse_config(with_target("\"ssh\": {\"key\": \"~/id\"}"), k_file);
  ASSERT_FALSE(config);
  EXPECT_NE(config.error().cause.find("HOME is not set"), std::string::npos);
}

TEST(ParseConfig, TwoTargetsOnOneLocalPortAreNamedBoth) {
  EXPECT_EQ(
      message(R"({"targets": {
    "one": {"container": {"image": "i"}},
    "two": {"container": {"image": "i"},
            "ssh": {"local_port": 2222}}}})"),
      "helper.json:4: targets.two.ssh.local_port: local port 2222 is also that of targets.one.ssh.local_port (line 2)\n"
      "  fix: give one of the two another local port, for example 2223");
}

TEST(ParseConfig, TwoTunnelsOfOneTargetOnOneLocalPortAreNamedBoth) {
  EXPECT_EQ(refused(with_target("\"jupyter\": {},\n\"forwards\": [1,\n\"8888:9\"]")).thing,
            "helper.json:4: targets.centernet.forwards[1]");
  EXPECT_EQ(refused(with_target("\"forwards\": [1, \"1:2\"]")).cause,
            "local port 1 is also that of targets.centernet.forwards[0] (line 2)");
  EXPECT_EQ(refused(with_target("\"ssh\": {\"local_port\": 8888}, \"jupyter\": {}")).cause,
            "local port 8888 is also that of targets.centernet.ssh.local_port (line 2)");
}

TEST(ParseConfig, JupyterMayNotTakeThePortOfOurSshServerInTheContainer) {
  const auto error = refused(with_target("\"jupyter\": {\"port\": 61022}"));
  EXPECT_EQ(error.thing, "helper.json:2: targets.centernet.jupyter.port");
  EXPECT_EQ(error.fix, "choose another port, for example 8888");
  EXPECT_TRUE(parse_config(with_target("\"jupyter\": {\"port\": 61023}"), k_file));
}

TEST(ParseConfig, TheFreePortThatIsOfferedIsFree) {
  EXPECT_NE(refused(with_target("\"forwards\": [7, 7, 8, 9]")).fix.find("for example 10"), std::string::npos);
  EXPECT_EQ(refused(with_target("\"forwards\": [65535, 65535]")).fix, "give one of the two another local port");
}

TEST(ParseConfig, TwoTargetsOfOneContainerAreNamedBoth) {
  const std::string second = R"("two": {"container": {"image": "i", "name": "one"}, "ssh": {"local_port": 1})";
  EXPECT_EQ(refused("{\"targets\": {\"one\": {\"container\": {\"image\": \"i\"}},\n" + second + "}}}").cause,
            "container one on server local is also that of targets.one (line 1)");
  EXPECT_TRUE(parse_config(
      "{\"targets\": {\"one\": {\"container\": {\"image\": \"i\"}},\n" + second + ", \"server\": \"gpu1\"}}}", k_file));
}

TEST(ParseConfig, ATargetsNameTooShortForAContainerAsksForOne) {
  EXPECT_EQ(refused(R"({"targets": {"a": {"container": {"image": "i"}}}})").fix, "add \"name\" to \"container\"");
  EXPECT_EQ(parsed(R"({"targets": {"a": {"container": {"image": "i", "name": "aa"}}}})").container.name, "aa");
  EXPECT_EQ(refused(R"({"targets": {"a b": {"container": {"image": "i"}}}})").thing, "helper.json:1: targets.a b");
}

TEST(ParseConfig, TheSchemaKeyIsTakenAtTheTopOnly) {
  EXPECT_TRUE(parse_config(R"({"$schema": "x", "targets": {"aa": {"container": {"image": "i"}}}})", k_file));
  EXPECT_FALSE(parse_config(R"({"$schema": 1, "targets": {"aa": {"container": {"image": "i"}}}})", k_file));
  EXPECT_EQ(refused(with_target("\"$schema\": \"x\"")).cause, "unknown key here");
}

}  // namespace
}  // namespace helper::config
