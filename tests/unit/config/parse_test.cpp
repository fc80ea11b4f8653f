#include "config/parse.hpp"

#include <gtest/gtest.h>

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
    "container": { "name": "cn", "image": "centernet:1.2", "hostname": "centernet", "gpus": "0,1", "runtime": "nvidia",
                   "shm_size": "1g", "ulimits": { "memlock": -1, "stack": "64:128", "nofile": {"soft": 1, "hard": 2} },
                   "privileged": true, "mounts": ["/home/my_project:/workspace/my_project"], "ports": ["6006:6006"],
                   "env": {"A": "b c"}, "command": ["sleep", "infinity"], "restart": "no", "extra_args": ["--ipc=host"] },
    "ssh": { "user": "dev", "local_port": 2223, "key": "~/.ssh/id" },
    "jupyter": { "local_port": 8889, "port": 8890, "dir": "/workspace" },
    "forwards": ["6006:6007", 5678],
    "python": "conda:CenterNet",
    "project": { "local": ".", "remote": "/workspace/my_project" } } } })");
  Target want;
  want.name = "centernet";
  want.server = "gpu1";
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
  want.ssh = {.user = "dev", .local_port = 2223, .key = "/home/me/.ssh/id"};
  want.jupyter = JupyterConfig{.local_port = 8889, .port = 8890, .dir = "/workspace"};
  want.forwards = {{6006, 6007}, {5678, 5678}};
  want.python = "conda:CenterNet";
  want.project = {.local = "/home/me/project", .remote = "/workspace/my_project"};
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

TEST(ParseConfig, NamesTheNearestKeyAndItsLine) {
  const Error error = refused(with_container("\"shm-size\": \"1g\""));
  EXPECT_EQ(error.code, ErrorCode::config_invalid);
  EXPECT_EQ(error.thing, "helper.json:2: targets.centernet.container.shm-size");
  EXPECT_EQ(error.cause, "unknown key; did you mean \"shm_size\"?");
}

}  // namespace
}  // namespace helper::config
