#include "config/inherit.hpp"

#include "config/find.hpp"
#include "config/parse.hpp"
#include "support/temp_folder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

namespace helper::config {
namespace {

namespace fs = std::filesystem;
using Texts = std::vector<std::string>;

// A config whose targets' "devcontainer" is `devcontainer`, whatever the path.
Result<Config> parsed(const std::string& text, const std::string& devcontainer) {
  Surroundings around{"/home/me"};
  around.open_devcontainer = [&](const fs::path& path) -> Result<DevcontainerFile> {
    return DevcontainerFile{path, path.parent_path(), devcontainer};
  };
  return parse_config(text, "/p/helper.json", around);
}

Target target(const std::string& members, const std::string& devcontainer) {
  const auto config = parsed(
      R"({"targets": {"t1": {"devcontainer": "devcontainer.json")" + (members.empty() ? "" : ", " + members) + "}}}",
      devcontainer);
  if (!config) {
    ADD_FAILURE() << to_text(config.error());
    return {};
  }
  return config->targets.at("t1");
}

TEST(Inherit, ATargetNeedsNothingElse) {
  const Target t = target("", R"({"image": "i:1", "remoteUser": "dev"})");
  EXPECT_EQ(t.container.name, "t1");
  EXPECT_EQ(t.container.image, "i:1");
  EXPECT_EQ(t.ssh.user, "dev");
  EXPECT_EQ(t.remarks, Texts{});
}

TEST(Inherit, TheTargetsOwnKeysWin) {
  const std::string devcontainer =
      R"({"build": {"dockerfile": "Dockerfile"}, "remoteUser": "dev", "forwardPorts": [1000], "containerEnv": {"A": "a", "B": "b"},
          "mounts": ["source=v1,target=/v1,type=volume", "source=v2,target=/v2,type=volume"], "postCreateCommand": "x", "hostRequirements": {"gpu": true}})";
  const Target t = target(
      R"("container": {"image": "mine:1", "gpus": "none", "env": {"B": "mine"}, "mounts": ["/data:/v2"]}, "forwards": [2000],
         "ssh": {"user": "root"}, "post_create": [], "project": {"imports": ["torch"]})",
      devcontainer);
  EXPECT_EQ(t.container.image, "mine:1");
  EXPECT_FALSE(t.container.build);
  EXPECT_EQ(t.container.gpus, "none");
  EXPECT_EQ(t.container.env, (std::map<std::string, std::string>{{"A", "a"}, {"B", "mine"}}));
  EXPECT_EQ(t.container.mounts, (Texts{"/data:/v2", "/p:/workspaces/p", "v1:/v1"}));
  EXPECT_EQ(t.forwards, (std::vector<PortPair>{{2000, 2000}}));
  EXPECT_EQ(t.ssh.user, "root");
  EXPECT_EQ(t.post_create, Texts{});
  EXPECT_EQ(t.project.remote, "/workspaces/p");
}

TEST(Inherit, WhatTheTargetWritesItselfIsNoLongerRemarked) {
  const std::string devcontainer = R"({"image": "i:1"})";
  EXPECT_EQ(target(R"("server": "gpu1")", devcontainer).remarks.size(), 2u);  // the workspace, and the user
  const Target t =
      target(R"("server": "gpu1", "ssh": {"user": "root"}, "container": {"mounts": ["/home/me/p:/workspaces"]})",
             devcontainer);
  EXPECT_EQ(t.remarks, Texts{});
}

TEST(Inherit, APortThatSshOrJupyterHasIsLeftToThem) {
  const Target t = target(R"("jupyter": {}, "ssh": {"user": "root"})",
                          R"({"image": "i:1", "forwardPorts": [8888, 2222, 6006], "appPort": 6006})");
  EXPECT_EQ(t.forwards, (std::vector<PortPair>{{6006, 6006}}));
  ASSERT_EQ(t.remarks.size(), 1u) << "Jupyter's own tunnel goes there";
  EXPECT_NE(t.remarks[0].find("2222"), std::string::npos);
}

TEST(Inherit, WithoutAnImageItSaysWhatIsThereInstead) {
  const auto compose = parsed(R"({"targets": {"t1": {"devcontainer": "."}}})",
                              "{\n\"dockerComposeFile\": \"c.yml\", \"service\": \"app\"}");
  ASSERT_FALSE(compose);
  EXPECT_EQ(compose.error().thing, "helper.json:1: targets.t1.container.image");
  EXPECT_NE(compose.error().cause.find(":2: dockerComposeFile: helper runs one container"), std::string::npos)
      << compose.error().cause;
  EXPECT_NE(parsed(R"({"targets": {"t1": {"devcontainer": "."}}})", "{}").error().cause.find("names none"),
            std::string::npos);
  EXPECT_EQ(parsed(R"({"targets": {"t1": {}}})", "").error().thing, "helper.json:1: targets.t1.container");
}

TEST(Inherit, AMistakeIsToldWithTheFileThatHasIt) {
  const auto config = parsed(R"({"targets": {"t1": {"devcontainer": "a/devcontainer.json"}}})", "{\n\"image\": 5}");
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().thing, "devcontainer.json:2: image");
  EXPECT_EQ(parsed(R"({"targets": {"t1": {"devcontainer": 5}}})", "{}").error().thing,
            "helper.json:1: targets.t1.devcontainer");
}

// Also over what is wrong in it, whatever the key.
TEST(Inherit, WhatTheTargetWritesTakesThePlaceOfWhatIsWrong) {
  struct Case {
    const char* wrong;  // members of the devcontainer.json
    const char* own;    // members of the target
  };
  for (const auto& [wrong, own] : {
           Case{R"("runArgs": ["--gpus=many"])", R"("container": {"gpus": "all"})"},
           Case{R"("runArgs": ["--gpus", "many"])", R"("container": {"gpus": "all"})"},
           Case{R"("hostRequirements": {"gpu": 5})", R"("container": {"gpus": "all"})"},
           Case{R"("runArgs": ["--shm-size=much"])", R"("container": {"shm_size": "8g"})"},
           Case{R"("runArgs": ["--runtime=-x"])", R"("container": {"runtime": "nvidia"})"},
           Case{R"("runArgs": ["--hostname=bad host"])", R"("container": {"hostname": "good"})"},
           Case{R"("runArgs": ["--restart=never"])", R"("container": {"restart": "no"})"},
           Case{R"("runArgs": ["--ulimit=nofile=x", "--ulimit=memlock=-1"])",
                R"("container": {"ulimits": {"nofile": 5}})"},
           Case{R"("runArgs": ["-e", "A=\u0000"])", R"("container": {"env": {"A": "mine"}})"},
           Case{R"("runArgs": ["-p", "1:2:3:4:5"])", R"("container": {"ports": []})"},
           Case{R"("privileged": "yes")", R"("container": {"privileged": true})"},
           Case{R"("capAdd": "ALL")", R"("container": {"extra_args": []})"},
           Case{R"("securityOpt": [1])", R"("container": {"extra_args": []})"},
           Case{R"("init": "yes")", R"("container": {"extra_args": []})"},
           Case{R"("overrideCommand": "yes")", R"("container": {"command": ["sleep", "9"]})"},
           Case{R"("containerEnv": {"A": []})", R"("container": {"env": {"A": "mine"}})"},
           Case{R"("remoteEnv": {"A": {}})", R"("ssh": {"env": {"A": "mine"}})"},
           Case{R"("remoteUser": "a b")", R"("ssh": {"user": "dev"})"},
           Case{R"("remoteUser": "1000")", R"("ssh": {"user": "dev"})"},
           Case{R"("remoteUser": 1000)", R"("ssh": {"user": "dev"})"},
           Case{R"("updateRemoteUserUID": "no")", R"("ssh": {"match_owner": false})"},
           Case{R"("image": 5)", R"("container": {"image": "mine:1"})"},
           Case{R"("image": "-x")", R"("container": {"image": "mine:1"})"},
           Case{R"("image": "-x")", R"("container": {"build": {"dockerfile": "Dockerfile"}})"},
           Case{R"("build": {"dockerfile": ["x"]})", R"("container": {"image": "mine:1"})"},
           Case{R"("build": {"dockerfile": "D", "args": {"A": []}})", R"("container": {"image": "mine:1"})"},
           Case{R"("build": 5)", R"("container": {"image": "mine:1"})"},
           Case{R"("mounts": ["source=~/data,target=/data,type=bind"])",
                R"("container": {"mounts": ["/srv/data:/data"]})"},
           Case{R"("runArgs": ["-v", "~/data:/data"])", R"("container": {"mounts": ["/srv/data:/data"]})"},
           Case{R"("workspaceMount": 5)", R"("container": {"mounts": ["/srv/p:/workspaces/p"]})"},
           Case{R"("workspaceFolder": "relative")", R"("project": {"remote": "/w"})"},
           Case{R"("forwardPorts": 5)", R"("forwards": [])"},
           Case{R"("forwardPorts": [99999])", R"("forwards": [])"},
           Case{R"("appPort": true)", R"("forwards": [])"},
           Case{R"("postCreateCommand": 5)", R"("post_create": [])"},
           Case{R"("onCreateCommand": {"a": 5})", R"("post_create": [])"},
           Case{R"("postStartCommand": 5)", R"("post_start": [])"},
       }) {
    const std::string image = std::string(wrong).starts_with("\"image\"") ? "" : R"("image": "i:1", )";
    const std::string file = "{" + image + wrong + "}";
    const auto with = [&](const std::string& members) {
      return parsed(R"({"targets": {"t1": {"devcontainer": "devcontainer.json")" + members + "}}}", file);
    };
    EXPECT_FALSE(with("")) << wrong;
    const auto config = with(std::string(", ") + own);
    EXPECT_TRUE(config) << wrong << " with " << own << ": " << (config ? "" : to_text(config.error()));
  }
}

TEST(Inherit, WhatTheTargetDoesNotWriteStaysWrongAndAllOfItIsTold) {
  const auto config = parsed(
      R"({"targets": {"t1": {"devcontainer": "devcontainer.json", "container": {"env": {"A": "mine"}, "mounts": ["/srv:/b"]}}}})",
      R"({"image": "i:1", "containerEnv": {"A": [], "B": []}, "mounts": ["source=~/a,target=/a", "source=~/b,target=/b"]})");
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().cause.find("containerEnv.A"), std::string::npos) << config.error().cause;
  EXPECT_NE(config.error().cause.find("containerEnv.B"), std::string::npos) << config.error().cause;
  EXPECT_NE(config.error().cause.find("mounts[0]"), std::string::npos) << config.error().cause;
  EXPECT_EQ(config.error().cause.find("mounts[1]"), std::string::npos) << config.error().cause;
}

TEST(Inherit, WhatTheTargetReplacesIsNotRemarkedEither) {
  const std::string file =
      R"({"image": "i:1", "remoteUser": "${localEnv:NOPE}", "containerEnv": {"A": "${localEnv:NOPE}"},
    "mounts": ["source=${localEnv:NOPE},target=/data,type=bind"], "runArgs": ["--rm", "--hostname", "${localEnv:NOPE}"]})";
  EXPECT_GE(target("", file).remarks.size(), 5U);
  EXPECT_EQ(target(R"("ssh": {"user": "dev"}, "container": {"env": {"A": "mine"}, "mounts": ["/srv:/data"],
    "hostname": "h", "extra_args": []})",
                   file)
                .remarks,
            Texts{});
}

TEST(Inherit, AnUnsetVariableIsWhyThereIsNoImage) {
  for (const char* file : {"{\n\"image\": \"${localEnv:IMG}\"}", "{\n\"dockerFile\": \"${localEnv:IMG}\"}",
                           "{\n\"build\": {\"dockerfile\": \"${localEnv:IMG}\"}}"}) {
    const auto config = parsed(R"({"targets": {"t1": {"devcontainer": "."}}})", file);
    ASSERT_FALSE(config) << file;
    EXPECT_NE(config.error().cause.find("IMG is not set on this machine"), std::string::npos) << config.error().cause;
  }
}

TEST(Inherit, RemarksAreLimitedInNumberAndFitToBeShown) {
  std::string many = R"({"image": "i:1", "remoteUser": "root")";
  for (int i = 0; i < 500; ++i) many += ", \"k\\u001b" + std::to_string(i) + "\": 1";
  const Target t = target("", many + "}");
  EXPECT_EQ(t.remarks.size(), 41u);
  for (const auto& remark : t.remarks) EXPECT_EQ(remark.find('\x1b'), std::string::npos);
}

class OpenDevcontainerTest : public testing::Test {
 protected:
  fs::path write(const std::string& name, const std::string& text = "{}") const {
    const fs::path file = temp_.path() / name;
    fs::create_directories(file.parent_path());
    std::ofstream(file) << text;
    return file;
  }
  Result<DevcontainerFile> open(const std::string& name) {
    return open_devcontainer(files_, name.empty() ? temp_.path() : temp_.path() / name);
  }
  [[nodiscard]] fs::path folder() const { return temp_.path(); }

 private:
  test::TempFolder temp_;
  DiskFileStore files_;
};

TEST_F(OpenDevcontainerTest, AFolderMeansTheFileInIt) {
  EXPECT_EQ(open("").error().code, ErrorCode::config_unreadable);
  const fs::path named = write(".devcontainer/gpu/devcontainer.json");
  ASSERT_TRUE(open(""));
  EXPECT_EQ(open("")->file, named);
  EXPECT_EQ(open("")->folder, folder());
  write(".devcontainer/cpu/devcontainer.json");
  EXPECT_EQ(open("").error().cause,
            "it has more than one: .devcontainer/cpu/devcontainer.json, .devcontainer/gpu/devcontainer.json");
  const fs::path dot = write(".devcontainer.json");
  EXPECT_EQ(open("")->file, dot);
  EXPECT_EQ(open("")->folder, folder());
  const fs::path usual = write(".devcontainer/devcontainer.json");
  EXPECT_EQ(open("")->file, usual);
  EXPECT_EQ(open(".devcontainer")->file, usual);
  EXPECT_EQ(open(".devcontainer/cpu/devcontainer.json")->folder, folder());
}

TEST_F(OpenDevcontainerTest, WhatIsNotThereOrNoFileIsNamed) {
  EXPECT_EQ(open("none.json").error().cause, "there is no such file");
  EXPECT_EQ(open_devcontainer(*std::make_unique<DiskFileStore>(), "/dev/null").error().code,
            ErrorCode::config_unreadable);
}

TEST_F(OpenDevcontainerTest, AConfigIsLoadedWithIt) {
  write(".devcontainer/devcontainer.json",
        R"({"image": "i:1", "remoteUser": "root", "containerEnv": {"T": "${localEnv:TOKEN}"},})");
  const fs::path file = write("helper.json", R"({"targets": {"t1": {"devcontainer": "."}}})");
  DiskFileStore files;
  const auto config = load_config(files, file, [](const std::string& name) -> std::optional<std::string> {
    return name == "TOKEN" ? std::optional<std::string>("x") : std::nullopt;
  });
  ASSERT_TRUE(config) << to_text(config.error());
  EXPECT_EQ(config->targets.at("t1").container.env.at("T"), "x");
  EXPECT_EQ(config->targets.at("t1").container.mounts,
            Texts{folder().string() + ":/workspaces/" + folder().filename().string()});
}

}  // namespace
}  // namespace helper::config
