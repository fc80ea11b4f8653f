#include "config/devcontainer/translate.hpp"
#include "config/inherit.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>

namespace helper::config {
namespace {

constexpr const char* k_file = "/home/me/proj/.devcontainer/devcontainer.json";

DevcontainerPlace place(const std::string& server = "local") {
  return {k_file, "/home/me/proj", server, [](const std::string& name) -> std::optional<std::string> {
            if (name == "HOME") return "/home/me";
            if (name == "TOKEN") return "s3cret";
            return std::nullopt;
          }};
}

struct Read {
  Target target;
  std::vector<std::string> remarks;
};

Read read(const std::string& text, const std::string& server = "local") {
  auto devcontainer = read_devcontainer(text, place(server));
  Read result;
  if (!devcontainer) {
    ADD_FAILURE() << to_text(devcontainer.error()) << "\nin\n" << text;
    return result;
  }
  for (const Mistake& mistake : inherit(result.target, *devcontainer)) ADD_FAILURE() << to_text(mistake.error);
  for (const auto& what : devcontainer->unsupported) result.remarks.push_back(to_text(devcontainer->file, what));
  return result;
}

Error refused(const std::string& text) {
  auto devcontainer = read_devcontainer(text, place());
  if (!devcontainer) return devcontainer.error();
  Target target;
  const auto mistakes = inherit(target, *devcontainer);
  if (mistakes.empty()) ADD_FAILURE() << "accepted:\n" << text;
  return mistakes.empty() ? Error{} : mistakes.front().error;
}

bool has(const std::vector<std::string>& remarks, std::string_view words) {
  return std::ranges::any_of(remarks, [&](const auto& remark) { return remark.find(words) != std::string::npos; });
}

using Texts = std::vector<std::string>;
using Env = std::map<std::string, std::string>;

TEST(Devcontainer, BecomesATargetWithNothingLeftOver) {
  const Read r = read(R"(// a comment
{
  "$schema": "x", "name": "Deep learning", /* another */
  "image": "centernet:1.2",
  "workspaceFolder": "/workspace/proj",
  "workspaceMount": "source=${localWorkspaceFolder},target=/workspace/proj,type=bind,consistency=cached",
  "runArgs": ["--gpus", "all", "--shm-size=8g", "--ipc=host", "--ulimit", "memlock=-1", "--ulimit=stack=1:2"],
  "containerEnv": {"A": "b", "HERE": "${localWorkspaceFolderBasename}"},
  "remoteEnv": {"PATH": "${containerEnv:PATH}:/x", "TOKEN": "${localEnv:TOKEN}"},
  "remoteUser": "dev",
  "updateRemoteUserUID": false,
  "mounts": ["source=cache,target=/cache,type=volume", {"type": "bind", "source": "/data", "target": "/data"}],
  "forwardPorts": [6006, "localhost:5000", "127.0.0.1:5001", "5002"],
  "appPort": ["8000:8010", 8001],
  "capAdd": ["SYS_PTRACE"], "securityOpt": ["seccomp=unconfined"], "init": true, "privileged": true,
  "hostRequirements": {"gpu": "optional"},
  "onCreateCommand": "one", "updateContentCommand": ["two", "a b"], "postCreateCommand": "three ${containerWorkspaceFolder}",
  "postStartCommand": "four", "shutdownAction": "none", "overrideCommand": false,
})");
  EXPECT_EQ(r.remarks, Texts{});
  const Target& t = r.target;
  EXPECT_EQ(t.container.image, "centernet:1.2");
  EXPECT_EQ(t.project.local, "/home/me/proj");
  EXPECT_EQ(t.project.remote, "/workspace/proj");
  EXPECT_EQ(t.container.mounts, (Texts{"/home/me/proj:/workspace/proj", "cache:/cache", "/data:/data"}));
  EXPECT_EQ(t.container.gpus, "all");
  EXPECT_EQ(t.container.shm_size, "8g");
  EXPECT_EQ(t.container.ulimits.at("memlock"), (Ulimit{-1, -1}));
  EXPECT_EQ(t.container.ulimits.at("stack"), (Ulimit{1, 2}));
  EXPECT_EQ(t.container.env, (Env{{"A", "b"}, {"HERE", "proj"}}));
  EXPECT_EQ(t.ssh.env, (Env{{"PATH", "${containerEnv:PATH}:/x"}, {"TOKEN", "s3cret"}}));
  EXPECT_EQ(t.ssh.user, "dev");
  EXPECT_FALSE(t.ssh.match_owner);
  EXPECT_TRUE(t.container.privileged);
  EXPECT_EQ(t.container.extra_args,
            (Texts{"--ipc=host", "--init", "--cap-add=SYS_PTRACE", "--security-opt=seccomp=unconfined"}));
  const std::vector<PortPair> forwards{{6006, 6006}, {5000, 5000}, {5001, 5001},
                                       {5002, 5002}, {8000, 8010}, {8001, 8001}};
  EXPECT_EQ(t.forwards, forwards);
  EXPECT_EQ(t.post_create, (Texts{"one", "two 'a b'", "three /workspace/proj"}));
  EXPECT_EQ(t.post_start, Texts{"four"});
  EXPECT_FALSE(t.container.command);
}

TEST(Devcontainer, MountsTheWorkspaceUnlessTheServerIsAnotherMachine) {
  EXPECT_EQ(read(R"({"image": "i", "remoteUser": "root"})").target.container.mounts,
            Texts{"/home/me/proj:/workspaces/proj"});
  const Read r = read(R"({"image": "i", "remoteUser": "root", "mounts": [
    "source=${localEnv:HOME}${localEnv:USERPROFILE}/.cache,target=/cache,type=bind", "source=/var/run/x,target=/x,type=bind"]})",
                      "gpu1");
  EXPECT_EQ(r.target.container.mounts, Texts{"/var/run/x:/x"});
  EXPECT_EQ(r.target.project.remote, "/workspaces/proj");
  ASSERT_EQ(r.remarks.size(), 2u);
  EXPECT_EQ(r.remarks[0],
            "devcontainer.json:1: workspaceMount: /home/me/proj is a folder of this machine, and gpu1 cannot mount it; "
            "have its files on gpu1 and write \"container\": {\"mounts\": [\"/FOLDER/THERE:/workspaces/proj\"]}");
  EXPECT_TRUE(r.remarks[1].starts_with("devcontainer.json:2: mounts[0]: /home/me/.cache is a folder")) << r.remarks[1];
}

TEST(Devcontainer, AnEmptyWorkspaceMountMeansNone) {
  EXPECT_EQ(read(R"({"image": "i", "workspaceMount": ""})").target.container.mounts, Texts{});
}

TEST(Devcontainer, BuildsWithPathsFromItsOwnFolder) {
  const Read r = read(R"({"remoteUser": "root", "build": {"dockerfile": "Dockerfile", "context": "..", "target": "dev",
    "args": {"A": "${localWorkspaceFolderBasename}"}}})");
  ASSERT_TRUE(r.target.container.build);
  EXPECT_EQ(*r.target.container.build,
            (BuildConfig{"/home/me/proj", ".devcontainer/Dockerfile", {{"A", "proj"}}, "dev"}));
  EXPECT_EQ(r.remarks, Texts{});
  EXPECT_EQ(read(R"({"dockerFile": "gpu.docker"})").target.container.build.value_or(BuildConfig{}),
            (BuildConfig{"/home/me/proj/.devcontainer", "gpu.docker", {}, ""}));
  EXPECT_EQ(read(R"({"build": {"dockerfile": "../Dockerfile"}})").target.container.build.value_or(BuildConfig{}),
            (BuildConfig{"/home/me/proj", "Dockerfile", {}, ""}))
      << "no context is the Dockerfile's folder";
  const Read outside =
      read(R"({"build": {"dockerfile": "../Dockerfile", "context": ".", "cacheFrom": "x", "options": ["--pull"]}})");
  EXPECT_FALSE(outside.target.container.build);
  EXPECT_TRUE(has(outside.remarks, "build.dockerfile: it is outside of its context /home/me/proj/.devcontainer"));
  EXPECT_TRUE(has(outside.remarks, "build.cacheFrom"));
  EXPECT_TRUE(has(outside.remarks, "build.options"));
}

TEST(Devcontainer, OldAndNewKeysOfABuildAreReadTogether) {
  const Read r = read(R"({"remoteUser": "root", "context": "..", "dockerFile": "../gpu.docker",
    "build": {"args": {"CUDA": "12.4"}, "target": "dev"}})");
  EXPECT_EQ(r.target.container.build.value_or(BuildConfig{}),
            (BuildConfig{"/home/me/proj", "gpu.docker", {{"CUDA", "12.4"}}, "dev"}));
  EXPECT_EQ(r.remarks, Texts{});
}

TEST(Devcontainer, NumbersAndBooleansAreValuesAsWritten) {
  const Read r = read(R"({"remoteUser": "root", "containerEnv": {"N": 8, "YES": true}, "remoteEnv": {"NO": false},
    "build": {"dockerfile": "Dockerfile", "args": {"PYTHON": 3.10, "WITH_CUDA": true, "JOBS": 4}}})");
  const Env args{{"JOBS", "4"}, {"PYTHON", "3.10"}, {"WITH_CUDA", "true"}};
  EXPECT_EQ(r.target.container.build.value_or(BuildConfig{}).args, args);
  EXPECT_EQ(r.target.container.env, (Env{{"N", "8"}, {"YES", "true"}}));
  EXPECT_EQ(r.target.ssh.env, (Env{{"NO", "false"}}));
  ASSERT_EQ(r.remarks.size(), 1U) << "3.10 is 3.1 elsewhere";
  EXPECT_TRUE(has(
      r.remarks,
      R"(build.args.PYTHON: it is the number 3.10, which other tools may write otherwise; write it in quotes: "3.10")"));
}

TEST(Devcontainer, WhatAnUnsetVariableMakesEmptyIsNotASettingAndTheVariableIsTold) {
  const Read r = read(R"({"image": "i", "remoteUser": "${localEnv:NOPE}", "capAdd": ["${localEnv:NOPE}"],
    "containerEnv": {"EMPTY": "${localEnv:NOPE}"}, "workspaceFolder": "${localEnv:NOPE}"})");
  EXPECT_TRUE(has(r.remarks, "remoteUser: NOPE is not set on this machine"));
  EXPECT_TRUE(has(r.remarks, "remoteUser: it is not given"));
  EXPECT_EQ(r.target.container.extra_args, Texts{});
  EXPECT_EQ(r.target.container.env, (Env{{"EMPTY", ""}})) << "a variable may be empty";
  EXPECT_EQ(r.target.project.remote, "/workspaces/proj");
}

TEST(Devcontainer, ListsWhatItDoesNotDoWithItsLineInTheOrderWritten) {
  const Read r = read(R"({ "image": "i", "remoteUser": "root",
  "features": {"ghcr.io/devcontainers/features/node:1": {}},
  "initializeCommand": "rm -rf /",
  "customizations": {"vscode": {}},
  "forwardPorts": ["db:5432"],
  "containerENV": {},
  "hostRequirements": {"cpus": 4, "storage": "1tb", "gpu": {"cores": 1000}},
  "shutdownAction": "stopContainer" })");
  const Texts lines{"2: features",     "3: initializeCommand",        "4: customizations",       "5: forwardPorts[0]",
                    "6: containerENV", "7: hostRequirements.storage", "7: hostRequirements.gpu", "8: shutdownAction"};
  ASSERT_EQ(r.remarks.size(), lines.size());
  for (std::size_t i = 0; i < lines.size(); ++i)
    EXPECT_TRUE(r.remarks[i].starts_with("devcontainer.json:" + lines[i] + ": ")) << r.remarks[i];
  EXPECT_TRUE(r.remarks[4].ends_with("did you mean \"containerEnv\"?")) << r.remarks[4];
  EXPECT_EQ(r.target.container.gpus, "all");
  EXPECT_EQ(r.target.post_create, Texts{});
}

TEST(Devcontainer, RunArgsGoToOurKeysOrToTheEngineOrAreListed) {
  const Read r = read(R"({"image": "i", "remoteUser": "root", "workspaceMount": "", "runArgs": [
    "-it", "--rm", "-d", "--name", "box", "--gpus", "\"device=0,1\"", "-e", "A=b=c", "-eB=c", "--env", "TOKEN",
    "-v", "/data:/data:cached", "--volume=/w:/w:z", "-p", "8080:80", "-p0.0.0.0:9000:90", "-h", "box", "--privileged",
    "--network=host", "--cap-add", "SYS_ADMIN", "--runtime=nvidia", "--restart=no", "--sig-proxy=false",
    "--mount", "type=tmpfs,target=/t"]})");
  const ContainerConfig& c = r.target.container;
  EXPECT_EQ(c.gpus, "device=0,1");
  EXPECT_EQ(c.env, (Env{{"A", "b=c"}, {"B", "c"}, {"TOKEN", "s3cret"}}));
  EXPECT_EQ(c.mounts, Texts{"/data:/data"});
  EXPECT_EQ(r.target.forwards, (std::vector<PortPair>{{8080, 80}}));
  EXPECT_EQ(c.ports, Texts{"0.0.0.0:9000:90"});
  EXPECT_EQ(c.hostname, "box");
  EXPECT_TRUE(c.privileged);
  EXPECT_EQ(c.runtime, "nvidia");
  EXPECT_EQ(c.restart, "no");
  EXPECT_EQ(c.extra_args,
            (Texts{"--volume=/w:/w:z", "--network=host", "--cap-add", "SYS_ADMIN", "--mount=type=tmpfs,target=/t"}));
  ASSERT_EQ(r.remarks.size(), 5u);
  for (const char* key : {"runArgs[0]", "runArgs[1]", "runArgs[2]", "runArgs[3]", "--sig-proxy"})
    EXPECT_TRUE(has(r.remarks, key)) << key;
  EXPECT_TRUE(has(r.remarks, "use the key container.name"));
}

TEST(Devcontainer, FlagsThatReadAFileOfThisMachineAreListedForAnotherServer) {
  const std::string text =
      R"({"image": "i", "remoteUser": "root", "workspaceMount": "", "runArgs": ["--env-file", ".env", "--security-opt=seccomp=${localWorkspaceFolder}/s.json"]})";
  EXPECT_EQ(read(text).target.container.extra_args,
            (Texts{"--env-file", ".env", "--security-opt=seccomp=/home/me/proj/s.json"}));
  const Read r = read(text, "gpu1");
  EXPECT_EQ(r.target.container.extra_args, Texts{});
  EXPECT_EQ(r.remarks.size(), 2u);
}

TEST(Devcontainer, CommandsOfAnObjectRunAtOnce) {
  const Read r = read(R"({"image": "i", "postCreateCommand": {"a": "echo 'x' # y", "b": ["echo", "$HOME"], "c": " "},
    "postStartCommand": {"only": "echo ${containerEnv:PATH} ${HOME}"}})");
  EXPECT_EQ(
      r.target.post_create,
      Texts{"pids=\nsh -c 'echo '\\''x'\\'' # y' & pids=\"$pids $!\"\nsh -c 'echo '\\''$HOME'\\''' & pids=\"$pids "
            "$!\"\nstatus=0\nfor pid in $pids; do wait \"$pid\" || status=$?; done\nexit \"$status\""});
  EXPECT_EQ(r.target.post_start, Texts{"echo ${PATH} ${HOME}"});
}

TEST(Devcontainer, VariablesHaveDefaultsAndWhatIsNoneOfThemStays) {
  const Read r = read(
      R"({"image": "i", "remoteUser": "root", "containerEnv": {"A": "${localEnv:NONE:other}", "B": "${PWD} ${", "C": "${localEnv:NONE}",
    "D": "${devcontainerId}", "E": "${a${localEnv:TOKEN}"}})");
  EXPECT_EQ(r.target.container.env.at("A"), "other");
  EXPECT_EQ(r.target.container.env.at("B"), "${PWD} ${");
  EXPECT_EQ(r.target.container.env.at("C"), "");
  EXPECT_EQ(r.target.container.env.at("D").size(), 16u);
  EXPECT_EQ(r.target.container.env.at("E"), "${as3cret");
  EXPECT_EQ(r.remarks, Texts{"devcontainer.json:1: containerEnv.C: NONE is not set on this machine, so this is empty; "
                             "export NONE"});
}

TEST(Devcontainer, AVariableThatIsNotSetIsToldWhereverItStands) {
  for (const std::string text :
       {R"("mounts": ["source=${localEnv:NONE}/data,target=/e,type=bind"])",
        R"("mounts": [{"type": "bind", "source": "${localEnv:NONE}/data", "target": "/e"}])",
        R"("runArgs": ["--volume=${localEnv:NONE}/data:/e"])", R"("runArgs": ["-v", "${localEnv:NONE}/data:/e"])",
        R"("runArgs": ["--hostname=x${localEnv:NONE}"])", R"("containerEnv": {"A": "${localEnv:NONE}:/bin"})"}) {
    const Read r = read(R"({"image": "i", "remoteUser": "root", )" + text + "}");
    EXPECT_TRUE(std::ranges::any_of(r.remarks,
                                    [](const std::string& remark) {
                                      return remark.find("NONE is not set on this machine, so this is \"") !=
                                             std::string::npos;
                                    }))
        << text << ": " << testing::PrintToString(r.remarks);
  }
}

TEST(Devcontainer, AValueOfTheEnvironmentIsNotKeptInAFile) {
  DevcontainerPlace kept = place();
  kept.is_kept = true;
  const auto devcontainer = read_devcontainer(
      R"({"image": "i", "remoteUser": "root", "containerEnv": {"T": "${localEnv:TOKEN}", "H": "${localEnv:HOME}"},
          "runArgs": ["-e", "TOKEN"], "postCreateCommand": "login ${localEnv:TOKEN}"})",
      kept);
  ASSERT_TRUE(devcontainer);
  EXPECT_EQ(devcontainer->unsupported.size(), 3u);
  Target target;
  EXPECT_TRUE(inherit(target, *devcontainer).empty());
  EXPECT_EQ(target.container.env, (Env{{"H", "/home/me"}}));
  EXPECT_EQ(target.post_create, Texts{});
}

// Whatever flag it is in: the value goes neither into a setting nor into the words that are kept beside them.
TEST(Devcontainer, AValueOfTheEnvironmentInRunArgsIsNotKeptInAFileEither) {
  DevcontainerPlace kept = place();
  kept.is_kept = true;
  for (const std::string& args : std::vector<std::string>{R"("--hostname", "${localEnv:TOKEN}")",
                                                          R"("--hostname=${localEnv:TOKEN}")",
                                                          R"("-h${localEnv:TOKEN}")",
                                                          R"("-h", "a-${localEnv:TOKEN}")",
                                                          R"("--restart", "${localEnv:TOKEN}")",
                                                          R"("--runtime=${localEnv:TOKEN}")",
                                                          R"("--shm-size", "${localEnv:TOKEN}")",
                                                          R"("--gpus", "${localEnv:TOKEN}")",
                                                          R"("-p", "${localEnv:TOKEN}")",
                                                          R"("--publish=${localEnv:TOKEN}:80")",
                                                          R"("--ulimit", "nofile=${localEnv:TOKEN}")",
                                                          R"("--ulimit", "${localEnv:TOKEN}=1")",
                                                          R"("--privileged=${localEnv:TOKEN}")",
                                                          R"("-v", "${localEnv:TOKEN}:/x")",
                                                          R"("--mount", "source=${localEnv:TOKEN},target=/x")",
                                                          R"("-e", "A=${localEnv:TOKEN}")",
                                                          R"("-e", "${localEnv:TOKEN}=1")",
                                                          R"("--name=${localEnv:TOKEN}")",
                                                          R"("--label", "a=${localEnv:TOKEN}")",
                                                          R"("--user=${localEnv:TOKEN}")",
                                                          R"("${localEnv:TOKEN}")"}) {
    const auto devcontainer =
        read_devcontainer(R"({"image": "i", "remoteUser": "root", "runArgs": [)" + args + "]}", kept);
    ASSERT_TRUE(devcontainer) << args;
    for (const Setting& setting : devcontainer->settings) {
      EXPECT_EQ(setting.value.text.find("s3cret"), std::string::npos) << args;
      EXPECT_TRUE(setting.row.find("container.") == std::string::npos || setting.row == "targets.*.container.image" ||
                  setting.row == "targets.*.container.mounts" || setting.row == "targets.*.container.command")
          << args << ": " << setting.row;
    }
    ASSERT_FALSE(devcontainer->unsupported.empty()) << args;
    const std::string told = to_text(devcontainer->file, devcontainer->unsupported.back());
    EXPECT_NE(told.find("TOKEN"), std::string::npos) << told;
    EXPECT_EQ(told.find("s3cret"), std::string::npos) << told;
  }
}

TEST(Devcontainer, AVariableOfRunArgsThatIsNotSetIsToldAndSetsNothing) {
  for (const std::string& args :
       std::vector<std::string>{R"("--hostname", "${localEnv:NONE}")", R"("--hostname=${localEnv:NONE}")",
                                R"("-h${localEnv:NONE}")", R"("--shm-size", "${localEnv:NONE}")"}) {
    const Read r = read(R"({"image": "i", "remoteUser": "root", "runArgs": [)" + args + "]}");
    EXPECT_EQ(r.remarks, Texts{"devcontainer.json:1: runArgs[0]: NONE is not set on this machine, so this is empty; "
                               "export NONE"})
        << args;
    EXPECT_EQ(r.target.container.hostname, "");
  }
}

TEST(Devcontainer, SaysWhenItNamesNoUser) {
  EXPECT_TRUE(has(read(R"({"image": "i"})").remarks, "remoteUser: it is not given, and helper logs in as root"));
  const Read r = read(R"({"image": "i", "containerUser": "dev"})");
  EXPECT_EQ(r.target.ssh.user, "dev");
  EXPECT_EQ(r.target.container.extra_args, Texts{"--user=dev"});
  EXPECT_EQ(r.remarks, Texts{});
}

TEST(Devcontainer, OverrideCommandWaitsInPlaceOfTheImagesCommandAlsoWhereItIsNotWritten) {
  for (const char* text : {R"({"image": "i", "overrideCommand": true})", R"({"image": "i"})",
                           R"({"build": {"dockerfile": "Dockerfile"}})", R"({"overrideCommand": true})"}) {
    const auto command = read(text).target.container.command;
    ASSERT_TRUE(command) << text;
    EXPECT_EQ(command->front(), "sh");
  }
  EXPECT_FALSE(read(R"({"image": "i", "overrideCommand": false})").target.container.command);
  EXPECT_FALSE(read(R"({"dockerComposeFile": "compose.yml"})").target.container.command) << "its default there";
}

TEST(Devcontainer, MistakesAreToldWithTheirLineAndKey) {
  const std::map<std::string, std::string> mistakes{
      {R"({"image": 1})", "devcontainer.json:1: image"},
      {"{\n\"forwardPorts\": 1}", "devcontainer.json:2: forwardPorts"},
      {"{\n\"forwardPorts\": [1,\n99999]}", "devcontainer.json:3: forwardPorts[1]"},
      {R"({"containerEnv": {"A": []}})", "devcontainer.json:1: containerEnv.A"},
      {R"({"containerEnv": {"A-B": "x"}})", "devcontainer.json:1: containerEnv.A-B"},
      {"{\"runArgs\": [\"--init\",\n\"--gpus=many\"]}", "devcontainer.json:2: runArgs[1]"},
      {"{\"runArgs\": [\"--ulimit=memlok=1\"]}", "devcontainer.json:1: runArgs[0]"},
      {"{\"mounts\": [\n\"source=../x,target=/x,type=bind\"]}", "devcontainer.json:2: mounts[0]"},
      {R"({"image": "i", "remoteUser": "a b"})", "devcontainer.json:1: remoteUser"},
      {R"({"image": "-x"})", "devcontainer.json:1: image"},
      {R"({"workspaceFolder": "relative"})", "devcontainer.json:1: workspaceFolder"},
      {R"({"postCreateCommand": true})", "devcontainer.json:1: postCreateCommand"},
      {R"({"hostRequirements": {"gpu": 2}})", "devcontainer.json:1: hostRequirements.gpu"},
      {R"({"build": {"dockerfile": ["x"]}})", "devcontainer.json:1: build.dockerfile"},
      {R"([])", "devcontainer.json"},
      {R"({"image": "i",, })", "devcontainer.json:1"},
  };
  for (const auto& [text, thing] : mistakes) {
    const Error error = refused(text);
    EXPECT_EQ(error.thing, thing) << text;
    EXPECT_FALSE(error.cause.empty()) << text;
  }
}

// Docker's --gpus is a CSV record; what the capabilities are is the container's environment.
TEST(Devcontainer, TheFieldsOfGpusAreRead) {
  const std::map<std::string, std::string> values{{"all,capabilities=gpu", "all"},
                                                  {"count=2", "2"},
                                                  {"driver=nvidia,count=-1", "all"},
                                                  {R"(\"device=0,2\",\"capabilities=compute,utility\")", "device=0,2"},
                                                  {"'device=1'", "device=1"}};
  for (const auto& [written, gpus] : values) {
    const Read r = read(R"({"image": "i", "remoteUser": "root", "runArgs": ["--gpus", ")" + written + "\"]}");
    EXPECT_EQ(r.target.container.gpus, gpus) << written;
    EXPECT_EQ(r.remarks, Texts{}) << written;
  }
  const Read r =
      read(R"({"image": "i", "remoteUser": "root", "runArgs": ["--gpus=all,\"capabilities=utility,graphics\""]})");
  EXPECT_EQ(r.target.container.gpus, "all");
  EXPECT_TRUE(has(r.remarks, R"("NVIDIA_DRIVER_CAPABILITIES": "utility,graphics")"));
}

// A ':' parts what -v takes, and a ',' what --mount takes.
TEST(Devcontainer, AFolderOfThisMachineMayHaveAnyName) {
  const auto mounted = [](const std::string& folder, const std::string& members) {
    DevcontainerPlace its = place();
    its.folder = folder;
    const auto devcontainer = read_devcontainer(R"({"image": "i", "remoteUser": "root")" + members + "}", its);
    Target target;
    EXPECT_TRUE(devcontainer && devcontainer->mistakes.empty() && inherit(target, *devcontainer).empty()) << folder;
    Texts all = target.container.mounts;
    for (const std::string& word : target.container.extra_args) all.push_back(word);
    return all;
  };
  EXPECT_EQ(mounted("/p/fix:login", ""), Texts{"--mount=type=bind,source=/p/fix:login,target=/workspaces/fix:login"});
  EXPECT_EQ(mounted("/p/a,b", ""), Texts{"/p/a,b:/workspaces/a,b"});
  EXPECT_EQ(mounted("/p/a,b:c\"d", ""),
            Texts{R"(--mount=type=bind,"source=/p/a,b:c""d","target=/workspaces/a,b:c""d")"});
  const std::string written =
      R"(, "workspaceFolder": "/w", "workspaceMount": "source=${localWorkspaceFolder},target=/w,type=bind,readonly")";
  EXPECT_EQ(mounted("/p/a,b", written), Texts{"/p/a,b:/w:ro"});
  EXPECT_EQ(mounted("/p/a:b", written), Texts{"--mount=source=/p/a:b,target=/w,type=bind,readonly"});
  const std::string more =
      R"(, "workspaceMount": "", "mounts": [{"type": "bind", "source": "${localWorkspaceFolder}/x", "target": "/x"}],
        "runArgs": ["--mount", "type=bind,src=${localWorkspaceFolder},dst=/y", "--mount=type=bind,src=${localWorkspaceFolder},dst=/z"])";
  EXPECT_EQ(mounted("/p/a,b", more), (Texts{"/p/a,b:/y", "/p/a,b:/z", "/p/a,b/x:/x"}));
}

TEST(Devcontainer, AUserThatIsANumberIsTold) {
  EXPECT_EQ(refused(R"({"image": "i", "remoteUser": "1000"})").cause,
            R"("1000" is the id of a user, and SSH logs in by name)");
}

TEST(Devcontainer, CommandsHaveWhatTheStartFilesOfTheShellSet) {
  const std::map<std::string, EnvProbe> probes{{"", EnvProbe::login_interactive},
                                               {R"("userEnvProbe": "none",)", EnvProbe::none},
                                               {R"("userEnvProbe": "loginShell",)", EnvProbe::login},
                                               {R"("userEnvProbe": "interactiveShell",)", EnvProbe::interactive}};
  for (const auto& [member, probe] : probes)
    EXPECT_EQ(read("{" + member + R"("image": "i", "postCreateCommand": "x"})").target.env_probe, probe) << member;
  EXPECT_EQ(read(R"({"image": "i"})").target.env_probe, EnvProbe::login_interactive) << "the target's own commands";
  EXPECT_EQ(refused(R"({"image": "i", "userEnvProbe": "zsh"})").thing, "devcontainer.json:1: userEnvProbe");
  DevcontainerPlace kept = place();
  kept.is_kept = true;
  const auto devcontainer = read_devcontainer(R"({"image": "i", "remoteUser": "root", "postStartCommand": "x"})", kept);
  ASSERT_TRUE(devcontainer);
  EXPECT_EQ(devcontainer->env_probe, EnvProbe::none);
  ASSERT_EQ(devcontainer->unsupported.size(), 1U);
  EXPECT_EQ(devcontainer->unsupported.front().key, "userEnvProbe");
}

TEST(Devcontainer, WhatItWantsOfTheServerIsKnown) {
  const auto wanted = [](const std::string& members) {
    return read(R"({"image": "i", "hostRequirements": {)" + members + "}}").target.requirements;
  };
  constexpr std::int64_t k_gb = std::int64_t{1} << 30;
  EXPECT_EQ(wanted(R"("cpus": 4, "memory": "8gb")"), (HostRequirements{4, 8 * k_gb}));
  EXPECT_EQ(wanted(R"("memory": "4096MB")"), (HostRequirements{0, 4 * k_gb}));
  EXPECT_EQ(wanted(R"("memory": "1tb")"), (HostRequirements{0, 1024 * k_gb}));
  EXPECT_EQ(wanted(R"("memory": 1024)"), (HostRequirements{0, 1024}));
  EXPECT_EQ(wanted("").cpus, 0);
  for (const char* wrong : {R"("cpus": "4")", R"("memory": "8 apples")", R"("memory": "gb")", R"("memory": true)",
                            R"("storage": "x")", R"("memory": "999999999999999tb")"})
    EXPECT_TRUE(refused(std::string(R"({"image": "i", "hostRequirements": {)") + wrong + "}}")
                    .thing.starts_with("devcontainer.json:1: hostRequirements."))
        << wrong;
}

TEST(Devcontainer, ThePluginsOfJetBrainsIdesAreNamed) {
  const auto remarks = [](const std::string& customizations) {
    return read(R"({"image": "i", "remoteUser": "root", "customizations": )" + customizations + "}").remarks;
  };
  EXPECT_EQ(
      remarks(R"({"jetbrains": {"plugins": ["com.a", "com.b"]}})"),
      Texts{"devcontainer.json:1: customizations.jetbrains.plugins: helper installs no plugins; install them in the "
            "IDE, in Settings, Plugins: com.a, com.b"});
  EXPECT_EQ(remarks(R"({"jetbrains": {"plugins": ["com.a"], "backend": "PyCharm"}, "vscode": {}})").size(), 2U);
  EXPECT_EQ(remarks(R"({"jetbrains": 5})").size(), 1U);
  EXPECT_EQ(remarks(R"({"jetbrains": {"plugins": [5]}})").size(), 1U);
}

TEST(Devcontainer, IsOfLimitedSizeAndDepth) {
  EXPECT_EQ(refused(std::string(2'000'000, ' ')).code, ErrorCode::config_syntax);
  std::string deep(100'000, '[');
  EXPECT_EQ(refused("{\"customizations\": " + deep).code, ErrorCode::config_syntax);
}

}  // namespace
}  // namespace helper::config
