// Users of the container, and whose files they write on the server.
#include "plan/server_mounts.hpp"
#include "unit/plan/sample.hpp"

#include <gtest/gtest.h>

namespace helper::plan::test {
namespace {

TEST(ProjectSource, IsTheServersSideOfTheMountThatHoldsTheProject) {
  config::Target target;
  target.project.remote = "/workspace/p/src";
  target.container.mounts = {"/data:/workspace", "/home/me/p:/workspace/p:ro", "/x:/workspace/p/s"};
  EXPECT_EQ(project_source(target), "/home/me/p/src");
  target.container.mounts = {"/srv:/"};
  EXPECT_EQ(project_source(target), "/srv/workspace/p/src");
  target.container.mounts = {"volume:/workspace/p", "/home/me/pp:/workspace/pp"};
  EXPECT_EQ(project_source(target), "");
}

// Ready, with a user of that uid, and the project's owner alice.
struct World {
  Desired desired = test::desired();
  Observed observed = ready();
  explicit World(const std::string& user, std::uint32_t uid) {
    desired.target.ssh.user = user;
    observed.place.inside->user_uid = observed.place.inside->user_gid = uid;
    observed.server.project_owner = Owner{1001, 1002, "alice", "/home/alice/p"};
  }
  [[nodiscard]] std::string text() const { return to_text(test::plan_for(desired, observed)); }
  [[nodiscard]] std::string first_step() const {
    const Plan plan = test::plan_for(desired, observed);
    return plan.steps.empty() ? std::string() : to_text(plan.steps.front());
  }
};

TEST(User, IsGivenTheIdsOfTheProjectsOwnerInAContainerThatHelperMade) {
  World world("dev", 1000);
  EXPECT_EQ(world.first_step(),
            "give dev the ids 1001:1002: so that its files in /workspace/project belong to alice (1001) on the server");
  world.observed.place.inside->user_uid = 1001;
  EXPECT_EQ(world.text().find("give dev"), std::string::npos);
}

TEST(User, KeepsItsIdsWhereTheConfigTheContainerOrTheIdForbidAChange) {
  World not_wanted("dev", 1000);
  not_wanted.desired.target.ssh.match_owner = false;
  EXPECT_EQ(not_wanted.text().find("give dev"), std::string::npos);
  World theirs("dev", 1000);
  theirs.observed.server.container->labels.clear();
  EXPECT_EQ(theirs.text().find("give dev"), std::string::npos);
  EXPECT_NE(theirs.text().find("their owner there is alice (1001)"), std::string::npos) << theirs.text();
  World taken("dev", 1000);
  taken.observed.place.inside->owner_is = "ubuntu";
  EXPECT_EQ(taken.text().find("give dev"), std::string::npos);
  EXPECT_NE(taken.text().find("whose user id is that of ubuntu in the container"), std::string::npos) << taken.text();
  World roots("dev", 1000);
  roots.observed.server.project_owner->uid = 0;
  EXPECT_EQ(roots.text().find("give dev"), std::string::npos);
}

TEST(User, RootIsToldWhoseFilesItWillWrite) {
  World world("root", 0);
  EXPECT_NE(world.text().find("note: files that root writes to /workspace/project will belong to root on the server; "
                              "their owner there is alice (1001)"),
            std::string::npos)
      << world.text();
  world.observed.server.engine = Engine{};
  world.observed.server.engine->rootless = true;  // there it is the person
  EXPECT_EQ(world.text().find("will belong to root"), std::string::npos);
}

TEST(User, IsToldNothingOfFilesThatItCannotWrite) {
  const auto told = [](World world, const auto& change) {
    world.observed.server.container->mounts = {
        {"/workspace/project", Mount::Kind::server_folder, "/home/alice/p", true}};
    change(world);
    return world.text();
  };
  const auto about = [](const std::string& text) {
    return text.find("alice (1001)") != std::string::npos ? text : std::string();
  };
  EXPECT_EQ(about(told(World("root", 0), [](World&) {})), "");
  const auto taken = [](World& world) { world.observed.place.inside->owner_is = "ubuntu"; };
  EXPECT_EQ(about(told(World("dev", 1000), taken)), "");
  EXPECT_EQ(about(told(World("dev", 1000), [](World& world) { world.observed.server.container->labels.clear(); })), "");
  for (const std::uint32_t uid : {0U, 1000U}) {
    EXPECT_EQ(about(told(World(uid == 0 ? "root" : "dev", uid),
                         [](World& world) {
                           world.observed.place.inside->uid_map = {{0, 165536, 65536}};
                         })),
              "");
  }
  EXPECT_EQ(told(World("dev", 1000),
                 [](World& world) {
                   world.observed.server.engine = Engine{};
                   world.observed.server.engine->rootless = true;
                 })
                .find("rootless"),
            std::string::npos);
  // Its ids are matched all the same: the folder may be for its owner's eyes only.
  EXPECT_NE(told(World("dev", 1000), [](World&) {})
                .find("give dev the ids 1001:1002: so that it may read in /workspace/project what alice (1001) may "
                      "read on the server"),
            std::string::npos);
  const auto made = told(World("dev", 0), [&](World& world) {
    taken(world);
    world.observed.place.inside->user_home.clear();
    world.desired.target.ssh.create = true;
  });
  EXPECT_NE(made.find("create user dev with the ids 1000:1000"), std::string::npos) << made;
}

TEST(User, OfARootlessEngineIsToldThatItIsNotThePersonOnlyWhereThatIsSo) {
  World world("dev", 5003);
  world.observed.server.engine = Engine{};
  world.observed.server.engine->rootless = true;
  world.observed.server.project_owner->uid = 5003;
  EXPECT_NE(world.text().find("get a subordinate id on the server"), std::string::npos) << world.text();
  world.observed.place.inside->uid_map = {{0, 5003, 1}, {1, 200000, 65536}};
  EXPECT_NE(world.text().find("get a subordinate id on the server"), std::string::npos) << world.text();
  world.observed.place.inside->uid_map = {{0, 1, 5003}, {5003, 0, 1}, {5004, 5004, 60533}};  // --userns=keep-id
  EXPECT_EQ(world.text().find("get a subordinate id"), std::string::npos) << world.text();
}

// Docker's userns-remap: no id of the container is the owner's on the server.
TEST(User, InANamespaceOfUsersIsToldThatTheIdsCannotMatch) {
  for (const auto& [user, uid, id] : {std::tuple{"dev", 1001U, "166537"}, std::tuple{"root", 0U, "165536"}}) {
    World world(user, uid);
    world.observed.place.inside->uid_map = {{0, 165536, 65536}};
    const std::string text = world.text();
    EXPECT_EQ(text.find("give dev"), std::string::npos) << text;
    EXPECT_EQ(text.find("will belong to root"), std::string::npos) << text;
    EXPECT_NE(text.find(std::string(user) + " is user id " + id +
                        " there, and no user of the container can be alice (1001), who owns /home/alice/p"),
              std::string::npos)
        << text;
    EXPECT_NE(text.find("on the server: sudo setfacl -R -m u:" + std::string(id) + ":rwX -m d:u:" + id +
                        ":rwX /home/alice/p"),
              std::string::npos)
        << text;
  }
}

TEST(User, IsGivenTheOwnersIdsWhereANamespaceOfUsersKeepsThem) {
  World all("dev", 1000);
  all.observed.place.inside->uid_map = {{0, 0, 4294967295U}};
  EXPECT_NE(all.first_step().find("give dev the ids 1001:1002"), std::string::npos) << all.text();
  World kept("dev", 1000);
  kept.observed.place.inside->uid_map = {{0, 165536, 1001}, {1001, 1001, 1}};
  EXPECT_NE(kept.first_step().find("give dev the ids 1001:1002"), std::string::npos) << kept.text();
  World made("dev", 0);
  made.observed.place.inside->user_home.clear();
  made.observed.place.inside->uid_map = {{0, 165536, 65536}};
  made.desired.target.ssh.create = true;
  EXPECT_NE(made.first_step().find("create user dev with the ids 1000:1000"), std::string::npos) << made.text();
}

TEST(User, ThatIsMissingIsMadeOnlyWhenTheConfigSaysSo) {
  World world("dev", 0);
  world.observed.place.inside->user_home.clear();
  EXPECT_NE(world.text().find("problem: user dev: the container has no such user"), std::string::npos) << world.text();
  world.desired.target.ssh.create = true;
  EXPECT_EQ(
      world.first_step(),
      "create user dev with the ids 1001:1002 in the container: the image has no user of that name; alice (1001) owns "
      "/home/alice/p on the server");
  world.observed.server.project_owner = std::nullopt;
  EXPECT_EQ(world.first_step(),
            "create user dev with the ids 1000:1000 in the container: the image has no user of that name");
}

TEST(User, KeepsItsIdsWhereTheAccountsAreFilesOfTheServer) {
  using enum Mount::Kind;
  for (const Mount& mount : {Mount{"/etc/passwd", server_folder, "/etc/passwd"},
                             Mount{"/etc/group", server_folder, "/srv/group"}, Mount{"/etc", server_folder, "/etc"},
                             Mount{"/config", server_folder, "/config"}, Mount{"/etc", volume, "etc"}}) {
    World world("dev", 1000);
    world.observed.server.container->mounts = {mount};
    world.observed.place.inside->real_places = {{"/etc/shadow", "/config/shadow"}};
    world.observed.place.inside->bound_volumes = {"/", "/etc"};
    const std::string text = world.text();
    EXPECT_EQ(text.find("give dev"), std::string::npos) << text;
    EXPECT_NE(text.find("dev keeps its ids: " + mount.place + " in it is the server's own"), std::string::npos) << text;
    world.observed.place.inside->user_home.clear();
    world.desired.target.ssh.create = true;
    EXPECT_EQ(world.text().find("create user"), std::string::npos) << world.text();
    EXPECT_NE(world.text().find("problem: user dev: the container has no such user, and helper makes none there"),
              std::string::npos)
        << world.text();
  }
  World own("dev", 1000);
  own.observed.server.container->mounts = {{"/etc", volume, "etc"}, {"/etc/hosts", server_folder, "/etc/hosts"}};
  EXPECT_NE(own.text().find("give dev"), std::string::npos);
}

TEST(User, WhoseHomeIsTheServersKeepsTheOwnersOfItsFiles) {
  World world("dev", 1000);
  world.observed.place.inside->user_home = "/home/dev";
  const auto step = [&] {
    return test::action_of<MatchUser>(test::plan_for(world.desired, world.observed).steps.front());
  };
  EXPECT_TRUE(step().own_home);
  world.observed.server.container->mounts = {{"/home/dev/p", Mount::Kind::server_folder, "/srv/p"},
                                             {"/home/dev/v", Mount::Kind::volume, "v"}};
  EXPECT_TRUE(step().own_home);
  EXPECT_EQ(step().leave, std::vector<std::string>{"/home/dev/p"});
  world.observed.server.container->mounts = {{"/home", Mount::Kind::server_folder, "/home"}};
  EXPECT_FALSE(step().own_home);
  world.observed.place.inside->user_home.clear();
  world.desired.target.ssh.create = true;
  EXPECT_FALSE(test::action_of<MakeUser>(test::plan_for(world.desired, world.observed).steps.front()).own_home);
}

TEST(Hooks, RunLastOnceForAContainerAndOnceForAStart) {
  World world("root", 0);
  world.desired.target.post_create = {"pip install -e ."};
  world.desired.target.post_start = {"date"};
  const Plan plan = test::plan_for(world.desired, world.observed);
  ASSERT_GE(plan.steps.size(), 2U);
  const auto& create = test::action_of<RunHooks>(plan.steps[plan.steps.size() - 2]);
  const auto& start = test::action_of<RunHooks>(plan.steps.back());
  EXPECT_EQ(create.run, "f1b77c1f");
  EXPECT_EQ(create.lines, std::vector<std::string>{"pip install -e ."});
  EXPECT_EQ(start.run, "\"2026-01-01T00:00:00Z\"");
  world.observed.place.inside->post_create_done = world.observed.place.inside->post_start_done = true;
  EXPECT_EQ(world.text().find("run post_"), std::string::npos);
}

}  // namespace
}  // namespace helper::plan::test
