// Which places of a container are the server's own files, and what follows from that.
#include "plan/server_mounts.hpp"

#include "plan/our_names.hpp"
#include "unit/plan/sample.hpp"

#include <gtest/gtest.h>

namespace helper::plan::test {
namespace {

using enum Mount::Kind;

Container with(std::vector<Mount> mounts) {
  Container container;
  container.mounts = std::move(mounts);
  return container;
}

bool is_the_servers(const std::vector<Mount>& mounts, std::string_view path, const Inside& inside = {}) {
  return server_mount(with(mounts), inside, path) != nullptr;
}

TEST(MissingFolders, AreToldWhereDockerCreatesThem) {
  config::Target target;
  target.server = "gpu1";
  target.container.mounts = {"/home/me/p:/workspace/p", "cache:/cache", "/data:/data:ro"};
  EXPECT_EQ(mount_sources(target.container), (std::vector<std::string>{"/home/me/p", "/data"}));
  ServerFacts server;
  server.engine = Engine{};
  EXPECT_TRUE(notes_of_missing_folders(target, server).empty());
  server.missing_folders = {"/home/me/p"};
  ASSERT_EQ(notes_of_missing_folders(target, server).size(), 1U);
  EXPECT_EQ(notes_of_missing_folders(target, server).front(),
            "server gpu1 had no folder /home/me/p to mount: Docker created it, empty and root's; if you meant a folder "
            "of your own machine, copy its files to the server");
  server.engine->kind = EngineKind::podman;
  EXPECT_TRUE(notes_of_missing_folders(target, server).empty());
}

TEST(ServerMount, IsTheNearestMountThatHoldsThePath) {
  const std::vector<Mount> mounts{{"/dev", server_folder, "/dev"}, {"/dev/helper", memory, ""}};
  EXPECT_TRUE(is_the_servers(mounts, "/dev/sshd"));
  EXPECT_TRUE(is_the_servers(mounts, "/dev"));
  EXPECT_TRUE(is_the_servers(mounts, "/dev/helperd"));
  EXPECT_FALSE(is_the_servers(mounts, "/dev/helper/run"));
  EXPECT_FALSE(is_the_servers(mounts, "/develop"));
  EXPECT_FALSE(is_the_servers({{"/etc/hosts", server_folder, "/etc/hosts"}}, "/etc/passwd"));
  EXPECT_TRUE(is_the_servers({{"/", server_folder, "/srv/root"}}, "/etc/passwd"));
}

TEST(ServerMount, IsFoundThroughLinksInThePathAndInThePlaceOfTheMount) {
  Inside inside;
  inside.real_places = {{"/home/dev", "/data/dev"}, {"/var/run", "/run"}};
  EXPECT_TRUE(is_the_servers({{"/data", server_folder, "/data"}}, "/home/dev/.cache", inside));
  EXPECT_FALSE(is_the_servers({{"/home", server_folder, "/home"}}, "/home/dev/.cache", inside));
  EXPECT_TRUE(is_the_servers({{"/var/run", server_folder, "/run"}}, "/run/sshd", inside));
}

TEST(ServerMount, MayBeAVolumeThatShowsAFolderOfTheServer) {
  Inside inside;
  EXPECT_FALSE(is_the_servers({{"/etc", volume, "etc"}}, "/etc/passwd", inside));
  inside.bound_volumes = {"/", "/etc"};
  EXPECT_TRUE(is_the_servers({{"/etc", volume, "etc"}}, "/etc/passwd", inside));
  EXPECT_FALSE(is_the_servers({{"/etc", memory, ""}}, "/etc/passwd", inside));
}

TEST(CoveredFolders, GetATmpfsWhereverTheConfigMountsSomethingOverThem) {
  const auto covered = [](std::vector<std::string> mounts, std::vector<std::string> extra_args = {}) {
    config::ContainerConfig config;
    config.mounts = std::move(mounts);
    config.extra_args = std::move(extra_args);
    return covered_folders(config);
  };
  const std::vector<std::string> both{"/dev/helper", "/dev/sshd"};
  EXPECT_TRUE(covered({"/srv:/workspace", "/dev/shm:/dev/shm", "/dev/helper:/helper"}).empty());
  EXPECT_EQ(covered({"/dev:/dev"}), both);
  EXPECT_EQ(covered({"devices://dev/./:ro"}), both);
  for (const auto& flags : std::vector<std::vector<std::string>>{{"-v", "/dev:/dev"},
                                                                 {"-v/dev:/dev"},
                                                                 {"--volume=/dev:/dev:rslave"},
                                                                 {"--volume", "/dev:/dev"},
                                                                 {"--mount", "type=bind,source=/dev,target=/dev"},
                                                                 {"--mount=type=bind,src=/dev,dst=/dev/"},
                                                                 {"--volumes-from=other"}}) {
    EXPECT_EQ(covered({}, flags), both) << flags.front();
  }
  EXPECT_TRUE(covered({}, {"--device=/dev/dri", "--mount=type=volume,target=/devices"}).empty());
}

TEST(MakePlan, PutsTheFoldersThatAMountCoversIntoMemory) {
  Desired wanted = desired();
  wanted.target.container.mounts = {"/dev:/dev"};
  const Plan plan = test::plan_for(wanted, nothing_yet());
  for (const auto& step : plan.steps) {
    const auto* create = get_if<CreateContainer>(step.action);
    if (create == nullptr) continue;
    EXPECT_EQ(create->own_folders, (std::vector<std::string>{"/dev/helper", "/dev/sshd"}));
    return;
  }
  FAIL() << to_text(plan);
}

TEST(MakePlan, WritesNothingWhereItsFoldersAreTheServers) {
  for (const Mount& mount : {Mount{"/dev", server_folder, "/dev"}, Mount{"/dev/helper", server_folder, "/srv/helper"},
                             Mount{"/dev/helper/run", server_folder, "/run/x"}}) {
    for (const bool ours : {true, false}) {
      Observed observed = ready();
      observed.server.container->mounts = {mount, {k_bundle_folder, volume, "helper-ssh"}};
      observed.place.inside->sshd_fingerprint.clear();
      if (!ours) observed.server.container->labels.clear();
      const Plan plan = test::plan_for(desired(), observed);
      EXPECT_TRUE(plan.steps.empty()) << to_text(plan);
      ASSERT_EQ(plan.problems.size(), 1U) << to_text(plan);
      EXPECT_NE(plan.problems.front().cause.find("(mount " + mount.source + ":" + mount.place + ")"),
                std::string::npos);
      EXPECT_NE(plan.problems.front().fix.find(ours ? "helper snapshot" : "--tmpfs /dev/helper"), std::string::npos);
      EXPECT_TRUE(test::plan_for(desired(Power::ejected), observed).steps.size() == 2U)
          << "only the tunnels are closed";
    }
  }
  Observed covered = ready();
  covered.server.container->mounts = {
      {"/dev", server_folder, "/dev"}, {"/dev/helper", memory, ""}, {"/dev/sshd", memory, ""}};
  EXPECT_TRUE(test::plan_for(desired(), covered).problems.empty());
}

TEST(SshdSetup, LeavesFoldersOfTheServerOut) {
  Observed observed = ready();
  const auto setup = [&] { return sshd_setup(desired(), observed).value_or(SshdSetup{}); };
  EXPECT_TRUE(setup().own_profile);
  EXPECT_TRUE(setup().own_run);
  const std::string print = fingerprint(setup(), {});
  observed.server.container->mounts = {{"/etc", server_folder, "/etc"}, {"/run", server_folder, "/run"}};
  EXPECT_FALSE(setup().own_profile);
  EXPECT_FALSE(setup().own_run);
  EXPECT_NE(fingerprint(setup(), {}), print) << "a line that is there already is taken out of use";
  observed.server.container->applied = {{std::string(k_backend_cache_key), "true"}};
  EXPECT_EQ(setup().cache_owner, "0:0");
  observed.server.container->mounts = {{"/root", server_folder, "/root"}};
  EXPECT_EQ(setup().cache_owner, "");
}

}  // namespace
}  // namespace helper::plan::test
