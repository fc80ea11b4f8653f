#include "config/powers.hpp"

#include "config/keys.hpp"
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
      "t1: sessions and hooks run as root\n"
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

// Of each key whether another value of it asks the person again: `after` differs from `before` in that key alone.
struct Row {
  std::string_view key;
  bool asks;
  const char* after;
  const char* before =
      R"({"server": "gpu1", "container": {"image": "i:1"}, "ssh": {"user": "dev"}, "project": {"remote": "/w"}})";
};
#define HELPER_REST R"(, "ssh": {"user": "dev"}, "project": {"remote": "/w"}})"
#define HELPER_IMAGE R"({"server": "gpu1", "container": {"image": "i:1")"
constexpr const char* k_built = R"({"server": "gpu1", "container": {"build": {"context": "."}})" HELPER_REST;
constexpr const char* k_jupyter = R"({"server": "gpu1", "container": {"image": "i:1"}, "jupyter": {}})";
constexpr Row k_rows[] = {
    {"targets.*.server", true, R"({"server": "gpu2", "container": {"image": "i:1"})" HELPER_REST},
    {"targets.*.engine", true, HELPER_IMAGE R"(}, "engine": "podman")" HELPER_REST},
    {"targets.*.container.name", true, HELPER_IMAGE R"(, "name": "box"})" HELPER_REST},
    {"targets.*.container.image", true, R"({"server": "gpu1", "container": {"image": "i:2"})" HELPER_REST},
    {"targets.*.container.build.context", true,
     R"({"server": "gpu1", "container": {"build": {"context": "docker"}})" HELPER_REST, k_built},
    {"targets.*.container.build.dockerfile", true,
     R"({"server": "gpu1", "container": {"build": {"context": ".", "dockerfile": "D"}})" HELPER_REST, k_built},
    {"targets.*.container.build.args", true,
     R"({"server": "gpu1", "container": {"build": {"context": ".", "args": {"A": "1"}}})" HELPER_REST, k_built},
    {"targets.*.container.build.target", true,
     R"({"server": "gpu1", "container": {"build": {"context": ".", "target": "dev"}})" HELPER_REST, k_built},
    {"targets.*.container.hostname", false, HELPER_IMAGE R"(, "hostname": "h"})" HELPER_REST},
    {"targets.*.container.gpus", false, HELPER_IMAGE R"(, "gpus": "none"})" HELPER_REST},
    {"targets.*.container.runtime", true, HELPER_IMAGE R"(, "runtime": "other"})" HELPER_REST},
    {"targets.*.container.shm_size", false, HELPER_IMAGE R"(, "shm_size": "1g"})" HELPER_REST},
    {"targets.*.container.ulimits", false, HELPER_IMAGE R"(, "ulimits": {"memlock": -1}})" HELPER_REST},
    {"targets.*.container.privileged", true, HELPER_IMAGE R"(, "privileged": true})" HELPER_REST},
    {"targets.*.container.share", false, HELPER_IMAGE R"(, "share": true})" HELPER_REST},
    {"targets.*.container.mounts", true, HELPER_IMAGE R"(, "mounts": ["/:/host"]})" HELPER_REST},
    {"targets.*.container.ports", true, HELPER_IMAGE R"(, "ports": ["0.0.0.0:1:1"]})" HELPER_REST},
    {"targets.*.container.env", true, HELPER_IMAGE R"(, "env": {"LD_PRELOAD": "/a"}})" HELPER_REST},
    {"targets.*.container.command", true, HELPER_IMAGE R"(, "command": ["x"]})" HELPER_REST},
    {"targets.*.container.restart", false, HELPER_IMAGE R"(, "restart": "no"})" HELPER_REST},
    {"targets.*.container.extra_args", true, HELPER_IMAGE R"(, "extra_args": ["--memory=1g"]})" HELPER_REST},
    {"targets.*.ssh.user", true, HELPER_IMAGE R"(}, "project": {"remote": "/w"}})"},
    {"targets.*.ssh.key", true, HELPER_IMAGE R"(}, "ssh": {"user": "dev", "key": "/k"}, "project": {"remote": "/w"}})"},
    {"targets.*.ssh.create", true,
     HELPER_IMAGE R"(}, "ssh": {"user": "dev", "create": true}, "project": {"remote": "/w"}})"},
    {"targets.*.ssh.match_owner", true,
     HELPER_IMAGE R"(}, "ssh": {"user": "dev", "match_owner": false}, "project": {"remote": "/w"}})"},
    {"targets.*.ssh.env", true,
     HELPER_IMAGE R"(}, "ssh": {"user": "dev", "env": {"A": "1"}}, "project": {"remote": "/w"}})"},
    {"targets.*.ssh.local_port", false,
     HELPER_IMAGE R"(}, "ssh": {"user": "dev", "local_port": 2300}, "project": {"remote": "/w"}})"},
    {"targets.*.keeper", false, HELPER_IMAGE R"(}, "keeper": false)" HELPER_REST},
    {"targets.*.jupyter.dir", false, HELPER_IMAGE R"(}, "jupyter": {"dir": "/x"}})", k_jupyter},
    {"targets.*.jupyter.port", false, HELPER_IMAGE R"(}, "jupyter": {"port": 9000}})", k_jupyter},
    {"targets.*.jupyter.install", true, HELPER_IMAGE R"(}, "jupyter": {"install": true}})", k_jupyter},
    {"targets.*.jupyter.local_port", false, HELPER_IMAGE R"(}, "jupyter": {"local_port": 9000}})", k_jupyter},
    {"targets.*.forwards", false, HELPER_IMAGE R"(}, "forwards": ["6006"])" HELPER_REST},
    {"targets.*.project.local", true,
     HELPER_IMAGE R"(}, "ssh": {"user": "dev"}, "project": {"remote": "/w", "local": "src"}})"},
    {"targets.*.project.imports", false,
     HELPER_IMAGE R"(}, "ssh": {"user": "dev"}, "project": {"remote": "/w", "imports": ["torch"]}})"},
    {"targets.*.project.remote", true, HELPER_IMAGE R"(}, "ssh": {"user": "dev"}, "project": {"remote": "/x"}})"},
    {"targets.*.ide.backend_cache", false, HELPER_IMAGE R"(}, "ide": {"backend_cache": true})" HELPER_REST},
    {"targets.*.ide.project_model", false, HELPER_IMAGE R"(}, "ide": {"project_model": "off"})" HELPER_REST},
    {"targets.*.post_create", true, HELPER_IMAGE R"(}, "post_create": ["a"])" HELPER_REST},
    {"targets.*.post_start", true, HELPER_IMAGE R"(}, "post_start": ["a"])" HELPER_REST},
    {"targets.*.python", false, HELPER_IMAGE R"(}, "python": "conda:x")" HELPER_REST},
    {"targets.*.python", false, HELPER_IMAGE R"(}, "python": "/opt/conda/bin/python")" HELPER_REST},
    {"targets.*.python", true, HELPER_IMAGE R"(}, "python": "/opt/../w/.venv/bin/python")" HELPER_REST},
    {"targets.*.security_notes", false, HELPER_IMAGE R"(}, "security_notes": false)" HELPER_REST},
};
#undef HELPER_REST
#undef HELPER_IMAGE

TEST(Powers, OfEveryKeyIsSaidWhetherItAsksAgain) {
  for (const auto& row : k_rows) {
    const Config before = config_of(row.before);
    const Config after = config_of(row.after);
    ASSERT_NE(before.targets, after.targets) << row.key << " " << row.after;
    const bool asks = canonical_text(powers_of(before, in_p())) != canonical_text(powers_of(after, in_p()));
    EXPECT_EQ(asks, row.asks) << row.key << " " << row.after;
  }
}

TEST(Powers, ANewKeyNeedsARowAboveThatSaysWhetherItAsksAgain) {
  for (const auto& key : keys()) {
    if (key.kind == Kind::object || key.kind == Kind::named || key.path == "$schema") continue;  // they hold no value
    if (key.path == "targets.*.devcontainer") continue;  // PowerFacts::included: it always counts
    EXPECT_TRUE(std::ranges::any_of(k_rows, [&](const Row& row) { return row.key == key.path; })) << key.path;
  }
}

TEST(Powers, AnotherUserOfSessionsAndHooksIsSaid) {
  EXPECT_THAT(
      text(powers(R"({"server": "gpu1", "container": {"image": "i:1"}, "ssh": {"user": "dev", "create": true}})")),
      testing::AllOf(HasSubstr("t1: sessions and hooks run as dev\n"),
                     HasSubstr("t1: makes the user dev when the image has none of that name\n"),
                     HasSubstr("t1: gives dev the ids of the project folder's owner on the server\n")));
  EXPECT_THAT(text(powers(R"({"server": "gpu1", "container": {"image": "i:1"}, "engine": "podman"})")),
              HasSubstr("t1: as container t1, by Podman\n"));
}

TEST(Powers, APythonOfTheProjectOrOfAMountIsSaid) {
  const auto python = [](const std::string& path, const std::string& container) {
    return text(powers(R"({"server": "gpu1", "container": {"image": "i:1")" + container + R"(}, "python": ")" + path +
                       R"(", "project": {"remote": "/w"}})"));
  };
  EXPECT_THAT(python("/w/.venv/bin/python", ""),
              HasSubstr("t1: runs the Python /w/.venv/bin/python, which is a file of the project or of a mount\n"));
  EXPECT_THAT(python("/data/env/bin/python", R"(, "mounts": ["/srv:/data:ro"])"), HasSubstr("runs the Python"));
  EXPECT_THAT(python("/data/env/bin/python", R"(, "extra_args": ["-v", "envs:/data"])"), HasSubstr("runs the Python"));
  EXPECT_THAT(python("/work/bin/python", ""), Not(HasSubstr("runs the Python")));
}

TEST(Powers, FlagsThatOpenThisMachineAreAlwaysShown) {
  const auto local = [](const std::string& args, const char* server = "local") {
    return text(powers(std::string(R"({"server": ")") + server + R"(", "container": {"image": "i:1", "extra_args": [)" +
                       args + "]}}"));
  };
  for (const char* opening :
       {R"("-v", "/:/host")", R"("-v/:/host")", R"("-qv/:/host")", R"("--volume=/etc:/e:ro")", R"("--pid=host")",
        R"("--mount", "type=bind,src=/,dst=/host")", R"("--mount=type=volume,dst=/h,\"volume-opt=device=/\"")",
        R"("--ipc", "host")", R"("--network=host")", R"("--net", "container:x")", R"("--userns=host")",
        R"("--uts=host")", R"("--cgroupns=host")", R"("--device=/dev/sda")",
        R"("--security-opt", "seccomp=unconfined")", R"("--cap-add=SYS_ADMIN")", R"("--volumes-from=x")",
        R"("--env-file=/home/me/.netrc")"}) {
    const std::string all = local(opening);
    EXPECT_THAT(all, testing::ContainsRegex("with more arguments for the engine: [^\n]* !\n")) << opening;
    EXPECT_THAT(local(opening, "gpu1"), Not(HasSubstr(" !\n"))) << opening;
  }
  for (const char* harmless :
       {R"("--memory=1g")", R"("-v", "volume:/data")", R"("--network", "mine")", R"("--ipc=private")"})
    EXPECT_THAT(local(harmless), Not(HasSubstr(" !\n"))) << harmless;
  EXPECT_THAT(local(R"("-v", "/etc:/host")"),
              HasSubstr("t1: these arguments mount /etc: of this machine, /etc (OUTSIDE the project) !\n"));
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
  EXPECT_EQ(list.front().text, "OTHER USERS can change it: /p belongs to bob (user 1001)");
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
