#include "engine/create_argv.hpp"

#include "base/shell.hpp"
#include "engine/read_settings.hpp"
#include "support/golden.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace helper::engine {
namespace {

using plan::GpuWay;

config::Target small_target() {
  config::Target target;
  target.name = "centernet";
  target.container.name = "centernet";
  target.container.image = "centernet:1.2";
  return target;
}

config::Target full_target() {
  config::Target target = small_target();
  auto& container = target.container;
  container.hostname = "box";
  container.gpus = "0,GPU-8f3a";
  container.shm_size = "1g";
  container.ulimits = {{"memlock", {-1, -1}}, {"nofile", {1024, 65536}}};
  container.privileged = true;
  container.mounts = {"/home/me/my project:/workspace/project", "data:/data:ro"};
  container.ports = {"8080:80", "0.0.0.0:9000:9000", "6007"};
  container.env = {{"TOKEN", "s3cret; rm -rf /"}, {"KEY", "line one\nline two"}, {"EMPTY", ""}};
  container.restart = "always";
  container.extra_args = {"--ipc=host", "--cap-add", "SYS_PTRACE"};
  target.jupyter = config::JupyterConfig{};
  target.forwards = {{16006, 6006}, {16007, 6006}};
  target.ide.backend_cache = true;
  return target;
}

// Each flag on a line of its own, its value beside it.
std::string as_text(const Argv& argv) {
  std::string text;
  for (const auto& word : argv)
    text += (text.empty() ? "" : word.starts_with("--") ? " \\\n  " : " ") + shell::quote(word);
  return text + "\n";
}

Argv create(const config::Target& target, GpuWay way, const std::string& runtime = {},
            std::optional<Argv> command = std::nullopt) {
  return create_argv({}, plan::desired_state(target, plan::Power::running),
                     {target.container.name, target.container.image, way, runtime, std::move(command)});
}

bool has(const Argv& argv, const std::string& word) { return std::ranges::find(argv, word) != argv.end(); }

std::vector<std::string> values_of(const Argv& argv, const std::string& flag) {
  std::vector<std::string> values;
  for (std::size_t i = 0; i + 1 < argv.size(); ++i) {
    if (argv[i] == flag) values.push_back(argv[i + 1]);
  }
  return values;
}

TEST(CreateArgv, HoldsEveryKeyOfAFullConfig) {
  EXPECT_TRUE(helper::test::matches_file("tests/golden/engine/create_full.txt",
                                         as_text(create(full_target(), GpuWay::gpus_flag, {}, Argv{"sleep", "9"}))));
}

TEST(CreateArgv, IsShortForAShortConfig) {
  EXPECT_TRUE(helper::test::matches_file("tests/golden/engine/create_small.txt",
                                         as_text(create(small_target(), GpuWay::none))));
}

// docker run -d -p -v --gpus --runtime --shm-size --ulimit --privileged --hostname --name IMAGE, as people write it.
TEST(CreateArgv, HasEveryFlagOfAHandWrittenCommand) {
  const Argv by_flag = create(full_target(), GpuWay::gpus_flag);
  for (const char* flag : {"--publish", "--volume", "--gpus", "--shm-size", "--ulimit", "--privileged", "--hostname",
                           "--name", "centernet:1.2"}) {
    EXPECT_TRUE(has(by_flag, flag)) << flag;
  }
  EXPECT_TRUE(has(create(full_target(), GpuWay::runtime, "nvidia"), "--runtime"));
}

TEST(CreateArgv, GivesTheGpusOfOtherMakersAsDevices) {
  config::Target target = small_target();
  target.container.gpus = "amd";
  EXPECT_EQ(values_of(create(target, GpuWay::devices), "--device"), (Argv{"/dev/kfd", "/dev/dri"}));
  EXPECT_EQ(values_of(create(target, GpuWay::none), "--device"), Argv{}) << "where the server has none";
  target.container.extra_args = {"--device=/dev/dri/renderD129"};
  EXPECT_EQ(values_of(create(target, GpuWay::devices), "--device"), Argv{"/dev/kfd"})
      << "the person's own choice counts";
  target.container.gpus = "intel";
  target.container.extra_args.clear();
  EXPECT_EQ(values_of(create(target, GpuWay::devices), "--device"), Argv{"/dev/dri"});
}

TEST(CreateArgv, ShowsNoValueOfTheEnvironment) {
  for (const auto& word : create(full_target(), GpuWay::gpus_flag)) {
    EXPECT_EQ(word.find("s3cret"), std::string::npos) << word;
    EXPECT_EQ(word.find("line one"), std::string::npos) << word;
    EXPECT_EQ(word.find("TOKEN=s"), std::string::npos) << word;
  }
  EXPECT_EQ(env_file(full_target().container), "EMPTY=\nTOKEN=s3cret; rm -rf /\n");
  EXPECT_EQ(values_of(create(full_target(), GpuWay::none), "--env"), Argv{"KEY"});
  EXPECT_EQ(env_input(full_target().container), "line one\\nline two\nEMPTY=\nTOKEN=s3cret; rm -rf /\n");
  EXPECT_EQ(env_exports(full_target().container).find("line"), std::string::npos);
}

TEST(CreateArgv, AsksForAnEnvFileOnlyWhenThereIsSomethingInIt) {
  EXPECT_TRUE(has(create(full_target(), GpuWay::none), "--env-file"));
  EXPECT_FALSE(has(create(small_target(), GpuWay::none), "--env-file"));
}

struct GpuCase {
  std::string gpus;
  std::string flag;     // the value of --gpus
  std::string visible;  // NVIDIA_VISIBLE_DEVICES for the runtime
};

class CreateArgvWithGpus : public testing::TestWithParam<GpuCase> {};

TEST_P(CreateArgvWithGpus, AsksEachWayAsItWantsToBeAsked) {
  config::Target target = small_target();
  target.container.gpus = GetParam().gpus;
  EXPECT_EQ(values_of(create(target, GpuWay::gpus_flag), "--gpus"), Argv{GetParam().flag});
  EXPECT_EQ(values_of(create(target, GpuWay::gpus_flag), "--runtime"), Argv{});
  const Argv by_runtime = create(target, GpuWay::runtime, "nvidia");
  EXPECT_EQ(values_of(by_runtime, "--runtime"), Argv{"nvidia"});
  EXPECT_EQ(values_of(by_runtime, "--gpus"), Argv{});
  EXPECT_EQ(values_of(by_runtime, "--env"),
            (Argv{"NVIDIA_VISIBLE_DEVICES=" + GetParam().visible, "NVIDIA_DRIVER_CAPABILITIES=compute,utility"}));
}

INSTANTIATE_TEST_SUITE_P(EveryForm, CreateArgvWithGpus,
                         testing::Values(GpuCase{"all", "all", "all"}, GpuCase{"2", "2", "0,1"}, GpuCase{"1", "1", "0"},
                                         GpuCase{"0,2", "\"device=0,2\"", "0,2"},
                                         GpuCase{"GPU-8f3a", "\"device=GPU-8f3a\"", "GPU-8f3a"},
                                         GpuCase{"device=0", "\"device=0\"", "0"}));

TEST(CreateArgv, LeavesTheEnvironmentThatTheConfigSetsToTheConfig) {
  config::Target target = small_target();
  target.container.env = {{"NVIDIA_VISIBLE_DEVICES", "1"}, {"NVIDIA_DRIVER_CAPABILITIES", "all"}};
  EXPECT_EQ(values_of(create(target, GpuWay::runtime, "nvidia"), "--env"), Argv{});
}

TEST(CreateArgv, PublishesOnLoopbackUnlessTheConfigSaysOtherwise) {
  EXPECT_EQ(values_of(create(full_target(), GpuWay::none), "--publish"),
            (Argv{"127.0.0.1::61022", "127.0.0.1::8888", "127.0.0.1::6006", "127.0.0.1:8080:80", "0.0.0.0:9000:9000",
                  "127.0.0.1::6007"}));
}

TEST(CreateArgv, PublishesNothingOnTheHostsNetworkHoweverItIsWritten) {
  for (const auto& args :
       {Argv{"--network=host"}, Argv{"--net=host"}, Argv{"--network", "host"}, Argv{"--net", "host"}}) {
    config::Target target = small_target();
    target.container.extra_args = args;
    EXPECT_EQ(values_of(create(target, GpuWay::none), "--publish"), Argv{}) << args.front();
  }
}

// There the engine refuses to publish; those ports of the config that it refuses are the person's to take out.
TEST(CreateArgv, PublishesNothingOfHelpersOwnInTheNetworkOfAnotherContainer) {
  for (const auto& args : {Argv{"--network=container:gw"}, Argv{"--net", "container:gw"},
                           Argv{"--network", "ns:/run/x"}, Argv{"--pod", "lab"}, Argv{"--pod=lab"}}) {
    config::Target target = small_target();
    target.container.extra_args = args;
    EXPECT_EQ(values_of(create(target, GpuWay::none), "--publish"), Argv{}) << args.front();
    target.container.ports = {"8080:80"};
    EXPECT_EQ(values_of(create(target, GpuWay::none), "--publish"), Argv{"127.0.0.1:8080:80"}) << args.front();
  }
}

TEST(CreateArgv, PublishesWhenSomethingElseIsTheHosts) {
  for (const auto& args : {Argv{"--ipc=host"}, Argv{"--ipc", "host"}, Argv{"--pid", "host"}, Argv{"--network", "lab"},
                           Argv{"--ipc=container:gw"}, Argv{"--hostname", "host"}}) {
    config::Target target = small_target();
    target.container.extra_args = args;
    EXPECT_EQ(values_of(create(target, GpuWay::none), "--publish"), Argv{"127.0.0.1::61022"}) << args.front();
  }
}

TEST(CreateArgv, LetsNoValueBecomeAFlagOrShellText) {
  config::Target target = small_target();
  target.container.image = "--privileged";
  target.container.hostname = "$(reboot)";
  target.container.mounts = {"/a'; reboot #:/b"};
  const Argv argv = create(target, GpuWay::none, {}, Argv{"sh", "-c", "echo `id`"});
  const auto end_of_flags = std::ranges::find(argv, "--");
  ASSERT_NE(end_of_flags, argv.end());
  EXPECT_EQ(Argv(end_of_flags, argv.end()), (Argv{"--", "--privileged", "sh", "-c", "echo `id`"}));
  const std::string line = shell::quote(argv);
  EXPECT_NE(line.find("'$(reboot)'"), std::string::npos);
  EXPECT_NE(line.find("'/a'\\''; reboot #:/b'"), std::string::npos);
  EXPECT_NE(line.find("'echo `id`'"), std::string::npos);
}

TEST(CreateArgv, MarksTheContainerAsOurs) {
  const auto desired = plan::desired_state(small_target(), plan::Power::running);
  EXPECT_EQ(values_of(create(small_target(), GpuWay::none), "--label"),
            (Argv{"io.helper.target=centernet", "io.helper.spec=" + desired.spec_hash,
                  "io.helper.applied=" + applied_label(desired.fields)}));
}

}  // namespace
}  // namespace helper::engine
