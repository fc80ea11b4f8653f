#include "engine/describe.hpp"

#include "config/inherit.hpp"
#include "engine/read_settings.hpp"
#include "plan/fields.hpp"
#include "support/golden.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>

namespace helper::engine {
namespace {

using Texts = std::vector<std::string>;
using nlohmann::json;

constexpr const char* k_nonce = "0123456789abcdef";

std::string recorded(const std::string& name) {
  return helper::test::read_file(std::string(TEST_SOURCE_DIR) + "/golden/engine/" + name + ".json");
}

std::string answer(const std::string& container, const std::string& image) {
  const std::string nonce(k_nonce);
  return "Welcome!\n\n" + nonce + " container_docker 0\n" + container + "\n" + nonce + " image 0\n" + image + "\n\n" +
         nonce + " end 0\n";
}

config::Target target_of(const config::Devcontainer& settings) {
  config::Target target;
  for (const config::Mistake& mistake : config::inherit(target, settings)) ADD_FAILURE() << to_text(mistake.error);
  return target;
}

const char* const k_image =
    R"({"Id": "sha256:1", "Config": {"Env": ["PATH=/bin", "CUDA=12"], "Cmd": ["bash"], "WorkingDir": "/w"}})";

json by_hand() {
  return json::parse(R"({"Id": "f1b77c1f7a9c4d", "Name": "/box", "Image": "sha256:1", "State": {"Status": "running"},
    "Config": {"Image": "my/dev:1", "Hostname": "f1b77c1f7a9c", "Env": ["PATH=/bin", "CUDA=12", "A=b c", "HF_TOKEN=hf_x"],
               "Cmd": ["sleep", "infinity"], "WorkingDir": "/w", "User": "", "Labels": {}},
    "HostConfig": {"Binds": ["/data/p:/workspace", "cache:/cache:ro"], "NetworkMode": "default", "IpcMode": "host",
      "ShmSize": 8589934592, "RestartPolicy": {"Name": "no"}, "Runtime": "runc", "AutoRemove": true,
      "PortBindings": {"22/tcp": [{"HostIp": "", "HostPort": "2222"}]}, "CapAdd": ["SYS_PTRACE"],
      "Ulimits": [{"Name": "memlock", "Soft": -1, "Hard": -1}], "NanoCpus": 1500000000, "Memory": 34359738368,
      "DeviceRequests": [{"Driver": "", "Count": 0, "DeviceIDs": ["0", "2"], "Capabilities": [["gpu"]]}]}})");
}

TEST(Describe, AContainerThatSomebodyMadeIsDescribedAsItIs) {
  const auto settings = read_description(answer(by_hand().dump(), k_image), k_nonce, "box", "gpu1");
  ASSERT_TRUE(settings) << to_text(settings.error());
  const config::Target t = target_of(*settings);
  EXPECT_EQ(t.container.name, "box");
  EXPECT_EQ(t.container.image, "my/dev:1");
  EXPECT_EQ(t.container.hostname, "") << "the engine chose it";
  EXPECT_EQ(t.container.gpus, "device=0,2");
  EXPECT_EQ(t.container.shm_size, "8g");
  EXPECT_EQ(t.container.restart, "no");
  EXPECT_EQ(t.container.ports, Texts{"0.0.0.0:2222:22/tcp"});
  EXPECT_EQ(t.container.mounts, (Texts{"/data/p:/workspace", "cache:/cache:ro"}));
  EXPECT_EQ(t.container.env, (std::map<std::string, std::string>{{"A", "b c"}})) << "not what the image has itself";
  EXPECT_EQ(t.container.command, (Texts{"sleep", "infinity"}));
  EXPECT_EQ(t.container.extra_args, (Texts{"--ipc=host", "--cap-add=SYS_PTRACE", "--memory=32g", "--cpus=1.5"}));
  EXPECT_EQ(t.project.remote, "/workspace");
  ASSERT_EQ(settings->unsupported.size(), 2u);
  EXPECT_EQ(settings->unsupported[0].key, "--env HF_TOKEN");
  EXPECT_EQ(settings->unsupported[1].key, "--rm");
}

TEST(Describe, AKeeperIsRefusedAndNotOffered) {
  json keeper = by_hand();
  keeper["Config"]["Labels"] = {{"io.helper.keeper", "0.1.0"}};
  const auto settings = read_description(answer(keeper.dump(), k_image), k_nonce, "helper-keeper-me", "gpu1");
  ASSERT_FALSE(settings);
  EXPECT_EQ(settings.error().code, ErrorCode::usage);
  EXPECT_EQ(settings.error().thing, "container helper-keeper-me");
  const std::string names =
      std::string("\n") + k_nonce + " names_docker 0\nhelper-keeper-me\nbox\n" + k_nonce + " end 0\n";
  const auto none = read_description(names, k_nonce, "web", "gpu1");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().cause, "there is no container of that name on gpu1; these are there: box");
}

TEST(Describe, GpusAsEachWayGivesThem) {
  json none = by_hand();
  none["HostConfig"].erase("DeviceRequests");
  const auto gpus = [&](const json& inspect) {
    const auto settings = read_description(answer(inspect.dump(), k_image), k_nonce, "box", "gpu1");
    return settings ? target_of(*settings).container.gpus + " " + target_of(*settings).container.runtime : "?";
  };
  EXPECT_EQ(gpus(none), "none auto");
  json nvidia = none;
  nvidia["HostConfig"]["Runtime"] = "nvidia";
  nvidia["Config"]["Env"].push_back("NVIDIA_VISIBLE_DEVICES=1");
  EXPECT_EQ(gpus(nvidia), "device=1 nvidia");
  json all = none;
  all["HostConfig"]["DeviceRequests"] = {{{"Count", -1}}};
  EXPECT_EQ(gpus(all), "all auto");
  json cdi = none;
  cdi["Config"]["CreateCommand"] = {"podman", "run", "--device", "nvidia.com/gpu=all", "x"};
  EXPECT_EQ(gpus(cdi), "all cdi");
}

TEST(Describe, AContainerOfOursDiffersInNothingFromItsConfig) {
  config::Target made;
  made.name = "t";
  made.container.name = "box";
  made.container.image = "my/dev:1";
  made.container.gpus = "0,1";
  made.container.shm_size = "8g";
  made.container.hostname = "deep";
  made.container.mounts = {"/a:/b", "c:/d:ro"};
  made.container.ports = {"6006:6006", "127.0.0.1::80"};
  made.container.ulimits = {{"memlock", {-1, -1}}, {"stack", {1, 2}}};
  made.container.env = {{"A", "b c"}};
  made.container.command = {"sh", "-c", "it's; $HOME"};
  made.container.extra_args = {"--ipc=host", "--label=a=b c"};
  made.ide.backend_cache = true;
  json inspect = by_hand();
  inspect["Config"]["Labels"] = {{"io.helper.target", "t"},
                                 {"io.helper.applied", applied_label(plan::fields_of(made))}};
  inspect["HostConfig"]["AutoRemove"] = false;
  const auto settings = read_description(answer(inspect.dump(), k_image), k_nonce, "box", "gpu1");
  ASSERT_TRUE(settings) << to_text(settings.error());
  const config::Target t = target_of(*settings);
  EXPECT_EQ(plan::fields_of(t), plan::fields_of(made));
  EXPECT_EQ(t.container.env, made.container.env);
  EXPECT_EQ(t.container.name, "box");
}

TEST(Describe, WhatACdiDeviceBringsIsNoDeviceOfItsOwn) {
  json inspect = json::parse(recorded("podman5_rootless")).front();
  inspect["Config"]["Labels"] = json::object();
  const auto words = [&] { return *run_words(inspect.dump(), ""); };
  const auto devices = [](const Texts& all) {
    return std::ranges::count_if(all, [](const std::string& word) { return word.starts_with("--device="); });
  };
  EXPECT_EQ(devices(words()), 1) << "nvidia.com/gpu=all";
  auto& command = inspect["Config"]["CreateCommand"];
  command.insert(command.begin() + 2, "--device=/dev/fuse");
  inspect["HostConfig"]["Devices"].push_back({{"PathOnHost", "/dev/fuse"}, {"PathInContainer", "/dev/fuse"}});
  EXPECT_EQ(devices(words()), 2);
}

TEST(Describe, ARecordedAnswerOfDockerIsRead) {
  const auto settings = read_description(answer(recorded("docker20_running"), ""), k_nonce, "box", "gpu1");
  ASSERT_TRUE(settings) << to_text(settings.error());
  const config::Target t = target_of(*settings);
  EXPECT_EQ(t.container.image, "centernet:1.2");
  EXPECT_EQ(t.container.shm_size, "1g");
  EXPECT_EQ(t.container.mounts, Texts{"/tmp:/workspace/x"});
}

TEST(Describe, OneThatIsNotThereIsToldWithThoseThatAre) {
  const std::string nonce(k_nonce);
  const auto names = [&](const std::string& sections) {
    return read_description(sections + "\n" + nonce + " end 0\n", k_nonce, "bax", "gpu1").error();
  };
  const Error missing = names("\n" + nonce + " names_docker 0\nbox\nann\n");
  EXPECT_EQ(missing.code, ErrorCode::container_failed);
  EXPECT_EQ(missing.cause, "there is no container of that name on gpu1; these are there: ann, box");
  EXPECT_EQ(missing.fix, "helper init --from-container ann");
  EXPECT_NE(names("\n" + nonce + " names_docker 0\n\n").cause.find("the server has no container"), std::string::npos);
  EXPECT_EQ(names("").code, ErrorCode::engine_missing);
  EXPECT_EQ(
      names("\n" + nonce + " names_docker 1\npermission denied while trying to connect to the Docker daemon socket\n")
          .code,
      ErrorCode::engine_permission);
  EXPECT_EQ(read_description("garbage", k_nonce, "box", "gpu1").error().code, ErrorCode::server_command);
}

TEST(Describe, AnAnswerThatIsBrokenIsAnError) {
  const auto read = [](const std::string& container) {
    return read_description(answer(container, k_image), k_nonce, "box", "gpu1");
  };
  EXPECT_FALSE(read(""));
  EXPECT_FALSE(read("[]"));
  EXPECT_FALSE(read(R"({"Id": 5})"));
  EXPECT_FALSE(read(R"({"Id": "a", "State": {"Status": "running"}, "Config": 7, "HostConfig": []})")) << "no image";
}

}  // namespace
}  // namespace helper::engine
