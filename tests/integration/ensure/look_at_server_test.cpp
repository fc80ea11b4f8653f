// The one look at a server, run by a real shell against a `docker` that answers as recorded.
#include "ensure/look_at_server.hpp"

#include "base/shell.hpp"
#include "engine/place.hpp"
#include "support/fake_server.hpp"
#include "support/golden.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace helper::ensure {
namespace {

using test::FakeServer;
namespace fs = std::filesystem;

config::Target target() {
  config::Target target;
  target.name = "centernet";
  target.container.name = "centernet";
  target.container.image = "centernet:1.2";
  return target;
}

std::string golden(const std::string& name) {
  return helper::test::read_file(std::string(TEST_SOURCE_DIR) + "/golden/engine/" + name + ".json");
}

// As the engines print it by {{json .}}.
std::string golden_on_one_line(const std::string& name) {
  std::string text = golden(name);
  std::erase(text, '\n');
  return text;
}

// What `inspect --format` of the script prints for a container that runs.
std::string running() {
  return "/centernet true/false f1b77c1f7a9c@\"2026-11-21T21:18:28.190572636Z\" " +
         golden_on_one_line("docker20_running");
}
std::string exited() {
  return "/centernet false/false f1b77c1f7a9c@\"2026-11-21T21:18:28.190572636Z\" " +
         golden_on_one_line("docker20_exited");
}

Result<ServerLook> look(FakeServer& server, const config::Target& its_target = target(), const Memory& memory = {}) {
  return look_at_server(server.runner, plan::desired_state(its_target, plan::Power::running), memory, {});
}

TEST(Probe, LooksIntoARunningContainerAndAsksTheEngineNothingMore) {
  FakeServer server;
  server.write("container", running());
  const auto facts = look(server);
  ASSERT_TRUE(facts) << to_text(facts.error());
  EXPECT_EQ(facts->server.container->state, plan::ContainerState::running);
  ASSERT_TRUE(facts->place.inside);
  EXPECT_EQ(facts->place.inside->user_home, server.home());
  EXPECT_FALSE(facts->place.inside->pythons.empty());
  ASSERT_TRUE(facts->server.engine);
  EXPECT_EQ(facts->server.engine->version, "");
  EXPECT_EQ(facts->server.image, std::nullopt);
  const auto log = helper::test::read_file(server.folder() / "docker.log");
  EXPECT_EQ(log.find("---\ninfo\n"), std::string::npos);
}

TEST(Probe, LooksQuicklyAtTheRunThatItRemembersAndKeepsItsGpus) {
  FakeServer server;
  server.write("container", running());
  server.write("home/.bash_profile", "touch " + (server.folder() / "profile-was-read").string());
  Memory memory;
  memory.run = "f1b77c1f7a9c@\"2026-11-21T21:18:28.190572636Z\"";
  memory.inside.gpu.gpus = {"GPU 0: H100"};
  memory.inside.gpu.smi_found = true;
  memory.python = {server.python("env"), "3.11.2", "/usr", "conda:env"};
  const auto facts = look(server, target(), memory);
  ASSERT_TRUE(facts && facts->place.inside);
  EXPECT_EQ(engine::run_of(*facts->server.container), memory.run);
  ASSERT_EQ(facts->place.inside->pythons.size(), 1U);
  EXPECT_EQ(facts->place.inside->pythons.front().source, "conda:env");
  EXPECT_EQ(facts->place.inside->gpu, memory.inside.gpu);
  EXPECT_FALSE(fs::exists(server.folder() / "profile-was-read"));
}

TEST(Probe, LooksInFullAtAnotherRunThanItRemembers) {
  FakeServer server;
  server.write("container", running());
  Memory memory;
  memory.run = "f1b77c1f7a9c@\"2026-11-20T00:00:00Z\"";
  memory.inside.gpu.gpus = {"GPU 0: of the run before"};
  memory.python = {"/usr/bin/python3", "3.11.2", "/usr", "conda:env"};
  const auto facts = look(server, target(), memory);
  ASSERT_TRUE(facts && facts->place.inside);
  EXPECT_EQ(std::ranges::count(facts->place.inside->pythons, "conda:env", &plan::Python::source), 0);
  EXPECT_NE(facts->place.inside->gpu.gpus, memory.inside.gpu.gpus);
}

// Which containers it is asked to look into, by the word after `--`; `first` runs before it answers.
void note_the_looks(const FakeServer& server, const std::string& first = "") {
  std::string text = helper::test::read_file(server.folder() / "bin/docker");
  text.insert(text.find('\n') + 1, "[ \"$1\" != exec ] || echo \"$9\" >> \"${0%/bin/docker}/looks\"\n" + first);
  server.program("docker", text);
}
std::string looks_of(const FakeServer& server) { return helper::test::read_file(server.folder() / "looks"); }
constexpr const char* k_this_run = "f1b77c1f7a9c@\"2026-11-21T21:18:28.190572636Z\"";

TEST(Probe, LooksIntoTheRunThatIsKnownToBeTheirsBeforeTheEngineHasTold) {
  FakeServer server;
  server.write("container", running());
  note_the_looks(server, "[ \"$1 $2\" != 'container inspect' ] || sleep 1\n");
  Memory memory;
  memory.my_run = k_this_run;
  const auto facts = look(server, target(), memory);
  ASSERT_TRUE(facts && facts->place.inside);
  EXPECT_EQ(facts->place.inside->user_home, server.home());
  EXPECT_FALSE(facts->place.inside->pythons.empty());
  EXPECT_EQ(looks_of(server), "f1b77c1f7a9c\n") << "once, by its id";
}

TEST(Probe, WhatAnotherRunSaysThanTheOneThatWasKnownIsNotUsed) {
  for (const auto* known :
       {"f1b77c1f7a9c@\"2026-11-20T00:00:00Z\"", "0123456789ab@\"2026-11-21T21:18:28.190572636Z\""}) {
    FakeServer server;
    server.write("container", running());
    note_the_looks(server);
    Memory memory;
    memory.my_run = known;
    const auto facts = look(server, target(), memory);
    ASSERT_TRUE(facts && facts->place.inside) << known;
    EXPECT_NE(looks_of(server).find("centernet\n"), std::string::npos) << known;
  }
}

TEST(Probe, ALookThatBeganBeforeTheEngineHadToldAndFailedIsMadeAgain) {
  FakeServer server;
  server.write("container", running());
  note_the_looks(server, "[ \"$1 $9\" != 'exec f1b77c1f7a9c' ] || { echo half an answer; exit 1; }\n");
  Memory memory;
  memory.my_run = k_this_run;
  const auto facts = look(server, target(), memory);
  ASSERT_TRUE(facts && facts->place.inside);
  EXPECT_EQ(facts->place.inside->user_home, server.home());
  EXPECT_EQ(looks_of(server), "f1b77c1f7a9c\ncenternet\n");
}

TEST(Probe, AKnownRunThatDoesNotRunAnyMoreIsSeenAsItIs) {
  FakeServer server;
  server.write("container", exited());
  note_the_looks(server);
  Memory memory;
  memory.my_run = k_this_run;
  const auto facts = look(server, target(), memory);
  ASSERT_TRUE(facts && facts->server.container);
  EXPECT_EQ(facts->server.container->state, plan::ContainerState::exited);
  EXPECT_FALSE(facts->place.inside);
}

std::string keeper_line(const std::string& labels) {
  FakeServer server;
  const auto name = server.runner.run({"id -un", {}}, {});
  std::string user = name ? name->out : std::string();
  user.pop_back();
  return "/helper-keeper-" + user +
         R"( true/false 5eed@"2026-11-20T00:00:00Z" {"Id":"5eed","State":{"Status":"running"},)" +
         R"("Config":{"Labels":)" + labels + "}}";
}

TEST(Probe, FindsTheKeeperInTheAnswerThatHasTheContainer) {
  const std::string ours = R"({"io.helper.keeper":"0.1.0"})";
  FakeServer server;
  server.write("container", running() + "\n" + keeper_line(ours));
  const auto facts = look(server);
  ASSERT_TRUE(facts && facts->server.keeper && facts->server.container);
  EXPECT_EQ(facts->server.container->state, plan::ContainerState::running);
  EXPECT_EQ(facts->server.keeper->state, plan::ContainerState::running);
  EXPECT_EQ(facts->server.keeper->id, "5eed");
  EXPECT_EQ(facts->server.keeper->version, "0.1.0");
  EXPECT_TRUE(facts->server.keeper->has_socket);
  EXPECT_TRUE(facts->place.inside);
}

TEST(Probe, AKeeperWithoutTheTargetsContainerIsNotTakenForIt) {
  FakeServer server;
  server.write("info", golden("docker20_info"));
  server.write("container", keeper_line("null"));
  const auto facts = look(server);
  ASSERT_TRUE(facts && facts->server.keeper && facts->server.container);
  EXPECT_EQ(facts->server.container->state, plan::ContainerState::absent);
  EXPECT_EQ(facts->server.keeper->state, plan::ContainerState::running);
  EXPECT_EQ(facts->server.keeper->version, "") << "it has not our label";
  EXPECT_EQ(facts->server.engine->version, "20.10.24+dfsg1");
}

TEST(Probe, WithoutAKeeperItsNameIsKnown) {
  FakeServer server;
  server.write("container", running());
  const auto facts = look(server);
  ASSERT_TRUE(facts && facts->server.keeper);
  EXPECT_EQ(facts->server.keeper->state, plan::ContainerState::absent);
  EXPECT_EQ(facts->server.keeper->name.rfind("helper-keeper-", 0), 0U);
}

TEST(Probe, ReadsEngineAndImageWhenTheContainerDoesNotRun) {
  FakeServer server;
  server.write("container", exited());
  server.write("info", golden("docker20_info"));
  server.write("image", golden("docker20_image"));
  const auto facts = look(server);
  ASSERT_TRUE(facts) << to_text(facts.error());
  EXPECT_EQ(facts->server.container->state, plan::ContainerState::exited);
  EXPECT_EQ(facts->server.engine->version, "20.10.24+dfsg1");
  EXPECT_EQ(facts->server.image->command, std::vector<std::string>{"bash"});
  EXPECT_EQ(facts->place.inside, std::nullopt);
  EXPECT_EQ(facts->place.inside_error, std::nullopt);
}

TEST(Probe, TellsAnAbsentContainerFromAnEngineThatIsDown) {
  FakeServer server;
  server.write("info", golden("docker20_info"));
  auto facts = look(server);
  ASSERT_TRUE(facts && facts->server.container);
  EXPECT_EQ(facts->server.container->state, plan::ContainerState::absent);
  EXPECT_EQ(facts->server.image, std::nullopt);
  EXPECT_EQ(facts->server.engine_error, std::nullopt);

  server.write("info", R"({"ServerErrors":["Cannot connect to the Docker daemon. Is the docker daemon running?"]})");
  facts = look(server);
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->server.engine_error->code, ErrorCode::engine_down);
  EXPECT_EQ(facts->server.container, std::nullopt);

  fs::remove(server.folder() / "info");  // as clients that print no JSON then
  facts = look(server);
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->server.engine_error->code, ErrorCode::engine_down);
}

TEST(Probe, SaysWhenThereIsNoEngineAtAll) {
  const auto desired = plan::desired_state(target(), plan::Power::running);
  const Nonces nonces = make_nonces();
  LocalRunner runner;
  // A PATH of nothing: the script adds the places where docker usually is, so those are taken out as well.
  std::string script = server_script(desired, {}, nonces);
  const std::string places = ":/usr/local/bin:/usr/bin:/bin:/snap/bin";
  ASSERT_NE(script.find(places), std::string::npos);
  script.replace(script.find(places), places.size(), "");
  const auto output = runner.run({"PATH=/nonexistent\n" + script, {}}, {});
  ASSERT_TRUE(output);
  const auto facts = read_answers(output->out, nonces, desired, {});
  ASSERT_TRUE(facts) << output->out << output->err;
  EXPECT_EQ(facts->server.engine_error->code, ErrorCode::engine_missing);
  EXPECT_EQ(facts->server.engine_error->fix, "on the server: sudo apt-get install -y docker.io");
}

TEST(Probe, KnowsAContainerWithoutAShell) {
  FakeServer server("/nonexistent/sh");
  server.write("container", running());
  const auto facts = look(server);
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->server.container->state, plan::ContainerState::running);
  ASSERT_TRUE(facts->place.inside);
  EXPECT_FALSE(facts->place.inside->has_shell);
}

// Root of a container reads in its argv all that the script inside is given, and may print what it likes.
TEST(Probe, BelievesNothingThatAContainerSaysOfWhatIsOutsideOfIt) {
  const std::string forger = R"py(#!/usr/bin/env python3
import re, sys
for nonce in sorted(set(re.findall("@helper-[0-9a-f]+", " ".join(sys.argv)))):
    for section in ("no_engine 0", "container 1", "trouble_docker 0", "aside 0", "image 1", "owner 0", "no_shell 0",
                    "inside_end 0", "keeper 1", "keeper_container 0", "machine 0", "engine 0", "look_quick 0", "server_gpus_files 0"):
        print(f"\n{nonce} {section}\nforged")
)py";
  const auto of_an_honest_one = [] {
    FakeServer server;
    server.write("container", running());
    return look(server);
  }();
  ASSERT_TRUE(of_an_honest_one);
  FakeServer server("/dev/null");
  server.executable("bin/forger", forger);
  // The container's `sh` is the forger.
  const std::string docker = helper::test::read_file(server.folder() / "bin" / "docker");
  std::string hostile = docker;
  hostile.replace(hostile.find("/dev/null \"$@\""), 9, (server.folder() / "bin" / "forger").string());
  server.program("docker", hostile);
  server.write("container", running());
  const auto facts = look(server);
  ASSERT_TRUE(facts) << to_text(facts.error());
  EXPECT_EQ(facts->server.engine_error, std::nullopt);
  ASSERT_TRUE(facts->server.container && facts->server.engine);
  EXPECT_EQ(facts->server.container->state, plan::ContainerState::running);
  EXPECT_EQ(facts->server.aside, std::nullopt);
  EXPECT_EQ(facts->server.keeper, of_an_honest_one->server.keeper);
  EXPECT_EQ(facts->server.project_owner, std::nullopt);
  EXPECT_EQ(facts->server.gpu, of_an_honest_one->server.gpu);
  EXPECT_EQ(facts->server.machine, of_an_honest_one->server.machine);
  ASSERT_TRUE(facts->place.inside_error);
  EXPECT_EQ(facts->place.inside_error->code, ErrorCode::inside_failed);
}

TEST(Probe, IsAnErrorWhenTheServersShellGaveNoAnswer) {
  const auto facts = read_answers("This account is currently not available.\n", make_nonces(),
                                  plan::desired_state(target(), plan::Power::running), {});
  ASSERT_FALSE(facts);
  EXPECT_EQ(facts.error().code, ErrorCode::server_command);
}

TEST(Probe, HandsHostileNamesToTheEngineAsTheyAreAndRunsNoneOfThem) {
  FakeServer server;
  server.write("container", running());
  const std::string pwned = (server.folder() / "pwned").string();
  const std::string evil = "$(touch " + pwned + ")'; touch " + pwned + "; '`touch " + pwned + "`\nx";
  config::Target hostile = target();
  hostile.container.name = evil;
  hostile.container.image = evil;
  hostile.ssh.user = evil;
  hostile.python = "/" + evil;
  Memory memory;
  memory.run = evil;
  memory.python = {"/" + evil, evil, evil, evil};
  ASSERT_TRUE(look(server, hostile, memory));
  fs::remove(server.folder() / "container");
  server.write("info", golden("docker20_info"));
  ASSERT_TRUE(look(server, hostile, memory));
  EXPECT_FALSE(fs::exists(pwned));
  const auto log = helper::test::read_file(server.folder() / "docker.log");
  EXPECT_NE(log.find("--\n" + evil + "\n" + evil), std::string::npos) << log;  // container inspect
  EXPECT_NE(log.find("image\ninspect\n--format\n{{json .}}\n--\n" + evil + "\n"), std::string::npos) << log;
}

// Podman 4.3 as `podman info` answers, shortened to what is read.
constexpr const char* k_podman_info =
    R"({"host":{"ociRuntime":{"name":"crun"},"security":{"rootless":true}},"version":{"Version":"4.3.1"}})";

void podman_answers(const FakeServer& server) {
  server.write("podman-info", k_podman_info);
  server.program(
      "podman",
      "#!/bin/sh\nhere=${0%/bin/podman}\ncase $1 in info) cat \"$here/podman-info\" ;; *) exit 125 ;; esac\n");
}

TEST(Probe, TakesPodmanWhereTheUserMayNotUseDockerAndSaysSo) {
  FakeServer server;
  podman_answers(server);
  server.write("info", R"({"ServerErrors":["permission denied while trying to connect to the Docker daemon"]})");
  const auto facts = look(server);
  ASSERT_TRUE(facts && facts->server.engine)
      << (facts && facts->server.engine_error ? to_text(*facts->server.engine_error) : "");
  EXPECT_EQ(facts->server.engine->program, "podman");
  EXPECT_EQ(facts->server.engine->kind, plan::EngineKind::podman);
  EXPECT_EQ(facts->server.engine->version, "4.3.1");
  EXPECT_TRUE(facts->server.engine->rootless);
  EXPECT_TRUE(facts->server.engine->cdi);
  EXPECT_NE(facts->server.engine->passed_over.find("may not use Docker"), std::string::npos)
      << facts->server.engine->passed_over;
  EXPECT_EQ(facts->server.container->state, plan::ContainerState::absent);
}

// Each reason for which Docker does not answer, with a container of Podman in each state. What Docker's client said of
// itself is not read as Podman's.
TEST(Probe, TakesPodmansContainerInEachStateWhyeverDockerDoesNotAnswer) {
  const std::vector<std::pair<std::string, std::string>> reasons{
      {"not permitted", R"({"ServerErrors":["permission denied while trying to connect to the Docker daemon"]})"},
      {"down", R"({"ServerErrors":["Cannot connect to the Docker daemon. Is the docker daemon running?"]})"},
      {"another trouble", R"({"ServerVersion":"","ServerErrors":["unexpected EOF"]})"},
      {"no JSON", ""}};
  for (const auto& [reason, info] : reasons) {
    for (const std::string state : {"created", "running", "paused", "exited", "none", "aside"}) {
      SCOPED_TRACE(reason + ", " + state);
      FakeServer server;
      server.program("docker", R"sh(#!/bin/sh
here=${0%/bin/docker}
case $1 in
  info) cat "$here/info"; [ -s "$here/info" ] ;;
  *) cat "$here/why" >&2; exit 1 ;;
esac
)sh");
      server.program("podman", R"sh(#!/bin/sh
here=${0%/bin/podman}
case $1 in
  info) cat "$here/podman-info" ;;
  container) [ ! -f "$here/container" ] && exit 125; cat "$here/container" ;;
  exec)
    while [ "$1" != -- ]; do shift; done
    shift 2
    exec "$@" ;;
  *) exit 125 ;;
esac
)sh");
      server.write("podman-info", k_podman_info);
      server.write("info", info);
      server.write("why", "Current context \"nosuch\" is not found on the file system\n");
      if (state != "none") {
        const std::string runs = state == "running" || state == "paused" ? "true" : "false";
        server.write("container", (state == "aside" ? "centernet.helper-replaced " : "centernet ") + runs + "/" +
                                      (state == "paused" ? "true" : "false") +
                                      R"( c1@"2026-11-21T21:18:28Z" {"Id":"c1","State":{"Status":")" +
                                      (state == "aside" ? "exited" : state) + "\"}}\n");
      }
      const auto facts = look(server);
      ASSERT_TRUE(facts) << to_text(facts.error());
      if (reason != "not permitted" && state == "none") {
        EXPECT_EQ(facts->server.engine, std::nullopt);
        EXPECT_TRUE(facts->server.engine_error);
        continue;
      }
      ASSERT_TRUE(facts->server.engine) << to_text(facts->server.engine_error.value_or(Error{}));
      EXPECT_EQ(facts->server.engine->program, "podman");
      EXPECT_NE(facts->server.engine->passed_over, "");
      EXPECT_EQ(plan::to_text(facts->server.container->state), state == "none" || state == "aside" ? "absent" : state);
      EXPECT_EQ(facts->server.aside.has_value(), state == "aside");
    }
  }
}

TEST(Probe, ADockerThatIsDownIsNotReplacedByPodmanUnasked) {
  FakeServer server;
  podman_answers(server);
  const auto facts = look(server);
  ASSERT_TRUE(facts && facts->server.engine_error);
  EXPECT_EQ(facts->server.engine, std::nullopt);
  EXPECT_EQ(facts->server.engine_error->code, ErrorCode::engine_down);
  EXPECT_EQ(facts->server.engine_error->fix,
            "on the server: sudo systemctl start docker; or, to use Podman instead, in helper.json: \"engine\": "
            "\"podman\"");
}

// A context that is not there, a DOCKER_HOST that nobody answers, a program that crashes: no reason for another store.
TEST(Probe, ADockerThatIsSetUpWronglyIsNotReplacedByPodmanUnasked) {
  for (const std::string why :
       {"unable to resolve docker endpoint: context \"nosuch\" does not exist",
        "error during connect: command [ssh -l alice -- localhost docker system dial-stdio] has "
        "exited with exit status 255: stderr=Permission denied (publickey)",
        ""}) {
    FakeServer server;
    podman_answers(server);
    server.write("why", why + "\n");
    server.program(
        "docker",
        "#!/bin/sh\nhere=${0%/bin/docker}\n[ \"$1\" != context ] || { echo nosuch; exit 0; }\ncat \"$here/why\" "
        ">&2; exit 1\n");
    const auto facts = look(server);
    ASSERT_TRUE(facts && facts->server.engine_error) << why;
    EXPECT_EQ(facts->server.engine, std::nullopt);
    EXPECT_NE(facts->server.engine_error->cause.find(why), std::string::npos) << facts->server.engine_error->cause;
    EXPECT_NE(facts->server.engine_error->fix.find("to use Podman instead, in helper.json: \"engine\": \"podman\""),
              std::string::npos)
        << facts->server.engine_error->fix;
  }
}

TEST(Probe, WhatAProgramOfDockersNamePrintsFirstChangesNothing) {
  FakeServer server;
  podman_answers(server);
  server.write("info", golden("docker20_info"));
  server.program("docker", R"sh(#!/bin/sh
here=${0%/bin/docker}
echo Welcome to the lab
case $1 in info) cat "$here/info" ;; *) exit 1 ;; esac
)sh");
  const auto facts = look(server);
  ASSERT_TRUE(facts && facts->server.engine);
  EXPECT_EQ(facts->server.engine->program, "docker");
  EXPECT_EQ(facts->server.engine->version, "20.10.24+dfsg1");
  fs::remove(server.folder() / "info");  // and it is no answer
  const auto dead = look(server);
  ASSERT_TRUE(dead && dead->server.engine_error);
}

TEST(Probe, TakesDockerWhereBothAnswerAndWhateverTheConfigSays) {
  FakeServer server;
  podman_answers(server);
  server.write("info", golden("docker20_info"));
  EXPECT_EQ(look(server)->server.engine->program, "docker");
  config::Target wanted = target();
  wanted.engine = "podman";
  EXPECT_EQ(look(server, wanted)->server.engine->program, "podman");
  fs::remove(server.folder() / "info");
  wanted.engine = "docker";
  const auto facts = look(server, wanted);
  EXPECT_EQ(facts->server.engine, std::nullopt);
  EXPECT_EQ(facts->server.engine_error->code, ErrorCode::engine_down);
}

TEST(Probe, TellsWhoOwnsTheProjectOnTheServer) {
  FakeServer server;
  server.write("container", running());
  config::Target wanted = target();
  wanted.project.remote = "/workspace/project/sub";
  wanted.container.mounts = {"/elsewhere:/workspace", server.folder().string() + ":/workspace/project"};
  fs::create_directory(server.folder() / "sub");
  const auto facts = look(server, wanted);
  ASSERT_TRUE(facts && facts->server.project_owner);
  EXPECT_EQ(facts->server.project_owner->uid, ::getuid());
  EXPECT_EQ(facts->server.project_owner->gid, ::getgid());
  EXPECT_EQ(facts->server.project_owner->folder, (server.folder() / "sub").string());
  wanted.container.mounts = {"a-volume:/workspace"};
  EXPECT_EQ(look(server, wanted)->server.project_owner, std::nullopt);
}

}  // namespace
}  // namespace helper::ensure
