// Whose a container is, and that nothing of another's is changed unasked.
#include "plan/owner.hpp"

#include "unit/plan/sample.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace helper::plan {
namespace {

using test::desired;
using test::ready;
using test::somebody_else;

constexpr const char* k_problem =
    "problem: container centernet belongs to bob on machine desk, project /home/bob/project\n  fix: give yours "
    "another name in helper.json (\"container\": {\"name\": ...}); or, if bob agrees: the same command for centernet "
    "with --owner bob --yes\n";

Observed anothers() {
  Observed observed = ready();
  observed.server.records.front().owner = somebody_else();
  observed.server.records.front().project = "/home/bob/project";
  return observed;
}

// Made by an earlier version.
Observed from_before() {
  Observed observed = ready();
  observed.server.records.clear();
  return observed;
}

TEST(Owner, OfAReadyTargetIsMe) {
  EXPECT_EQ(foreign_owner(desired(), ready(), *ready().server.container), std::nullopt);
}

TEST(Owner, AnothersContainerIsLeftAloneByEveryVerb) {
  for (const auto power : {Power::running, Power::stopped, Power::absent, Power::ejected})
    EXPECT_EQ(test::plan_text(anothers(), power), k_problem) << to_text(power);
}

TEST(Owner, AnothersStoppedContainerIsNotStarted) {
  Observed observed = test::with_container(test::container(ContainerState::exited));
  observed.server.records = anothers().server.records;
  EXPECT_EQ(test::plan_text(observed), k_problem);
}

TEST(Owner, AnothersContainerIsNotRecreatedAlthoughSomebodyAgreedToLosses) {
  Observed observed = anothers();
  observed.server.container->labels[k_label_spec] = "of another config";
  observed.attempts.consent = Consent::yes;
  observed.attempts.consent_for = observed.server.container->id;
  EXPECT_EQ(test::plan_text(observed), k_problem);
}

TEST(Owner, WhoIsNamedWithAYesLetsTheContainerBeUsed) {
  Desired wanted = desired();
  wanted.agreed_owner = "bob";
  EXPECT_TRUE(test::plan_for(wanted, anothers()).empty());
  wanted.agreed_owner = "carol";
  EXPECT_EQ(to_text(test::plan_for(wanted, anothers())), k_problem);
}

TEST(Owner, IsAPersonAndNotAMachine) {
  Observed observed = ready();
  observed.server.records.front().owner.machine = "my-other-laptop";
  EXPECT_EQ(foreign_owner(desired(), observed, *observed.server.container), std::nullopt);
}

TEST(Owner, OfACopyIsUnknownSinceLabelsTravelWithImages) {
  Observed observed = ready();
  observed.server.container->id = "another container";
  observed.server.container->labels[k_label_nonce] = "0123";
  observed.server.records.front().nonce = "0123";
  const auto owner = foreign_owner(desired(), observed, *observed.server.container);
  ASSERT_TRUE(owner);
  EXPECT_EQ(owner->name, k_unknown_owner);
  EXPECT_EQ(test::plan_text(observed).rfind("problem: container centernet has helper's labels and no valid record", 0),
            0U);
}

TEST(Owner, IsNotTakenFromARecordWithAnotherNonce) {
  Observed observed = ready();
  observed.server.container->labels[k_label_nonce] = "0123";
  EXPECT_EQ(record_of(observed.server, *observed.server.container), nullptr);
  observed.server.records.front().nonce = "0123";
  EXPECT_NE(record_of(observed.server, *observed.server.container), nullptr);
}

TEST(Owner, OfAContainerFromBeforeIsWhoHoldsItsPinnedHostKeys) {
  Observed observed = from_before();
  EXPECT_EQ(test::plan_text(observed),
            "record the owner of container centernet: the server had no record of the owner\n");
  observed.local.host_key_digest = "a";
  observed.place.inside->host_key_digest = "a";
  EXPECT_EQ(foreign_owner(desired(), observed, *observed.server.container), std::nullopt);
  observed.place.inside->host_key_digest = "b";
  EXPECT_TRUE(foreign_owner(desired(), observed, *observed.server.container));
  observed.place.inside = std::nullopt;
  EXPECT_FALSE(foreign_owner(desired(), observed, *observed.server.container));
  observed.local.pinned_host_keys.clear();
  EXPECT_TRUE(foreign_owner(desired(), observed, *observed.server.container));
}

TEST(Owner, OfAContainerWhoseCreationWasCutOffBeforeItsRecordIsWhoHasThePins) {
  Observed observed = test::with_container(test::container(ContainerState::created));
  observed.server.container->labels[k_label_nonce] = "0123";
  EXPECT_TRUE(foreign_owner(desired(), observed, *observed.server.container)) << "another machine's, or a copy";
  observed.local.created_nonce = "0123";
  EXPECT_EQ(test::plan_text(observed),
            "record the owner of container centernet: the server had no record of the owner\n"
            "start container centernet: created, but never started\n");
  observed.local.pinned_host_keys.clear();
  EXPECT_TRUE(foreign_owner(desired(), observed, *observed.server.container));
}

TEST(Owner, OfAContainerThatHelperDidNotMakeIsNobody) {
  Observed observed = anothers();
  observed.server.container->labels.clear();
  EXPECT_EQ(foreign_owner(desired(), observed, *observed.server.container), std::nullopt);
}

TEST(Owner, AContainerOfAnothersThatWaitsUnderItsOtherNameIsNotBroughtBack) {
  Observed observed = anothers();
  observed.server.aside = std::exchange(observed.server.container, Container{});
  observed.place.inside = std::nullopt;
  observed.server.engine = test::engine();
  observed.server.image = test::image();
  EXPECT_EQ(test::plan_text(observed).rfind("problem: container centernet.helper-replaced belongs to bob", 0), 0U);
}

// Created by another project of the same person.
Observed of_another_project() {
  Observed observed = ready();
  observed.server.records.front().project = observed.local.other_project = "/home/me/other/helper.json";
  return observed;
}

TEST(AnotherProject, OfTheSamePersonMayUseTheContainerAsItIs) {
  const auto plan = test::plan_for(desired(), of_another_project());
  EXPECT_TRUE(plan.empty()) << to_text(plan);
  ASSERT_EQ(plan.notes.size(), 1U);
  EXPECT_NE(plan.notes.front().find("is also that of /home/me/other/helper.json"), std::string::npos);
}

TEST(AnotherProject, ChangesNothingOfTheContainerUnasked) {
  Desired wanted = desired();
  wanted.target.container.image = "another:1";
  wanted = desired_state(wanted.target, Power::running);
  Observed observed = of_another_project();
  observed.attempts.consent = Consent::yes;
  observed.attempts.consent_for = observed.server.container->id;
  const auto plan = test::plan_for(wanted, observed);
  EXPECT_TRUE(plan.steps.empty());
  ASSERT_EQ(plan.problems.size(), 1U);
  EXPECT_EQ(plan.problems.front().code, ErrorCode::container_foreign);
  EXPECT_NE(plan.problems.front().cause.find("another project of yours, /home/me/other/helper.json"),
            std::string::npos);
  wanted.agreed_owner = observed.local.me.name;
  EXPECT_FALSE(test::plan_for(wanted, observed).steps.empty());
}

TEST(AnotherProject, NeitherEndsTheContainerNorRunsHooksInIt) {
  for (const auto power : {Power::stopped, Power::absent, Power::ejected}) {
    const auto plan = test::plan_for(desired(power), of_another_project());
    EXPECT_TRUE(plan.foreign && plan.steps.empty()) << to_text(power);
  }
  Desired wanted = desired();
  wanted.target.post_create = {"touch /made"};
  Observed observed = of_another_project();
  observed.place.inside->post_create_done = false;
  const auto plan = test::plan_for(wanted, observed);
  EXPECT_TRUE(plan.steps.empty()) << to_text(plan);
  EXPECT_NE(plan.notes.back().find("post_create is not run"), std::string::npos);
}

// Bob's container, which he shares; this target asks for a user of its own in it.
Desired as_guest(Power power = Power::running) {
  config::Target target = test::target();
  target.container.share = true;
  target.ssh.user = "alice";
  target.jupyter->port = 20'123;
  return desired_state(target, power);
}

Observed shared_by_bob() {
  Observed observed = anothers();
  observed.server.container->applied = {{k_share_key, "true"}};
  observed.server.container->labels[k_label_spec] = "of his config";
  observed.place.inside->sshd_fingerprint.clear();
  observed.place.inside->authorized_keys.clear();
  observed.place.inside->jupyter.ours_runs = observed.place.inside->jupyter.listening = false;
  observed.place.inside->user_home.clear();
  observed.server.keeper = test::keeper();
  return observed;
}

// Its steps, but for the tunnels, which are this machine's.
std::vector<Step> steps_of_guest(const Desired& wanted, const Observed& observed) {
  auto steps = test::plan_for(wanted, observed).steps;
  std::erase_if(steps, [](const Step& step) { return std::holds_alternative<LocalAction>(step.action); });
  return steps;
}

TEST(Guest, GetsAUserAnSshdAndAJupyterOfTheirOwn) {
  Observed observed = shared_by_bob();
  auto steps = steps_of_guest(as_guest(), observed);
  ASSERT_EQ(steps.size(), 1U);
  const auto& made = test::action_of<MakeUser>(steps[0]);
  EXPECT_EQ(made.person, person_mark(test::me()));
  EXPECT_EQ(made.uid, person_uid(test::me())) << "the same in each container";
  EXPECT_TRUE(made.any_ids);
  observed.place.inside->user_home = "/home/alice";
  observed.place.inside->user_person = person_mark(test::me());
  observed.place.inside->user_uid = 1001;
  steps = steps_of_guest(as_guest(), observed);
  ASSERT_EQ(steps.size(), 2U);
  const auto& setup = test::action_of<StartSshd>(steps[0]).setup;
  EXPECT_FALSE(setup.listens) << "the port is that of bob's";
  EXPECT_EQ(setup.folder, "/dev/helper/people/alice");
  EXPECT_EQ(test::action_of<StartJupyter>(steps[1]).setup.run_folder, "/dev/helper/people/alice/jupyter");
}

TEST(Guest, MayAskForItOnly) {
  Observed observed = shared_by_bob();
  const auto refused = [&](const Desired& wanted, const std::string& owner) {
    const auto plan = test::plan_for(wanted, observed);
    return plan.steps.empty() && plan.foreign && plan.foreign->name == owner;
  };
  for (const auto power : {Power::stopped, Power::absent, Power::ejected})
    EXPECT_TRUE(refused(as_guest(power), "bob")) << to_text(power);
  EXPECT_TRUE(refused(desired(), "bob")) << "this config asks for no user of its own";
  EXPECT_NE(test::plan_text(observed).find("\"share\": true"), std::string::npos);
  observed.server.container->applied.clear();
  EXPECT_TRUE(refused(as_guest(), "bob")) << "he does not share it";
  observed = shared_by_bob();
  observed.server.container->labels[k_label_nonce] = "0123";
  EXPECT_TRUE(refused(as_guest(), k_unknown_owner)) << "a copy of it is not shared";
}

TEST(Guest, NeitherRecreatesNorRunsHooksNorTellsTheKeeper) {
  Desired wanted = as_guest();
  wanted.target.post_create = {"touch /made"};
  Observed observed = shared_by_bob();
  observed.attempts.consent = Consent::yes;
  observed.attempts.consent_for = observed.server.container->id;
  observed.place.inside->user_home = "/home/alice";
  observed.place.inside->user_person = person_mark(test::me());
  const auto steps = steps_of_guest(wanted, observed);
  EXPECT_FALSE(steps.empty());
  for (const Step& step : steps) EXPECT_TRUE(is<StartSshd>(step.action) || is<StartJupyter>(step.action));
}

TEST(Guest, WhoseUserWasMadeForAnotherOfThatNameIsToldSo) {
  Observed observed = shared_by_bob();
  observed.place.inside->user_home = "/home/alice";
  observed.place.inside->user_person = person_mark(test::me());
  observed.place.inside->user_person = person_mark(test::somebody_else());
  const auto plan = test::plan_for(as_guest(), observed);
  ASSERT_EQ(plan.problems.size(), 1U);
  EXPECT_EQ(plan.problems.front().cause, "it was made for another person of that name");
  observed.place.inside->user_person = person_mark(test::me());
  EXPECT_TRUE(test::plan_for(as_guest(), observed).problems.empty());
  observed.place.inside->user_person.clear();
  EXPECT_EQ(test::plan_for(as_guest(), observed).problems.size(), 1U) << "a user of the image is nobody's";
}

TEST(Guest, WhosePortOfJupyterIsAnothersIsToldSoAndHasTheRest) {
  const Desired wanted = as_guest();
  Observed observed = shared_by_bob();
  observed.place.inside->user_home = "/home/alice";
  observed.place.inside->user_person = person_mark(test::me());
  observed.place.inside->jupyter.listening = true;
  observed.place.doors[20'123] = Endpoint{"127.0.0.1", 40100};
  const auto forwards_it = [&] {
    const auto plan = test::plan_for(wanted, observed);
    EXPECT_TRUE(plan.problems.empty()) << to_text(plan);
    return std::ranges::any_of(plan.steps, [](const Step& step) {
      const auto* forward = get_if<PointTunnel>(step.action);
      return forward != nullptr && forward->tunnel.container_port == 20'123;
    });
  };
  EXPECT_FALSE(forwards_it());
  const auto notes = test::plan_for(wanted, observed).notes;
  EXPECT_TRUE(std::ranges::any_of(
      notes, [](const std::string& note) { return note.find("perhaps the Jupyter of another") != std::string::npos; }));
  observed.place.inside->jupyter.ours_runs = true;
  EXPECT_TRUE(forwards_it());
}

TEST(Guest, IsNobodyInAContainerThatHelperDidNotMake) {
  Observed observed = shared_by_bob();
  observed.server.container->labels.clear();
  const auto plan = test::plan_for(as_guest(), observed);
  ASSERT_FALSE(plan.problems.empty());
  EXPECT_NE(plan.problems.front().fix.find("remove \"share\""), std::string::npos);
}

TEST(Guest, WithOtherSettingsIsToldThatTheOwnersHold) {
  Observed observed = shared_by_bob();
  observed.server.container->applied["container.mounts"] = "/data:/data";
  const auto notes = test::plan_for(as_guest(), observed).notes;
  EXPECT_TRUE(std::ranges::any_of(
      notes, [](const std::string& note) { return note.find("container.mounts") != std::string::npos; }));
}

TEST(Person, HasOneUserIdEverywhereAndAMarkThatDoesNotTellTheId) {
  EXPECT_GE(person_uid(test::me()), 20'000U);
  EXPECT_LT(person_uid(test::me()), 60'000U);
  EXPECT_NE(person_uid(test::me()), person_uid(test::somebody_else()));
  EXPECT_EQ(person_mark(test::me()).find(test::me().id.substr(0, 8)), std::string::npos);
}

TEST(HostKeys, AreThoseOfTheContainersRecord) {
  Observed observed = ready();
  observed.local.host_keys = {"ssh-ed25519 AAAAmadeHere"};
  observed.local.pinned_host_keys.clear();
  // sshd runs with them: their private halves are not needed here.
  EXPECT_EQ(test::plan_text(observed), "pin the container's host keys: none are pinned yet\n");
  observed.place.inside->sshd_fingerprint.clear();
  observed.place.inside->sshd_listening = false;
  EXPECT_EQ(test::plan_text(observed),
            "pin the container's host keys: none are pinned yet\n"
            "copy the container's host keys to this machine: this machine had others\n"
            "start sshd in the container: sshd is not running\n");
}

TEST(HostKeys, AreNotPinnedBeforeTheContainerWasLookedAt) {
  Observed observed = ready();
  observed.server = {};
  observed.place = {};
  observed.local.host_keys = {"ssh-ed25519 AAAAmadeHere"};
  EXPECT_EQ(test::plan_text(observed), "");
}

TEST(HostKeys, AreInheritedByTheContainerThatTakesThePlace) {
  Observed observed = ready();
  observed.server.records.front().host_keys = {"ssh-ed25519 AAAAofTheContainer"};
  observed.server.aside = std::exchange(observed.server.container, Container{});
  EXPECT_EQ(host_keys(observed), std::vector<std::string>{"ssh-ed25519 AAAAofTheContainer"});
  EXPECT_EQ(new_record(desired(), observed).host_keys, std::vector<std::string>{"ssh-ed25519 AAAAofTheContainer"});
  observed.server.records.front().owner = somebody_else();
  EXPECT_EQ(new_record(desired(), observed).owner, somebody_else());
}

TEST(TwoClients, OfOneContainerDoNotStartItsSshdAgain) {
  Observed observed = ready();
  observed.local.key->public_line = "ssh-ed25519 AAAAkeyOfTheOtherLaptop me@other";
  EXPECT_EQ(test::plan_text(observed),
            "add your key to those that the container admits: your key was not among them\n");
  Desired wanted = desired();
  wanted.target.ssh.env = {{"MODE", "fast"}};
  const auto plan = test::plan_for(wanted, observed);
  ASSERT_EQ(plan.steps.size(), 1U);
  EXPECT_TRUE(is<AuthorizeKey>(plan.steps.front().action));
  ASSERT_EQ(plan.notes.size(), 1U);
  EXPECT_EQ(plan.notes.front().rfind("SSH sessions have the environment", 0), 0U);
}

TEST(TwoClients, TheOneThatStartedSshdMayChangeItsEnvironment) {
  Desired wanted = desired();
  wanted.target.ssh.env = {{"MODE", "fast"}};
  EXPECT_EQ(to_text(test::plan_for(wanted, ready())),
            "start sshd in the container: sshd was running with other keys or another environment\n");
}

}  // namespace
}  // namespace helper::plan
