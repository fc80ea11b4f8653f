// tests/golden/engine/README.md says which of the answers were recorded and which were written by hand.
#include "engine/read.hpp"

#include "base/command.hpp"
#include "plan/choose_gpu.hpp"
#include "support/golden.hpp"

#include <gtest/gtest.h>

namespace helper::engine {
namespace {

using plan::ContainerState;
using plan::GpuWay;

std::string recorded(const std::string& name) {
  return helper::test::read_file(std::string(TEST_SOURCE_DIR) + "/golden/engine/" + name + ".json");
}

plan::Container container_of(const std::string& name) {
  const auto container = read_container(recorded(name));
  EXPECT_TRUE(container) << name << ": " << to_text(container.error());
  return container.value_or(plan::Container{});
}

TEST(ReadContainer, ReadsARunningOneOfDocker20) {
  plan::Container expected;
  expected.state = ContainerState::running;
  expected.id = "f1b77c1f7a9c";
  expected.image = "centernet:1.2";
  expected.ever_started = true;
  expected.started_at = "2026-11-21T21:18:28.190572636Z";
  expected.gpu_way = GpuWay::gpus_flag;
  expected.runtime = "runc";
  expected.labels = {{"io.helper.spec", "0123456789abcdef"}, {"io.helper.target", "centernet"}};
  expected.ways.published = {{22, {"127.0.0.1", 32769}}, {8888, {"127.0.0.1", 32768}}};
  expected.ways.address = "172.17.0.2";
  const auto found = container_of("docker20_running");
  EXPECT_FALSE(found.env.empty());
  expected.env = found.env;
  expected.image_id = "sha256:cda6fe7a71da";
  ASSERT_TRUE(found.settings);
  EXPECT_EQ(found.settings->restart, "unless-stopped");
  EXPECT_FALSE(found.settings->privileged);
  EXPECT_EQ(found.settings->shm_size, 1 << 30);
  EXPECT_EQ(found.settings->ulimits.at("memlock"), (config::Ulimit{-1, -1}));
  EXPECT_EQ(found.settings->mounts, std::vector<std::string>{"/tmp:/workspace/x"});
  expected.settings = found.settings;
  expected.mounts = {{"/workspace/x", plan::Mount::Kind::server_folder, "/tmp"}};
  EXPECT_EQ(found, expected);
}

TEST(ReadContainer, TellsThePausedExitedAndRestartingStates) {
  EXPECT_EQ(container_of("docker20_paused").state, ContainerState::paused);
  const auto exited = container_of("docker20_exited");
  EXPECT_EQ(exited.state, ContainerState::exited);
  EXPECT_TRUE(exited.ever_started);
  EXPECT_TRUE(exited.ways.published.empty());
  EXPECT_EQ(exited.ways.address, "");
  const auto restarting = container_of("docker20_restarting");
  EXPECT_EQ(restarting.state, ContainerState::restarting);
  EXPECT_EQ(restarting.exit_code, 3);
}

TEST(ReadContainer, TellsThatACreatedOneHasNeverRunAndHowItGetsItsGpus) {
  const auto created = container_of("docker20_created_runtime");
  EXPECT_EQ(created.state, ContainerState::created);
  EXPECT_FALSE(created.ever_started);
  EXPECT_EQ(created.gpu_way, GpuWay::runtime);
  EXPECT_EQ(created.runtime, "nvidia");
  EXPECT_EQ(created.error, "");
}

TEST(ReadContainer, KeepsWhyAStartFailed) {
  const auto failed = container_of("docker20_created_failed");
  EXPECT_EQ(failed.state, ContainerState::created);
  EXPECT_FALSE(failed.ever_started);
  EXPECT_EQ(failed.exit_code, 127);
  EXPECT_NE(failed.error.find("error mounting \"/dev/null\""), std::string::npos);
  EXPECT_FALSE(plan::is_about_gpus(failed.error));
}

TEST(ReadContainer, OnTheHostsNetworkHasNoAddressOfItsOwn) {
  const auto container = container_of("docker20_host_network");
  EXPECT_TRUE(container.ways.shares_network);
  EXPECT_EQ(container.ways.address, "");
  EXPECT_TRUE(container.ways.published.empty());
}

TEST(ReadContainer, KnowsItsEnvironmentTheBundlesVolumeAndADevThatIsTheServers) {
  const auto read = [](const std::string& mounts) {
    return *read_container(R"({"Id":"1","State":{"Status":"running"},"Config":{"Env":["A=b c","D="]},"Mounts":)" +
                           mounts + "}");
  };
  const auto ours = read(R"([{"Type":"volume","Name":"helper-ssh-01","Destination":"/dev/helper/ssh"}])");
  EXPECT_EQ(ours.env, (std::vector<std::string>{"A=b c", "D="}));
  EXPECT_EQ(ours.bundle_volume, "helper-ssh-01");
  using enum plan::Mount::Kind;
  EXPECT_EQ(ours.mounts, (std::vector<plan::Mount>{{"/dev/helper/ssh", volume, "helper-ssh-01"}}));
  EXPECT_EQ(
      read(R"([{"Type":"bind","Source":"/dev","Destination":"/dev"},{"Type":"tmpfs","Destination":"/run"}])").mounts,
      (std::vector<plan::Mount>{{"/dev", server_folder, "/dev"}, {"/run", memory, ""}}));
  EXPECT_EQ(
      read(
          R"([{"Type":"bind","Source":"/p","Destination":"/p","RW":false},{"Type":"volume","Name":"v","Destination":"/v","RW":true}])")
          .mounts,
      (std::vector<plan::Mount>{{"/p", server_folder, "/p", true}, {"/v", volume, "v"}}));
  EXPECT_TRUE(read("null").mounts.empty());
  // What no engine that is known tells may be the server's.
  EXPECT_EQ(read(R"([{"Type":"new","Source":"/x","Destination":"/y"}])").mounts.front().kind, server_folder);
}

TEST(ReadContainer, KnowsWhatIsInMemoryAndThatItsStopDeletesIt) {
  const auto read = [](const std::string& host) {
    return *read_container(R"({"Id":"1","State":{"Status":"running"},"HostConfig":)" + host + "}");
  };
  const auto container = read(R"({"AutoRemove":true,"Tmpfs":{"/dev/helper":"rw,exec"}})");
  EXPECT_TRUE(container.auto_remove);
  EXPECT_EQ(container.mounts, (std::vector<plan::Mount>{{"/dev/helper", plan::Mount::Kind::memory, ""}}));
  EXPECT_FALSE(read(R"({"AutoRemove":false})").auto_remove);
  EXPECT_FALSE(read(R"({"AutoRemove":"true"})").auto_remove);
  EXPECT_FALSE(read("{}").auto_remove);
}

TEST(ReadContainer, ReadsDocker28) {
  const auto container = container_of("docker28_running");
  EXPECT_EQ(container.gpu_way, GpuWay::cdi);
  EXPECT_EQ(container.ways.address, "172.17.0.2");
  EXPECT_EQ(container.ways.published,
            (std::map<std::uint16_t, Endpoint>{{22, {"127.0.0.1", 32769}}, {8888, {"127.0.0.1", 32772}}}));
}

TEST(ReadContainer, ReadsPodman4) {
  const auto container = container_of("podman4_running");
  EXPECT_EQ(container.state, ContainerState::running);
  EXPECT_EQ(container.image, "localhost/centernet:1.2");
  EXPECT_EQ(container.gpu_way, GpuWay::none);
  EXPECT_EQ(container.runtime, "oci");
  EXPECT_EQ(container.ways.address, "10.88.0.7");
  EXPECT_EQ(container.ways.published, (std::map<std::uint16_t, Endpoint>{{22, {"127.0.0.1", 12222}}}));
  EXPECT_TRUE(container.ever_started);
}

std::string with_ports(const std::string& ports) {
  return R"({"Id":"a","State":{"Status":"running"},"NetworkSettings":{"Ports":)" + ports + "}}";
}

TEST(ReadContainer, TakesNoPortThatIsNone) {
  for (const char* ports :
       {"null", "7", "[]", R"({"22/tcp":null})", R"({"22/tcp":[]})", R"({"22/tcp":[7,null,"x",{}]})",
        R"({"22/tcp":[{"HostIp":"127.0.0.1","HostPort":"0"}]})",
        R"({"22/tcp":[{"HostIp":"127.0.0.1","HostPort":"70000"}]})",
        R"({"22/tcp":[{"HostIp":"127.0.0.1","HostPort":"-1"}]})", R"({"22/tcp":[{"HostPort":49153}]})",
        R"({"0/tcp":[{"HostPort":"49153"}]})", R"({"99999/tcp":[{"HostPort":"49153"}]})",
        R"({"x/tcp":[{"HostPort":"49153"}]})", R"({"22/udp":[{"HostPort":"49153"}]})"}) {
    const auto container = read_container(with_ports(ports));
    ASSERT_TRUE(container) << ports;
    EXPECT_TRUE(container->ways.published.empty()) << ports;
  }
}

TEST(ReadContainer, KeepsAnAddressThatIsNotAnyAddress) {
  const auto container = read_container(with_ports(R"({"22/tcp":[{"HostIp":"192.168.7.1","HostPort":"2200"}]})"));
  ASSERT_TRUE(container);
  EXPECT_EQ(container->ways.published.at(22), (Endpoint{"192.168.7.1", 2200}));
}

TEST(ReadContainer, IsAnErrorForWhatIsNoContainerAndNeverAGuess) {
  for (const char* text :
       {"", "null", "[]", "7", "\"x\"", "{", "{}", R"({"Id":"a"})", R"({"Id":"a","State":"running"})",
        R"({"State":{"Status":"running"}})", R"({"Id":7,"State":{"Status":"running"}})", "Error: No such container: x",
        "{\"Id\":\"\xff\",\"State\":{\"Status\":\"running\"}}"}) {
    const auto container = read_container(text);
    ASSERT_FALSE(container) << text;
    EXPECT_EQ(container.error().code, ErrorCode::engine_failed);
    EXPECT_FALSE(container.error().cause.empty());
  }
}

TEST(ReadContainer, TakesAStateThatNobodyKnowsForDead) {
  const auto container = read_container(R"({"Id":"a","State":{"Status":"levitating"}})");
  ASSERT_TRUE(container);
  EXPECT_EQ(container->state, ContainerState::dead);
}

TEST(ReadImage, ReadsWhatItRuns) {
  const auto image = read_image(recorded("docker20_image"));
  ASSERT_TRUE(image);
  EXPECT_EQ(*image, (plan::Image{"sha256:cda6fe7a71da", {}, {"bash"}}));
  const auto of_podman = read_image(R"({"Id":"9a8b","Config":{"Entrypoint":"/init","Cmd":["a","b",7,null]}})");
  ASSERT_TRUE(of_podman);
  EXPECT_EQ(*of_podman, (plan::Image{"9a8b", {"/init"}, {"a", "b"}}));
  EXPECT_FALSE(read_image("{}"));
  EXPECT_FALSE(read_image("[]"));
}

TEST(ReadEngine, ReadsVersionAndRuntimes) {
  const auto docker20 = read_engine(recorded("docker20_info"));
  ASSERT_TRUE(docker20);
  EXPECT_EQ(*docker20,
            (plan::Engine{.version = "20.10.24+dfsg1",
                          .runtimes = {"io.containerd.runc.v2", "io.containerd.runtime.v1.linux", "nvidia", "runc"},
                          .cpus = 2,
                          .memory = 25'223'864'320}));
  const auto docker28 = read_engine(recorded("docker28_info"));
  ASSERT_TRUE(docker28);
  EXPECT_EQ(*docker28,
            (plan::Engine{
                .version = "28.2.2", .runtimes = {"io.containerd.runc.v2", "nvidia", "runc"}, .cdi = true, .cpus = 2}));
}

// The first two as Docker 20.10 and 28 print them.
TEST(ReadEngineBuild, TellsWhoBuiltIt) {
  EXPECT_EQ(read_engine_build(recorded("docker20_info")),
            (plan::EngineBuild{"20.10.24+dfsg1", "", "", "1.1.5+ds1-1+deb12u1", "", false}));
  EXPECT_EQ(read_engine_build(recorded("docker28_info")),
            (plan::EngineBuild{"28.2.2", "", "", "1.1.5+ds1-1+deb12u1", "iptables", false}));
  EXPECT_EQ(
      read_engine_build(
          R"({"ServerVersion":"28.2.2","RuncCommit":{"ID":"v1.2.5-0-g59923ef"},"Plugins":{"Authorization":["opa"]},)"
          R"("FirewallBackend":{"Driver":"iptables+firewalld"},)"
          R"("ClientInfo":{"Version":"28.2.2","Platform":{"Name":"Docker Engine - Community"}}})"),
      (plan::EngineBuild{"28.2.2", "28.2.2", "Docker Engine - Community", "v1.2.5-0-g59923ef", "iptables+firewalld",
                         true}));
  EXPECT_EQ(read_engine_build(R"({"host":{},"version":{"Version":"4.3.1"}})"), std::nullopt);
  EXPECT_EQ(read_engine_build("no JSON"), std::nullopt);
}

TEST(ReadToolkit, TellsItsVersionAndItsCommit) {
  EXPECT_EQ(read_toolkit("NVIDIA Container Toolkit CLI version 1.17.8\ncommit: f202b80a9b9d\n"),
            (plan::Toolkit{"1.17.8", "f202b80a9b9d"}));
  EXPECT_EQ(read_toolkit("NVIDIA Container Toolkit CLI version 1.14.3\n"), (plan::Toolkit{"1.14.3", ""}));
  EXPECT_EQ(read_toolkit("a tool version 1.14.3\n"), std::nullopt);
  EXPECT_EQ(read_toolkit("NVIDIA Container Toolkit CLI version \x1b[2J\n"), std::nullopt);
  EXPECT_EQ(read_toolkit(""), std::nullopt);
}

TEST(ReadEngine, SaysWhyAnEngineDoesNotAnswer) {
  const auto refused = read_engine(
      R"({"ServerErrors":["Got permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: Get \"http://%2Fvar%2Frun%2Fdocker.sock/v1.24/info\": dial unix /var/run/docker.sock: connect: permission denied"],"ClientInfo":{}})");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::engine_permission);
  EXPECT_NE(refused.error().fix.find("usermod -aG docker"), std::string::npos);
  const auto down = read_engine(
      R"({"ServerErrors":["Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?"]})");
  ASSERT_FALSE(down);
  EXPECT_EQ(down.error().code, ErrorCode::engine_down);
  EXPECT_EQ(to_text(down.error()),
            "engine: Docker is installed but its daemon does not answer: Cannot connect to the Docker daemon at "
            "unix:///var/run/docker.sock. Is the docker daemon running?\n"
            "  fix: on the server: sudo systemctl start docker");
  const auto silent = read_engine("{}");
  ASSERT_FALSE(silent);
  EXPECT_EQ(silent.error().code, ErrorCode::engine_down);
  EXPECT_FALSE(read_engine("docker: command not found"));
}

TEST(EngineTrouble, KnowsPermissionAndAbsenceAndKeepsTheWordsOfTheRest) {
  EXPECT_EQ(
      engine_trouble("permission denied while trying to connect to the docker API at unix:///var/run/docker.sock").code,
      ErrorCode::engine_permission);
  EXPECT_EQ(engine_trouble("error during connect: Get \"http://10.0.0.1:2375/v1.24/version\": dial tcp 10.0.0.1:2375: "
                           "connect: connection refused")
                .code,
            ErrorCode::engine_down);
  const Error other = engine_trouble("Error response from daemon: client version 1.52 is too new. Maximum is 1.41");
  EXPECT_EQ(other.code, ErrorCode::engine_failed);
  EXPECT_EQ(other.cause, "client version 1.52 is too new. Maximum is 1.41");
  EXPECT_EQ(engine_trouble("").cause, "docker info failed and printed nothing");
}

// What Docker 20.10 says where nobody answers.
TEST(EngineTrouble, NamesTheDockerThatTheAccountHasChosen) {
  const std::string dead = "unix:///run/user/5001/docker.sock";
  const std::string said = "Cannot connect to the Docker daemon at " + dead + ". Is the docker daemon running?";
  const Error by_host = engine_trouble(said, "docker", {dead, "default"});
  EXPECT_EQ(by_host.code, ErrorCode::engine_down);
  EXPECT_EQ(by_host.cause,
            "the account on the server uses DOCKER_HOST=" + dead + ", and no Docker answers there: " + said);
  EXPECT_TRUE(by_host.fix.starts_with("on the server: systemctl --user start docker; or remove DOCKER_HOST from"));
  const Error by_context = engine_trouble(said, "docker", {"", "rootless"});
  EXPECT_TRUE(by_context.cause.starts_with("the account on the server uses the docker context \"rootless\", and no "));
  EXPECT_NE(by_context.fix.find("docker context use default"), std::string::npos);
}

TEST(EngineTrouble, OfAChosenDockerIsNotOfTheServersOwn) {
  for (const std::string said :
       {"error during connect: Get \"http://10.77.5.2:2375/v1.24/info\": dial tcp 10.77.5.2:2375: i/o timeout",
        "Cannot connect to the Docker daemon at tcp://10.77.5.2:2375. Is the docker daemon running?",
        "dial tcp: lookup gpu9 on 10.0.0.1:53: no such host"}) {
    const Error error = engine_trouble(said, "docker", {"tcp://10.77.5.2:2375", "default"});
    EXPECT_EQ(error.code, ErrorCode::engine_down) << said;
    EXPECT_EQ(error.fix.find("sudo systemctl start docker"), std::string::npos) << error.fix;
    EXPECT_TRUE(error.fix.starts_with("start that Docker; or remove DOCKER_HOST")) << error.fix;
  }
  const Error no_scheme = engine_trouble("unable to parse docker host `/run/x.sock`", "docker", {"/run/x.sock", ""});
  EXPECT_NE(no_scheme.cause.find("DOCKER_HOST=/run/x.sock"), std::string::npos);
  EXPECT_NE(no_scheme.fix.find("DOCKER_HOST"), std::string::npos);
}

TEST(EngineTrouble, OfAChoiceThatCannotBeIsNoDockerToStart) {
  const std::string said = "unable to resolve docker endpoint: context \"nosuch\" does not exist";
  const Error set = engine_trouble(said, "docker", {"", "nosuch", true});
  EXPECT_EQ(set.code, ErrorCode::engine_failed);
  EXPECT_NE(set.cause.find(said), std::string::npos);
  EXPECT_TRUE(
      set.fix.starts_with("remove DOCKER_CONTEXT from the account's start files; to find it, on the server: grep"))
      << set.fix;
  EXPECT_EQ(engine_trouble(said, "docker", {"", "nosuch"}).fix,
            "to use the server's own Docker, on the server: docker context use default");
}

// Only the engine's own socket is a matter of groups.
TEST(EngineTrouble, OfAKeyOrAFileThatMayNotBeReadIsNoPermissionOfTheEngine) {
  for (const std::string said :
       {"error during connect: Get \"http://docker.example.com/v1.24/info\": command [ssh -l alice -- localhost docker "
        "system dial-stdio] has exited with exit status 255: stderr=alice@localhost: Permission denied (publickey).",
        "unable to resolve docker endpoint: open /home/alice/.docker/contexts/meta/x/meta.json: permission denied"}) {
    const Error error = engine_trouble(said);
    EXPECT_NE(error.code, ErrorCode::engine_permission) << said;
    EXPECT_EQ(error.fix.find("usermod"), std::string::npos) << error.fix;
  }
  const Error theirs = engine_trouble("dial unix /run/user/5001/docker.sock: connect: permission denied", "docker",
                                      {"unix:///run/user/5001/docker.sock", ""});
  EXPECT_EQ(theirs.fix.find("usermod"), std::string::npos) << theirs.fix;
}

TEST(ReadEngine, LeavesOutWhatAProgramOfItsNamePrintsFirst) {
  const auto engine = read_engine("Welcome to the lab\n\n" + recorded("docker20_info"));
  ASSERT_TRUE(engine);
  EXPECT_EQ(engine->version, "20.10.24+dfsg1");
  const auto none = read_engine("Welcome to the lab\n");
  ASSERT_FALSE(none);
  EXPECT_NE(none.error().fix.find("docker info"), std::string::npos);
}

TEST(EngineTrouble, OfTheServersOwnDockerNamesNoChoice) {
  const std::string said =
      "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?";
  for (const ChosenDocker& chosen :
       {ChosenDocker{}, ChosenDocker{"", "default"}, ChosenDocker{"unix:///var/run/docker.sock", "default"}}) {
    EXPECT_EQ(engine_trouble(said, "docker", chosen).fix, "on the server: sudo systemctl start docker");
  }
}

struct Words {
  const char* name;
  std::string err;
  std::string words;
};

class EngineWords : public testing::TestWithParam<Words> {};

TEST_P(EngineWords, AreTheCauseAlone) { EXPECT_EQ(failure_words(GetParam().err), GetParam().words); }

INSTANTIATE_TEST_SUITE_P(
    RealOnes, EngineWords,
    testing::Values(
        Words{"Start",
              "Error response from daemon: could not select device driver \"\" with capabilities: [[gpu]]\n"
              "Error: failed to start containers: centernet\n",
              "could not select device driver \"\" with capabilities: [[gpu]]"},
        Words{"Create", "Error response from daemon: Unknown runtime specified nvidia\n",
              "Unknown runtime specified nvidia"},
        Words{"CreateInDocker28",
              "docker: Error response from daemon: unknown or invalid runtime name: nvidia\n\nRun 'docker run --help' "
              "for "
              "more information\n",
              "unknown or invalid runtime name: nvidia"},
        Words{"Pull",
              "Error response from daemon: Get \"https://registry.example/v2/\": dial tcp: lookup registry.example: no "
              "such host\n",
              "Get \"https://registry.example/v2/\": dial tcp: lookup registry.example: no such host"},
        Words{
            "RunOfAnAbsentImage",
            "Unable to find image 'nosuch:1' locally\ndocker: Error response from daemon: pull access denied for "
            "nosuch, repository does not exist or may require 'docker login': denied: requested access to the resource "
            "is denied.\nSee 'docker run --help'.\n",
            "pull access denied for nosuch, repository does not exist or may require 'docker login': denied: requested "
            "access to the resource is denied"},
        Words{
            "WithoutPermission",
            "permission denied while trying to connect to the Docker daemon socket\nError: failed to start containers: "
            "x\n",
            "permission denied while trying to connect to the Docker daemon socket"},
        Words{"Podman",
              "Error: unable to start container \"ab12\": crun: error running hook: No such file or directory\n",
              "unable to start container \"ab12\": crun: error running hook: No such file or directory"},
        Words{"InTwoLines",
              "Error: unable to start container \"ab12\": pasta failed with exit code 1:\nFailed to bind port 8080 "
              "(Address already in use) for option '-t 127.0.0.1/8080-8080:22-22'\n\n",
              "unable to start container \"ab12\": pasta failed with exit code 1: Failed to bind port 8080 (Address "
              "already in use) for option '-t 127.0.0.1/8080-8080:22-22'"},
        Words{"ColonAndNoMore", "Error: it failed:\n\n", "it failed:"},
        Words{"NoPrefix", "sh: 1: docker: not found\n", "sh: 1: docker: not found"},
        Words{"WarningFirst", "WARNING: Error loading config file\nError response from daemon: conflict.\n",
              "conflict"},
        Words{"Nothing", "", ""}, Words{"BlankLines", "\n\n  \n", ""},
        Words{"OnlyTheLineThatSaysNothing", "Error: failed to start containers: x\n", ""},
        Words{"WindowsLineEnds", "Error response from daemon: conflict\r\n", "conflict"},
        Words{"CannotSteerATerminal", "Error: \x1b]0;owned\x07 \xff", "\\x1b]0;owned\\x07 \\xff"}),
    [](const auto& each) { return std::string(each.param.name); });

TEST(EngineWordsOfARunaway, AreCut) {
  const std::string words = failure_words("Error: " + std::string(10'000, 'x'));
  EXPECT_EQ(words, std::string(400, 'x') + "...");
}

}  // namespace
}  // namespace helper::engine
