// When the keeper is started, told, asked and left: by what was observed.
#include "plan/keeper.hpp"

#include "plan/attempts.hpp"
#include "unit/plan/sample.hpp"

#include <gtest/gtest.h>

namespace helper::plan {
namespace {

using enum ContainerState;

// All is well, and the keeper knows nothing yet.
struct World {
  World() {
    now.local.keeper_image = test::keeper_image();
    now.server.keeper = test::keeper();
    now.server.keeper->recorded = "";
  }
  // The keeper has what is wanted.
  World& recorded() {
    const auto plan = test::plan_for(wanted, now);
    for (const auto& step : plan.steps) {
      if (const auto* record = get_if<RecordServices>(step.action)) now.server.keeper->recorded = record->fingerprint;
    }
    return *this;
  }
  World& just_started() {
    now.place.inside->sshd_fingerprint.clear();
    now.place.inside->sshd_listening = false;
    now.place.inside->jupyter.ours_runs = now.place.inside->jupyter.listening = false;
    return *this;
  }
  [[nodiscard]] std::string steps() const {
    std::string text;
    for (const auto& step : test::plan_for(wanted, now).steps) text += to_text(step.action) + "\n";
    return text;
  }
  [[nodiscard]] std::string notes() const {
    std::string text;
    for (const auto& note : test::plan_for(wanted, now).notes) text += note + "\n";
    return text;
  }
  Desired wanted = test::desired();
  Observed now = test::ready();
};

constexpr const char* k_start = "start the keeper helper-keeper-anna on the server\n";
constexpr const char* k_record = "tell the keeper to start sshd and Jupyter whenever centernet starts\n";
constexpr const char* k_forget = "tell the keeper to leave container centernet alone\n";
constexpr const char* k_await = "wait until the keeper has started the services of container centernet\n";

TEST(KeeperPlan, IsStartedWhereThereIsNoneAndToldWhatToStart) {
  World world;
  world.now.server.keeper = test::keeper(absent);
  EXPECT_EQ(world.steps(), std::string(k_start) + k_record);
  world.now.server.keeper = test::keeper(exited);
  EXPECT_EQ(world.steps(), std::string(k_start) + k_record);
}

TEST(KeeperPlan, IsToldOnceAndAgainWhenTheServicesChange) {
  World world;
  EXPECT_EQ(world.steps(), k_record);
  world.recorded();
  EXPECT_EQ(world.steps(), "");
  world.wanted.target.jupyter = std::nullopt;
  world.now.place.inside->jupyter.sessions = 1;  // the one that runs is left
  EXPECT_EQ(world.steps(), "tell the keeper to start sshd whenever centernet starts\n");
  world.wanted = test::desired();
  world.now.server.keeper->recorded = std::nullopt;  // the daemon has just been started
  EXPECT_EQ(world.steps(), k_record);
}

TEST(KeeperPlan, TheNewerOfTwoVersionsStays) {
  World world;
  world.recorded();
  world.now.server.keeper->version = "0.0.9";
  EXPECT_EQ(world.steps(), std::string(k_start) + k_record);
  world.now.server.keeper->version = "0.2.0";
  EXPECT_EQ(world.steps(), "");
}

TEST(KeeperPlan, SomebodyElsesContainerOfItsNameIsLeftAlone) {
  World world;
  world.now.server.keeper->version.clear();
  for (const auto state : {running, exited}) {
    world.now.server.keeper->state = state;
    EXPECT_EQ(world.steps(), "");
    EXPECT_NE(world.notes().find("is not helper's"), std::string::npos);
  }
}

TEST(KeeperPlan, ThereIsNoneWithoutASocketOrAnImage) {
  World world;
  world.now.server.keeper = test::keeper(absent);
  world.now.server.keeper->has_socket = false;
  EXPECT_EQ(world.steps(), "");
  EXPECT_EQ(world.notes(), "") << "said once, when the container is created";
  world.now.attempts.created = true;
  EXPECT_NE(world.notes().find("has no socket"), std::string::npos);
  world.now.server.keeper->has_socket = true;
  world.now.local.keeper_image = std::nullopt;
  EXPECT_EQ(world.steps(), "");
}

TEST(KeeperPlan, WhatItIsStartingIsWaitedForOnce) {
  World world;
  world.recorded().just_started();
  EXPECT_EQ(world.steps(), k_await);
  world.now.attempts.awaited = 1;
  EXPECT_EQ(world.steps(), k_forget) << "what it has started meanwhile is looked at first";
  world.now.server.keeper->recorded = "";
  EXPECT_EQ(world.steps(), std::string("start sshd in the container\nstart JupyterLab 4.0.11 for root\n") + k_record);
}

TEST(KeeperPlan, WhatItIsStartingWithTheKeysOfOthersIsWaitedForToo) {
  World world;
  auto& keys = world.now.place.inside->authorized_keys;
  keys.push_back("ssh-ed25519 AAAAbob bob@laptop");
  world.recorded().just_started();
  keys.clear();
  EXPECT_EQ(world.steps(), k_await) << "started by helper, it would not admit bob";
}

TEST(KeeperPlan, JupyterThatIsStillToComeIsWaitedForToo) {
  World world;
  world.recorded();
  world.now.place.inside->jupyter.ours_runs = world.now.place.inside->jupyter.listening = false;
  EXPECT_EQ(world.steps(), k_await);
  world.now.place.inside->jupyter.ours_ended = true;
  EXPECT_EQ(world.steps(), "start JupyterLab 4.0.11 for root\n") << "it came, and ended";
}

TEST(KeeperPlan, HelperStartsWhatTheKeeperDoesNotKnow) {
  World world;
  world.just_started();
  EXPECT_EQ(world.steps(), std::string("start sshd in the container\nstart JupyterLab 4.0.11 for root\n") + k_record);
  world.now.server.keeper->recorded = std::nullopt;  // it may know it from another client
  EXPECT_EQ(world.steps(), k_await);
  world.now.attempts.awaited = 1;
  EXPECT_EQ(world.steps(), k_forget);
  world.now.server.keeper->recorded = "";  // a container that was just created is known to none
  EXPECT_EQ(world.steps(), std::string("start sshd in the container\nstart JupyterLab 4.0.11 for root\n") + k_record);
}

// Its sshd listens, and has not said yet that it is ours: the keeper's Jupyter is still to come.
TEST(KeeperPlan, IsToldToLeaveOffBeforeAnythingIsStartedBesideIt) {
  World world;
  world.just_started();
  world.now.server.keeper->recorded = "of other settings";
  world.now.place.inside->sshd_listening = true;
  EXPECT_EQ(world.steps(), k_forget);
  EXPECT_EQ(test::plan_for(world.wanted, world.now).problems.size(), 1U);
  world.now.server.keeper->recorded = "";
  EXPECT_EQ(world.steps(), "start JupyterLab 4.0.11 for root\n");
}

TEST(KeeperPlan, KeepsSshWhereThereIsNoPython) {
  World world;
  world.now.place.inside->pythons.clear();
  world.now.place.inside->jupyter = {};
  EXPECT_EQ(world.steps(), "tell the keeper to start sshd whenever centernet starts\n");
  world.recorded().just_started();
  EXPECT_EQ(world.steps(), k_await) << "not started by helper: by the keeper";
}

TEST(KeeperPlan, IsToldNothingAboutAUserWhoIsBeingMade) {
  World world;
  world.just_started();
  world.wanted.target.ssh.user = "dev";
  world.wanted.target.ssh.create = true;
  world.now.place.inside->user_home.clear();
  world.now.server.project_owner = std::nullopt;
  EXPECT_EQ(world.steps(),
            "create user dev with the ids 1000:1000 in the container\nforward 127.0.0.1:2222 to sshd in centernet\n");
}

TEST(KeeperPlan, WithoutAVolumeForTheBundleNothingIsRecorded) {
  World world;
  world.now.server.container->bundle_volume.clear();
  EXPECT_EQ(world.steps(), "");
}

TEST(KeeperPlan, AConfigThatWantsNoneIsObeyed) {
  World world;
  world.recorded();
  world.wanted.target.keeper = false;
  EXPECT_EQ(world.steps(), k_forget);
  world.now.server.keeper->recorded = "";
  EXPECT_EQ(world.steps(), "");
  world.now.server.keeper = test::keeper(absent);
  EXPECT_EQ(world.steps(), "");
}

TEST(KeeperPlan, ATroubleOfItsIsANoteAndNoMore) {
  World world;
  Attempts& attempts = world.now.attempts;
  const Plan plan = test::plan_for(world.wanted, world.now);
  ASSERT_EQ(plan.steps.size(), 1U);
  const Error full{ErrorCode::container_failed, "container helper-keeper-anna", "no space left on device", {}};
  EXPECT_TRUE(note_failure(attempts, plan, plan.steps.front(), world.now, full));
  EXPECT_EQ(world.steps(), "");
  EXPECT_NE(world.notes().find("no space left on device"), std::string::npos);
  const Error cut{ErrorCode::server_unreachable, "gpu1", "connection reset", {}};
  EXPECT_FALSE(note_failure(attempts, plan, plan.steps.front(), world.now, cut));
}

TEST(KeeperPlan, WhoGoesTakesItsRecordAlong) {
  World world;
  world.recorded();
  world.wanted = test::desired(Power::absent);
  EXPECT_NE(world.steps().find("stop container centernet\n" + std::string(k_forget) + "remove container centernet\n"),
            std::string::npos)
      << world.steps();
  world.wanted = test::desired(Power::ejected);
  EXPECT_NE(world.steps().find(std::string(k_forget) + "remove everything"), std::string::npos) << world.steps();
  world.wanted = test::desired(Power::stopped);
  EXPECT_EQ(world.steps().find(k_forget), std::string::npos) << "who starts it again has its services";
}

TEST(KeeperVersion, IsComparedNumberByNumber) {
  EXPECT_TRUE(is_older("0.9.0", "0.10.0"));
  EXPECT_TRUE(is_older("0.9", "0.9.1"));
  EXPECT_FALSE(is_older("1.0.0", "0.10.0"));
  EXPECT_FALSE(is_older("0.1.0", "0.1.0"));
  EXPECT_TRUE(is_older("nonsense", "0.1.0"));
}

}  // namespace
}  // namespace helper::plan
